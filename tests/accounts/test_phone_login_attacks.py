"""Phone login by QR, attacked. Each of these must be refused."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import device_login, guesses, phone_login
from accounts.crypto import codes
from accounts.models import Member, PhoneLogin, PhoneOpener
from accounts.urlsession.api import end_session, open_session
from accounts.urlsession.models import Session
from tests.accounts.screens import number_on, numbers_on, opened_and_picked, press, show_code
from tests.making import make_member
from tests.phone import PhoneClient, computer, session_key_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db

OTHER_PHONE = "KDDI-SH3D UP.Browser/6.2_7.2.7.1.K.3 (GUI) MMP/2.0"
PREVIEWS = [
    "facebookexternalhit/1.1;line-poker/1.0",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.fixture
def taro() -> Member:
    return make_member("taro", display_name="太郎")


def other_phone() -> PhoneClient:
    """It says that it reads English: without that, an old phone's pages are in Japanese."""
    return PhoneClient(OTHER_PHONE, HTTP_ACCEPT_LANGUAGE="en")


def reason() -> str:
    return PhoneLogin.objects.get().end_reason


def expire() -> None:
    PhoneLogin.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def is_in(phone: PhoneClient) -> bool:
    return "はなこ" in phone.get("/")


def test_a_photographed_code_warns_the_computer_and_lets_only_the_picked_phone_in(hanako):
    client, mine, thief = computer(hanako), PhoneClient(), other_phone()
    _page, path, code = show_code(client)
    thief.get(path)
    number = number_on(mine.get(path))
    numbers = press(client, code=code, look="1")
    assert "More than one phone opened this code" in numbers
    assert "a flip phone (SH3D), a flip phone (F-01J)" in numbers
    press(client, code=code, number=number)
    assert thief.submit("Continue").status == 410
    assert is_in(mine) is False
    mine.get(path)  # the page is lost; the nonce that counts was on the first one
    assert mine.submit("Continue").status == 410


def test_the_picked_phone_gets_in_though_another_pressed_first(hanako):
    client, mine, thief = computer(hanako), PhoneClient(), other_phone()
    _page, path, code = show_code(client)
    thief.get(path)
    number = number_on(mine.get(path))
    press(client, code=code, number=number)
    assert thief.submit("Continue").status == 410
    assert "はなこ" in mine.submit("Continue")


