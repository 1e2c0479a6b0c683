"""Coming in and going: sign-up, log-in by name or mail address, log-out, passwords, mail addresses."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import Member
from tests.accounts.away import read
from tests.form_client import FormClient
from tests.making import PASSWORD, make_member
from tests.phone import COMPUTER, PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

NEW = "another horse battery"


class BrokenMail(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.fixture
def hanako():
    return make_member("hanako")


def sign_up(phone, **changes):
    phone.get("/signup/")
    typed = {"username": "hanako", "email": "hanako@example.com", "password1": PASSWORD}
    return phone.submit("Sign up", **{**typed, **changes})


def is_in(phone, name="hanako"):
    return f"{name}" in phone.get("/account/") and "Log out" in phone.page


def address_in(message):
    """The one address in a mail, and that it is PUBLIC_URL's and carries no token."""
    [address] = re.findall(r"https?://\S+/\S+", message.body)
    assert address.startswith("http://testserver/")
    assert "/s/" not in message.body
    return address.removeprefix("http://testserver")


# --- Sign-up --------------------------------------------------------------------------------------


def test_a_phone_without_cookies_signs_up():
    phone = PhoneClient()
    sign_up(phone)
    member = Member.objects.get()
    assert (member.username, member.email, member.posts_by_me) == ("hanako", "", "friends")
    assert is_in(phone)


def test_the_mail_address_joins_when_its_link_is_pressed():
    phone = PhoneClient()
    sign_up(phone)
    [message] = mail.outbox
    assert message.to == ["hanako@example.com"]
    PhoneClient().get(address_in(message), bare=True)
    phone.get(address_in(message))
    phone.submit()
    assert Member.objects.get().email == "hanako@example.com"
    address = EmailAddress.objects.get()
    assert (address.verified, address.primary) == (True, True)


def test_sign_up_does_not_tell_whose_mail_address_has_an_account(hanako):
    ends = []
    for name, email in (("taro", "free@example.com"), ("jiro", "hanako@example.com")):
        phone = PhoneClient()
        page = sign_up(phone, username=name, email=email)
        hops = [hop.replace(phone.token, "") for hop in phone.hops]
        words = page.text.replace(email, "").replace(name, "").replace(phone.token, "")
        ends.append((page.status, hops and len(hops), words))
    assert ends[0] == ends[1]
    assert list(Member.objects.order_by("pk").values_list("email", flat=True)[1:]) == ["", ""]
    free, taken = mail.outbox
    assert "/mail/" in free.body
    assert taken.to == ["hanako@example.com"]
    assert "/mail/" not in taken.body
    assert address_in(taken) == "/password/reset/"


def test_a_second_address_does_not_tell_either(hanako):
    phone = log_in_phone(make_member("taro"))
    phone.get("/account/mail/")
    phone.submit("Add", email="free@example.com")
    phone.submit("Continue", password=PASSWORD)
    pages = [phone.submit("Add")]
    phone.get("/account/mail/")
    pages.append(phone.submit("Add", email="hanako@example.com"))
    assert pages[0].text.count("free@example.com") == pages[1].text.count("hanako@example.com") > 0
    assert ["/mail/" in message.body for message in mail.outbox[-2:]] == [True, False]


def test_a_keyboard_that_writes_the_first_letter_large_does_no_harm():
    sign_up(PhoneClient(), username="Hanako")
    assert Member.objects.get().username == "hanako"


@pytest.mark.parametrize("name", ["h", "花子", "hana ko", "1hanako", "a" * 31])
def test_a_name_that_cannot_stand_in_an_address_is_refused_beside_the_field(name):
    page = sign_up(PhoneClient(), username=name)
    assert not Member.objects.exists()
    assert 'class="e"' in page.html
    assert page.form("Sign up", set()).fields["email"] == ["hanako@example.com"]


def test_a_taken_name_is_told_in_any_letters(hanako):
    page = sign_up(PhoneClient(), username="HANAKO", email="other@example.com")
    assert "already exists" in page
    assert Member.objects.count() == 1


def test_a_machine_that_fills_in_every_field_signs_up_nobody():
    page = sign_up(PhoneClient(), website="http://spam.example/")
    assert "Check your email" in page
    assert not Member.objects.exists()
    assert not mail.outbox


def test_the_field_for_machines_is_labelled_for_text_browsers():
    page = PhoneClient().get("/signup/")
    assert "Leave this empty" in page
    assert " style=" not in page.html, "the policy of the page allows no inline style"


def test_next_survives_sign_up():
    phone = PhoneClient()
    phone.get("/signup/?next=/account/mail/")
    phone.submit("Sign up", username="hanako", email="h@example.com", password1=PASSWORD)
    assert phone.page.path.endswith("/account/mail/")


def test_next_never_leads_to_another_site():
    phone = PhoneClient()
    phone.get("/signup/?next=https://evil.example/")
    phone.submit("Sign up", username="hanako", email="h@example.com", password1=PASSWORD)
    assert phone.page.path == f"{phone.base}/"


# --- Log-in and log-out ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login", ["Hanako", " hanako ", "HANAKO@example.com", "Ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
)
def test_name_or_mail_address_in_any_letters(hanako, login):
    phone = PhoneClient()
    phone.get("/login/")
    anonymous = phone.token
    phone.submit("Log in", login=login, password=PASSWORD)
    assert is_in(phone)
    assert phone.token != anonymous


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(hanako):
    phone = PhoneClient()
    phone.get("/login/")
    page = phone.submit("Log in", login="hanako", password="wrong")
    assert "Forgot password" in page
    assert page.form("Log in", set()).fields["login"] == ["hanako"]
    assert page.form("Log in", set()).fields["password"] == [""]


