"""A phone without cookies is told of a comment by mail, opens it, and its answer goes back by mail."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from tests.journey.browser import Browser
from tests.journey.people import HANAKO
from tests.journey.story import TOKEN, Client, account, log_in_computer, sees
from tests.journey.talk import FRIENDS_COMPUTER, open_note
from tests.journey.world import ROOT, World

ADDRESS = "hanako@example.com"
QUESTION = "集合は何時ですか？"
ANSWER = "六時半にお願いします"
TOO_SOON = 21  # seconds: what comes sooner is taken for the answer of a machine
ZONES = {"Tokyo": "Asia/Tokyo", "Berlin": "Europe/Berlin", "Los Angeles": "America/Los_Angeles"}


def mails_tell(phone: Client, world: World) -> None:
    """After talk.talk: the note has comments, and the phone is logged in."""
    want_mails(phone, world)
    answer_by_mail(phone)
    with closing(Browser(world.site, keeps_cookies=True, agent=FRIENDS_COMPUTER)) as friend:
        log_in_computer(friend, world, "taro")
        comment(friend)
        told = the_mail(world, "commented on your post")
        open_what_it_names(phone, told, world)
        reply(told, world)
        open_note(friend, HANAKO)
        sees(friend, ANSWER)


def want_mails(phone: Client, world: World) -> None:
    """At once, in a time zone where it is day; begun by the number of the test mail."""
    account(phone)
    phone.follow("Notices by email")
    phone.choose("Friends, comments, groups", "At once")
    phone.choose("Time of", next(name for name, zone in ZONES.items() if is_day(zone)))
    phone.press("Save")
    test = the_mail(world, "test email", "number")
    phone.fill("The number in the test email", re.search(r"\b\d{4}\b", body_of(test))[0])
    phone.press("It arrived")
    sees(phone, "Emails reach you")


def is_day(zone: str) -> bool:
    return 8 <= datetime.now(UTC).astimezone(ZoneInfo(zone)).hour < 21


def answer_by_mail(phone: Client) -> None:
    account(phone)
    phone.follow("Post by email")
    phone.follow("Answer by email")
    phone.press("Use answer by email")
    sees(phone, "It is on.")


def comment(friend: Browser) -> None:
    open_note(friend, HANAKO)
    friend.follow("1 Comment")
    friend.fill("Comment", QUESTION)
    friend.press("Send")


def the_mail(world: World, *words: str) -> EmailMessage:
    """The newest mail to hanako whose text holds one of `words`."""

    def find() -> EmailMessage | None:
        mails = [parsed for text in world.mails() for parsed in messages_in(text)]
        told = [m for m in mails if m["To"] == ADDRESS and any(w in body_of(m) for w in words)]
        return told[-1] if told else None

    found = world.until(find, seconds=60)
    assert found is not None, f"no mail says {words}: {world.mails()}"
    return found


def messages_in(file: str) -> list[EmailMessage]:
    """Django's file backend puts a line of dashes behind each mail."""
    whole = (each.strip("\n") for each in re.split(r"^-{70,}$", file, flags=re.M))
    return [email.message_from_string(each, policy=policy.default) for each in whole if each]


def body_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def open_what_it_names(phone: Client, told: EmailMessage, world: World) -> None:
    """The address names no session: it is opened where the phone is logged in, and the comment is there."""
    assert QUESTION in body_of(told)
    assert "花子" not in str(told["Subject"])
    address = re.search(rf"{re.escape(world.site)}\S+", body_of(told))[0]
    assert not TOKEN.search(body_of(told))
    token = TOKEN.search(phone.address())[0]
    phone.open(f"{world.site}{token.rstrip('/')}{address.removeprefix(world.site)}")
    sees(phone, QUESTION)


def reply(told: EmailMessage, world: World) -> None:
    """As a mail server's pipe hands it over."""
    time.sleep(TOO_SOON)
    answer = EmailMessage()
    answer["From"], answer["To"] = ADDRESS, told["Reply-To"]
    answer["Subject"], answer["Message-ID"] = f"Re: {told['Subject']}", "<answer@example.com>"
    quoted = "\n".join(f"> {line}" for line in body_of(told).splitlines())
    answer.set_content(f"{ANSWER}\n\n{quoted}\n")
    command = [sys.executable, "manage.py", "receive_mail", "--demo", "--sender", ADDRESS]
    taken = subprocess.run(
        [*command, "--", str(told["Reply-To"])],
        input=answer.as_bytes(),
        cwd=ROOT,
        env=world.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert taken.returncode == 0, taken.stderr
