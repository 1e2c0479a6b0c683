"""The mails that somebody of a journey gets, and the pages on which they ask for them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from zoneinfo import ZoneInfo

from accounts.forms.mail_settings import TIME_ZONES
from tests.journey.browser import Browser
from tests.journey.people import Person
from tests.journey.story import home, sees
from tests.journey.world import World


def mails_to(world: World, who: Person) -> list[EmailMessage]:
    """The file backend parts the mails of one connection by a line of hyphens."""
    parted = [
        one.strip()
        for path in sorted((world.folder / "mail").glob("*"))
        for one in re.split(rb"^-{79}$", path.read_bytes(), flags=re.MULTILINE)
    ]
    parser = BytesParser(policy=SMTP)
    mails = [parser.parsebytes(one) for one in parted if one]
    return [mail for mail in mails if f"{who.name}@" in str(mail["To"])]


def words_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def want_mails(phone: Browser, world: World, who: Person, of: str) -> None:
    """At once; and since they do not go out at night, by the clock of a place where it is day."""
    noon = min(
        TIME_ZONES, key=lambda zone: abs(datetime.now(UTC).astimezone(ZoneInfo(zone)).hour - 14)
    )
    home(phone)
    phone.follow("Account")
    phone.follow("Notices by email")
    phone.choose(of, "At once")
    phone.choose("Time zone", str(TIME_ZONES[noon]))
    phone.press("Save")  # sends a test mail

    def number() -> str:
        asked = re.compile(r"Notices by email: (\d{4})\b")
        found = [asked.search(words_of(mail)) for mail in mails_to(world, who)]
        return next((one[1] for one in found if one), "")

    phone.fill("The number in the test email", world.until(number))
    phone.press("It arrived")
    sees(phone, f"They go to {who.name}@example.com")
