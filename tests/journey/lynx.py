"""Lynx: no cookies, Referers with all that stands in an address, in a terminal."""

from __future__ import annotations

import re

from tests.journey.numbered import Numbered

# The pauses are for people: two seconds for every message, two messages for every redirect.
SETTINGS = """
INCLUDE:/etc/lynx/lynx.cfg
SET_COOKIES:FALSE
COOKIE_FILE:{home}/cookies
COOKIE_SAVE_FILE:{home}/cookies
NO_REFERER_HEADER:FALSE
REFERER_WITH_QUERY:SEND
CHARACTER_SET:utf-8
PREFERRED_LANGUAGE:{language}
DEFAULT_KEYPAD_MODE:LINKS_AND_FIELDS_ARE_NUMBERED
TEXTFIELDS_NEED_ACTIVATION:TRUE
INFOSECS:0
MESSAGESECS:0
ALERTSECS:0
"""


class Lynx(Numbered):
    program = "lynx"
    needs = ("tmux", "lynx")
    agent = "Lynx/"
    busy = (
        "Sending HTTP",
        "HTTP request sent",
        "Making HTTP",
        "Looking up",
        "Getting http",
        "Using http",
        "Location",
    )

    def command(self) -> list[str]:
        settings = self.home / "lynx.cfg"
        settings.write_text(SETTINGS.format(home=self.home, language=self.language))
        return ["lynx", f"-cfg={settings}"]

    def go_to(self, address: str) -> None:
        self.keys("g", "C-u")
        self.type(address)
        self.enter()

    def address(self) -> str:
        self.keys("G")
        shown = self.until(lambda screen: re.search(r"URL: (http\S+)", screen))[1]
        self.keys("C-g")
        return shown

    def _aim_at(self, number: int) -> None:
        self.type(f"{number}g")
        self.until(lambda screen: f"number: {number}g" in screen)
        self.keys("Enter")
        self.until(lambda screen: f"number: {number}g" not in screen)

    def edit(self, text: str) -> None:
        self.keys("Enter", "C-u")
        self.lines(text)
        self.keys("Tab")
