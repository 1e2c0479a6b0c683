"""Locks on passwords and codes hold whatever happens to the cache, and their rows are bounded."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.utils import timezone

from accounts.actions import guesses
from accounts.bulkhead import PASSWORD_BULKHEAD
from accounts.models import GuessCount
from syndication.worker import sweep
from tests.accounts.away import read
from tests.form_client import FormClient
from tests.making import PASSWORD, make_member
from tests.phone import COMPUTER, PhoneClient, log_in_phone
from tests.racing import at_once

pytestmark = pytest.mark.django_db

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def hanako():
    return make_member("hanako")


def log_in(name, password, **extra):
    client = FormClient(HTTP_USER_AGENT=COMPUTER, **extra)
    client.get("/login/", follow=True)
    return client.post("/login/", {"login": name, "password": password})


def second_step(code):
    phone = PhoneClient()
    phone.get("/login/")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    return phone.submit("Log in", code=code)


def code_of(secret, *, ahead=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def lose_the_cache():
    """What other visitors' rows did to Django's own database cache, or a restart does to Redis."""
    cache.clear()


def test_a_lost_cache_does_not_open_an_account_to_more_guesses(hanako):
    for _turn in range(10):
        log_in("hanako", "wrong")
    lose_the_cache()
    assert "Too many wrong tries" in read(log_in("hanako", PASSWORD))


def test_a_lost_cache_does_not_open_the_second_factor_to_more_guesses(hanako):
    TOTP.activate(hanako, KEY)
    for _turn in range(10):
        second_step("000000")
    lose_the_cache()
    assert "Too many wrong tries" in second_step(code_of(KEY))


def test_a_lost_cache_does_not_let_a_used_code_in_again(hanako):
    TOTP.activate(hanako, KEY)
    code = code_of(KEY)
    assert "This code is wrong or has expired. Type the code that is shown now." not in second_step(
        code
    )
    lose_the_cache()
    assert "This code is wrong or has expired. Type the code that is shown now." in second_step(
        code
    )


def test_a_name_that_nobody_has_is_locked_like_any_other(hanako):
    for _turn in range(10):
        log_in("nobody", "wrong")
    assert "Too many wrong tries" in read(log_in("nobody", "wrong"))


def test_the_password_is_guessed_no_further_at_the_page_that_changes_it(hanako):
    phone = log_in_phone(hanako)
    phone.get("/account/confirm/?next=/account/password/")
    phone.submit("Continue", password=PASSWORD)
    for _turn in range(10):
        log_in("hanako", "wrong")
    new = {"password1": "another horse", "password2": "another horse"}
    assert "Too many wrong tries" in phone.submit("", {"oldpassword": PASSWORD, **new})


def test_who_has_no_row_for_the_mail_address_is_one_account_too(hanako):
    """As createsuperuser leaves it: an address on the member alone."""
    hanako.emailaddress_set.all().delete()
    for _turn in range(5):
        log_in("hanako", "wrong")
        log_in(hanako.email, "wrong")
    assert "Too many wrong tries" in read(log_in("hanako", PASSWORD))


def test_strangers_make_a_bounded_number_of_rows():
    names = {guesses.subject_of_unknown_name(f"name{number}") for number in range(20_000)}
    assert len(names) <= guesses.UNKNOWN_NAME_BUCKETS


def test_a_window_that_is_over_counts_nothing_and_its_row_is_swept(hanako):
    account = [guesses.subject_of_member(hanako)]
    for _turn in range(10):
        guesses.claim_guess(guesses.PASSWORD, account)
    with pytest.raises(guesses.TooManyGuesses):
        guesses.claim_guess(guesses.PASSWORD, account)
    GuessCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    guesses.claim_guess(guesses.PASSWORD, account)
    assert GuessCount.objects.get().count == 1
    sweep.purge_rows(timezone.now() + timedelta(minutes=6))
    assert not GuessCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_are_ten():
    def guess(_number):
        try:
            guesses.claim_guess(guesses.PASSWORD, ["one"])
        except guesses.TooManyGuesses:
            return False
        return True

    assert sum(at_once(20, guess)) == 10


class CountedHasher(MD5PasswordHasher):
    """Slow hashes are nearly all the time that a log-in takes."""

    algorithm = "counted"
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def hashes_of_a_wrong_password(login):
    CountedHasher.hashed = 0
    assert "password is wrong" in read(log_in(login, "wrong"))
    return CountedHasher.hashed


def test_how_long_a_log_in_takes_does_not_tell_whose_name_or_mail_address_is_known(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    make_member("hanako")
    by_address = [hashes_of_a_wrong_password(f"{name}@example.com") for name in ("hanako", "no")]
    by_name = [hashes_of_a_wrong_password(name) for name in ("hanako", "nobody")]
    assert by_address == by_name == [1, 1]


def test_a_wrong_password_is_hashed_once_where_it_is_asked_for_again(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    phone = log_in_phone(make_member("hanako"))
    phone.get("/account/confirm/?next=/account/password/")
    CountedHasher.hashed = 0
    assert "This is not your password" in phone.submit("Continue", password="wrong")
    assert CountedHasher.hashed == 1


def test_guesses_of_one_network_leave_threads_to_everybody_else(settings):
    """A hash takes a quarter of a second; whoever finds no place is told at once and keeps the name."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    make_member("hanako")
    CountedHasher.hashed = 0
    here = guesses.subject_of_network("192.0.2.1")
    with PASSWORD_BULKHEAD.hold_place(here), PASSWORD_BULKHEAD.hold_place(here):
        page = read(log_in("hanako", PASSWORD, REMOTE_ADDR="192.0.2.1"))
        assert "Too many people log in at this moment. Wait a few seconds" in page
        assert 'value="hanako"' in page.html
        assert CountedHasher.hashed == 0
        assert log_in("hanako", PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302
    assert log_in("hanako", PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_passwords_at_once_are_fewer_than_the_threads(hanako):
    with ExitStack() as others:
        for number in range(4):
            others.enter_context(PASSWORD_BULKHEAD.hold_place(f"network {number}"))
        assert "Too many people log in" in read(log_in("hanako", PASSWORD))
    assert log_in("hanako", PASSWORD).status_code == 302


def test_one_address_tries_two_passwords_a_second_and_no_more(hanako):
    """Right ones too: whoever has an account could keep the processors busy with those."""
    codes = [
        log_in(f"nobody{number}", "wrong", REMOTE_ADDR="192.0.2.1").status_code
        for number in range(121)
    ]
    assert codes == [200] * 120 + [429]
    assert log_in("hanako", PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302
