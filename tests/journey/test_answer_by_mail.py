"""Told of a comment by mail, a member answers by mail, in real processes and through the real pipe."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.mailbox import mails_to, want_mails, words_of
from tests.journey.people import Person
from tests.journey.story import home, log_in_computer, sees
from tests.journey.talk import FRIENDS_COMPUTER, QUESTION, befriend
from tests.journey.test_leaving import PHONE, confirm_address
from tests.journey.world import ROOT, World

pytestmark = pytest.mark.journey

WHO = Person("kotoha", "ことは", ())
WORDS = "停留所の写真を撮りました"
ANSWER = "円山の終点です😀"
TOO_SOON = 20  # seconds: what comes earlier after our mail is taken for automatic (design.md 14)


def use_answers_by_mail(phone: Browser) -> None:
    home(phone)
    phone.follow("Account")
    phone.follow("Post by email")
    phone.follow("Reply by email")
    phone.press("Turn on reply by email")
    sees(phone, "It is on")


def piped(world: World, mail: EmailMessage) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "manage.py", "receive_mail", f"--sender={mail['From']}", "--", mail["To"]],
        input=mail.as_bytes(),
        capture_output=True,
        cwd=ROOT,
        env={
            **world.environment(),
            "POST_MAIL_DOMAIN": mail["To"].partition("@")[2],
            "EMAIL_URL": f"filemail:///{world.folder / 'mail'}",
            "MEDIA_ROOT": str(world.folder / "media"),
        },
        timeout=60,
    )


def answer_to(told: EmailMessage, text: str, number: int) -> EmailMessage:
    """As a phone's mailer writes it: the words above, our mail marked below."""
    answer = EmailMessage(policy=SMTP)
    answer["From"] = f"{WHO.name}@example.com"
    answer["To"] = told["Reply-To"]
    answer["Subject"] = f"Re: {told['Subject']}"
    answer["Message-ID"] = f"<{number}@phone.example.com>"
    quoted = "".join(f"> {line}\n" for line in words_of(told).splitlines())
    answer.set_content(f"{text}\n\n{quoted}", cte="base64")
    return answer


def test_a_member_is_told_by_mail_and_answers_by_mail(world: World) -> None:
    phone = Browser(world.site, keeps_cookies=False, agent=PHONE)
    story.sign_up(phone, world, WHO)
    confirm_address(world, WHO)
    want_mails(phone, world, WHO, "Friends, comments, groups")
    use_answers_by_mail(phone)
    with closing(Browser(world.site, keeps_cookies=True, agent=FRIENDS_COMPUTER)) as friend:
        log_in_computer(friend, world, "taro")
        befriend(friend, phone, WHO)
        home(phone)
        phone.follow("9 Write")
        phone.fill("What is new?", WORDS)
        phone.choose("Who sees it", "Friends")
        phone.press("Preview")
        phone.press("Send")
        friend.open(f"/@{WHO.name}/")
        friend.follow(WORDS)
        friend.follow("1 Comment")
        friend.fill("Comment", QUESTION)
        friend.press("Send")

        def told() -> EmailMessage | None:
            return next((mail for mail in mails_to(world, WHO) if mail["Reply-To"]), None)

        mail = world.until(told, seconds=60)
        arrived = time.monotonic()
        assert mail is not None, [str(one["Subject"]) for one in mails_to(world, WHO)]
        assert QUESTION in words_of(mail)
        assert WORDS not in words_of(mail), "a mail never holds the post's own words"

        time.sleep(max(0, TOO_SOON + 1 - (time.monotonic() - arrived)))
        done = piped(world, answer_to(mail, ANSWER, 1))
        assert done.returncode == 0, done.stderr.decode()
        friend.open(f"/@{WHO.name}/")
        friend.follow(WORDS)
        sees(friend, QUESTION, ANSWER)
        assert friend.text.count(QUESTION) == 1, "the quoted mail was published"

        again = piped(world, answer_to(mail, "もう一度", 2))  # an address adds one comment
        assert again.returncode == 0, again.stderr.decode()
        friend.open(friend.address())
        assert not friend.shows("もう一度")
    home(phone)
    phone.follow("1 waiting email")
    sees(phone, "もう一度")
