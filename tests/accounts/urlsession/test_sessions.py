"""A session belongs to one mode and one browser, ends in time, and is stored as a hash."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.urlsession import api
from accounts.urlsession.backend import STAMP, SessionStore
from accounts.urlsession.models import Session
from accounts.urlsession.tokens import hash_token
from tests.form_client import FormClient
from tests.phone import COMPUTER, FLIP_PHONE, PhoneClient, computer, log_in_phone, session_key_of
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


def is_in(phone: PhoneClient, token: str = "") -> bool:
    path = f"/s/{token or phone.token}/mine/"
    return phone._client.get(path).status_code == 200


def test_a_cookies_token_opens_nothing_in_an_address_nor_the_reverse(hanako):
    client = computer(hanako, user_agent=FLIP_PHONE)
    assert client.get("/mine/").status_code == 200
    assert not is_in(PhoneClient(), client.cookies["sessionid"].value)
    phone = log_in_phone(hanako)
    thief = FormClient(HTTP_USER_AGENT=FLIP_PHONE)
    thief.cookies["sessionid"] = phone.token
    assert thief.get("/mine/").status_code == 302


def test_under_a_token_cookies_are_neither_read_nor_set(hanako, taro):
    phone = log_in_phone(hanako)
    raw = computer(taro).cookies["sessionid"].value
    response = phone._client.get(f"{phone.base}/where/", HTTP_COOKIE=f"sessionid={raw}")
    assert response.json()["member"] == "hanako"
    assert response.json()["cookies"] == {}
    assert not phone._client.get(f"{phone.base}/cookie/").cookies


def test_only_the_hash_is_stored_and_it_opens_nothing(hanako):
    phone = log_in_phone(hanako)
    row = Session.objects.get()
    assert row.session_key == hash_token(phone.token)
    assert phone.token not in str(row.get_decoded()) + row.session_data + row.session_key
    assert not is_in(PhoneClient(), row.session_key[:22])
    thief = FormClient(HTTP_USER_AGENT=COMPUTER)
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/mine/").status_code == 302


def test_another_browser_is_not_let_in_by_the_address(hanako):
    phone = log_in_phone(hanako)
    assert is_in(phone)
    assert not is_in(PhoneClient("DoCoMo/2.0 N906i(c100;TB;W24H16)"), phone.token)


def test_an_address_in_a_cookie_of_its_own_browser_opens_nothing_and_ends_nothing(hanako):
    phone = log_in_phone(hanako)
    client = FormClient(HTTP_USER_AGENT=FLIP_PHONE)
    client.cookies["sessionid"] = phone.token
    assert client.get("/mine/").status_code == 302
    assert is_in(phone)


def test_a_page_that_fails_stores_nothing_in_the_session(hanako):
    phone = log_in_phone(hanako)
    phone._client.raise_request_exception = False
    assert phone._client.get(f"{phone.base}/boom/").status_code == 500
    assert "boom" not in SessionStore(session_key_of(phone))


def test_what_changes_in_the_name_of_one_phone_does_not_matter(hanako):
    phone = log_in_phone(hanako, user_agent="DoCoMo/2.0 N906i(c100;TB;W24H16)")
    larger = PhoneClient("DoCoMo/2.0 N906i(c100;TB;W20H13;ser123456789012345)")
    assert is_in(larger, phone.token)


@pytest.mark.parametrize("browser", [log_in_phone, computer])
def test_half_an_hour_without_request_ends_a_session(hanako, browser):
    one = browser(hanako)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "MINE" not in str(one.get("/mine/").__dict__)
    row = Session.objects.filter(pk=session_key_of(browser(hanako))).get()
    left = row.expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_each_use_moves_the_end_on_but_not_by_a_write_each_time(hanako, django_assert_num_queries):
    phone = log_in_phone(hanako)
    with django_assert_num_queries(2):  # session, member
        is_in(phone)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=10))
    with django_assert_num_queries(3):
        is_in(phone)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=29)
    with django_assert_num_queries(2):
        is_in(phone)


@pytest.mark.parametrize("browser", [log_in_phone, computer])
def test_twelve_hours_end_a_session_however_busy(hanako, browser):
    one = browser(hanako)
    store = SessionStore(session_key_of(one))
    store[STAMP] = {**store[STAMP], "began": int(time.time()) - 12 * 3600 - 5}
    store.save()
    assert "MINE" not in str(one.get("/mine/").__dict__)


def test_a_long_expiry_that_a_library_asks_for_is_not_granted(hanako):
    store = SessionStore(session_key_of(log_in_phone(hanako)))
    store.set_expiry(14 * 24 * 3600)
    store.save()
    assert Session.objects.get().expire_date < timezone.now() + timedelta(minutes=31)


def test_a_session_that_ends_while_a_request_runs_says_so(hanako):
    phone = log_in_phone(hanako)
    page = phone.get("/cut/")
    assert page.status == 400
    assert "your session ended in the meantime" in page
    assert not Session.objects.exists()


def test_log_out_ends_the_row_and_leaves_the_address(hanako):
    phone = log_in_phone(hanako)
    known = phone.token
    phone.get("/mine/")
    page = phone.submit("Log out")
    assert page.path == "/"
    assert not is_in(phone, known)
    client = computer(hanako)
    client.post("/logout/")
    assert client.cookies["sessionid"].value == ""
    assert not Session.objects.filter(address_hash="").exists()


def test_a_session_made_outside_of_a_request_opens_nowhere(hanako):
    client = FormClient(HTTP_USER_AGENT=COMPUTER)
    client.force_login(hanako)
    assert client.get("/mine/").status_code == 302


# --- api -----------------------------------------------------------------------------------------------
def test_a_phone_log_in_begins_a_session_in_one_redirect(hanako):
    phone = PhoneClient()
    phone.get("/q/hanako")
    assert not Session.objects.exists()
    page = phone.post("/q/hanako", {})
    assert "MINE hanako" in page
    assert len(phone.hops) == 1
    store = api.open_session(session_key_of(phone))
    assert store is not None
    assert api.stored_device_label(store) == "a test phone"


def test_logging_in_without_beginning_a_session_leaves_none(hanako, caplog):
    phone = PhoneClient()
    phone.post("/q/hanako?wrong=1", {})
    assert not Session.objects.filter(address_hash="").exists()
    assert "start_url_session() comes first" in caplog.text


def test_a_stored_key_is_taken_up_under_a_new_token(hanako):
    phone = log_in_phone(hanako)
    known = phone.token
    key = session_key_of(phone)
    page = phone.post("/oauth/take/", {"key": key}, bare=True)
    assert "MINE hanako" in page
    assert phone.token != known
    assert not is_in(phone, known)
    assert phone.post("/oauth/take/", {"key": key}, bare=True).status == 410


def test_a_stored_key_of_a_cookie_or_another_browser_is_not_taken_up(hanako):
    phone = PhoneClient()
    for browser in (computer(hanako, user_agent=FLIP_PHONE), log_in_phone(hanako, user_agent="X")):
        key = session_key_of(browser)
        assert phone.post("/oauth/take/", {"key": key}, bare=True).status == 410


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_takes_up_the_session(hanako):
    key = session_key_of(log_in_phone(hanako))
    statuses = at_once(20, lambda number: take_up(key))
    assert statuses.count(302) >= 1
    assert Session.objects.filter(address_hash="").count() == statuses.count(302) == 1


def take_up(key: str) -> int:
    client = FormClient(HTTP_USER_AGENT=FLIP_PHONE, raise_request_exception=False)
    return client.post("/oauth/take/", {"key": key}).status_code


def test_a_session_can_be_ended_by_its_key(hanako):
    phone = log_in_phone(hanako)
    api.end_session(session_key_of(phone))
    assert not is_in(phone)


def test_who_an_ended_session_was_of_is_told_once_and_to_its_own_browser(hanako, settings):
    settings.URLSESSION_EXPIRED_VIEW = "accounts.urlsession.views.resume_form"
    phone = log_in_phone(hanako)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    path = f"{phone.base}/note/"
    other = PhoneClient("Lynx/2.9.0")._client.post(path, {"text": "x"})
    assert api.pop_ended_session(other.wsgi_request) == {}
    request = phone._client.post(path, {"text": "x"}).wsgi_request
    assert api.pop_ended_session(request)["_auth_user_id"] == str(hanako.pk)
    assert api.pop_ended_session(request) == {}
    live = log_in_phone(hanako)
    assert api.pop_ended_session(live._client.get(f"{live.base}/mine/").wsgi_request) == {}


def opened_in(user_agent: str, token: str) -> int:
    return FormClient(HTTP_USER_AGENT=user_agent).get(f"/s/{token}/mine/").status_code


def test_an_address_opened_in_another_browser_ends_there_and_here(hanako):
    other = FLIP_PHONE.replace("F-01J", "SH-01J")
    phone = log_in_phone(hanako)
    token = phone.token
    assert opened_in(other, token) == 302
    assert not is_in(phone)
    assert "MINE" not in phone.get("/mine/")
    assert "opened in another browser" in phone.page
    assert opened_in(FLIP_PHONE, token) == 302
    assert Session.objects.filter(pk=hash_token(token), expire_date__gt=timezone.now()).count() == 0


def test_a_dead_address_an_update_and_a_preview_end_nothing_anew(hanako):
    phone = log_in_phone(hanako)
    assert opened_in("Slackbot-LinkExpanding 1.0", phone.token) == 403
    assert opened_in(FLIP_PHONE.replace("Chrome/49", "Chrome/50"), phone.token) == 200
    assert is_in(phone)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    opened_in("Another/1.0", phone.token)
    assert "had expired" in phone.get("/mine/")


def test_a_session_of_an_earlier_version_ends_without_alarm(hanako):
    phone = log_in_phone(hanako)
    store = SessionStore(session_key_of(phone))
    store[STAMP] = {**store[STAMP], "browser": "x"}
    del store[STAMP]["client"]
    store.save()
    assert not is_in(phone)
    assert "opened in another browser" not in phone.get("/mine/")


def test_whoever_has_a_live_address_and_a_browser_of_the_same_name_is_in(hanako):
    """What a token in an address cannot hold (profilelink/deploy/security.md); its owner can end it."""
    phone = log_in_phone(hanako)
    assert opened_in(FLIP_PHONE, phone.token) == 200
    phone.get("/mine/")
    phone.submit("Log out")
    assert opened_in(FLIP_PHONE, phone.token) != 200
