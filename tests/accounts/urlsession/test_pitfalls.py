"""The pitfalls of sessions in addresses: redirects, mails, templates, links (tests/test_named_fixes.py
lists them all, by number).
"""

import re
import runpy
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core import mail
from django.test import Client

from accounts.urlsession.checks import check_settings
from accounts.urlsession.models import Session
from tests.making import PASSWORD
from tests.phone import FLIP_PHONE, PhoneClient, computer, log_in_phone, session_key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]
TOKEN = r"/s/[A-Za-z0-9_-]{22}"
PRODUCT = [project.BASE_DIR / name for name in ("accounts", "syndication", "profilelink")]


def product_files(suffix: str) -> list[Path]:
    folders = [*PRODUCT, project.BASE_DIR / "templates"]
    return [path for folder in folders for path in folder.rglob(f"*{suffix}")]


def location_of(phone: PhoneClient, to: str) -> str:
    response = phone._client.get(f"{phone.base}/go/", {"to": to})
    return response.get("Location", "")


# --- 1, 2, 9, 10, 12, 14: what stands in settings and code ---------------------------------------
@pytest.mark.parametrize("name", ["STATIC_URL", "MEDIA_URL"])
def test_a_relative_static_url_is_refused(settings, name):
    assert check_settings() == []
    setattr(settings, name, "files/")
    assert [error.id[-4:] for error in check_settings()] in (["E001"], ["E002"])


def test_no_html_with_addresses_is_cached():
    for path in product_files(".html"):
        assert not re.search(r"\{%\s*cache\b", path.read_text(encoding="utf-8")), path
    for path in product_files(".py"):
        assert not re.search(r"\bcache_page\b|make_template_fragment_key", path.read_text()), path


def test_no_template_loads_pictures_or_styles_from_elsewhere():
    for path in product_files(".html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(src|srcset|background)=[\"']?(https?:)?//", text), path
        assert not re.search(r"<(link|script|iframe)\b[^>]*(https?:)?//", text), path


def test_no_code_builds_absolute_addresses_from_the_request():
    for path in product_files(".py"):
        calls = re.findall(r"^[^#`]*\.build_absolute_uri\(", path.read_text(), re.M)
        assert not calls, path


def test_gunicorn_believes_no_script_name_of_a_client():
    config = runpy.run_path(str(project.BASE_DIR / "profilelink" / "deploy" / "gunicorn.py"))
    assert config["forwarder_headers"] == ""
    assert config["logger_class"] == "accounts.urlsession.logmask.GunicornLogger"


# --- 3: mails --------------------------------------------------------------------------------------
@pytest.mark.urls("tests.accounts.urlsession.allauth_urls")
@pytest.mark.usefixtures("plain_allauth")
def test_the_reset_mail_carries_no_token(hanako):
    phone = PhoneClient()
    phone.get("/accounts/password/reset/")
    phone.submit(email="hanako@example.com")
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
    assert not re.search(TOKEN, mail.outbox[0].body)


# --- 4 to 7, 16, 32: redirects -------------------------------------------------------------------------
def test_log_in_changes_the_token_and_ends_the_old_one(hanako):
    phone = PhoneClient()
    phone.get("/login/")
    known = phone.token
    page = phone.submit(login="hanako", password=PASSWORD)
    assert "MINE hanako" in page
    assert phone.token != known
    assert "MINE" not in PhoneClient().get(f"/s/{known}/mine/", bare=True)


def test_a_page_made_after_a_rotation_carries_the_new_token(hanako):
    phone = log_in_phone(hanako)
    known = phone.token
    page = phone.get("/rotate/?stay=1")
    assert page.link("Mine").href == f"{phone.base}/mine/"
    assert phone.token != known
    assert "MINE hanako" in phone.follow("Mine")


def test_an_old_token_in_next_leads_to_the_page_all_the_same(hanako):
    phone = PhoneClient()
    phone.get("/login/")
    page = phone.submit(login="hanako", password=PASSWORD, next=f"{phone.base}/note/")
    assert "NOTE" in page
    assert page.path == f"{phone.base}/note/"


def test_a_changed_anonymous_session_rotates_on_redirect_whatever_its_path():
    phone = PhoneClient()
    phone.get("/count/")
    known = phone.token
    page = phone.submit()
    assert "COUNT 1" in page
    assert phone.token != known
    assert "COUNT 1" not in PhoneClient().get(f"/s/{known}/count/", bare=True)


