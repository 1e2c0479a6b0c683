"""Login CSRF: another site cannot make a member go on in the attacker's account.

/q/, /p/ and /links/return/ log in by a proof of their own, without the session and its form secret.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actions import phones
from accounts.models import Member
from accounts.urlsession.models import Session
from accounts.views.mail_settings import mails_off
from tests.accounts.away import leave_by_phone, read
from tests.accounts.screens import opened_and_picked
from tests.making import make_member
from tests.phone import FLIP_PHONE, PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db

PIN = "8306"
FOREIGN = [
    {"HTTP_ORIGIN": "https://evil.example"},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_REFERER": "https://evil.example/page"},
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
]
OWN = [
    {},
    {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"},
    {"HTTP_REFERER": "http://TestServer:80/q/"},
    {"HTTP_REFERER": "android-app://com.google.android.gm/"},
    {"HTTP_SEC_FETCH_SITE": "none"},
]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def mallory() -> Member:
    return make_member("mallory")


def by_bookmark(member):
    _phone, code = phones.create_bookmark(by=member, device="a flip phone", pin=PIN, session_key="")
    return reverse("pin_enter", args=[code]), {"pin": PIN}


def by_code(member):
    phone = PhoneClient()
    opened_and_picked(computer(member), phone)
    form = phone.page.form("Continue", {"nonce"})
    return form.action, {"nonce": form.fields["nonce"][0]}


def by_network(member):
    phone = log_in_phone(member)
    away = leave_by_phone(phone)
    phone.get(away.agree().removeprefix("http://testserver"), bare=True)
    fields = phone.page.form("Continue", {"number"}).fields
    return "/links/return/", {name: one for name, [one] in fields.items()} | {"number": away.number}


WAYS = [by_bookmark, by_code, by_network]


def log_in_pages(rows: list[URLPattern | URLResolver]) -> list[object]:
    found: list[object] = []
    for row in rows:
        if isinstance(row, URLResolver):
            found += log_in_pages(row.url_patterns)
        elif getattr(row.callback, "csrf_exempt", False):
            found.append(row.callback)
    return found


@pytest.mark.parametrize("way", WAYS)
def test_what_another_site_posts_logs_nobody_in(sandbox, mallory, way):
    path, fields = way(mallory)
    before = Session.objects.count()
    for headers in FOREIGN:
        response = computer(user_agent=FLIP_PHONE).post(path, fields, **headers)
        assert response.status_code == 403, headers
        assert "came from another site" in read(response)
        assert "mallory" not in read(response)
    assert Session.objects.count() == before


@pytest.mark.parametrize("way", WAYS)
def test_own_pages_and_browsers_that_say_nothing_are_let_in(sandbox, mallory, way):
    headers = OWN if way is by_bookmark else OWN[1:2]
    path, fields = way(mallory)
    for one in headers:
        response = computer(user_agent=FLIP_PHONE).post(path, fields, **one)
        assert response.status_code == 302, one
        assert response["Location"].startswith("/s/")


@pytest.mark.parametrize("way", [by_bookmark, by_code])
def test_a_link_from_anywhere_shows_a_page_and_no_more(mallory, way):
    path, _fields = way(mallory)
    before = Session.objects.count()
    for headers in FOREIGN:
        assert computer().get(path, **headers).status_code in (200, 410)
    assert Session.objects.count() == before


def test_every_form_without_the_session_s_secret_refuses_other_sites():
    views = log_in_pages(get_resolver().url_patterns)
    assert len(views) >= 4
    views.remove(mails_off)  # logs nobody in; mail providers post there (RFC 8058)
    assert [view for view in views if not getattr(view, "refuses_foreign_posts", False)] == []


@pytest.mark.parametrize("way", WAYS)
def test_a_browser_with_a_member_is_asked_before_it_goes_on_as_another(
    sandbox, hanako, mallory, way
):
    path, fields = way(mallory)
    browser = computer(hanako, user_agent=FLIP_PHONE)
    response = browser.post(path, fields)
    page = read(response)
    assert response.status_code == 200
    assert "You are logged in as hanako in this browser" in page
    assert not response.cookies
    sent = {name: one for name, [one] in page.form("Continue as mallory", set()).fields.items()}
    assert PIN not in sent.values()
    stolen = {**sent, **fields, "go_on": "x" * 40}
    assert browser.post(path, stolen).status_code == 200
    response = browser.post(path, {**sent, **fields})
    assert response.status_code == 302
    assert "mallory" in read(browser.get(response["Location"]))
    assert "hanako" in read(browser.get("/account/"))  # the cookie's own session stands


@pytest.mark.parametrize("way", WAYS)
def test_the_same_member_is_not_asked(sandbox, hanako, way):
    path, fields = way(hanako)
    assert computer(hanako, user_agent=FLIP_PHONE).post(path, fields).status_code == 302


def test_two_wrong_numbers_leave_the_right_one_its_question(sandbox, hanako, mallory):
    path, fields = by_network(mallory)
    browser = computer(hanako, user_agent=FLIP_PHONE)
    wrong = {**fields, "number": f"{(int(fields['number']) + 1) % 10_000:04d}"}
    assert [browser.post(path, wrong).status_code for _ in range(2)] == [403, 403]
    page = read(browser.post(path, fields))
    sent = {name: one for name, [one] in page.form("Continue as mallory", set()).fields.items()}
    assert browser.post(path, {**sent, **fields}).status_code == 302
