"""The probe: who keeps cookies gets one, who does not gets an address, and nobody is guessed."""

import re
import time
from urllib.parse import unquote, urlsplit

import pytest
from django.core import signing

from accounts.urlsession.models import Session
from tests.form_client import FormClient
from tests.phone import COMPUTER, FLIP_PHONE, PhoneClient, computer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


def visit(path: str, **extra: str) -> FormClient:
    client = FormClient(HTTP_USER_AGENT=FLIP_PHONE, **extra)
    client.response = client.get(path)
    return client


def test_a_browser_that_keeps_cookies_is_back_at_the_same_page_after_the_probe():
    client = computer()
    first = client.get("/login/?next=/note/")
    assert first.status_code == 302
    assert re.fullmatch(r"/probe/1\.[^/]+/login/\?next=/note/", first["Location"])
    assert first.cookies["probe"]["max-age"] == 60
    assert first.cookies["probe"]["samesite"] == "Lax"
    second = client.get(first["Location"])
    assert second.status_code == 302
    assert second["Location"] == "/login/?next=/note/"  # what is shown, bookmarked and told others
    third = client.get(second["Location"])
    assert third.status_code == 200
    assert "sessionid" in client.cookies
    assert Session.objects.count() == 1


def test_a_browser_without_cookies_gets_an_address_after_two_redirects():
    phone = PhoneClient()
    page = phone.get("/login/?next=/note/")
    assert len(phone.hops) == 2
    assert page.path == f"{phone.base}/login/?next=/note/"
    assert "LOGIN" in page


def test_a_page_that_asks_for_log_in_costs_no_third_redirect():
    phone = PhoneClient()
    page = phone.get("/note/")
    assert len(phone.hops) == 2
    assert page.path == f"{phone.base}/login/?next=/note/"


def test_the_browsers_name_decides_nothing():
    client = computer(user_agent="DoCoMo/2.0 N906i(c100;TB;W24H16)")
    client.get("/login/", follow=True)
    assert "sessionid" in client.cookies
    phone = PhoneClient(COMPUTER)
    phone.get("/login/")
    assert phone.token


def test_the_marker_does_not_reach_views_and_forms():
    client = computer()
    response = client.get("/where/?a=1", follow=True)
    assert response.redirect_chain[0][0].startswith("/probe/")
    assert response.json()["query"] == {"a": "1"}
    assert response.json()["full"] == "/where/?a=1"


def test_a_marker_counts_for_its_own_browser_alone():
    marked = visit("/login/").response["Location"]
    other = FormClient(HTTP_USER_AGENT="Another/1.0").get(marked)
    assert other["Location"].startswith("/probe/2.")
    assert "probe" in other.cookies
    assert Session.objects.count() == 0


def test_a_client_whose_address_changes_is_asked_twice_and_then_let_in():
    phone = PhoneClient()
    client = phone._client
    path = "/login/"
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        client.cookies.clear()
        path = client.get(path, REMOTE_ADDR=address)["Location"]
    assert path.startswith("/s/")


class SignerOfLastMinute(signing.TimestampSigner):
    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time()) - 61)


def test_a_marker_that_is_older_than_a_minute_starts_the_probe_anew():
    marker = unquote(visit("/login/").response["Location"].split("/")[2])
    value = marker.split(":")[0]
    signer = SignerOfLastMinute(salt="urlsession.probe")
    response = visit(f"/probe/{signer.sign(value)}/login/").response
    assert response["Location"].startswith("/probe/1.")


def test_no_two_redirects_in_a_row_come_from_one_path():
    """w3m takes that for a loop, whatever the queries are."""
    paths = ["/login/", *(urlsplit(hop).path for hop in phone_hops("/login/"))]
    assert len(paths) == 3
    assert len(set(paths)) == 3


def phone_hops(path: str) -> list[str]:
    phone = PhoneClient()
    phone.get(path)
    return phone.hops


def test_public_pages_neither_probe_nor_make_a_session(settings):
    settings.URLSESSION_PUBLIC = [r"/public/", r"/$"]
    client = computer()
    response = client.get("/public/")
    assert response.status_code == 200
    assert not response.cookies
    assert Session.objects.count() == 0


def test_public_pages_read_a_valid_cookie(settings, hanako):
    settings.URLSESSION_PUBLIC = [r"/public/", r"/$"]
    assert b"PUBLIC hanako" in computer(hanako).get("/public/").content


def test_phone_login_pages_see_no_cookie_and_set_none(hanako):
    response = computer(hanako).get("/q/hanako")
    assert response.content == b"SCAN hanako 0"
    assert not response.cookies


def test_the_front_door_goes_straight_into_a_session(hanako):
    phone = PhoneClient()
    page = phone.get("/m/")
    assert len(phone.hops) == 1
    assert page.path == f"{phone.base}/"
    assert phone.get("/where/").response.json()["mode"] == "url"


def test_the_front_door_under_a_live_token_leads_home():
    phone = PhoneClient()
    phone.get("/m/")
    token = phone.token
    page = phone.get(f"{phone.base}/m/")
    assert page.path == f"/s/{token}/"


@pytest.mark.parametrize(
    "name",
    [
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "facebookexternalhit/1.1;line-poker/1.0",
        "Slackbot-LinkExpanding 1.0",
        "Mozilla/5.0 (compatible; Y!J-WSC/1.0)",
        "SkypeUriPreview Preview/0.5",
    ],
)
@pytest.mark.parametrize("path", ["/login/", "/m/", "/q/hanako", f"/s/{'A' * 22}/login/"])
def test_crawlers_and_link_previews_get_no_session(name, path):
    response = FormClient(HTTP_USER_AGENT=name).get(path)
    assert response.status_code == 403
    assert not response.cookies
    assert Session.objects.count() == 0


def test_a_phone_by_cubot_is_no_crawler():
    phone = PhoneClient("Mozilla/5.0 (Linux; Android 9; CUBOT) Chrome/80")
    assert "LOGIN" in phone.get("/login/")


def test_an_unknown_address_costs_no_probe_and_no_row():
    response = computer().get("/no-such-page/")
    assert response.status_code == 404
    assert not response.cookies
    dead = computer().get(f"/s/{'A' * 22}/no-such-page/")
    assert dead.status_code == 404
    assert Session.objects.count() == 0


def test_the_admin_is_for_cookies_so_it_does_not_probe():
    response = computer().get("/admin/")
    assert response["Location"].startswith("/admin/login/")
    assert "probe" not in response.cookies


def test_a_dead_cookie_is_proof_enough_of_cookies(hanako):
    client = computer(hanako)
    Session.objects.all().delete()
    response = client.get("/login/")
    assert response.status_code == 200
    assert "probe" not in response.cookies
