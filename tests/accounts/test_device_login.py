"""A computer is let in by a phone that is in."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import device_login, phones
from accounts.models import DeviceLogin, Member
from accounts.urlsession.api import end_session
from accounts.urlsession.models import Session
from tests.making import PASSWORD, make_member
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db

PIN = "8306"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.fixture
def phone(hanako) -> PhoneClient:
    return log_in_phone(hanako)


@pytest.fixture
def desk() -> Client:
    """A computer that keeps cookies and on which nobody is logged in."""
    client = computer()
    client.get(reverse("device_ask"), follow=True)
    return client


def press(desk: Client, **fields: str) -> Page:
    response = desk.post(reverse("device_ask"), fields, follow=True)
    return Page(response.content.decode(), status=response.status_code, path="/device/")


def ask(desk: Client) -> tuple[str, str]:
    """The characters and the number on the computer's screen."""
    page = press(desk, ask="Ask")
    letters = re.search(r"[A-Z]{5}-[A-Z]{5}", page.text)[0]
    return letters, re.search(r"number of this computer: (\d\d)", page.text)[1]


def type_letters(phone: PhoneClient, letters: str) -> Page:
    phone.get(reverse("device_ask"))
    return phone.submit("Next", code=letters)


def is_in(desk: Client) -> bool:
    return "はなこ" in desk.get("/", follow=True).content.decode()


def wrong_number() -> str:
    return DeviceLogin.objects.get().decoys.split()[0]


def test_the_computer_comes_in_after_the_phone_approved(desk, phone):
    letters, number = ask(desk)
    page = type_letters(phone, letters.lower())
    assert "Let this computer in?" in page
    assert "Approved" in phone.submit(number, secret=PASSWORD)
    assert not is_in(desk)  # not before its own press
    press(desk, approved="1")
    assert is_in(desk)
    key = session_key_of(desk)
    assert DeviceLogin.objects.get().session_key == key
    assert "Windows" in UserSession.objects.get(session_key=key).user_agent


def test_the_phone_is_shown_browser_time_and_place(desk, phone):
    letters, number = ask(desk)
    DeviceLogin.objects.update(address="203.0.113.77")
    page = type_letters(phone, letters)
    asked = timezone.localtime(DeviceLogin.objects.get().created_at)
    assert "Chrome on Windows" in page
    assert "203.0.113.77 (another network than this phone's)" in page
    assert f"{asked:%M}" in page.text
    shown = [value for _label, name, value in page.forms[0].buttons if name == "number"]
    assert len(shown) == 3
    assert number in shown


def test_the_same_network_is_said_to_be_the_same(desk, phone):
    letters, _number = ask(desk)
    assert "(the same network as this phone)" in type_letters(phone, letters)


def test_a_computer_without_cookies_comes_in_too(hanako, phone):
    desk = PhoneClient("w3m/0.5.3+git20230121")
    desk.get(reverse("device_ask"))
    page = desk.submit("Get a code")
    letters = re.search(r"[A-Z]{5}-[A-Z]{5}", page.text)[0]
    number = re.search(r"number of this computer: (\d\d)", page.text)[1]
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    assert "はなこ" in desk.submit("I have approved it")


def test_the_pin_of_the_phone_does_instead_of_the_password(hanako, desk):
    _row, code = phones.create_bookmark(by=hanako, device="x", pin=PIN, session_key="")
    phone = PhoneClient()
    phone.get(reverse("pin_enter", args=[code]))
    phone.submit("Log in", pin=PIN)
    letters, number = ask(desk)
    assert "Your PIN or password" in type_letters(phone, letters)
    assert "Approved" in phone.submit(number, secret=PIN)


def test_the_pin_of_another_phone_does_not(hanako, desk, phone):
    phones.create_bookmark(by=hanako, device="x", pin=PIN, session_key="")
    letters, number = ask(desk)
    assert "Your PIN" not in type_letters(phone, letters)
    assert "The PIN or password is wrong. Type it again, then choose the number." in phone.submit(
        number, secret=PIN
    )
    assert DeviceLogin.objects.get().approved_at is None


