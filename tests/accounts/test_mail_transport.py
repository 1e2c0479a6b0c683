"""The handing over, against a mail server that takes, refuses, hangs up or answers late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import MailSettings, MailState, Member, Notice, NoticeMail
from tests.mailing import send_mails, want_mails
from tests.making import make_comment, make_member, make_post
from tests.noticing import make_notice
from tests.smtp_server import DROP, MailServer, running_mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 2
    with running_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", email='"a..b."@docomo.ne.jp', language="ja")


def due(member: Member, number: int = 0) -> Notice:
    return make_notice(member, "mail_drafts_expire", key=f"mail_drafts_expire {number}")


def state_of_mail() -> str:
    return NoticeMail.objects.get().state


def test_a_mail_leaves_whole_from_a_sender_of_its_own(hanako, server):
    due(hanako)
    assert send_mails() == 1
    [mail] = server.mails
    assert mail.sender == f"b-{NoticeMail.objects.get().key}@post.example.jp"
    assert mail.recipient == '"a..b."@docomo.ne.jp'
    assert mail.message["From"] == "Profile Link <notice@post.example.jp>"
    assert "送信していない下書き" in mail.message.get_content()
    assert state_of_mail() == MailState.SENT


def test_several_go_over_one_connection_and_each_by_itself(server):
    for number in range(3):
        due(make_member(f"m{number}"))
    assert send_mails() == 3
    assert [words[:4].upper() for words in server.commands].count("EHLO") == 1
    assert [mail.recipient for mail in server.mails] == [f"m{n}@example.com" for n in range(3)]


def test_a_line_that_is_a_dot_arrives(hanako, server):
    want_mails(hanako)
    taro, post = make_member("taro"), make_post(author=hanako)
    made = make_comment(post, taro, "...")
    Member.objects.filter(pk=taro.pk).update(display_name="")
    make_notice(hanako, "comment", subject=post.pk, detail=made.pk, actor=taro)
    send_mails()
    assert "「...」" in server.mails[0].message.get_content()


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up_before_the_text_is_asked_again(hanako, server, command):
    due(hanako)
    server.answers = {command: DROP}
    assert send_mails() == 0
    assert not NoticeMail.objects.exists()
    server.answers = {}
    assert send_mails(minutes=1) == 0
    assert send_mails(minutes=3) == 1
    assert len(server.mails) == 1


def test_a_server_that_hangs_up_after_the_text_is_never_asked_again(hanako, server):
    due(hanako)
    server.answers = {"TEXT": DROP}
    assert send_mails() == 0
    assert state_of_mail() == MailState.UNKNOWN
    server.answers = {}
    assert send_mails(days=1) == 0
    assert len(server.mails) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA", "TEXT"])
def test_one_that_cannot_be_taken_now_holds_up_no_other(hanako, server, command):
    due(hanako)
    due(make_member("taro"))
    server.answers = {f"{command} {hanako.email}": "451 later"}
    assert send_mails() == 1
    assert [mail.recipient for mail in server.mails][-1] == "taro@example.com"
    server.answers = {}
    assert send_mails(minutes=14) == 0
    assert send_mails(minutes=16) == 1


def test_a_sender_that_is_refused_is_no_fault_of_the_address(hanako, server):
    due(hanako)
    server.answers = {"MAIL": "550 not from here"}
    assert send_mails() == 0
    assert not NoticeMail.objects.filter(is_hard_bounce=True).exists()


def refused_twice(member: Member, server: MailServer, command: str) -> str:
    server.answers = {command: "550 Unknown user"}
    for number in range(2):
        make_notice(member, "session_ended_by_staff", key=f"{number}")
        assert send_mails(hours=number) == 0
    chosen = MailSettings.objects.get(member=member)
    return chosen.stopped_address


def test_an_address_that_nobody_has_is_refused_twice_and_gets_no_more(server):
    taro = make_member("taro")
    assert refused_twice(taro, server, "RCPT") == taro.email
    server.answers = {}
    due(taro)
    assert send_mails(hours=3) == 0


@pytest.mark.parametrize(
    "domain", ["docomo.ne.jp", "t.ezweb.ne.jp", "softbank.ne.jp", "i.softbank.jp"]
)
def test_a_carriers_refusal_of_the_text_is_a_filters_and_ends_nothing(server, domain):
    member = make_member("jiro", email=f"jiro@{domain}")
    assert refused_twice(member, server, "TEXT") == ""
    assert MailSettings.objects.get().home_note == "filtered"


def test_a_carriers_refusal_of_the_address_is_a_missing_address(server):
    member = make_member("jiro", email="jiro@docomo.ne.jp")
    assert refused_twice(member, server, "RCPT") == member.email
