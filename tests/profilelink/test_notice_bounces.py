"""Bounces of mails about notices, from the pipe to what home says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.notice_mail import choices
from accounts.models import MailSettings, Member, NoticeMail
from tests.making import make_member
from tests.phone import log_in_phone
from tests.profilelink.mailed import receive

pytestmark = pytest.mark.django_db

POSTFIX = "host mx said: 550 Unknown user\r\n    (in reply to {when} command)"
EXIM = "SMTP error from remote mail server after {when}:\r\n    550 Unknown user"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def mail_sent(member: Member, number: int = 0) -> NoticeMail:
    return NoticeMail.objects.create(
        member=member,
        key=f"{number:024}",
        mail_class="trouble",
        address=member.email,
        state="sent",
        created_at=timezone.now(),
    )


def report(
    words: str = POSTFIX.format(when="RCPT TO"), status: str = "5.1.1", action: str = "failed"
) -> bytes:
    lines = f"""From: mailer-daemon@mta.example
Auto-Submitted: auto-replied
Content-Type: multipart/report; boundary=B; report-type=delivery-status

--B
Content-Type: text/plain

{words}
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mta.example

Final-Recipient: rfc822; somebody@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 Unknown user
--B--
"""
    return "\r\n".join(lines.splitlines()).encode()


def bounce(mail: NoticeMail, raw: bytes) -> None:
    got = receive(raw, f"b-{mail.key}@post.example.jp", sender="")
    assert (got.code, got.said) == (0, "")


def is_stopped(member: Member) -> bool:
    return bool(choices.mail_settings_of(member).stopped_address)


def test_two_hard_bounces_in_a_week_end_mails_and_home_says_so(hanako):
    bounce(mail_sent(hanako, 1), report())
    assert not is_stopped(hanako)
    bounce(mail_sent(hanako, 2), report(EXIM.format(when="RCPT TO:<x@y>")))
    assert is_stopped(hanako)
    phone = log_in_phone(hanako)
    assert "came back twice" in phone.get("/").html
    page = phone.get("/account/mails/")
    assert "once a test email to hanako@example.com has arrived" in page


def test_a_test_mail_that_arrives_begins_them_again(hanako, mailoutbox):
    for number in range(2):
        bounce(mail_sent(hanako, number), report())
    choices.send_test_mail(by=hanako)
    choices.confirm_test_number(choices.mail_settings_of(hanako).test_number, by=hanako)
    assert not is_stopped(hanako)
    assert "came back" not in log_in_phone(hanako).get("/").html


def test_one_mail_that_came_back_twice_counts_once(hanako):
    mail = mail_sent(hanako)
    bounce(mail, report())
    bounce(mail, report())
    assert not is_stopped(hanako)


def test_two_in_more_than_a_week_end_nothing(hanako):
    bounce(mail_sent(hanako, 1), report())
    NoticeMail.objects.update(bounced_at=timezone.now() - timedelta(days=8))
    bounce(mail_sent(hanako, 2), report())
    assert not is_stopped(hanako)


@pytest.mark.parametrize("raw", [
    report(action="delayed", status="4.4.1"),
    report(status="4.2.2"),
    report(status="5.2.2"),
    report(action="delivered", status="2.0.0"),
    b"From: a@b\r\nAuto-Submitted: auto-replied\r\n\r\nI am away. 550 5.1.1",
    b"From: a@b\r\n\r\n550 5.1.1 I write this myself",
])  # fmt: skip
def test_what_is_no_failure_for_good_counts_not(hanako, raw):
    for number in range(2):
        bounce(mail_sent(hanako, number), raw)
    assert not MailSettings.objects.exists()


def test_old_exim_says_it_without_a_report(hanako):
    raw = (
        b"From: mailer-daemon@mta.example\r\nX-Failed-Recipients: hanako@example.com\r\n"
        b"\r\nhanako@example.com: 550 5.1.1 no such user\r\n"
    )
    for number in range(2):
        bounce(mail_sent(hanako, number), raw)
    assert is_stopped(hanako)


@pytest.mark.parametrize("domain", ["docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp"])
@pytest.mark.parametrize("words", [
    POSTFIX.format(when="end of DATA"), EXIM.format(when="end of data"), ">>> DATA\r\n<<< 550",
])  # fmt: skip
def test_a_carriers_refusal_of_the_text_shows_the_hint_instead(words, domain):
    jiro = make_member("jiro", email=f"jiro@{domain}")
    for number in range(3):
        bounce(mail_sent(jiro, number), report(words))
    assert not is_stopped(jiro)
    phone = log_in_phone(jiro)
    assert "Your phone may filter our emails." in phone.get("/").html
    assert "allow this sender: notice@post.example.jp" in phone.get("/account/mails/")


def test_elsewhere_a_refusal_of_the_text_is_a_bounce(hanako):
    for number in range(2):
        bounce(mail_sent(hanako, number), report(POSTFIX.format(when="end of DATA")))
    assert is_stopped(hanako)


def test_a_bounce_of_a_former_address_ends_nothing(hanako):
    for number in range(2):
        mail = mail_sent(hanako, number)
        NoticeMail.objects.update(address="old@example.com")
        bounce(mail, report())
    assert not is_stopped(hanako)


def test_a_bounce_of_no_mail_of_ours_is_dropped(hanako):
    bounce(NoticeMail(key="unknown"), report())
    assert not MailSettings.objects.exists()
