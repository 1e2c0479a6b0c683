"""A borrowed phone or a guessed password does not make the account somebody else's for good."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.actions import phones
from accounts.models import Phone
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

NEW = "another horse battery"
PIN = "4711"


@pytest.fixture
def hanako():
    return make_member("hanako")


def bookmark_of(member):
    return phones.create_bookmark(by=member, device="a phone", pin=PIN, session_key="")[1]


def test_who_is_in_without_the_password_changes_no_mail_address(hanako):
    """Or a borrowed phone would be enough to ask for a new password by one's own address."""
    EmailAddress.objects.create(user=hanako, email="second@example.com", verified=True)
    phone = log_in_phone(hanako)
    for button in ("action_add", "action_primary", "action_remove"):
        phone.get("/account/mail/")
        email = "new@example.com" if button == "action_add" else "second@example.com"
        phone.page = phone.get("/account/mail/")
        secret = phone.page.form("Add", set()).fields["csrfmiddlewaretoken"]
        sent = {"email": email, button: "1", "csrfmiddlewaretoken": secret}
        assert "Is it you?" in phone.post("/account/mail/", sent)
    assert not mail.outbox
    hanako.refresh_from_db()
    assert hanako.email == "hanako@example.com"
    assert EmailAddress.objects.filter(email="second@example.com", primary=False).exists()


def test_a_changed_password_ends_the_bookmarks_of_phones(hanako):
    code = bookmark_of(hanako)
    here = log_in_phone(hanako)
    here.get("/account/password/")
    here.submit("Change password", oldpassword=PASSWORD, password1=NEW, password2=NEW)
    assert "Log out" in here.get("/account/")
    assert PhoneClient().get(f"/p/{code}").status == 410


def test_a_password_from_a_mail_ends_the_bookmarks_of_phones(hanako):
    code = bookmark_of(hanako)
    phone = PhoneClient()
    phone.get("/password/reset/")
    phone.submit("Send", email="hanako@example.com")
    [address] = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    phone.get(address)
    phone.submit("Change password", password1=NEW, password2=NEW)
    assert PhoneClient().get(f"/p/{code}").status == 410


def test_other_changes_of_a_member_and_other_members_passwords_leave_bookmarks_alone(hanako):
    bookmark_of(hanako)
    hanako.about = "something else"
    hanako.save()
    taro = make_member("taro")
    taro.set_password(NEW)
    taro.save()
    assert Phone.objects.live().count() == 1
