"""The pitfalls of test_pitfalls.py, continued: paths and prefixes, error pages, allauth, Back."""

import json
import threading

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as project
from django.urls import get_script_prefix, reverse, set_script_prefix

from accounts.urlsession.api import no_session_prefix
from accounts.urlsession.backend import SessionStore
from accounts.urlsession.context import (
    SessionContext,
    SessionMode,
    activate_context,
    override_script_prefix,
)
from accounts.urlsession.models import Session
from tests.form_client import FormClient
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


# --- 11, 13, 15, 17 to 20: paths and prefixes ------------------------------------------------------------
@pytest.mark.parametrize("mounted", ["/app", "/app/"])
def test_the_mount_point_is_kept(hanako, mounted):
    phone = log_in_phone(hanako)
    response = phone._client.get(f"{phone.base}/where/", SCRIPT_NAME=mounted)
    assert response.json()["reversed"] == f"/app{phone.base}/mine/"
    assert response.json()["script"] == f"/app{phone.base}"
    assert response.json()["without_token"] == "/app/mine/"
    response = phone._client.get(f"{phone.base}/go/?to=/app/mine/", SCRIPT_NAME=mounted)
    assert response["Location"] == f"/app{phone.base}/mine/"


def test_a_browser_that_names_itself_nowhere_is_served(hanako):
    assert FormClient().get("/m/").status_code == 302


def test_to_end_another_session_leaves_a_page_its_prefix(hanako):
    context = SessionContext(current_key="mine", mode=SessionMode.URL, outer="")
    other = SessionStore(session_key_of(log_in_phone(hanako)))
    with override_script_prefix("/s/mine/"), activate_context(context):
        other.flush()
        assert (context.current_key, get_script_prefix()) == ("mine", "/s/mine/")
    SessionStore(session_key_of(log_in_phone(hanako))).flush()  # where no page is


def test_path_and_path_info_agree(hanako):
    phone = log_in_phone(hanako)
    found = phone.get("/where/?a=1").response.json()
    assert found["path"] == f"{phone.base}/where/"
    assert found["path_info"] == "/where/"
    assert found["full"] == f"{phone.base}/where/?a=1"
    assert found["reversed"] == f"{phone.base}/mine/"
    assert found["member"] == "hanako"


def test_the_added_slash_is_not_cached(hanako):
    phone = log_in_phone(hanako)
    response = phone._client.get(f"{phone.base}/mine")
    assert response.status_code == 301
    assert response["Location"] == f"{phone.base}/mine/"
    assert "no-store" in response["Cache-Control"]


def test_a_token_without_slash_is_the_home_page(hanako):
    phone = log_in_phone(hanako)
    assert "HOME hanako" in phone.get(phone.base)


def test_the_prefix_is_reset_after_every_request(hanako):
    phone = log_in_phone(hanako)
    phone._client.raise_request_exception = False
    for path in ("/where/", "/no-such-page/", "/admin/", "/stream/", "/boom/"):
        phone._client.get(f"{phone.base}{path}")
        assert get_script_prefix() == "/", path


def test_work_that_outlives_the_request_reverses_without_token():
    seen = []
    set_script_prefix(f"/s/{'A' * 22}/")
    try:
        thread = threading.Thread(target=lambda: seen.append(reverse("mine")))
        thread.start()
        thread.join()
        with no_session_prefix():
            seen.append(reverse("mine"))
    finally:
        set_script_prefix("/")
    assert seen == ["/mine/", "/mine/"]


def test_a_streamed_body_keeps_the_token(hanako):
    phone = log_in_phone(hanako)
    response = phone._client.get(f"{phone.base}/stream/")
    body = b"".join(response.streaming_content).decode()
    assert body.count(f"href='{phone.base}/mine/'") == 3
    assert get_script_prefix() == "/"


def test_error_pages_keep_the_session(hanako):
    phone = log_in_phone(hanako)
    phone._client.raise_request_exception = False
    for path, status in (("/no-such-page/", 404), ("/boom/", 500)):
        page = phone.get(path)
        assert page.status == status
        assert page.links[-1].href == f"{phone.base}/"
        assert len(page.html) < 1024
        assert "no-store" in page.response["Cache-Control"]
        assert page.response["X-Robots-Tag"].startswith("noindex")
    page = phone.post("/note/", {"text": "x"})
    assert page.status == 403
    assert page.links[-1].href == f"{phone.base}/"


