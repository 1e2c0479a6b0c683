"""Links2 in text mode: no cookies, real Referers."""

from __future__ import annotations

import codecs
import os
import re
import shlex
import signal
from contextlib import suppress
from pathlib import Path

from tests.journey.numbered import Numbered
from tests.journey.terminal import HEIGHT, WIDTH

_STEP = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\x1b[^\[]|([\x00-\x1f])|(.)", re.S)
_CUT_OFF = re.compile(r"(?:\x1b(?:\[[0-9;]*)?)?$")  # an order of which more is to come
_IN_FIELD = re.compile(r"^(Text field|Password field|Text area|File)", re.M)


class Links2(Numbered):
    """It takes every character for one column wide, so on any terminal Japanese characters cover each
    other. The screen here is the one that it means: its own output, replayed."""

    program = "links2"
    needs = ("tmux", "script", "links2")
    agent = "Links ("
    note = (
        "needs its aggressive cache off, or it shows pages as they once were; "
        "its text mode lays Japanese letters over each other"
    )
    busy = (
        "Request sent",
        "Making connection",
        "Looking up",
        "Waiting in queue",
        "Formatting",
        "Received",
    )

    def command(self) -> list[str]:
        (self.home / ".links2").mkdir()  # else it welcomes, and waits for a key
        self.replay = Replay(self.home / "output")
        options = [
            "-no-connect",  # the name of its socket, below `home`, may be longer than it can hold
            "-enable-cookies", "0", "-save-cookies", "1",
            "-http.referer", "3",
            "-aggressive-cache", "0",
            "-http.extra-header", f"Accept-Language: {self.language}",
            "-html-numbered-links", "1",
        ]  # fmt: skip
        browser = shlex.join(["links2", *options])
        # Run by script, which writes down all that it prints; the address comes last.
        record = f'exec script -qefc "{browser} $0" {shlex.quote(str(self.replay.output))}'
        return ["sh", "-c", record]

    def screen(self) -> str:
        return self.replay.screen()

    def close(self) -> None:
        """script outlives its terminal, so it is ended by itself; its links2 goes with it."""
        pane = self._tmux("display-message", "-p", "#{pane_pid}") if self.screens else ""
        super().close()
        if pane:
            with suppress(ProcessLookupError):
                os.kill(int(pane), signal.SIGTERM)

    def go_to(self, address: str) -> None:
        self._leave_fields()
        self.keys("g")
        self.until(lambda screen: "Enter URL" in screen)
        self.keys("C-u")
        self.type(address)
        self.enter()

    def address(self) -> str:
        self._leave_fields()
        self.keys("G")
        shown = self.until(lambda screen: re.search(r"[|│] +(http\S+)", screen))[1]
        self.keys("Escape")
        self.until(lambda screen: "Enter URL" not in screen)
        return shown

    def _aim_at(self, number: int) -> None:
        self._leave_fields()
        self.type(str(number))
        self.until(lambda screen: "Go to link" in screen)

    def _leave_fields(self) -> None:
        """Every key would be typed into a field that is stood on."""
        for _ in range(40):
            if not _IN_FIELD.search(self.status()):
                break
            before = self.screen()
            self.keys("Down")
            self.until(lambda screen, before=before: screen != before)

    def edit(self, text: str) -> None:
        self.keys("Enter")
        self.until(lambda _: _IN_FIELD.search(self.status()))
        self.keys("End", "C-u")
        self.lines(text)


class Replay:
    """The screen that an output means, where every character is one column wide."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.at = self.row = self.column = 0
        self.rest = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._clear()

    def screen(self) -> str:
        if self.output.exists():
            with self.output.open("rb") as output:
                output.seek(self.at)
                fresh = output.read()
            self.at += len(fresh)
            self._take(fresh)
        return "\n".join("".join(line).rstrip() for line in self.cells)

    def _take(self, fresh: bytes) -> None:
        text = self.rest + self.decoder.decode(fresh)
        self.rest = _CUT_OFF.search(text)[0]
        for numbers, order, control, letter in _STEP.findall(text.removesuffix(self.rest)):
            if order == "H":
                at = [int(n or 1) for n in numbers.split(";")] if numbers else [1, 1]
                self.row, self.column = at[0] - 1, at[-1] - 1
            elif order == "J":
                self._clear()
            elif control == "\b":
                self.column -= 1
            elif control == "\r":
                self.column = 0
            elif letter and self.row < HEIGHT and 0 <= self.column < WIDTH:
                self.cells[self.row][self.column] = letter
                self.column += 1

    def _clear(self) -> None:
        self.cells = [[" "] * WIDTH for _ in range(HEIGHT)]