def test_a_computer_logs_in_with_a_cookie(hanako):
    client = FormClient(HTTP_USER_AGENT=COMPUTER)
    client.get("/login/", follow=True)
    answer = client.post("/login/", {"login": "hanako", "password": PASSWORD})
    assert answer.cookies["sessionid"]["httponly"]
    assert "/s/" not in answer["Location"]
    assert "hanako" in read(client.get("/account/"))


def test_log_out_asks_first_and_leaves_a_page_without_session(hanako):
    phone = log_in_phone(hanako)
    token = phone.token
    page = phone.get("/logout/")
    assert "Sessions" in page
    phone.submit("Log out")
    assert phone.token != token
    phone.token = token
    assert "Log in" in phone.get("/account/")


def test_a_closed_account_is_told(hanako):
    Member.objects.update(is_active=False)
    phone = PhoneClient()
    phone.get("/login/")
    assert "closed" in phone.submit("Log in", login="hanako", password=PASSWORD)
    assert "Log in" in phone.get("/account/")


def test_what_was_typed_on_an_ended_session_stands_there_again_after_log_in(hanako):
    phone = log_in_phone(hanako)
    phone.get("/account/mail/")
    ended = phone.page
    second = PhoneClient()
    second.token = phone.token
    second.get("/logout/")
    second.submit("Log out")
    phone.page = ended
    page = phone.submit("Add", email="new@example.com")
    assert page.status == 200
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.status == 200
    assert is_in(phone)
    assert not EmailAddress.objects.filter(email="new@example.com").exists(), "shown, not sent"


# --- Passwords ------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_mail(hanako):
    phone = PhoneClient()
    phone.get("/login/")
    phone.follow("Forgot password")
    page = phone.submit("Send", email="hanako@example.com")
    assert "Check your email" in page
    [message] = mail.outbox
    other = PhoneClient()  # the mail is read elsewhere
    other.get(address_in(message))
    assert other.token != phone.token
    page = other.submit("Change password", password1=NEW, password2=NEW)
    assert "Your password is changed" in page
    other.get("/login/")
    other.submit("Log in", login="hanako", password=NEW)
    assert is_in(other)
    assert len(mail.outbox) == 2, "told that it was changed"
    assert "/s/" not in mail.outbox[1].body


def test_the_address_for_a_new_password_works_once(hanako):
    phone = PhoneClient()
    phone.get("/password/reset/")
    phone.submit("Send", email="hanako@example.com")
    address = address_in(mail.outbox[0])
    phone.get(address)
    phone.submit("Change password", password1=NEW, password2=NEW)
    page = PhoneClient().get(address)
    assert "or is too old" in page
    assert page.link("Send a new email")


def test_an_unknown_mail_address_looks_the_same_on_the_page(hanako):
    pages = []
    for email in ("hanako@example.com", "nobody@example.com"):
        phone = PhoneClient()
        phone.get("/password/reset/")
        pages.append(phone.submit("Send", email=email).text)
    assert pages[0] == pages[1]
    assert address_in(mail.outbox[1]) == "/signup/"


def test_a_mail_never_names_the_host_of_the_request(hanako, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client = FormClient(HTTP_HOST="evil.example", HTTP_USER_AGENT=COMPUTER)
    client.get("/password/reset/", follow=True)
    for email in ("hanako@example.com", "nobody@example.com"):
        client.post("/password/reset/", {"email": email})
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        address_in(message)
        assert "evil" not in f"{message.body}{message.subject}{message.from_email}"
        assert message.subject.startswith("Profile Link: ")
        assert len(message.body) < 500


def test_changing_the_password_ends_other_sessions_and_tells_by_mail(hanako):
    here, there = log_in_phone(hanako), log_in_phone(hanako)
    here.get("/account/password/")
    here.submit("Change password", oldpassword=PASSWORD, password1=NEW, password2=NEW)
    assert is_in(here)
    assert "Log in" in there.get("/account/")
    [message] = mail.outbox
    assert "Password changed" in message.subject
    assert "a flip phone (F-01J)" in message.body


def test_a_mail_server_that_is_down_loses_no_sign_up(settings):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenMail"
    phone = PhoneClient()
    page = sign_up(phone)
    assert page.status == 200
    assert "could not be sent" in page
    assert Member.objects.exists()


# --- Mail addresses -------------------------------------------------------------------------------


def test_a_mail_address_is_confirmed_by_a_press_not_by_a_preview():
    phone = PhoneClient()
    sign_up(phone)
    address = address_in(mail.outbox[0])
    reader = PhoneClient()
    reader.get(address)
    assert not EmailAddress.objects.get().verified
    reader.submit("Yes")
    assert EmailAddress.objects.get().verified
    assert "Log in" in reader.get("/account/"), "confirming logs nobody in"


def test_a_second_address_is_added_confirmed_chosen_and_the_first_removed(hanako):
    phone = log_in_phone(hanako)
    phone.get("/account/mail/")
    assert "Is it you?" in phone.submit("Add", email="new@example.com")
    assert not mail.outbox
    page = phone.submit("Continue", password=PASSWORD)
    assert page.form("Add", set()).fields["email"] == ["new@example.com"], "typed once is enough"
    assert "new@example.com" in phone.submit("Add")
    phone.get(address_in(mail.outbox[0]))
    phone.submit("Yes")
    phone.get("/account/mail/")
    phone.submit("Make primary")
    phone.get("/account/mail/")
    phone.submit("Remove")
    assert [one.email for one in EmailAddress.objects.all()] == ["new@example.com"]
    hanako.refresh_from_db()
    assert hanako.email == "new@example.com"


def test_an_address_that_is_used_up_says_so():
    assert "or is too old" in PhoneClient().get("/mail/made:up/")