# --- 22, 24, 29, 30 -------------------------------------------------------------------------------------------
def test_the_language_is_remembered_without_a_cookie():
    phone = PhoneClient()
    phone.get("/language/", HTTP_ACCEPT_LANGUAGE="en")
    page = phone.submit("Change", code="ja")
    assert "lang=ja" in page
    assert "lang=en" in PhoneClient().get("/", HTTP_ACCEPT_LANGUAGE="en")


def test_static_files_stand_outside_of_sessions(hanako, settings, django_assert_num_queries):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    phone = log_in_phone(hanako)
    client = computer(hanako)
    path = "/static/admin/css/base.css"
    assert phone._client.head(f"{phone.base}{path}").status_code == 404
    with django_assert_num_queries(0):
        response = client.head(path)
    assert response.status_code == 200
    assert not response.cookies
    assert b"MINE hanako" in client.get("/mine/").content


def test_no_browser_is_trusted_by_cookie():
    assert project.MFA_TRUST_ENABLED is False
    assert "webauthn" not in project.MFA_SUPPORTED_TYPES


def test_there_is_no_admin_under_a_token(db):
    root = make_member("root", is_staff=True, is_superuser=True)
    phone = log_in_phone(root)
    assert phone._client.get(f"{phone.base}/admin/").status_code == 404
    response = computer(root).get("/admin/")
    assert response.status_code == 200
    assert "/s/" not in response.content.decode()


# --- 26 to 28: allauth ------------------------------------------------------------------------------------
@pytest.mark.urls("tests.accounts.urlsession.allauth_urls")
@pytest.mark.usefixtures("plain_allauth")
def test_what_allauth_stores_carries_no_token(hanako, settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    phone = log_in_phone(hanako)
    page = phone.post("/sensitive/", {"csrfmiddlewaretoken": form_secret(phone), "x": "1"})
    assert "/accounts/reauthenticate/" in page.path
    stored = json.dumps([row.get_decoded() for row in Session.objects.all()])
    assert "/s/-/sensitive/" in stored
    assert phone.token not in stored
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    page = phone.submit(password=PASSWORD)
    assert "SENSITIVE GET" in page


def form_secret(phone: PhoneClient) -> str:
    return phone.get("/count/").forms[-1].fields["csrfmiddlewaretoken"][0]


@pytest.mark.urls("tests.accounts.urlsession.allauth_urls")
@pytest.mark.usefixtures("plain_allauth")
def test_thirty_members_behind_one_gateway_do_not_lock_each_other_out(db):
    statuses = set()
    for number in range(33):
        phone = PhoneClient(REMOTE_ADDR="203.0.113.7")
        phone.get("/accounts/login/")
        statuses.add(phone.submit(login=f"member{number}", password="wrong").status)
    assert statuses == {200}


@pytest.mark.urls("tests.accounts.urlsession.allauth_urls")
@pytest.mark.usefixtures("plain_allauth")
def test_a_rotated_session_stays_one_line_of_the_list(hanako, settings):
    phone = PhoneClient()
    phone.get("/accounts/login/")
    settings.LOGIN_REDIRECT_URL = "/mine/"
    phone.submit(login="hanako", password=PASSWORD)
    assert UserSession.objects.get(user=hanako).session_key == session_key_of(phone)
    phone.get("/rotate/")
    assert UserSession.objects.get(user=hanako).session_key == session_key_of(phone)
    UserSession.objects.get(user=hanako).end()
    assert "MINE" not in phone.get("/mine/")


# --- 33, 34 -----------------------------------------------------------------------------------------------
def test_a_second_tap_on_log_in_is_explained_and_the_first_stands(hanako):
    phone = PhoneClient()
    page = phone.get("/login/")
    old, secret = phone.base, page.forms[0].fields["csrfmiddlewaretoken"][0]
    phone.submit(login="hanako", password=PASSWORD)
    second = PhoneClient().post(
        f"{old}/login/",
        {"login": "hanako", "password": PASSWORD, "csrfmiddlewaretoken": secret},
    )
    assert second.status == 200
    assert "Did you press twice?" in second
    assert PASSWORD not in second.html
    assert "MINE hanako" in phone.get("/mine/")


def test_back_after_log_out_is_explained(hanako):
    phone = log_in_phone(hanako)
    phone.get("/mine/")
    back = phone.token
    phone.submit("Log out")
    page = phone.get(f"/s/{back}/mine/")
    assert len(phone.hops) == 1
    assert "LOGIN" in page
    assert "Your session had expired" in page
    assert "Your session had expired" not in phone.get("/login/")
