"""Phone login by QR, from the computer's button to the phone's home page."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, PhoneLogin
from accounts.urlsession.models import Session
from tests.accounts.screens import number_on, numbers_on, opened_and_picked, press, scan, show_code
from tests.making import make_member
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of

pytestmark = pytest.mark.django_db

OLDEST_PHONE = 5 * 1024  # bytes: what a mova of 1999 holds


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


def test_a_phone_is_in_after_three_requests_and_a_redirect(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    page = phone.get(path)
    assert "Log in as はなこ?" in page
    number = number_on(page)
    assert number in numbers_on(press(client, code=code, look="1"))
    press(client, code=code, number=number)
    home = phone.submit("Continue")
    assert home.status == 200
    assert re.fullmatch(r"/s/[\w-]{22}/", home.path)
    assert phone.requests == 3
    assert "はなこ" in home


def test_the_early_press_of_continue_costs_the_fourth_request(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    early = phone.submit("Continue")
    assert early.status == 200
    assert "Not chosen on the computer yet" in early
    assert number_on(early) == number
    press(client, code=code, number=number)
    assert "はなこ" in phone.submit("Continue")
    assert phone.requests == 4


def test_the_phone_s_session_is_named_by_its_device(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    key = session_key_of(phone)
    assert PhoneLogin.objects.get().session_key == key
    assert "F-01J" in UserSession.objects.get(session_key=key).user_agent
    page = phone.get(reverse("session_list"))
    assert "a flip phone (F-01J) this one" in page


def test_the_phone_comes_in_by_typing_the_letters(hanako):
    client, phone = computer(hanako), PhoneClient()
    shown, _path, code = show_code(client)
    typed = re.search(r"[A-Z]{5}-[A-Z]{5}", shown.text)[0]
    assert "http://testserver/q/" in shown
    phone.get("/q/")
    number = number_on(phone.submit("Continue", code=typed.lower().replace("-", " ")))
    press(client, code=code, number=number)
    assert "はなこ" in phone.submit("Continue")


def test_the_letters_are_typed_under_a_token_too(hanako):
    client, phone = computer(hanako), PhoneClient()
    phone.get("/m/")
    shown, _path, code = show_code(client)
    typed = re.search(r"[A-Z]{5}-[A-Z]{5}", shown.text)[0]
    before = phone.token
    phone.get(f"{phone.base}/q/")
    number = number_on(phone.submit("Continue", code=typed))
    press(client, code=code, number=number)
    assert "はなこ" in phone.submit("Continue")
    assert phone.token != before
    assert phone.get(f"/s/{before}/", bare=True).path != f"/s/{before}/"  # known before: dead


def test_a_code_that_nobody_shows_says_what_to_do_and_keeps_what_was_typed(hanako):
    phone = PhoneClient()
    phone.get("/q/")
    page = phone.submit("Continue", code="BCDFG-HJKLM")
    assert page.status == 200
    assert "No computer is showing this code" in page
    assert page.forms[0].fields["code"] == ["BCDFG-HJKLM"]
    assert "The code has 10 characters. Look at the screen again." in phone.submit(
        "Continue", code="BCD"
    )


def test_the_numbers_are_three_and_only_with_an_opener(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    waiting = press(client, code=code, look="1")
    assert "No phone has opened the code yet" in waiting
    assert scan(waiting) == path  # the same code is still there to be scanned
    number = number_on(phone.get(path))
    numbers = press(client, code=code, look="1")
    shown = numbers_on(numbers)
    assert len(shown) == 3
    assert number in shown
    assert shown == sorted(shown)
    assert "Opened by: a flip phone (F-01J)" in numbers
    assert numbers_on(press(client, code=code, look="1")) == shown


def test_no_opener_ever_gets_a_decoy_s_number(hanako):
    client = computer(hanako)
    _page, path, _code = show_code(client)
    login = PhoneLogin.objects.get()
    numbers = {number_on(PhoneClient().get(path)) for _ in range(6)}
    assert len(numbers) == 6
    assert not numbers & set(login.decoys.split())


def test_the_page_says_how_long_the_code_works(hanako):
    page, _path, code = show_code(computer(hanako))
    assert re.search(r"The code works for 1(20|1\d) more seconds", page.text)


def test_a_gif_is_shown_to_who_asks_or_reads_nothing_else(hanako):
    client = computer(hanako)
    page, path, code = show_code(client)
    assert page.sources[0].startswith("data:image/png;")
    form = page.form("No picture?", {"code"})
    answer = client.post(form.action, {"code": code})
    gif = Page(answer.content.decode(), status=200, path="/")
    assert gif.sources[0].startswith("data:image/gif;")
    assert scan(gif) == path
    old = computer(hanako, user_agent="DoCoMo/2.0 P903i(c100;TB;W24H12)")
    assert press(old).sources[0].startswith("data:image/gif;")


def test_the_computer_is_told_until_it_answers(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    for _ in range(2):
        shown = client.get(reverse("phone_list")).content.decode()
        assert "A phone logged in just now (a flip phone (F-01J)). Not you? End it." in shown
    pk = PhoneLogin.objects.get().pk
    client.post(reverse("phone_answer"), {f"me_phone_{pk}": "It was me"})
    assert "just now" not in client.get(reverse("phone_list")).content.decode()
    assert "はなこ" in phone.get("/")


def test_ending_it_from_the_notice_puts_the_phone_out(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    pk = PhoneLogin.objects.get().pk
    client.post(reverse("phone_answer"), {f"end_phone_{pk}": "End it"})
    assert "はなこ" not in phone.get("/")
    assert "just now" not in client.get(reverse("phone_list")).content.decode()


def test_a_phone_is_ended_from_the_list_even_after_its_session_went_on(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    UserSession.objects.all().delete()  # the list of phones does not lean on allauth's rows
    page = client.get(reverse("phone_list")).content.decode()
    pk = PhoneLogin.objects.get().pk
    assert f'name="login_{pk}"' in page
    client.post(reverse("phone_list"), {f"login_{pk}": "End"})
    assert "はなこ" not in phone.get("/")


def test_the_notice_is_for_the_computer_that_showed_the_code(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    assert "just now" not in phone.get("/")
    assert "just now" not in log_in_phone(hanako).get("/")
    assert "just now" not in computer(hanako).get(reverse("phone_list")).content.decode()


def test_the_notice_costs_one_query_and_others_none(hanako):
    client = computer(hanako)
    client.get(reverse("session_list"))  # the first page stores its CSRF token
    with CaptureQueriesContext(connection) as before:
        client.get(reverse("session_list"))
    press(client)
    with CaptureQueriesContext(connection) as after:
        client.get(reverse("session_list"))
    assert len(after) == len(before) + 1


def test_the_phone_s_pages_fit_a_phone_of_1999(hanako):
    client, phone = computer(hanako), PhoneClient()
    shown, path, code = show_code(client)
    typing = phone.get("/q/")
    opened = phone.get(path)
    gone = phone.get("/q/" + "x" * 22)
    for page in (shown, typing, opened, gone):
        assert len(page.html.encode()) < OLDEST_PHONE, page.path


def test_the_phone_s_pages_are_kept_by_nobody(hanako):
    _page, path, _code = show_code(computer(hanako))
    response = PhoneClient().get(path).response
    assert "no-store" in response["Cache-Control"]


def test_a_second_factor_is_not_asked_since_the_computer_passed_it(hanako):
    """The code comes from a session that did, and the member picked the number there."""
    hanako.authenticator_set.create(type="totp", data={"secret": "x"})
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    assert "はなこ" in phone.submit("Continue")


def test_the_phone_must_type_the_password_for_what_asks_for_it(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    phone.submit("Continue")
    page = phone.get(reverse("phone_bookmark"))
    assert "/account/confirm/" in page.path


def test_codes_end_in_time(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    PhoneLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert phone.get(path).status == 410
    assert press(client, code=code, look="1").status == 410


def test_the_front_door_is_the_home_page_under_a_token_or_with_the_cookie(hanako):
    assert re.fullmatch(r"/s/[\w-]{22}/", PhoneClient().get("/m/").path)
    response = computer(hanako).get("/m/")
    assert (response.status_code, response["Location"]) == (302, "/")


def test_no_page_of_the_phone_makes_a_session(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, _code = show_code(client)
    before = Session.objects.count()
    phone.get(path)
    phone.submit("Continue")
    phone.get("/q/")
    phone.submit("Continue", code="BCDFG-HJKLM")
    assert Session.objects.count() == before
