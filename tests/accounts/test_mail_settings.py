"""The page Notices by email: choices, the test mail and its number, and the link that ends mails."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.actions import quotas
from accounts.actions.notice_mail import choices, claims
from accounts.models import MailPace, MailSettings, Member, NoticeMail
from tests.form_client import FormClient
from tests.mailing import next_noon, send_mails, want_mails
from tests.making import make_member
from tests.noticing import make_notice
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

PAGE = "/account/mails/"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def phone(hanako: Member) -> PhoneClient:
    return log_in_phone(hanako)


def choose(phone: PhoneClient, **chosen: str):
    phone.get(PAGE)
    return phone.submit("Save", **chosen)


def number_in(mail) -> str:
    return re.search(r"\b\d{4}\b", mail.body)[0]


def test_account_and_notices_lead_to_the_page(phone):
    for path in ("/account/", "/notices/"):
        assert phone.get(path).link("Notices by email").href.endswith(PAGE)


def test_without_a_choice_only_trouble_is_mailed(hanako):
    chosen = choices.mail_settings_of(hanako)
    assert (chosen.people, chosen.likes, chosen.trouble) == ("never", "never", "at_once")


def test_mails_of_people_begin_once_the_number_of_a_test_mail_was_typed(hanako, phone, mailoutbox):
    page = choose(phone, people="at_once")
    [mail] = mailoutbox
    assert mail.to == ["hanako@example.com"]
    assert "hanako@example.com" in page
    assert not choices.mail_settings_of(hanako).works_address
    wrong = f"{(int(number_in(mail)) + 1) % 10_000:04}"
    assert "not from the newest" in phone.submit("It arrived", number=wrong)
    assert "Emails reach you" in phone.submit("It arrived", number=number_in(mail))
    assert choices.mail_settings_of(hanako).works_address == "hanako@example.com"
    assert "They go to hanako@example.com." in phone.get(PAGE)


def test_another_test_mail_has_another_number(hanako, phone, mailoutbox):
    choose(phone, people="daily")
    phone.submit("Send a test email")
    first, second = (number_in(mail) for mail in mailoutbox)
    assert choices.mail_settings_of(hanako).test_number == second
    if first != second:
        assert "not from the newest" in phone.submit("It arrived", number=first)


def test_six_test_mails_go_in_an_hour(phone, mailoutbox):
    choose(phone, people="daily")
    for _ in range(quotas.TEST_MAILS.most):
        said = phone.submit("Send a test email")
    assert len(mailoutbox) == quotas.TEST_MAILS.most
    assert "try again in an hour" in said


def test_trouble_alone_needs_no_test_mail(phone, mailoutbox):
    assert "Saved." in choose(phone, trouble="daily")
    assert not mailoutbox


def test_a_new_address_needs_a_test_mail_of_its_own(hanako, phone):
    want_mails(hanako)
    assert "They go to" in phone.get(PAGE)
    EmailAddress.objects.update(email="new@example.com")
    assert "once a test email to new@example.com has arrived" in phone.get(PAGE)


def test_an_address_that_is_not_confirmed_gets_none(hanako, phone, mailoutbox):
    EmailAddress.objects.update(verified=False)
    assert "no confirmed email address" in choose(phone, people="at_once")
    assert not mailoutbox


def test_all_choices_are_kept_and_shown_again(hanako, phone):
    want_mails(hanako)
    choose(
        phone,
        people="daily",
        likes="never",
        is_without_words="on",
        is_jis="on",
        time_zone="America/Sao_Paulo",
    )
    chosen = MailSettings.objects.get()
    assert (chosen.people, chosen.likes, chosen.trouble) == ("daily", "never", "at_once")
    assert (chosen.is_without_words, chosen.is_jis) == (True, True)
    assert chosen.time_zone == "America/Sao_Paulo"
    html = phone.get(PAGE).html
    assert html.count("checked") == 2
    assert re.search(r'value="America/Sao_Paulo" selected', html)


def test_a_time_zone_of_the_host_that_is_not_in_the_list_is_offered(phone, settings):
    settings.TIME_ZONE = "Europe/Rome"
    assert re.search(r'value="Europe/Rome" selected', phone.get(PAGE).html)


@pytest.mark.parametrize(("domain", "sender"), [
    ("post.example.jp", "notice@post.example.jp"), ("", "no-reply@testserver"),
])  # fmt: skip
def test_the_page_names_the_sender_to_allow(phone, settings, domain, sender):
    settings.POST_MAIL_DOMAIN = domain
    assert f"allow this sender: {sender}" in phone.get(PAGE)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("arrived", "most"), [(True, 5_100), (False, 5_800)])
def test_the_page_is_small(hanako, language, arrived, most, django_assert_max_num_queries):
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    works = hanako.email if arrived else ""
    want_mails(hanako, works_address=works, tested_address=hanako.email, test_number="1234")
    phone.get("/")
    with django_assert_max_num_queries(6):
        page = phone.get(PAGE)
    assert len(page.html.encode()) <= most


# --- The link that ends mails ---------------------------------------------------------------------
@pytest.fixture
def off(hanako: Member, mailoutbox) -> str:
    """The path of the link in a mail about trouble."""
    make_notice(hanako, "mail_drafts_expire")
    send_mails()
    header = mailoutbox[0].extra_headers["List-Unsubscribe"]
    assert mailoutbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return re.fullmatch(r"<http://testserver(/mails/off/\S+/)>", header)[1]


def test_a_look_at_the_link_changes_nothing_and_names_nobody(hanako, off):
    page = FormClient().get(off)
    assert page.status_code == 200
    assert "hanako" not in page.text
    assert not page.cookies
    assert not MailSettings.objects.exists()


def test_a_press_ends_that_class_and_home_says_so(hanako, off, phone):
    strangers = FormClient(enforce_csrf_checks=True)
    assert strangers.post(off, {"List-Unsubscribe": "One-Click"}).status_code == 200
    chosen = choices.mail_settings_of(hanako)
    assert chosen.trouble == MailPace.NEVER
    assert phone.get("/").link("Emails about trouble with sending are off.").href == PAGE[1:]
    choose(phone, trouble="never")
    assert "are off" not in phone.get("/")


def test_a_dead_link_gets_the_same_answers(hanako, off):
    dead = off.replace("/off/", "/off/9")
    alive = [FormClient().get(off).content, FormClient().post(off).content]
    assert [FormClient().get(dead).content, FormClient().post(dead).content] == alive
    assert FormClient().post("/mails/off/nonsense/").content == alive[1]


def test_the_link_works_for_ninety_days(hanako, off):
    claims.delete_old_mails(next_noon(89))
    assert NoticeMail.objects.exists()
    claims.delete_old_mails(next_noon(91))
    FormClient().post(off)
    assert choices.mail_settings_of(hanako).trouble == MailPace.AT_ONCE


def test_the_link_ends_no_mails_to_another_address(hanako, off):
    EmailAddress.objects.update(email="new@example.com")
    FormClient().post(off)
    assert choices.mail_settings_of(hanako).trouble == MailPace.AT_ONCE


def test_mails_of_security_have_no_such_link(hanako, mailoutbox):
    make_notice(hanako, "session_ended_by_staff")
    send_mails()
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers


def test_the_page_address_is_public(phone):
    assert reverse("mails_off", args=["x"]) == "/mails/off/x/"
