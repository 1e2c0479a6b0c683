"""Coming back by a bookmark and a PIN."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.actions import phones
from accounts.crypto import codes
from accounts.models import Member, Phone
from accounts.urlsession.api import open_session
from accounts.urlsession.models import Session
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db

PIN = "8306"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


def bookmarked(member: Member) -> str:
    """The path of a bookmark that this member made on some phone."""
    _phone, code = phones.create_bookmark(by=member, device="a flip phone", pin=PIN, session_key="")
    return reverse("pin_enter", args=[code])


def with_password_typed(member: Member) -> PhoneClient:
    phone = log_in_phone(member)
    phone.get(reverse("phone_bookmark"))
    phone.submit(password=PASSWORD)
    return phone


def is_in(phone: PhoneClient) -> bool:
    return "はなこ" in phone.get("/")


def test_the_whole_way_from_the_password_to_coming_back(hanako):
    phone = log_in_phone(hanako)
    page = phone.get(reverse("phone_bookmark"))
    assert page.path.partition("?")[0].endswith(reverse("account_reauthenticate"))
    page = phone.submit(password=PASSWORD)
    assert page.path.endswith(reverse("phone_bookmark"))
    made = phone.submit("Make the bookmark", pin=PIN, pin_again=PIN)
    address = re.search(r"http://testserver(/p/[\w-]{22})", made.text)[1]
    phone.forget()
    assert "はなこ" in phone.get(address)
    home = phone.submit("Log in", pin=PIN)
    assert re.fullmatch(r"/s/[\w-]{22}/", home.path)
    assert "はなこ" in home


def test_a_log_in_by_password_counts_as_having_typed_it(hanako):
    phone = PhoneClient()
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit(login="hanako", password=PASSWORD)
    assert "PIN, 4 to 8 digits" in phone.get(reverse("phone_bookmark"))


def test_a_password_typed_long_ago_is_asked_for_again(hanako):
    phone = with_password_typed(hanako)
    store = open_session(session_key_of(phone))
    for record in store["account_authentication_methods"]:
        record["at"] -= 301
    store.save()
    page = phone.submit("Make the bookmark", pin=PIN, pin_again=PIN)
    assert "account/confirm" in page.path
    assert not Phone.objects.exists()


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("830", "830", "4 to 8 digits"),
        ("830612345", "830612345", "4 to 8 digits"),
        ("83o6", "83o6", "4 to 8 digits"),
        ("0000", "0000", "This PIN is too easy to guess. Choose another."),
        ("1234", "1234", "This PIN is too easy to guess. Choose another."),
        ("8306", "8307", "The two PINs differ"),
    ],
)
def test_a_pin_that_will_not_do_is_refused(hanako, pin, again, words):
    phone = with_password_typed(hanako)
    assert words in phone.submit("Make the bookmark", pin=pin, pin_again=again)
    assert not Phone.objects.exists()


def test_neither_bookmark_nor_pin_is_stored(hanako):
    path = bookmarked(hanako)
    row = str(Phone.objects.values())
    assert path.removeprefix("/p/") not in row
    assert PIN not in row


def test_the_page_with_the_bookmark_carries_no_token_of_the_session(hanako):
    phone = with_password_typed(hanako)
    made = phone.submit("Make the bookmark", pin=PIN, pin_again=PIN)
    assert phone.token not in made.link("/p/").href


def test_asking_for_the_pin_sets_no_cookie_and_makes_no_session(hanako):
    path, browser = bookmarked(hanako), computer()
    for response in (browser.get(path), browser.post(path, {"pin": "8307"})):
        assert not response.cookies
    assert not Session.objects.exists()


def test_a_computer_s_cookie_is_not_read_there(hanako):
    browser = computer(make_member("taro"))
    response = browser.get(bookmarked(hanako))
    assert "taro" not in response.content.decode()


def test_the_pin_page_links_to_nothing_outside(hanako):
    page = PhoneClient().get(bookmarked(hanako))
    assert {link.href for link in page.links} == {"/q/", "/m/"}
    assert page.sources == []
    assert len(page.html.encode()) < 2500


def test_a_wrong_pin_says_how_many_tries_are_left(hanako):
    phone = PhoneClient()
    phone.get(bookmarked(hanako))
    assert "Tries left: 4" in phone.submit("Log in", pin="8307")
    assert phone.token == ""


def test_after_five_wrong_pins_the_right_one_is_refused_too(hanako):
    path = bookmarked(hanako)
    statuses = [PhoneClient().post(path, {"pin": "8307"}).status for _ in range(5)]
    assert statuses == [200] * 4 + [410]
    page = PhoneClient().post(path, {"pin": PIN})
    assert page.status == 410
    assert "QR code or by your password" in page
    assert PhoneClient().get(path).status == 410


def test_the_right_pin_takes_back_the_wrong_tries(hanako):
    path = bookmarked(hanako)
    for pin in ("8307", "8307", PIN, "8307", "8307", "8307", "8307", PIN):
        last = PhoneClient().post(path, {"pin": pin})
    assert last.status == 200
    assert Phone.objects.get().wrong_tries == 0


def test_a_pin_may_be_typed_in_full_width_digits(hanako):
    phone = PhoneClient()
    phone.get(bookmarked(hanako))
    assert "はなこ" in phone.submit("Log in", pin="８３０６")


@pytest.mark.parametrize("code", ["x", "x" * 22, "x" * 300])
def test_a_bookmark_that_is_none_says_what_to_do(hanako, code):
    page = PhoneClient().get(f"/p/{code}")
    assert page.status == 410
    assert "Log in by a QR code" in page


def test_a_bookmark_that_was_ended_opens_nothing_and_puts_its_phone_out(hanako):
    path, phone = bookmarked(hanako), PhoneClient()
    phone.get(path)
    phone.submit("Log in", pin=PIN)
    assert is_in(phone)
    other = log_in_phone(hanako)
    other.get(reverse("phone_list"))
    other.submit("End")
    assert PhoneClient().get(path).status == 410
    assert not is_in(phone)


def test_another_member_cannot_end_it(hanako):
    path = bookmarked(hanako)
    taro = computer(make_member("taro"))
    taro.post(reverse("phone_list"), {f"phone_{Phone.objects.get().pk}": "End"})
    assert PhoneClient().get(path).status == 200


def test_the_member_who_was_shut_out_does_not_come_back(hanako):
    path = bookmarked(hanako)
    Member.objects.update(is_active=False)
    assert PhoneClient().post(path, {"pin": PIN}).status == 410


def test_a_pin_is_no_password(hanako):
    """What asks for a recently typed password still asks."""
    phone = PhoneClient()
    phone.get(bookmarked(hanako))
    phone.submit("Log in", pin=PIN)
    for name in ("phone_bookmark", "mfa_activate_totp", "account_change_password"):
        page = phone.get(reverse(name))
        assert "password" in page.html.lower(), name
    assert "account/confirm" in phone.get(reverse("phone_bookmark")).path


def test_each_phone_has_a_bookmark_of_its_own(hanako):
    first, second = bookmarked(hanako), bookmarked(hanako)
    phones.end_bookmark(Phone.objects.order_by("pk")[0].pk, by=hanako)
    assert PhoneClient().get(first).status == 410
    assert PhoneClient().get(second).status == 200


def test_a_bookmark_does_not_run_out_of_time(hanako):
    path = bookmarked(hanako)
    Phone.objects.update(created_at=timezone.now() - timedelta(days=3650))
    assert PhoneClient().get(path).status == 200


def test_a_link_preview_of_the_bookmark_learns_no_name(hanako):
    page = PhoneClient("Twitterbot/1.0").get(bookmarked(hanako))
    assert page.status == 403
    assert "はなこ" not in page.html


def time_out(phone: PhoneClient) -> None:
    """Half an hour passes without a request."""
    row = Session.objects.filter(session_key=session_key_of(phone))
    row.update(expire_date=timezone.now() - timedelta(seconds=1))


def pin_phone_with_late_form(member: Member) -> PhoneClient:
    """A phone that came in by PIN and sends a form after its session ended."""
    phone = PhoneClient()
    phone.get(bookmarked(member))
    phone.submit("Log in", pin=PIN)
    phone.get(reverse("profile_edit"))
    time_out(phone)
    phone.submit(about="けさ、はじめて雪を見た。")
    return phone


def test_what_was_typed_waits_for_the_pin(hanako):
    phone = pin_phone_with_late_form(hanako)
    assert phone.page.status == 200
    assert "type your PIN" in phone.page
    page = phone.submit("Log in", pin=PIN)
    assert page.path.endswith(reverse("profile_edit"))
    assert "けさ、はじめて雪を見た。" in page.html
    hanako.refresh_from_db()
    assert hanako.about == ""  # shown again, not sent


def test_a_wrong_pin_there_counts_and_keeps_what_was_typed(hanako):
    phone = pin_phone_with_late_form(hanako)
    for _ in range(4):
        page = phone.submit("Log in", pin="8307")
        assert "けさ、はじめて雪を見た。" in page.html
    assert phone.submit("Log in", pin="8307").status == 410
    assert Phone.objects.get().is_locked


def test_a_late_form_of_a_phone_without_pin_is_asked_for_the_password(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    time_out(phone)
    assert "password" in phone.submit(about="雪").html


def test_a_bookmark_that_was_ended_lets_nobody_go_on(hanako):
    phone = pin_phone_with_late_form(hanako)
    phones.end_bookmark(Phone.objects.get().pk, by=hanako)
    phone.submit("Log in", pin=PIN)
    assert not is_in(phone)


def test_a_locked_phone_is_said_so_in_the_list(hanako):
    bookmarked(hanako)
    Phone.objects.update(wrong_tries=5)
    assert "Locked after 5 wrong PINs" in log_in_phone(hanako).get(reverse("phone_list"))


@pytest.mark.django_db(transaction=True)
def test_twenty_pins_at_once_get_five_looks(hanako):
    path = bookmarked(hanako)
    seen = [
        phones.get_bookmarked_phone(path.removeprefix("/p/")) for _ in range(20)
    ]  # by each, before any try

    def guess(number: int) -> str:
        try:
            return "right" if phones.check_pin(seen[number], f"{4000 + number}") else "wrong"
        except phones.PinLocked:
            return "locked"

    answers = at_once(20, guess)
    # The fifth wrong look is answered as locked already.
    assert answers.count("wrong") <= 4
    phone = Phone.objects.get()
    assert phone.wrong_tries == 5
    assert codes.verify_pin(PIN, phone.pin_hash)


def test_a_dead_address_names_nobody_in_another_browser(hanako):
    """Opened there within a day, it showed the name and took the PIN."""
    phone = PhoneClient()
    phone.get(bookmarked(hanako))
    phone.submit("Log in", pin=PIN)
    time_out(phone)
    path = f"{phone.base}/profile/"
    stranger = PhoneClient(phone.user_agent.replace("F-01J", "SH-01J"), REMOTE_ADDR="203.0.113.9")
    page = stranger.post(path, {"about": "x"})
    assert "Log in again" in page
    assert "はなこ" not in page.html
    assert "PIN" not in page
    assert stranger.post("/phones/pin/", {"pin": PIN}).status in (302, 403)
    assert "type your PIN" in phone.post(path, {"about": "x"})


def test_a_dead_address_asks_for_the_pin_once(hanako):
    phone = pin_phone_with_late_form(hanako)
    late = phone.hops or phone.page.path
    token = str(late).split("/")[2]
    assert "type your PIN" in phone.page
    page = PhoneClient().post(f"/s/{token}/profile/", {"about": "x"})
    assert "Log in again" in page
    assert "はなこ" not in page.html


def test_the_member_is_told_of_an_address_opened_elsewhere_and_the_phone_goes_on_by_pin(hanako):
    hanako.email = "hanako@example.jp"
    hanako.save()
    phone = PhoneClient()
    phone.get(bookmarked(hanako))
    phone.submit("Log in", pin=PIN)
    phone.get(reverse("profile_edit"))
    for _ in range(2):
        thief = PhoneClient("Lynx/2.9.0 libwww-FM/2.14", REMOTE_ADDR="203.0.113.9")
        page = thief.get(f"{phone.base}/profile/")
        assert "Password" in page
        assert "はなこ" not in page.html
    [told] = mail.outbox
    assert told.to == ["hanako@example.jp"]
    assert "Lynx\nfrom 203.0.113.9" in told.body
    assert phone.token not in told.body
    page = phone.submit(about="けさ、雪を見た。")
    assert "opened in another browser" in page
    assert "type your PIN" in page
    assert "けさ、雪を見た。" in phone.submit("Log in", pin=PIN).html
