"""A member takes everything along and closes the account, in real processes: the copies go first."""

from __future__ import annotations

import io
import json
import quopri
import re
import zipfile

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.people import Person
from tests.journey.story import home, sees
from tests.journey.world import World

pytestmark = pytest.mark.journey

PHONE = "Mozilla/5.0 (Mobile; rv:48.0; A405DL) Gecko/48.0 Firefox/48.0 KAIOS/2.5"
WHO = Person("mitchi", "みっちー", ())
WORDS = "最後のひとこと"


def closed(world: World) -> bool:
    return any("mitchi" in mail and ": account closed" in mail for mail in world.mails())


def confirm_address(world: World, who: Person) -> None:
    """Without it the account has no mail address, and nobody could be written to at the end."""
    sent = re.compile(rf"{re.escape(world.site)}/mail/\S+")

    def address() -> str:
        mails = [quopri.decodestring(m).decode() for m in world.mails() if who.name in m]
        return next((found[0] for mail in mails if (found := sent.search(mail))), "")

    mail_reader = Browser(world.site, keeps_cookies=True, agent=PHONE)
    mail_reader.open(world.until(address))
    mail_reader.press("Yes")


def test_a_member_takes_everything_along_and_closes_the_account(world: World) -> None:
    phone = Browser(world.site, keeps_cookies=False, agent=PHONE)
    story.sign_up(phone, world, WHO)
    confirm_address(world, WHO)
    story.link_mixi(phone, world, WHO)
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", WORDS)
    phone.choose("Who sees it", "Everyone")
    story.preview_and_send(phone, "mixi")
    assert world.until(lambda: world.received_from(WHO.name)["statuses"])

    home(phone)
    phone.follow("Account")
    phone.follow("Your data")
    phone.press("Get the file")
    phone.fill("Password", world.password)
    before = phone.press("Continue").url
    file = phone.press("Get the file").file
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert WORDS in json.dumps(read(archive), ensure_ascii=False)

    phone.open(before)
    phone.follow("* Account")
    phone.follow("Close the account")
    sees(phone, "mixi: 1 copy can be deleted")
    phone.press("Close it for good")
    sees(phone, "The account is closed")
    [status] = world.received_from(WHO.name)["statuses"]
    assert world.until(lambda: world.received_from(WHO.name)["statuses"][0]["deleted"]), status
    assert world.until(lambda: closed(world), seconds=90), "the last mail"
    assert WORDS not in world.dump()

    phone.open("/")
    phone.follow("Log in")
    phone.fill("Username or email", WHO.name)
    phone.fill("Password", world.password)
    phone.press("Log in")
    assert not phone.shows("9 Write")


def read(archive: zipfile.ZipFile) -> list[object]:
    return [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")]
