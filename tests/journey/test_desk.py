"""A day at the desk by real processes and a real browser, all by clicking what is on the page.

A report comes in from a member and from outside, is looked at, the post goes with its copy at mixi, and all three
people are told; a member who lost the phone is in again; a network is paused and let go on. In both languages, on a
screen of 360 and of 1280 pixels. Set SCREENSHOTS to keep a picture of every page; `-s` prints the presses of each step.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext, pgettext

from tests.journey.chromium import Chromium
from tests.journey.desk_browser import DeskBrowser
from tests.journey.mailbox import mails_to, words_of
from tests.journey.people import Person
from tests.journey.story import sees
from tests.journey.world import World, running

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not on this machine"),
]
TARO, HANAKO, YUKI = (Person(name, "", ()) for name in ("taro", "hanako", "yuki"))
GROUPS = {"mori": "Moderators", "osamu": "Support", "sota": "Operators"}
PATIENCE = 60_000  # milliseconds
SEATS = [("ja", 360), ("en", 360), ("ja", 1280), ("en", 1280)]


class Words:
    """The product's sentences in the language of a seat."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str, context: str = "", **values: Any) -> str:
        with translation.override(self.language):
            found = pgettext(context, english) if context else gettext(english)
        return found % values if values else found


class Day:
    """One seat of the staff, and the phones of members beside it."""

    def __init__(self, world: World, folder: Path, language: str, width: int) -> None:
        self.world, self.folder, self.width = world, folder, width
        self.say = Words(language)
        self.text = f"駅前の写真 {language} {width}"
        self.outside = Person(f"gaibu-{language}-{width}", "", ())
        self.opened: list[Chromium] = []
        self.staff: DeskBrowser = self._open(partial(DeskBrowser, width=width))

    def phone(self, name: str, password: str = "") -> Chromium:
        """A member's phone without cookies, logged in; anybody's without a name."""
        phone = self._open(Chromium)
        phone.open(self.world.site)
        if name:
            phone.follow(self.say("Log in"))
            phone.fill(self.say("Username or email address"), name)
            phone.fill(self.say("Password"), password or self.world.password)
            phone.press(self.say("Log in"))
            sees(phone, self.say("Write"))
        return phone

    def desk(self, name: str) -> DeskBrowser:
        """The staff's browser with this person before it, on Today."""
        staff = self.staff
        if staff.view.url.startswith(self.world.site):
            with staff.at("log out"):
                staff.press(self.say("Log out"))
        staff.open(f"{self.world.site}/admin/")
        with staff.at("log in"):
            staff.fill(self.say("Username or email address"), name)
            staff.fill(self.say("Password"), self.world.password)
            staff.press(self.say("Log in"))
        return staff

    def mails(self, who: Person) -> list[EmailMessage]:
        return mails_to(self.world, who)

    def close(self) -> None:
        for browser in reversed(self.opened):
            browser.close()

    def _open(self, browser: Any) -> Any:
        folder = self.folder / str(len(self.opened))
        shared = self.opened[0].playwright if self.opened else None
        found = browser(folder, language=self.say.language, playwright=shared)
        found.view.set_default_timeout(PATIENCE)
        self.opened.append(found)
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One of its own: a pause or a new password here would be in the way of others."""
    with running(tmp_path_factory.mktemp("desk")) as world:
        appoint(world, tmp_path_factory.mktemp("appointed"))
        yield world


def appoint(world: World, folder: Path) -> None:
    """Three people sign up, and the one superuser of the demo gives each of them a group."""
    day = Day(world, folder, "en", 1280)
    try:
        for name in GROUPS:
            phone = day.phone("")
            phone.follow("Sign up")
            phone.fill("Username", name)
            phone.fill("Email", f"{name}@example.com")
            phone.fill("Password", world.password)
            phone.press("Sign up")
            sees(phone, name)
        chief = day.desk("admin")
        for name, group in GROUPS.items():
            chief.open(f"{world.site}/admin/")
            find_member(day, chief, name)
            chief.tick("Staff status")
            chief.view.locator("#id_groups_from").select_option(label=group)
            chief.view.get_by_role("button", name="Choose selected groups").click()
            chief.press("Save")
            sees(chief, "was changed successfully")
    finally:
        day.close()


def find_member(day: Day, staff: DeskBrowser, name: str) -> None:
    """From Today, by the box that stands there."""
    staff.fill(day.say("Username or whole email address"), name)
    staff.press(day.say("Find"))
    staff.follow(name)


@pytest.fixture(params=SEATS, ids=lambda seat: f"{seat[0]}-{seat[1]}")
def day(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[Day]:
    day = Day(world, tmp_path, *request.param)
    try:
        yield day
    finally:
        day.close()
        for step, presses in day.staff.presses.items():
            print(f"{day.say.language} {day.width} | {step} | {presses} | {day.staff.typed[step]}")


def test_a_report_comes_in_and_the_post_goes_with_its_copy(day: Day) -> None:
    say, world = day.say, day.world
    writer, reporter = day.phone("taro"), day.phone("hanako")
    write(day, writer)
    assert world.until(lambda: at_mixi(day), seconds=60), "no copy went to mixi"
    report(day, reporter)
    report_from_outside(day, re.search(r"http://\S+/posts/\d+/", writer.text)[0])
    staff = day.desk("mori")
    with staff.at("look at a report"):
        sees(staff, say("A report: %(what)s", what=say("Post")))
        staff.follow(say("Decide"))
        sees(staff, day.text, "本人の住所です", "母の住所です", "mixi")
    with staff.at("hide"):
        staff.fill(say("Reason"), "規約の3番")
        staff.press(say("Hide", "staff"))
        sees(staff, say("Done, and those concerned are told."))
    assert world.until(lambda: day.mails(day.outside)), "who reported from outside was told nothing"
    writer.follow(f"0 {say('Home')}")
    writer.follow("8 ")
    writer.follow(say("The staff hid a post of yours."))
    writer.fill(say("Why is it wrong?"), "店の住所です")
    writer.press(say("Send the objection"))
    with staff.at("remove after an objection"):
        staff.follow("Profile Link")  # the heading of each page leads to Today, which is read anew
        staff.follow(say("Decide"))
        sees(staff, "店の住所です", say("Not answered yet."))
        staff.fill(say("Reason"), "個人の住所でした")
        staff.press(say("Remove", "staff"))
        sees(staff, say("Nothing. All is well as far as you can see."))
    assert world.until(lambda: not at_mixi(day), seconds=60), "the copy is still at mixi"
    writer.follow(f"0 {say('Home')}")
    writer.follow("8 ")
    sees(writer, say("The staff removed a post of yours."))
    reporter.follow(f"0 {say('Home')}")
    assert not reporter.shows(day.text)
    reporter.follow("8 ")
    sees(reporter, say("Your report was settled: what you reported was removed."))
    assert staff.complaints == []


def write(day: Day, phone: Chromium) -> None:
    say = day.say
    phone.follow(f"0 {say('Home')}")
    phone.follow(say("Write"))
    phone.fill(say("What is new?"), day.text)
    phone.choose(say("Who sees it"), say("Everyone"))
    if not phone.shows(say("Send it?")):
        phone.press(say("Preview"))
    phone.press(say("Send", "post"))


def at_mixi(day: Day) -> list[dict[str, Any]]:
    statuses = day.world.received("mixi")["statuses"]
    return [one for one in statuses if day.text in one["text"] and not one["deleted"]]


def report(day: Day, phone: Chromium) -> None:
    say = day.say
    phone.follow(f"0 {say('Home')}")
    phone.follow(day.text)
    phone.follow(f"6 {say('More')}")
    phone.follow(f"2 {say('Report', 'verb')}")
    phone.follow(f"3 {say('Private facts or pictures of somebody')}")
    phone.fill(say("What should the staff know? (optional)"), "本人の住所です")
    phone.press(say("Send the report"))


def report_from_outside(day: Day, address: str) -> None:
    """Of somebody without an account, who was given the address that the post shows."""
    say = day.say
    visitor = day.phone("")
    visitor.open(address)
    visitor.follow(say("Report this page"))
    visitor.choose(say("What is it about?"), say("Private facts or pictures of somebody"))
    visitor.fill(say("Message"), "母の住所です")
    visitor.fill(
        say("Your email address (without it nobody can answer)"), f"{day.outside.name}@example.jp"
    )
    visitor.press(say("Send"))


LOST = {("ja", 360): HANAKO, ("en", 360): YUKI, ("ja", 1280): YUKI, ("en", 1280): HANAKO}


def test_a_member_who_lost_the_phone_is_in_again(day: Day) -> None:
    say = day.say
    who = LOST[say.language, day.width]
    lost = day.phone(who.name, PASSWORDS.get(who.name, ""))
    before = len(day.mails(who))
    staff = day.desk("osamu")
    with staff.at("find the member"):
        find_member(day, staff, who.name)
    with staff.at("end all ways in"):
        staff.follow(say("Lost phone"))
        staff.fill(say("Reason"), "電話で確かめました")
        staff.tick(f"{who.name}@example.com")
        staff.press(say("End it all"))
        mailed = "Ended. A link for a new password was mailed to %(address)s."
        sees(staff, say(mailed, address=f"{who.name}@example.com"))
        sees(staff, say("link for a new password mailed", "staff"))
    lost.follow(f"0 {say('Home')}")
    assert not lost.shows(f"9 {say('Write')}")
    mails = day.world.until(lambda: day.mails(who)[before:])
    [address] = [
        found[0] for one in mails if (found := re.search(r"\S+/password/reset/\S+", words_of(one)))
    ]
    phone = day.phone("")
    phone.open(address)
    PASSWORDS[who.name] = f"entirely new words {say.language} {day.width}"
    for name in ("password1", "password2"):
        phone.view.locator(f"[name={name}]").fill(PASSWORDS[who.name])
    phone.press(say("Change password"))
    again = day.phone(who.name, PASSWORDS[who.name])
    again.follow("8 ")
    sees(again, say("The staff ended your sessions: a phone was lost."))
    assert staff.complaints == []


PASSWORDS: dict[str, str] = {}  # of those who lost a phone before


def test_a_network_is_paused_and_goes_on(day: Day) -> None:
    say = day.say
    phone = day.phone("taro")
    staff = day.desk("sota")
    day.text = f"止まっているあいだ {say.language} {day.width}"
    with staff.at("pause a network"):
        staff.follow(say("Pause %(name)s", name="mixi"))
        staff.fill(say("Reason"), "修理中：18時まで")
        staff.press(say("Pause %(network)s", network="mixi"))
        sees(staff, "修理中：18時まで")
    try:
        phone.follow(f"0 {say('Home')}")
        phone.follow(say("Links"))
        sees(phone, "修理中：18時まで")
        write(day, phone)
        assert not day.world.until(lambda: at_mixi(day), seconds=6), "sent while mixi is paused"
    finally:
        with staff.at("let it go on"):
            staff.press(say("Let it go on"))
    sees(staff, say("What waited is sent now: %(network)s", network="mixi"))
    assert day.world.until(lambda: at_mixi(day), seconds=60), "what waited did not go"
    assert staff.complaints == []
