"""Addresses that docomo and au gave out against the standard are one address in every form."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.mail_addresses import canonical_email
from accounts.models import Member
from syndication.actions import post_addresses
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, log_in_phone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Hanako@Example.com", "hanako@example.com"),
        ("a..b.@docomo.ne.jp", '"a..b."@docomo.ne.jp'),
        ('"a..b."@docomo.ne.jp', '"a..b."@docomo.ne.jp'),
        (".a@ezweb.ne.jp", '".a"@ezweb.ne.jp'),
        ("-a-@t.ezweb.ne.jp", "-a-@t.ezweb.ne.jp"),
        ('"hanako"@docomo.ne.jp', "hanako@docomo.ne.jp"),
        ("a..b@gmail.com", "a..b@gmail.com"),  # a slip, which the validator finds
        ("a..b@notdocomo.ne.jp", "a..b@notdocomo.ne.jp"),
        ('"a b"@docomo.ne.jp', '"a b"@docomo.ne.jp'),
        ("hanako", "hanako"),
    ],
)
def test_an_address_has_one_form(typed: str, stored: str):
    assert canonical_email(typed) == stored
    assert canonical_email(stored) == stored


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["a..b.@docomo.ne.jp", '"A..b."@docomo.ne.jp'])
def test_signing_up_and_logging_in_take_either_form(typed: str):
    phone = PhoneClient()
    phone.get("/signup/")
    phone.submit("Sign up", username="hanako", email=typed, password1=PASSWORD)
    assert EmailAddress.objects.get().email == '"a..b."@docomo.ne.jp'
    assert mail.outbox[0].to == ['"a..b."@docomo.ne.jp']
    for login in ("a..b.@docomo.ne.jp", '"a..b."@docomo.ne.jp'):
        phone = PhoneClient()
        phone.get("/login/")
        phone.submit("Log in", login=login, password=PASSWORD)
        assert "Log out" in phone.get("/account/")


@pytest.mark.django_db
def test_a_slip_elsewhere_is_still_found():
    phone = PhoneClient()
    phone.get("/signup/")
    phone.submit("Sign up", username="hanako", email="a..b@example.com", password1=PASSWORD)
    assert not Member.objects.exists()


@pytest.mark.django_db
def test_the_sender_of_a_mail_is_known_in_either_form():
    hanako = make_member("hanako", email='"a..b."@ezweb.ne.jp')
    for sender in ("a..b.@ezweb.ne.jp", '"a..b."@ezweb.ne.jp', "A..B.@EZWEB.ne.jp"):
        assert post_addresses.confirmed_address(sender, hanako) == '"a..b."@ezweb.ne.jp'


@pytest.mark.django_db
def test_a_forgotten_password_and_a_second_address_take_either_form():
    make_member("hanako", email='"a..b."@ezweb.ne.jp')
    phone = PhoneClient()
    phone.get("/password/reset/")
    phone.submit("Send", email="a..b.@ezweb.ne.jp")
    assert mail.outbox[0].to == ['"a..b."@ezweb.ne.jp']
    assert EmailAddress.objects.count() == 1


@pytest.mark.django_db
def test_the_page_shows_an_address_as_it_was_typed():
    phone = log_in_phone(make_member("hanako", email='"a..b."@ezweb.ne.jp'))
    assert "a..b.@ezweb.ne.jp" in phone.get("/account/mail/")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [f"hanako@{'あ' * 60}.jp", '"a\x0bb"@example.com'])
def test_an_address_that_no_mail_can_have_is_corrected_on_every_form(typed: str):
    """A label of 60 kana is longer than the DNS takes, once it is encoded: no mail can be made for it."""
    phone = PhoneClient()
    phone.get("/signup/")
    phone.submit("Sign up", username="mika", email=typed, password1=PASSWORD)
    assert "Enter a valid email address." in phone.page
    phone.get("/password/reset/")
    phone.submit("Send", email=typed)
    assert "Enter a valid email address." in phone.page
    assert not Member.objects.exists()
    phone = log_in_phone(make_member("hanako"))
    phone.get("/account/mail/")
    phone.submit("Add", email=typed)
    assert "Enter a valid email address." in phone.page
    assert EmailAddress.objects.count() == 1
    assert not mail.outbox
