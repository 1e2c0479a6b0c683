"""ELinks: no cookies, real Referers, in a terminal."""

from __future__ import annotations

import re

from tests.journey.numbered import Numbered

SETTINGS = """
set cookies.accept_policy = 0
set protocol.http.referer.policy = 3
set protocol.http.accept_ui_language = 0
set protocol.http.accept_language = "{language}"
set document.browse.links.numbering = 1
set document.browse.forms.confirm_submit = 0
set terminal.screen.charset = "UTF-8"
set terminal.screen.utf_8_io = 1
"""
_ANSWER = re.compile("Go to link|Keyboard prefix")


class ELinks(Numbered):
    program = "elinks"
    needs = ("tmux", "elinks")
    agent = "ELinks/"
    busy = ("Request sent", "Making connection", "Looking up", "Waiting in queue", "Received")

    def command(self) -> list[str]:
        (self.home / "elinks.conf").write_text(SETTINGS.format(language=self.language))
        return ["env", "TERM=screen", "elinks", "-no-connect", "-config-dir", str(self.home)]

    def go_to(self, address: str) -> None:
        self.keys("g")
        self.until(lambda screen: "Enter URL" in screen)
        self.keys("C-u")
        self.type(address)
        self.enter()

    def address(self) -> str:
        self.keys("G")
        shown = self.until(lambda screen: re.search(r"[|│] +(http\S+)", screen))[1]
        self.keys("Escape")
        self.until(lambda screen: "Enter URL" not in screen)
        return shown

    def _aim_at(self, number: int) -> None:
        """While a page still comes in, digits are a prefix to it: not yet, then."""
        for _ in range(20):
            self.type(str(number))
            if "Go to link" in self.until(lambda screen: _ANSWER.search(screen))[0]:
                break
            self.keys("Escape")
            self.until(lambda screen: not _ANSWER.search(screen))
        self.keys("Enter")
        self.until(lambda screen: "Go to link" not in screen)

    def edit(self, text: str) -> None:
        self.keys("Enter", "C-u")
        self.lines(text)
        self.keys("Escape")
        self.until(lambda screen: "press Enter to edit" in screen)