def test_a_wrong_password_lets_nobody_in_and_five_end_the_code(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    for _ in range(5):
        assert (
            "The PIN or password is wrong. Type it again, then choose the number."
            in phone.submit(number, secret="wrong")
        )
    assert "No computer is showing this code" in phone.submit(number, secret=PASSWORD)
    assert DeviceLogin.objects.get().end_reason == "tries"
    assert press(desk, approved="1").status == 410
    assert not is_in(desk)


def test_passwords_guessed_here_count_with_those_at_the_log_in_and_the_member_is_told(desk, phone):
    """Three codes, four guesses at each: seventeen were possible before the codes ran out."""
    wrong = 0
    for _code in range(3):
        letters, number = ask(desk)
        type_letters(phone, letters)
        for _turn in range(4):
            wrong += (
                "The PIN or password is wrong. Type it again, then choose the number."
                in phone.submit(number, secret="wrong")
            )
    assert wrong == 10
    assert "Too many wrong tries" in phone.submit(number, secret=PASSWORD)
    other = computer()
    other.get("/login/", follow=True)
    page = other.post("/login/", {"login": "hanako", "password": PASSWORD}).content.decode()
    assert "Too many wrong tries" in page
    (sent,) = mail.outbox
    assert "Wrong passwords were typed" in sent.subject
    assert "http://testserver/sessions/" in sent.body
    assert "/s/" not in sent.body


def test_five_wrong_ones_at_one_code_are_told_by_mail(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    for turn in range(5):
        assert len(mail.outbox) == 0, turn
        phone.submit(number, secret="wrong")
    assert "Wrong passwords were typed" in mail.outbox[0].subject


def test_a_wrong_number_ends_the_code(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(wrong_number(), secret=PASSWORD)
    assert DeviceLogin.objects.get().end_reason == "wrong_number"
    type_letters(phone, letters)
    assert "No computer is showing this code" in phone.page
    assert press(desk, approved="1").status == 410


def test_refusing_needs_no_password_and_ends_the_code(desk, phone):
    letters, _number = ask(desk)
    type_letters(phone, letters)
    assert "was not let in" in phone.submit("Refuse")
    assert press(desk, approved="1").status == 410
    assert not is_in(desk)


def test_pressing_too_early_and_too_often_is_told_to_slow_down(desk, phone):
    ask(desk)
    first = press(desk, approved="1", typed="BCDFGHJKLM")
    assert "Finish on the phone first" in first
    assert "BCDFG-HJKLM" in first  # the characters stay on the screen
    assert "Wait five seconds" in press(desk, approved="1")
    DeviceLogin.objects.update(pressed_at=timezone.now() - timedelta(seconds=6))
    assert "Finish on the phone first" in press(desk, approved="1")


def test_the_code_lives_ten_minutes(desk, phone):
    letters, number = ask(desk)
    left = DeviceLogin.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    DeviceLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert press(desk, approved="1").status == 410
    assert not is_in(desk)


def test_an_expired_code_cannot_be_approved(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    DeviceLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "No computer is showing this code" in phone.submit(number, secret=PASSWORD)
    assert DeviceLogin.objects.get().approved_at is None


def test_another_computer_gains_nothing_by_the_code(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    thief = computer()
    thief.get(reverse("device_ask"), follow=True)
    assert press(thief, approved="1", typed=letters).status == 410
    assert not is_in(thief)
    press(desk, approved="1")
    assert is_in(desk)


def test_who_knew_the_address_before_the_code_is_left_outside(hanako, phone):
    """A session that was handed out on purpose: the code goes to another one."""
    victim, attacker = PhoneClient("w3m/0.5.3"), PhoneClient("w3m/0.5.3")
    victim.get(reverse("device_ask"))
    attacker.token = victim.token
    attacker.get(reverse("device_ask"))
    known = attacker.page.forms[0].fields
    page = victim.submit("Get a code")
    letters = re.search(r"[A-Z]{5}-[A-Z]{5}", page.text)[0]
    number = re.search(r"number of this computer: (\d\d)", page.text)[1]
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    assert "はなこ" not in attacker.post(reverse("device_ask"), {**known, "approved": "1"}).html
    assert DeviceLogin.objects.get().used_at is None
    assert "はなこ" in victim.submit("I have approved it")


def test_what_was_refused_or_approved_meanwhile_cannot_be_approved(hanako):
    taro = make_member("taro")
    login, _letters = device_login.start_device_login(device="x", address="203.0.113.5")
    device_login.approve_device_login(login, login.number, by=hanako, approver_key="x")
    with pytest.raises(device_login.DeviceCodeExpired):
        device_login.approve_device_login(login, login.number, by=taro, approver_key="y")
    assert DeviceLogin.objects.get().approved_by == hanako
    other, _letters = device_login.start_device_login(device="x", address="203.0.113.5")
    device_login.end_device_login(other, "refused")
    with pytest.raises(device_login.DeviceCodeExpired):
        device_login.approve_device_login(other, other.number, by=hanako, approver_key="x")


def test_a_second_press_opens_no_second_session(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    login = DeviceLogin.objects.get()
    device_login.complete_device_login(login)
    with pytest.raises(device_login.DeviceCodeExpired):
        device_login.complete_device_login(DeviceLogin.objects.get())


def test_an_approval_falls_with_the_session_that_gave_it(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    end_session(session_key_of(phone))
    assert press(desk, approved="1").status == 410
    assert not is_in(desk)


def test_typing_wrong_codes_is_limited(phone):
    phone.get(reverse("device_ask"))
    pages = [phone.submit("Next", code="BCDFGHJKLM") for _ in range(11)]
    assert [page.status for page in pages] == [200] * 10 + [429]
    assert "Wait 15 minutes" in pages[-1]


def test_asking_is_limited(desk, settings):
    settings.ACCOUNT_RATE_LIMITS = {"device_ask": "2/m/ip"}
    statuses = [press(desk, ask="Ask").status for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_one_address_keeps_so_many_codes_and_the_newest_work(desk, phone):
    later = timezone.now() + timedelta(minutes=10)
    rows = [
        DeviceLogin(user_code_hash=f"{number}", address="127.0.0.1", number="10", expires_at=later)
        for number in range(device_login.MAX_PENDING_PER_ADDRESS + 20)
    ]
    DeviceLogin.objects.bulk_create(rows)
    letters, _number = ask(desk)
    assert DeviceLogin.objects.count() == device_login.MAX_PENDING_PER_ADDRESS
    assert "Let this computer in?" in type_letters(phone, letters)


def test_looking_at_the_page_asks_for_nothing(desk):
    desk.get(reverse("device_ask"))
    assert not DeviceLogin.objects.exists()


def test_the_letters_are_stored_hashed_and_in_no_session(desk):
    letters, _number = ask(desk)
    rows = str([*DeviceLogin.objects.values(), *(s.get_decoded() for s in Session.objects.all())])
    assert letters.replace("-", "") not in rows


def test_the_phone_is_told_and_a_mail_goes_out(hanako, desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    assert not mail.outbox
    assert "just now" not in phone.get(reverse("session_list"))
    press(desk, approved="1")
    assert "A computer logged in just now (Chrome on Windows)" in phone.get(reverse("session_list"))
    (sent,) = mail.outbox
    assert sent.to == ["hanako@example.com"]
    assert "Chrome on Windows" in sent.body
    assert "127.0.0.1" in sent.body
    assert "http://testserver/sessions/" in sent.body
    assert "/s/" not in sent.body
    assert "&" not in sent.body


def test_the_phone_ends_it_from_the_notice(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    press(desk, approved="1")
    phone.get(reverse("session_list"))
    assert "Ended" in phone.submit("End it")
    assert not is_in(desk)
    assert "just now" not in phone.get(reverse("session_list"))


def test_it_was_me_takes_the_notice_away_and_leaves_the_computer_in(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    press(desk, approved="1")
    phone.get(reverse("session_list"))
    phone.submit("It was me")
    assert "just now" not in phone.get(reverse("session_list"))
    assert is_in(desk)


def test_another_member_cannot_answer_the_notice(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    press(desk, approved="1")
    stranger = computer(make_member("taro"))
    pk = DeviceLogin.objects.get().pk
    stranger.post(reverse("phone_answer"), {f"end_computer_{pk}": "1"})
    stranger.post(reverse("phone_answer"), {f"me_computer_{pk}": "1"})
    assert is_in(desk)
    assert DeviceLogin.objects.get().is_acknowledged is False


def test_the_member_who_was_shut_out_lets_nobody_in(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    Member.objects.update(is_active=False)
    assert press(desk, approved="1").status == 410


def test_the_computer_must_type_the_password_for_what_asks_for_it(desk, phone):
    letters, number = ask(desk)
    type_letters(phone, letters)
    phone.submit(number, secret=PASSWORD)
    press(desk, approved="1")
    response = desk.get(reverse("phone_bookmark"))
    assert response.status_code == 302
    assert reverse("account_reauthenticate") in response["Location"]


@pytest.mark.parametrize("code", ["", "x", "BCDF GHJ", "１" * 30])
def test_what_is_no_code_is_asked_for_again(phone, code):
    phone.get(reverse("device_ask"))
    page = phone.submit("Next", code=code)
    assert page.status == 200
    assert "Let a computer in" in page


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_let_it_in_once(hanako):
    phone = log_in_phone(hanako)
    login, _letters = device_login.start_device_login(device="x", address="203.0.113.5")
    device_login.approve_device_login(
        login, login.number, by=hanako, approver_key=session_key_of(phone)
    )

    def use(_number: int) -> bool:
        try:
            return (
                device_login.complete_device_login(device_login.get_device_login(login.pk))
                == hanako
            )
        except device_login.DeviceCodeExpired:
            return False

    assert sorted(at_once(20, use)) == [False] * 19 + [True]


@pytest.mark.django_db(transaction=True)
def test_twenty_passwords_at_once_get_five_looks(hanako):
    login, _letters = device_login.start_device_login(device="x", address="203.0.113.5")

    def guess(_number: int) -> str:
        try:
            device_login.check_pin_or_password(login, "wrong", by=hanako, phone=None)
        except device_login.WrongPinOrPassword:
            return "looked"
        except device_login.DeviceCodeExpired:
            return "over"
        return "in"

    answers = at_once(20, guess)
    assert answers.count("looked") == 5
    assert answers.count("over") == 15