def test_a_changed_anonymous_session_rotates_in_a_cookie_too():
    client = computer()
    client.get("/count/", follow=True)
    known = client.cookies["sessionid"].value
    client.post("/count/")
    assert client.cookies["sessionid"].value != known
    assert not Session.objects.filter(session_key=session_key_of_raw(known)).exists()


def session_key_of_raw(raw: str) -> str:
    phone = PhoneClient()
    phone.token = raw
    return session_key_of(phone)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("/mine/", "{base}/mine/"),
        (f"/s/{'A' * 22}/mine/?x=1#y", "{base}/mine/?x=1#y"),
        (f"/s/{'A' * 22}/s/{'B' * 22}/mine/", "{base}/mine/"),
        ("/s/-/mine/", "{base}/mine/"),
        ("http://testserver/mine/", "http://testserver{base}/mine/"),
        ("?a=1", "{base}/go/?a=1"),
        ("../note/", "{base}/note/"),
        (f"/s/{'A' * 22}//evil.example/", "{base}/evil.example/"),
        ("/admin/", "/admin/"),
    ],
)
def test_inside_redirects_carry_the_token(hanako, to, expected):
    phone = log_in_phone(hanako)
    assert location_of(phone, to) == expected.format(base=phone.base)


def test_inside_redirects_carry_no_token_where_a_cookie_does(hanako):
    client = computer(hanako)
    assert client.get("/go/", {"to": f"/s/{'A' * 22}/mine/"})["Location"] == "/mine/"


@pytest.mark.parametrize(
    "to", ["https://evil.example/x", "//evil.example/x", "/\\evil.example", "\\\\evil.example"]
)
def test_outside_redirects_leave_by_the_door(hanako, to):
    phone = log_in_phone(hanako)
    location = location_of(phone, to)
    if to.startswith("https:"):
        assert re.fullmatch(r"/out/[A-Za-z0-9_-]{22}", location)
        page = phone.get(location)
        assert "evil.example" in page
        assert computer(hanako).get("/go/", {"to": to})["Location"] == location
    else:
        assert location == ""  # 400: an address without scheme is nobody's to open


def test_a_dead_token_before_two_slashes_is_no_way_out():
    response = Client(HTTP_USER_AGENT=FLIP_PHONE).get(f"/s/{'A' * 22}//evil.example/")
    assert "evil" not in response.get("Location", "")


def test_next_carries_no_token():
    phone = PhoneClient()
    page = phone.get("/note/")
    assert page.path == f"{phone.base}/login/?next=/note/"


def test_the_redirect_to_https_ends(hanako, settings):
    settings.SECURE_SSL_REDIRECT = True
    phone = log_in_phone(hanako)
    response = phone._client.get(f"{phone.base}/mine/")
    assert response["Location"] == f"https://testserver{phone.base}/mine/"


# --- 8, 9: CSRF on HTTPS ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),
        ({"HTTP_REFERER": "https://evil.example/"}, 403),
        ({"HTTP_ORIGIN": "null"}, 403),
        ({"HTTP_ORIGIN": "https://testserver"}, 302),
    ],
)
def test_a_phone_without_referer_may_post_on_https(hanako, headers, status):
    phone = log_in_phone(hanako)
    page = phone.get("/note/")
    data = {name: values[0] for name, values in page.forms[0].fields.items()}
    response = phone._client.post(f"{phone.base}/note/", data, secure=True, **headers)
    assert response.status_code == status


def test_the_form_secret_of_another_session_is_refused(hanako, taro):
    foreign = log_in_phone(taro).get("/note/").forms[0].fields["csrfmiddlewaretoken"][0]
    phone = log_in_phone(hanako)
    page = phone.post("/note/", {"text": "x", "csrfmiddlewaretoken": foreign})
    assert page.status == 403


def test_pages_under_a_token_say_same_origin(hanako, settings):
    phone = log_in_phone(hanako)
    for path in ("/mine/", "/no-such-page/", "/note"):
        response = phone._client.get(f"{phone.base}{path}")
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        assert response["Pragma"] == "no-cache"
        assert response["X-Robots-Tag"].startswith("noindex")
        assert not response.cookies
    settings.SECURE_REFERRER_POLICY = "no-referrer"
    assert [error.id for error in check_settings()] == ["urlsession.E007"]


# --- 10: links ---------------------------------------------------------------------------------------------
def test_outside_links_leave_by_the_door(hanako):
    phone = log_in_phone(hanako)
    phone.get("/outside/?url=https://example.org/a")
    page = phone.follow("https://example.org/a")
    assert page.status == 200
    assert re.fullmatch(r"/out/[A-Za-z0-9_-]{22}", page.path)
    assert phone.token not in page.html
    assert page.links[0].href == "https://example.org/a"
