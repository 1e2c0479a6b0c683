"""The pipe itself: real processes, as a mail server starts them, and the wrapper of deploy/."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from syndication.actions import reply_addresses
from syndication.models import Comment, ReplyAddress, SavedDraft
from tests.making import make_member, make_post
from tests.profilelink.mailed import address_of, mail

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(settings.BASE_DIR)
WRAPPER = ROOT / "profilelink" / "deploy" / "receive_mail"
SEA = mail(b"Message-ID: <1@phone>", body=b"sea")
OWN = "hanako@example.com"


@pytest.fixture
def address() -> str:
    return address_of(make_member("hanako"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What the site runs with: this test's database, mails into a folder."""
    names = ("SECRET_KEY", "PIN_KEY", "TOKEN_KEYS", "PUBLIC_URL", "POST_MAIL_DOMAIN", "PATH")
    return {
        **{name: os.environ[name] for name in names},
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }


def database_url() -> str:
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{here['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**here)


def piped(
    raw: bytes, *arguments: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "receive_mail", *arguments]
    return subprocess.run(
        command, input=raw, capture_output=True, cwd=ROOT, env=environment, timeout=120
    )


def test_a_mail_comes_through_the_pipe_and_is_answered(address, environment, tmp_path):
    done = piped(SEA, f"--sender={OWN}", "--", address, environment=environment)
    assert (done.returncode, done.stdout) == (0, b"")
    draft = SavedDraft.objects.get()
    assert draft.text == "sea"
    (answer,) = (tmp_path / "mail").iterdir()
    assert f"/posts/mail/{draft.pk}/" in answer.read_text()
    (line,) = done.stderr.decode().splitlines()
    assert f"draft {draft.pk}" in line
    assert address.partition("@")[0] not in line


def test_a_refusal_says_why_on_the_way_to_the_bounce(address, environment):
    done = piped(mail(), f"--sender={OWN}", "--", address, environment=environment)
    assert done.returncode == 65
    assert b"neither text" in done.stdout
    done = piped(mail(), "--sender=", "--", address, environment=environment)
    assert (done.returncode, done.stdout) == (0, b"")


def test_the_same_mail_twice_at_the_same_moment_is_one_draft(address, environment):
    codes: list[int] = []

    def run() -> None:
        done = piped(SEA, "--sender=a@example.net", "--", address, environment=environment)
        codes.append(done.returncode)

    both = [Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert codes == [0, 0]
    assert SavedDraft.objects.count() == 1


def test_a_database_that_is_away_and_a_wrong_line_in_the_configuration_are_tried_again(
    address, environment
):
    away = environment | {"DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3"}
    assert piped(SEA, "--", address, environment=away).returncode == 75
    assert piped(SEA, "--sendr=x", "--", address, environment=environment).returncode == 75
    no_domain = environment | {"POST_MAIL_DOMAIN": ""}
    assert piped(SEA, "--", address, environment=no_domain).returncode == 75


def test_the_wrapper_lets_the_documented_codes_through_and_no_others(
    address, environment, tmp_path
):
    home = tmp_path / "home"
    (home / ".venv" / "bin").mkdir(parents=True)
    python = home / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    (home / "manage.py").symlink_to(ROOT / "manage.py")
    variables = tmp_path / "profilelink.env"
    outer = {
        "PATH": environment["PATH"],
        "PROFILELINK_HOME": str(home),
        "PROFILELINK_ENV": str(variables),
    }

    def wrapped(raw: bytes) -> int:
        command = [str(WRAPPER), f"--sender={OWN}", "--", address]
        done = subprocess.run(command, input=raw, capture_output=True, env=outer, timeout=120)
        return done.returncode

    assert wrapped(SEA) == 75  # no settings yet: manage.py itself ends with 1
    variables.write_text("".join(f"{name}='{value}'\n" for name, value in environment.items()))
    assert [wrapped(SEA), wrapped(mail())] == [0, 65]
    python.unlink()
    assert wrapped(SEA) == 75
    assert SavedDraft.objects.count() == 1


def test_the_help_names_both_mail_servers_and_every_code(environment):
    said = piped(b"", "--help", environment=environment).stdout.decode()
    for word in (
        "Postfix",
        "Exim",
        "--sender=",
        "ORIGINAL_RECIPIENT",
        "LOCAL_PART",
        "X-Original-To",
    ):
        assert word in said
    for code in ("0 ", "65 ", "67 ", "75 "):
        assert f"\n  {code}" in said


def test_a_reply_to_a_notice_comes_through_the_pipe_as_a_comment(environment, tmp_path):
    """And a bounce of the address's own notice, an automatic answer and a second one as what they are."""
    hanako = make_member("hanako", answers_by_mail=True)
    post = make_post(author=make_member("taro"))
    reply_to = reply_addresses.make_reply_address(
        hanako, post, mailed_to=OWN, frame_lines=["taroのコメント:", "http://testserver/", "."]
    )
    ReplyAddress.objects.update(created_at=timezone.now() - timedelta(hours=1))
    plain = b"Content-Type: text/plain; charset=utf-8"
    text = "行きます\n\n> taroのコメント:\n> 来ますか\n".encode()
    raw = mail(plain, b"Message-ID: <1@x>", body=text, sender=OWN)
    away = mail(b"Auto-Submitted: auto-replied", body=b"away", sender=OWN)
    assert piped(away, "--sender=", "--", reply_to, environment=environment).returncode == 0
    assert not Comment.objects.exists()
    done = piped(raw, f"--sender={OWN}", "--", reply_to, environment=environment)
    assert (done.returncode, done.stdout) == (0, b"")
    again = mail(plain, b"Message-ID: <2@x>", body=b"me too", sender=OWN)
    done = piped(again, f"--sender={OWN}", "--", reply_to, environment=environment)
    assert (done.returncode, done.stdout) == (0, b"")
    assert reply_to.partition("@")[0][2:] not in done.stderr.decode()
    comment, draft = Comment.objects.get(), SavedDraft.objects.get()
    assert (comment.text, comment.writer, comment.is_by_mail) == ("行きます", hanako, True)
    assert (draft.text, draft.post) == ("me too", post)
    (told,) = (tmp_path / "mail").iterdir()
    assert f"/posts/mail/{draft.pk}/" in told.read_text()


def test_two_replies_at_the_same_moment_are_one_comment_and_one_draft(environment):
    hanako = make_member("hanako", answers_by_mail=True)
    reply_to = reply_addresses.make_reply_address(
        hanako, make_post(author=make_member("taro")), mailed_to=OWN, frame_lines=["x"]
    )
    ReplyAddress.objects.update(created_at=timezone.now() - timedelta(hours=1))

    def run(number: int) -> None:
        raw = mail(b"Message-ID: <%d@x>" % number, body=b"yes", sender=OWN)
        piped(raw, f"--sender={OWN}", "--", reply_to, environment=environment)

    both = [Thread(target=run, args=[number]) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (Comment.objects.count(), SavedDraft.objects.count()) == (1, 1)
