"""Two-step log-in under a token: the key as text and picture, codes, recovery codes, at rest."""

import base64
import re
import time
from io import BytesIO

import pytest
import zxingcpp
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core import mail
from PIL import Image

from accounts.urlsession.models import Session
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def code_of(secret, *, ahead=0):
    """The code that an app shows now, or some 30 seconds later (each code works once)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def open_key_page(phone):
    phone.get("/account/two-step/")
    page = phone.follow("Switch on")
    assert "Is it you?" in page
    page = phone.submit("Continue", password=PASSWORD)
    return page, re.search(r"<b>([A-Z2-7 ]+)</b>", page.html)[1].replace(" ", "")


def switch_on(phone):
    """Returns the key."""
    _page, secret = open_key_page(phone)
    phone.submit("Switch on", code=code_of(secret))
    return secret


def begin_log_in():
    phone = PhoneClient()
    phone.get("/login/")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    return phone


def wide(typed):
    """As a Japanese keypad types it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in typed)


def test_the_key_stays_the_same_when_the_page_is_loaded_again(hanako):
    phone = log_in_phone(hanako)
    _page, secret = open_key_page(phone)
    assert secret in phone.get("/account/two-step/on/").html.replace(" ", "")
    phone.submit("Switch on", code=wide(code_of(secret)))
    assert Authenticator.objects.filter(user=hanako, type=Authenticator.Type.TOTP).exists()
    phone = begin_log_in()
    assert "Wrong" not in phone.submit("Log in", code=wide(code_of(secret, ahead=1)))
    assert phone.get("/").status == 200
    assert "hanako" in phone.page


def test_the_key_stands_there_as_text_and_as_a_small_picture(hanako):
    phone = log_in_phone(hanako)
    page, secret = open_key_page(phone)
    assert len(secret) == 32
    assert len(page.html.encode()) <= 9000
    [source] = page.sources
    picture = Image.open(BytesIO(base64.b64decode(source.partition("base64,")[2])))
    assert picture.format == "PNG"
    assert max(picture.size) <= 228
    [found] = zxingcpp.read_barcodes(picture)
    assert found.text.startswith("otpauth://totp/hanako?")
    assert f"secret={secret}" in found.text


def test_a_wrong_first_code_keeps_the_same_key(hanako):
    phone = log_in_phone(hanako)
    _page, secret = open_key_page(phone)
    page = phone.submit("Switch on", code="000000")
    assert "This code is wrong or has expired. Type the code that is shown now." in page
    assert secret in page.html.replace(" ", "")
    phone.submit("Switch on", code=code_of(secret))
    assert Authenticator.objects.filter(type="totp").exists()


def test_switching_on_gives_recovery_codes_and_tells_by_mail(
    hanako, django_capture_on_commit_callbacks
):
    phone = log_in_phone(hanako)
    with django_capture_on_commit_callbacks(execute=True):
        switch_on(phone)
    codes = re.findall(r"\b\d{8}\b", phone.page.text)
    assert len(codes) == 10
    assert "Two-step log-in is on" in mail.outbox[-1].subject
    assert codes[0] not in mail.outbox[-1].body


def test_after_the_password_the_code_is_asked_and_nobody_is_in_before(hanako):
    secret = switch_on(log_in_phone(hanako))
    phone = begin_log_in()
    assert "Type the code that your app shows" in phone.page
    between = phone.token
    assert "Log in" in PhoneClient().get("/account/")
    page = phone.submit("Log in", code="000000")
    assert "This code is wrong or has expired. Type the code that is shown now." in page
    phone.submit("Log in", code=code_of(secret, ahead=1))
    assert "Log out" in phone.get("/account/")
    assert phone.token != between


def test_who_stops_between_password_and_code_is_out(hanako):
    switch_on(log_in_phone(hanako))
    phone = begin_log_in()
    phone.submit("Stop")
    assert "Log in" in phone.get("/two-step/")


def test_a_code_works_once(hanako):
    secret = switch_on(log_in_phone(hanako))
    code = code_of(secret, ahead=1)
    first = begin_log_in()
    first.submit("Log in", code=code)
    assert "Log out" in first.get("/account/")
    second = begin_log_in()
    assert "This code is wrong or has expired. Type the code that is shown now." in second.submit(
        "Log in", code=code
    )


def test_a_recovery_code_lets_in_once(hanako):
    phone = log_in_phone(hanako)
    switch_on(phone)
    code = re.search(r"\b\d{8}\b", phone.page.text)[0]
    first, second = begin_log_in(), begin_log_in()
    first.submit("Log in", code=code)
    assert "Log out" in first.get("/account/")
    assert "This code is wrong or has expired. Type the code that is shown now." in second.submit(
        "Log in", code=code
    )


def test_recovery_codes_are_shown_again_and_made_anew_after_the_password(hanako):
    phone = log_in_phone(hanako)
    switch_on(phone)
    old = re.findall(r"\b\d{8}\b", phone.page.text)
    phone.get("/account/two-step/codes/")
    phone.follow("New recovery codes")
    phone.submit("Make new codes")
    new = re.findall(r"\b\d{8}\b", phone.get("/account/two-step/codes/").text)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert "As a text file" in phone.page


def test_a_second_session_is_asked_for_the_password_before_it_sees_the_codes(hanako):
    switch_on(log_in_phone(hanako))
    second = log_in_phone(hanako)
    page = second.get("/account/two-step/codes/")
    assert "Is it you?" in page
    assert not re.search(r"\b\d{8}\b", page.text)
    assert page.link("Use authenticator app or code")


def test_the_code_may_take_the_password_s_place(hanako):
    secret = switch_on(log_in_phone(hanako))
    second = log_in_phone(hanako)
    second.get("/account/two-step/codes/")
    second.follow("Use authenticator app or code")
    page = second.submit("Continue", code=code_of(secret, ahead=1))
    assert "Write them down" in page


def test_switching_off_takes_the_recovery_codes_along(hanako):
    phone = log_in_phone(hanako)
    switch_on(phone)
    phone.get("/account/two-step/")
    phone.follow("Switch off")
    phone.submit("Switch off")
    assert not Authenticator.objects.exists()
    assert "Log out" in begin_log_in().get("/account/")


def test_what_was_pressed_waits_for_the_password_without_any_token_in_the_session(hanako):
    """allauth keeps the whole request while it asks; its POST comes back as the page to press on."""
    phone = log_in_phone(hanako)
    switch_on(phone)
    second = log_in_phone(hanako)
    second.page = phone.get("/account/two-step/codes/new/")
    page = second.post(
        "/account/two-step/codes/new/",
        {
            "csrfmiddlewaretoken": second.get("/logout/")
            .form("Log out", set())
            .fields["csrfmiddlewaretoken"]
        },
    )
    assert "Is it you?" in page
    stored = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert "account_reauthentication_state" in stored
    assert second.token not in stored
    page = second.submit("Continue", password=PASSWORD)
    assert "Make new codes" in page.html


def test_at_rest_the_key_is_sealed_and_while_it_waits_too(hanako):
    phone = log_in_phone(hanako)
    _page, secret = open_key_page(phone)
    waiting = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert secret not in waiting
    phone.submit("Switch on", code=code_of(secret))
    after = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert "mfa.totp" not in after
    rows = Authenticator.objects.all()
    assert secret not in str([row.data for row in rows])
    assert decrypt(rows.get(type="totp").data["secret"]) == secret
    assert "seed" in rows.get(type="recovery_codes").data