def test_one_opener_alone_gives_no_warning(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    phone.get(path)
    assert "More than one phone" not in press(client, code=code, look="1")


def test_with_many_openers_a_number_is_still_nobody_s(hanako):
    client = computer(hanako)
    _page, path, code = show_code(client)
    real = {number_on(PhoneClient().get(path)) for _ in range(4)}
    shown = set(numbers_on(press(client, code=code, look="1")))
    assert real < shown


def test_a_seventh_opener_is_turned_away(hanako):
    _page, path, _code = show_code(computer(hanako))
    assert [PhoneClient().get(path).status for _ in range(7)] == [200] * 6 + [410]
    assert PhoneOpener.objects.count() == 6


def test_continue_pressed_again_is_refused(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    nonce = phone.page.forms[0].fields["nonce"][0]
    press(client, code=code, number=number)
    phone.submit("Continue")
    again = PhoneClient()
    assert again.post(path, {"nonce": nonce}).status == 410
    assert again.token == ""


def test_a_used_code_cannot_be_opened_again(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    press(client, code=code, number=number)
    phone.submit("Continue")
    assert PhoneClient().get(path).status == 410


def test_after_120_seconds_nothing_goes(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    left = PhoneLogin.objects.get().expires_at - timezone.now()
    assert timedelta(seconds=115) < left <= timedelta(seconds=120)
    number = number_on(phone.get(path))
    press(client, code=code, number=number)
    expire()
    assert phone.submit("Continue").status == 410
    assert PhoneClient().get(path).status == 410


def test_picking_after_120_seconds_lets_nobody_in(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    expire()
    assert press(client, code=code, number=number).status == 410
    assert PhoneLogin.objects.get().picked is None


@pytest.mark.parametrize("user_agent", PREVIEWS)
def test_a_link_preview_uses_nothing_up(hanako, user_agent):
    client = computer(hanako)
    _page, path, _code = show_code(client)
    sessions = Session.objects.count()
    bot = PhoneClient(user_agent)
    assert bot.get(path).status == 403
    assert "はなこ" not in bot.page.html
    assert bot.post(path, {"nonce": "x"}).status in (403, 410)
    assert not PhoneOpener.objects.exists()
    assert Session.objects.count() == sessions
    assert PhoneClient().get(path).status == 200


def test_a_head_request_opens_nothing(hanako):
    client = computer(hanako)
    _page, path, _code = show_code(client)
    assert computer().head(path).status_code == 405
    assert not PhoneOpener.objects.exists()


def test_a_wrong_pick_ends_the_code_for_everybody(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    wrong = next(
        shown for shown in numbers_on(press(client, code=code, look="1")) if shown != number
    )
    assert press(client, code=code, number=wrong).status == 410
    assert reason() == "wrong_pick"
    assert press(client, code=code, number=number).status == 410
    assert phone.submit("Continue").status == 410
    assert PhoneClient().get(path).status == 410


def test_none_of_these_ends_the_code(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    phone.get(path)
    press(client, code=code, stop="None of these")
    assert reason() == "stopped"
    assert phone.submit("Continue").status == 410


def test_the_code_ends_when_its_computer_logs_out(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    client.post(reverse("account_logout"))
    assert phone.submit("Continue").status == 410
    assert reason() == "logged_out"
    assert not is_in(phone)


def test_the_code_ends_when_its_computer_s_session_is_ended_elsewhere(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, _code = show_code(client)
    end_session(session_key_of(client))
    assert phone.get(path).status == 410
    assert reason() == "logged_out"


def test_the_code_ends_when_its_computer_s_session_times_out(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert phone.submit("Continue").status == 410


def test_the_code_ends_when_the_password_is_changed(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    hanako.set_password("another one entirely")
    hanako.save()
    assert phone.submit("Continue").status == 410


def test_the_code_of_a_member_who_was_shut_out_lets_nobody_in(hanako):
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    Member.objects.update(is_active=False)
    assert phone.submit("Continue").status == 410
    assert PhoneLogin.objects.get().used_at is None or not is_in(phone)


def test_the_code_lives_on_when_its_computer_s_session_gets_another_key(hanako):
    """A link made in another window rotates; that is no log-out."""
    client, phone = computer(hanako), PhoneClient()
    opened_and_picked(client, phone)
    store = open_session(session_key_of(client))
    store.cycle_key()
    assert PhoneLogin.objects.get().issuer_key == store.session_key
    assert "はなこ" in phone.submit("Continue")


def test_opening_logs_nobody_in(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    sessions = Session.objects.count()
    number = number_on(phone.get(path))
    press(client, code=code, number=number)
    phone.get(path)
    assert Session.objects.count() == sessions
    assert phone.token == ""
    assert PhoneLogin.objects.get().used_at is None


@pytest.mark.parametrize("nonce", ["", "x" * 22, "\0", "あ"])
def test_a_made_up_nonce_is_refused(hanako, nonce):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    press(client, code=code, number=number)
    assert PhoneClient().post(path, {"nonce": nonce}).status == 410
    assert "はなこ" in phone.submit("Continue")


def test_a_nonce_of_another_code_lets_in_by_neither(hanako, taro):
    _page, path, code = show_code(computer(hanako))
    _other, others_path, _others_code = show_code(computer(taro))
    thief = PhoneClient()
    thief.get(others_path)
    nonce = thief.page.forms[0].fields["nonce"][0]
    thief.post(path, {"nonce": nonce})
    assert thief.token == ""
    assert PhoneLogin.objects.filter(used_at__isnull=False).count() == 0


def test_another_member_and_another_computer_cannot_pick(hanako, taro):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    for stranger in (computer(taro), computer(hanako)):
        assert press(stranger, code=code, number=number).status == 410
        assert press(stranger, code=code, stop="1").status == 410
    assert PhoneLogin.objects.get().picked is None
    assert press(client, code=code, number=number).status == 200


def test_who_is_logged_out_is_shown_no_code(hanako):
    assert computer().get(reverse("phone_login")).status_code == 302


def test_a_press_without_csrf_token_is_refused_on_the_computer(hanako):
    client = computer(hanako)
    client.handler.enforce_csrf_checks = True
    assert client.post(reverse("phone_login")).status_code == 403
    assert not PhoneLogin.objects.exists()


def test_looking_at_the_page_makes_no_code(hanako):
    computer(hanako).get(reverse("phone_login"))
    assert not PhoneLogin.objects.exists()


def test_a_new_code_ends_the_one_before_it_on_that_computer(hanako):
    client, other = computer(hanako), computer(hanako)
    _page, path, _code = show_code(client)
    _page, others_path, _code = show_code(other)
    _page, newer_path, _code = show_code(client)
    assert PhoneClient().get(path).status == 410
    assert PhoneClient().get(newer_path).status == 200
    assert PhoneClient().get(others_path).status == 200


def type_wrong(count, address="127.0.0.1"):
    phone = PhoneClient(REMOTE_ADDR=address)
    return [phone.post("/q/", {"code": "BCDFGHJKLM"}).status for _ in range(count)]


def test_wrong_typed_codes_are_limited_for_one_address(hanako):
    assert type_wrong(12) == [200] * 10 + [429] * 2
    page = PhoneClient().post("/q/", {"code": "BCDFGHJKLM"})
    assert "Wait 15 minutes" in page
    assert page.forms[0].fields["code"] == ["BCDFGHJKLM"]
    assert type_wrong(1, "203.0.113.9") == [200]


def test_an_ipv6_48_is_one_address(hanako):
    assert type_wrong(10, "2001:db8:1:2::1") == [200] * 10
    assert type_wrong(1, "2001:db8:1:ffff::9") == [429]
    assert type_wrong(1, "2001:db8:2:2::1") == [200]


def test_a_few_addresses_do_not_silence_everybody(hanako):
    """300 codes a minute from 15 addresses did: there was one counter for the whole site."""
    for last in range(15):
        assert type_wrong(20, f"203.0.113.{last}").count(429) == 10
    assert type_wrong(1, "198.51.100.7") == [200]


def test_right_codes_use_nothing_up(hanako):
    client = computer(hanako)
    for _turn in range(12):
        _page, _path, code = show_code(client)
        page = PhoneClient().post("/q/", {"code": codes.derive_typed_code(code)})
        assert "Your number" in page


def test_the_chance_of_a_hit_is_below_one_in_a_thousand_a_day(settings):
    """10,000 addresses that guess all day, 1,000 live codes."""
    limit = guesses.TYPED_CODE
    guesses_a_day = 10_000 * limit.most * (timedelta(days=1) / limit.window)
    assert guesses_a_day * 1_000 / len(codes.TYPED_LETTERS) ** codes.TYPED_LENGTH <= 1e-3
    assert max(phone_login.PHONE_CODE_LIFETIME, device_login.DEVICE_CODE_LIFETIME) <= timedelta(
        minutes=10
    )


def test_no_limit_is_for_all_visitors_together(settings):
    ours = {"device_code", "device_ask", "link_server", "export"}
    for name in ours:
        assert "key" not in settings.ACCOUNT_RATE_LIMITS[name]


def test_no_code_nonce_or_letters_are_stored(hanako):
    client, phone = computer(hanako), PhoneClient()
    shown, path, code = show_code(client)
    phone.get(path)
    nonce = phone.page.forms[0].fields["nonce"][0]
    rows = [*PhoneLogin.objects.values(), *PhoneOpener.objects.values()]
    rows += [row.get_decoded() for row in Session.objects.all()]
    for secret in (code, nonce, phone_login.codes.derive_typed_code(code)):
        assert secret not in str(rows)


@pytest.mark.parametrize("path", ["/q/x", "/q/../../admin", "/q/" + "あ" * 22, "/q/" + "x" * 300])
def test_what_is_no_code_is_answered_alike(hanako, path):
    page = PhoneClient().get(path)
    assert page.status in (404, 410)
    assert "はなこ" not in page.html


# --- Many at once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_continues_at_once_make_one_session(hanako):
    client, phone = computer(hanako), PhoneClient()
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    nonce = phone.page.forms[0].fields["nonce"][0]
    press(client, code=code, number=number)
    before = Session.objects.count()

    def proceed(_number: int) -> int:
        return PhoneClient().post(path, {"nonce": nonce}).status

    assert sorted(at_once(20, proceed)) == [200] + [410] * 19
    assert Session.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_ten_codes_asked_for_at_once_leave_one_live(hanako):
    key = session_key_of(computer(hanako))
    at_once(10, lambda _number: phone_login.start_phone_login(by=hanako, issuer_key=key))
    assert PhoneLogin.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_phones_that_open_at_once_get_numbers_of_their_own(hanako):
    _page, path, _code = show_code(computer(hanako))
    numbers = at_once(6, lambda _number: number_on(PhoneClient().get(path)))
    assert len(set(numbers)) == 6


@pytest.mark.django_db(transaction=True)
def test_two_picks_at_once_pick_one(hanako):
    client = computer(hanako)
    _page, path, _code = show_code(client)
    drawn = [number_on(PhoneClient().get(path)) for _ in range(2)]
    login = PhoneLogin.objects.get()

    def pick(which: int) -> bool:
        try:
            return phone_login.pick_number(PhoneLogin.objects.get(pk=login.pk), drawn[which])
        except phone_login.PhoneCodeExpired:
            return False

    assert sorted(at_once(2, pick)) == [False, True]
