"""Whom a mail is for, what the mail server is told, and who gets an answer."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.utils import timezone

from accounts.models import Member
from syndication.actions import drafts, mail_drafts, post_addresses
from syndication.models import Post, PostAddress, SavedDraft
from tests.making import make_member
from tests.photographs import a_photo
from tests.profilelink.mailed import address_of, mail, mail_of_parts, part, parts, receive

pytestmark = pytest.mark.django_db

OWN = "hanako@example.com"  # which make_member confirms
SEA = mail(b"Subject: sea", b"Message-ID: <1@phone>", body=b"blue")
EMPTY = mail(b"Message-ID: <2@phone>")
TAKEN, REFUSED, NO_SUCH, LATER = 0, 65, 67, 75


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def address(hanako: Member) -> str:
    return address_of(hanako)


# --- whom it is for -----------------------------------------------------------------------------
def test_a_mail_waits_for_its_member_and_is_no_post(hanako: Member, address: str) -> None:
    assert receive(SEA, address).code == TAKEN
    draft = SavedDraft.objects.get()
    assert (draft.member, draft.sender) == (hanako, "hanako@docomo.ne.jp")
    assert not Post.objects.exists()


def test_it_does_not_matter_who_sends_it(address: str) -> None:
    receive(SEA, address, sender="stranger@example.net")
    assert SavedDraft.objects.exists()


@pytest.mark.parametrize("written", [str.upper, str.title, lambda one: f"<{one}>"])
def test_an_address_is_known_however_a_phone_writes_it(address: str, written) -> None:
    receive(SEA, written(address))
    assert SavedDraft.objects.exists()


def test_the_recipient_may_stand_in_a_variable_or_a_header(address: str, monkeypatch) -> None:
    local, _at, domain = address.partition("@")
    headers = [b"X-Original-To: ", b"Envelope-To: ", b"Delivered-To: "]
    for number, name in enumerate(headers):
        own = mail(name + address.encode(), b"Message-ID: <%d@x>" % number, body=b"sea")
        assert receive(own, sender=None).code == TAKEN
    assert SavedDraft.objects.count() == 3
    monkeypatch.setenv("LOCAL_PART", local)  # Exim
    monkeypatch.setenv("DOMAIN", domain)
    receive(SEA, sender=None)
    assert SavedDraft.objects.count() == 4
    monkeypatch.setenv("ORIGINAL_RECIPIENT", address)  # Postfix
    monkeypatch.setenv("LOCAL_PART", "nobody")
    receive(mail(body=b"another"), sender=None)
    assert SavedDraft.objects.count() == 5


def test_the_to_line_is_no_envelope(address: str) -> None:
    assert receive(mail(b"To: " + address.encode(), body=b"sea")).code == TAKEN
    assert not SavedDraft.objects.exists()


def test_a_mail_that_comes_twice_is_one_draft_and_later_none(hanako: Member, address: str) -> None:
    assert [receive(SEA, address).code for _ in range(2)] == [TAKEN, TAKEN]
    draft = SavedDraft.objects.get()
    Post.objects.create(author=hanako, kind="status", audience="friends", form_key=draft.form_key)
    draft.delete()
    assert receive(SEA, address).code == TAKEN
    assert not SavedDraft.objects.exists()


def test_two_mails_with_the_same_words_are_two(address: str) -> None:
    for number in range(2):
        receive(mail(b"Message-ID: <%d@phone>" % number, body=b"sea"), address)
    assert SavedDraft.objects.count() == 2


def test_a_mail_for_two_members_reaches_both(address: str) -> None:
    receive(SEA, address, address_of(make_member("taro")))
    assert {draft.member.username for draft in SavedDraft.objects.all()} == {"hanako", "taro"}


# --- what the mail server is told ------------------------------------------------------------------
@pytest.mark.parametrize("sender", ["stranger@example.net", "", "<>", "MAILER-DAEMON"])
def test_an_address_that_nobody_has_is_no_bounce_to_a_stranger(address: str, sender: str) -> None:
    received = receive(SEA, "nobody" + address, sender=sender)
    assert (received.code, received.said) == (TAKEN, "")
    assert not SavedDraft.objects.exists()


@pytest.mark.parametrize("odd", ["\udcff", "\x00", "\udcff\udcfe\n"])
def test_an_envelope_of_any_bytes_is_dropped_and_not_tried_for_days(address: str, odd: str) -> None:
    """8-bit names reach the command as lone surrogates, which no database takes."""
    domain = address.partition("@")[2]
    for local in ("", "r-", "b-"):
        assert receive(SEA, f"{local}{odd}@{domain}").code == 0
        assert receive(SEA, f"{local}x@{domain}", sender=f"{odd}@example.net").code == 0
    assert receive(SEA, address, sender=f"{odd}@example.net").code == 0
    assert SavedDraft.objects.count() == 1
    assert not outbox.outbox


def test_a_member_who_mistyped_it_is_told_once(address: str) -> None:
    mistyped = [receive(SEA, "x" + address, sender=OWN.upper()) for _ in range(2)]
    assert [one.code for one in mistyped] == [NO_SUCH, TAKEN]
    assert "/mail/" in mistyped[0].said


def test_a_sender_whom_nobody_confirmed_is_a_stranger(address: str) -> None:
    EmailAddress.objects.update(verified=False)
    assert receive(SEA, "x" + address, sender=OWN).code == TAKEN


def test_another_domain_is_not_ours(address: str) -> None:
    assert receive(SEA, address.replace("post.", "pest."), sender="a@example.net").code == TAKEN
    assert not SavedDraft.objects.exists()


def test_what_cannot_be_taken_bounces_to_the_member_alone(hanako: Member, address: str) -> None:
    told = receive(EMPTY, address, sender=OWN)
    assert (told.code, told.said) == (
        REFUSED,
        "An email had neither text nor a photo that we take.\n",
    )
    for sender in ("stranger@example.net", "", "MAILER-DAEMON"):
        assert receive(EMPTY, address, sender=sender).code == TAKEN
    assert (
        "An email had neither text nor a photo that we take."
        in hanako.post_addresses.get().refused_sentence
    )  # the page says it in any case


def test_another_member_is_a_stranger_here(address: str) -> None:
    make_member("taro")
    assert receive(EMPTY, address, sender="taro@example.com").code == TAKEN


def test_an_ended_address_takes_nothing_and_tells_its_member(hanako: Member, address: str) -> None:
    post_addresses.renew_post_address(by=hanako)
    assert receive(SEA, address, sender="stranger@example.net").code == TAKEN
    assert receive(SEA, address, sender=OWN).code == NO_SUCH
    assert not SavedDraft.objects.exists()
    receive(SEA, address_of(hanako))
    assert SavedDraft.objects.exists()


def test_who_was_locked_out_has_no_address(hanako: Member, address: str) -> None:
    Member.objects.update(is_active=False)
    assert receive(SEA, address, sender=OWN).code == TAKEN
    assert not SavedDraft.objects.exists()


def test_a_site_that_takes_no_mails_lets_the_server_keep_them(address: str, settings) -> None:
    settings.POST_MAIL_DOMAIN = ""
    assert receive(SEA, address).code == LATER


def test_trouble_of_our_own_is_tried_again(address: str, settings, tmp_path) -> None:
    (tmp_path / "media").write_text("a file where the folder for photos should be")
    settings.MEDIA_ROOT = tmp_path / "media"
    photo = mail_of_parts(part("image/jpeg", a_photo()))
    assert receive(photo, address).code == LATER
    assert not SavedDraft.objects.exists()
    settings.MEDIA_ROOT = tmp_path
    assert receive(photo, address).code == TAKEN
    assert SavedDraft.objects.get().photo


# --- limits -------------------------------------------------------------------------------------
def numbered(number: int) -> bytes:
    return mail(b"Message-ID: <%d@phone>" % number, body=b"sea")


def test_so_many_wait_and_no_more(hanako: Member, address: str) -> None:
    for number in range(mail_drafts.MAX_WAITING):
        receive(numbered(number), address)
        PostAddress.objects.update(taken=0)
    assert receive(numbered(99), address, sender=OWN).code == REFUSED
    assert SavedDraft.objects.count() == mail_drafts.MAX_WAITING
    drafts.delete_draft(SavedDraft.objects.first(), by=hanako)  # type: ignore[arg-type]
    assert receive(numbered(99), address, sender=OWN).code == TAKEN


def test_so_many_come_in_an_hour_and_no_more(address: str) -> None:
    for number in range(mail_drafts.MAX_PER_HOUR):
        receive(numbered(number), address)
        SavedDraft.objects.all().delete()
    receive(numbered(99), address)
    assert not SavedDraft.objects.exists()
    PostAddress.objects.update(hour_began_at=timezone.now() - timedelta(hours=1))
    receive(numbered(99), address)
    assert SavedDraft.objects.exists()


# --- answers ------------------------------------------------------------------------------------
def test_the_member_is_told_where_it_waits(hanako: Member, address: str) -> None:
    receive(SEA, address, sender=OWN)
    (answer,) = outbox.outbox
    assert answer.to == [OWN]
    assert f"http://testserver/posts/mail/{SavedDraft.objects.get().pk}/" in answer.body
    headers = answer.message()
    assert headers["Auto-Submitted"] == "auto-replied"
    assert headers["In-Reply-To"] == "<1@phone>"


def test_the_answer_speaks_the_members_language(address: str) -> None:
    Member.objects.update(language="ja")
    receive(SEA, address, sender=OWN)
    assert "確認待ち" in outbox.outbox[0].subject


@pytest.mark.parametrize(
    "sender", ["stranger@example.net", "taro@example.com", "", "<>", "MAILER-DAEMON", None]
)
def test_nobody_else_gets_an_answer(address: str, sender: str | None) -> None:
    make_member("taro")
    assert receive(SEA, address, sender=sender).code == TAKEN
    assert SavedDraft.objects.exists()
    assert not outbox.outbox


@pytest.mark.parametrize(
    "line",
    [
        *(b"Auto-Submitted: auto-generated", b"Precedence: bulk", b"Precedence: List"),
        *(b"List-Id: <choir.example.org>", b"List-Unsubscribe: <mailto:x@example.org>"),
        *(b"X-Autorespond: yes", b"X-Autoreply: yes"),
    ],
)
def test_automatic_mail_gets_neither_answer_nor_bounce(address: str, line: bytes) -> None:
    assert receive(mail(line, body=b"sea"), address, sender=OWN).code == TAKEN
    assert receive(mail(line), address, sender=OWN).code == TAKEN  # empty
    assert receive(mail(line, body=b"sea"), "x" + address, sender=OWN).code == TAKEN
    assert SavedDraft.objects.count() == 1
    assert not outbox.outbox


def test_a_mail_that_says_it_is_not_automatic_is_answered(address: str) -> None:
    receive(mail(b"Auto-Submitted: no", body=b"sea"), address, sender=OWN)
    assert len(outbox.outbox) == 1


@pytest.mark.parametrize(
    "raw",
    [
        mail(b"Auto-Submitted: auto-replied (vacation)", body=b"I am away"),
        mail_of_parts(parts("report", "aaa", part("text/plain", b"Your mail did not arrive"))),
        mail(b"X-Failed-Recipients: a@example.org", body=b"Your mail did not arrive"),
    ],
)
def test_reports_and_answers_of_programs_are_no_drafts(address: str, raw: bytes) -> None:
    assert receive(raw, address, sender="").code == TAKEN
    assert not SavedDraft.objects.exists()


def test_answers_and_bounces_are_few(address: str) -> None:
    codes = [receive(numbered(number), address, sender=OWN).code for number in range(9)]
    codes += [receive(EMPTY, address, sender=OWN).code]
    assert set(codes) == {TAKEN}
    assert len(outbox.outbox) == post_addresses.ANSWERS_AN_HOUR


@pytest.mark.parametrize(
    "message_id", [b"<a@b>\x0bBcc: x@y", b"<a@b> <c@d>", b"=?utf-8?q?=0ABcc:x?=", b"<\xff@b>"]
)
def test_a_strangers_header_does_not_get_into_ours(address: str, message_id: bytes) -> None:
    receive(mail(b"Message-ID: " + message_id, body=b"sea"), address, sender=OWN)
    (answer,) = outbox.outbox
    assert answer.message()["In-Reply-To"] is None
    assert answer.recipients() == [OWN]


def test_a_mail_server_that_is_away_costs_the_answer_alone(address: str, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert receive(SEA, address, sender=OWN).code == TAKEN
    assert SavedDraft.objects.exists()


# --- the log ------------------------------------------------------------------------------------
def test_the_log_has_one_line_and_never_the_address(address: str, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    local = address.partition("@")[0]
    cases = [SEA, SEA, EMPTY, mail(body=b"x" * 20_000_000), b"", b"\xff" * 70_000 + b":"]
    delivered = b"Delivered-To: " + address.encode()
    cases += [mail(delivered, body=b"sky"), mail(delivered, b"Auto-Submitted: auto-replied")]
    # Also mistyped: what nobody has is close to what somebody has.
    for raw, to in [*((raw, address) for raw in cases), (SEA, "x" + address), (SEA, "")]:
        caplog.clear()
        receive(raw, to, sender="stranger@example.net")
        ours = [one for one in caplog.records if one.name.startswith("profilelink.mail")]
        assert len(ours) == 1, raw[:30]
        assert local not in caplog.text.lower()
