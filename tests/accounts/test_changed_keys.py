"""SECRET_KEY and PIN_KEY are changed on a running site: with the former one as a fallback all goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import phones
from accounts.actions.notice_mail import choices
from accounts.actions.sessions import is_logged_in
from accounts.crypto import codes
from accounts.models import MailClass, Member, NoticeMail, Phone
from syndication.actions import post_addresses
from tests.accounts.away import OUR_DOCUMENT
from tests.accounts.screens import show_code
from tests.making import PASSWORD, make_member, make_post
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.profilelink.test_settings import started

pytestmark = pytest.mark.django_db

NEW = "a key that was made this morning, of enough letters"
PIN = "8306"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def change_key(settings: Any, name: str, *, keeps_former: bool = True) -> None:
    former = getattr(settings, name)
    setattr(settings, f"{name}_FALLBACKS", [former] if keeps_former else [])
    setattr(settings, name, NEW)


@pytest.mark.parametrize("keeps_former", [True, False])
def test_sessions_of_both_modes_go_on(hanako, settings, keeps_former) -> None:
    phone, client = PhoneClient(), computer(hanako)
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit(login="hanako", password=PASSWORD)
    key = session_key_of(client)
    assert is_logged_in(hanako, key)
    change_key(settings, "SECRET_KEY", keeps_former=keeps_former)
    assert is_logged_in(hanako, key) == keeps_former
    assert ("hanako" in phone.get("/account/")) == keeps_former
    assert (client.get("/account/").status_code == 200) == keeps_former


def test_an_outside_address_on_a_page_of_before_still_leads_out(hanako, settings) -> None:
    phone = log_in_phone(hanako)
    post = make_post(author=hanako, kind="link", text="", url="https://example.org/a")
    page = phone.get(reverse("post_detail", args=[post.pk]))
    [ticket] = {link.href for link in page.links if "/out/" in link.href}
    change_key(settings, "SECRET_KEY")
    assert "https://example.org/a" in Client().get(ticket).content.decode()


def test_the_address_in_a_mail_of_before_still_ends_mails(hanako, settings) -> None:
    mail = NoticeMail(pk=7, member=hanako, mail_class=MailClass.PEOPLE)
    token = choices.make_off_token(mail)
    NoticeMail.objects.create(
        pk=7, member=hanako, key="x", mail_class=MailClass.PEOPLE, address=hanako.email,
        created_at=hanako.date_joined,
    )  # fmt: skip
    change_key(settings, "SECRET_KEY")
    assert choices.make_off_token(mail) != token
    assert choices._mail_of_token(token) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert choices._mail_of_token(token) is None


def test_bluesky_is_shown_the_former_key_beside_the_new_one(client, settings) -> None:
    """A link keeps the key that it began with: without it, its server ends the session."""
    settings.PUBLIC_URL = "https://profile.example.jp"
    path = OUR_DOCUMENT.removeprefix("http://testserver")
    [before] = client.get(path).json()["jwks"]["keys"]
    change_key(settings, "SECRET_KEY")
    first, second = client.get(path).json()["jwks"]["keys"]
    assert second == before
    assert first["kid"] != before["kid"]
    assert not any("d" in each for each in (first, second))


# --- PIN_KEY --------------------------------------------------------------------------------------


def bookmarked(member: Member) -> str:
    _phone, code = phones.create_bookmark(by=member, device="a flip phone", pin=PIN, session_key="")
    return reverse("pin_enter", args=[code])


def comes_in(address: str, pin: str = PIN) -> bool:
    phone = PhoneClient()
    phone.get(address)
    phone.submit("Log in", pin=pin)
    return phone.get("/account/").status == 200 and "hanako" in phone.get("/account/")


def test_a_pin_of_the_former_key_is_hashed_anew_when_it_is_typed(hanako, settings) -> None:
    address = bookmarked(hanako)
    before = Phone.objects.get().pin_hash
    change_key(settings, "PIN_KEY")
    assert not comes_in(address, "9999")
    assert Phone.objects.get().pin_hash == before
    assert comes_in(address)
    after = Phone.objects.get().pin_hash
    assert after != before
    assert comes_in(address)
    assert Phone.objects.get().pin_hash == after
    settings.PIN_KEY_FALLBACKS = []
    assert comes_in(address)


def test_without_the_former_key_the_pin_is_wrong(hanako, settings) -> None:
    address = bookmarked(hanako)
    change_key(settings, "PIN_KEY", keeps_former=False)
    assert not comes_in(address)


def test_addresses_for_mail_and_typed_codes_are_found(hanako, settings) -> None:
    local = post_addresses.full_address(post_addresses.enable_post_by_mail(by=hanako))
    change_key(settings, "PIN_KEY")
    assert post_addresses.find_post_address(local.partition("@")[0]).member == hanako
    settings.PIN_KEY_FALLBACKS = []
    assert post_addresses.find_post_address(local.partition("@")[0]) is None


def test_a_code_typed_on_a_phone_while_the_key_changes(hanako, settings) -> None:
    shown, _path, _code = show_code(computer(hanako))
    typed = re.search(r"[A-Z]{5}-[A-Z]{5}", shown.text)
    assert typed
    change_key(settings, "PIN_KEY")
    phone = PhoneClient()
    phone.get("/q/")
    assert "hanako" in phone.submit("Continue", code=typed[0])


def test_a_new_code_is_hashed_with_the_new_key_alone(settings) -> None:
    before = codes.hash_typed_code("BCDFGHJKLM", "phone")
    change_key(settings, "PIN_KEY")
    first, second = codes.typed_code_hashes("bcdfg-hjklm", "phone")
    assert (first, second) == (codes.hash_typed_code("BCDFGHJKLM", "phone"), before)


@pytest.mark.parametrize("name", ["SECRET_KEY_FALLBACKS", "PIN_KEY_FALLBACKS"])
def test_a_fallback_that_was_never_a_key_stops_the_start(name) -> None:
    ran = started("-c", "import profilelink.wsgi", **{name: f"{'k1' * 20},short"})
    assert ran.returncode != 0
    assert f"{name} holds something that is shorter" in ran.stderr
    assert "short," not in ran.stderr
