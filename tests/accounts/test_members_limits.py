"""Limits hold back who guesses one account's password, not everybody behind one carrier's gateway."""

import pytest
from django.core import mail

from tests.accounts.away import read
from tests.form_client import FormClient
from tests.making import PASSWORD, make_member
from tests.phone import COMPUTER, PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db


def computer_at_login():
    client = FormClient(HTTP_USER_AGENT=COMPUTER)
    client.get("/login/", follow=True)
    return client


def log_in(client, name, password):
    return client.post("/login/", {"login": name, "password": password})


def test_forty_members_log_in_through_one_gateway_within_a_minute():
    names = [f"member{number}" for number in range(40)]
    for name in names:
        make_member(name)
    for name in names:
        assert log_in(computer_at_login(), name, PASSWORD).status_code == 302


def test_forty_names_with_wrong_passwords_do_not_lock_the_gateway_out():
    make_member("hanako")
    client = computer_at_login()
    for number in range(40):
        assert "password is wrong" in read(log_in(client, f"nobody{number}", "wrong"))
    assert log_in(client, "hanako", PASSWORD).status_code == 302


def test_the_eleventh_try_on_one_name_is_stopped_and_the_page_says_what_to_do():
    make_member("hanako")
    make_member("taro")
    client = computer_at_login()
    for _turn in range(10):
        assert "password is wrong" in read(log_in(client, "hanako", "wrong"))
    for name in ("hanako", "HANAKO", " hanako"):
        page = read(log_in(client, name, PASSWORD))
        assert "Too many wrong tries" in page
        assert "Wait 5 minutes" in page
        assert page.link("Forgot password")
    assert log_in(client, "taro", PASSWORD).status_code == 302


def test_the_tries_of_one_account_count_together_whether_by_name_or_by_mail_address():
    make_member("hanako")
    client = computer_at_login()
    for _turn in range(5):
        log_in(client, "hanako", "wrong")
        log_in(client, "hanako@example.com", "wrong")
    assert "Too many wrong tries" in read(log_in(client, "hanako", PASSWORD))
    assert "Too many wrong tries" in read(log_in(client, "hanako@example.com", PASSWORD))


def test_a_new_password_opens_the_account_again_at_once():
    make_member("hanako")
    client = computer_at_login()
    for _turn in range(11):
        log_in(client, "hanako", "wrong")
    phone = PhoneClient()
    phone.get("/password/reset/")
    phone.submit("Send", email="hanako@example.com")
    phone.get(mail.outbox[0].body.split("http://testserver")[1].split()[0])
    phone.submit("Change password", password1="another horse", password2="another horse")
    assert log_in(client, "hanako", "another horse").status_code == 302


def test_successful_log_ins_use_nothing_up():
    make_member("hanako")
    for _turn in range(12):
        assert log_in(computer_at_login(), "hanako", PASSWORD).status_code == 302


def test_the_password_is_not_guessed_at_the_question_whether_it_is_you():
    phone = log_in_phone(make_member("hanako"))
    phone.get("/account/confirm/?next=/account/two-step/")
    for _turn in range(10):
        page = phone.submit("Continue", password="wrong")
        if page.status == 429:
            break
        assert "not your password" in page or "Too many" in page
    page = phone.post("/account/confirm/", {}) if page.status != 429 else page
    assert page.status in (403, 429) or "Too many" in page


def test_mails_for_one_address_are_few_and_the_page_says_so():
    make_member("hanako")
    phone = PhoneClient()
    for _turn in range(5):
        phone.get("/password/reset/")
        assert "Check your email" in phone.submit("Send", email="hanako@example.com")
    phone.get("/password/reset/")
    page = phone.submit("Send", email="hanako@example.com")
    assert page.status == 429
    assert "minutes" in page
    assert len(mail.outbox) == 5
