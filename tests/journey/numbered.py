"""Text browsers that write a number before every link and field: Lynx, ELinks, Links2.

A person types the number and is there. What stands after a number, up to the next one, is what it
is called; a field is the next number after its label, a checkbox the last one before it.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from pathlib import Path

from tests.journey.terminal import Terminal, dense

NUMBER = re.compile(r"\[(\d+)\]")
# "[ Log in ]" is a button, "1 Write" a link with its key, "[x] " a box.
DRESS = r"(?:\[ ?)?(?:[0-9*#] )?"
POPUP_ROW = re.compile(r"[|│] ?(?:\d+: \(\d+\)_*)?(.*?) *[|│]")


class Numbered(Terminal):
    def follow(self, words: str) -> None:
        self._aim_at(self._called(words))
        self.enter()

    press = follow

    def fill(self, label: str, text: str) -> None:
        self._aim_at(self._after(label))
        self.edit(text)
        self.screens[-1] = self.screen()

    def attach(self, label: str, path: Path) -> None:
        self.fill(label, str(path))

    def tick(self, label: str, *, on: bool = True) -> None:
        number, is_on = self._before(label)
        if is_on != on:
            self._aim_at(number)
            self.keys("Enter")
            self.until(lambda _: self._before(label)[1] == on)
        self.screens[-1] = self.screen()

    def choose(self, label: str, words: str) -> None:
        number = self._after(label)
        chosen = re.search(
            rf"\[{number}\]\[?_*(?:\(\d+\)_*)?([^\W_][^\W_ ]*(?: [^\W_]+)*)_*\]", self.screen()
        )
        assert chosen, f"no list {number} on:\n{dense(self.screen())}"
        self._aim_at(number)
        self.keys("Enter")
        both = {words, chosen[1]}  # a list may be drawn in steps
        self.until(lambda screen: both <= set(POPUP_ROW.findall(screen)))
        rows = POPUP_ROW.findall(self.screen())
        down = rows.index(words) - rows.index(chosen[1])
        self.keys(*["Down" if down > 0 else "Up"] * abs(down), "Enter")
        self.until(lambda screen: not POPUP_ROW.search(screen))
        self.screens[-1] = self.screen()

    # -- what differs ------------------------------------------------------------------------------
    @abstractmethod
    def _aim_at(self, number: int) -> None:
        """All but the Enter that presses the link or button, turns the box, enters the field."""

    @abstractmethod
    def edit(self, text: str) -> None:
        """Put `text` into the field aimed at, in place of what it holds, and leave it."""

    def lines(self, text: str) -> None:
        """Type, with Enter between the lines."""
        first, *rest = text.split("\n")
        self.type(first)
        for line in rest:
            self.keys("Enter")
            self.type(line)
        end = _squeezed(text)[-3:]
        self.wait(lambda screen: end in _squeezed(screen) or "*" * min(len(text), 9) in screen)

    # -- where things stand ------------------------------------------------------------------------
    def _called(self, words: str) -> int:
        """The first number whose name begins with `words`, or else holds them."""
        parts = NUMBER.split(self.screens[-1])[1:]
        names = [(int(n), _squeezed(name)) for n, name in zip(parts[::2], parts[1::2], strict=True)]
        begins = re.compile(re.escape(_squeezed(words)))
        key = re.compile(r"\[?[0-9*#]?")
        for number, name in names:
            if begins.match(name) or begins.match(name, key.match(name).end()):
                return number
        for number, name in names:
            if begins.search(name):
                return number
        raise AssertionError(f"{self.program} shows no {words!r}:\n{dense(self.screens[-1])}")

    def _after(self, label: str) -> int:
        """The field whose label begins a line: the next number after it. Where the label is a line of its
        own, after the last of these: a heading may say the same."""
        screen = self.screens[-1]
        *_, last = [
            0,
            *(m.start() for m in re.finditer(rf"^\s*{re.escape(label)}\s*$", screen, re.M)),
        ]
        found = re.compile(rf"^\s*{re.escape(label)}.*?{NUMBER.pattern}", re.M | re.S).search(
            screen, last
        )
        assert found, f"{self.program} shows no field {label!r}:\n{dense(self.screens[-1])}"
        return int(found[1])

    def _before(self, label: str) -> tuple[int, bool]:
        """The box whose label this is: the last number before it, and whether it is ticked."""
        found = re.search(
            rf"{NUMBER.pattern}[\[(]([ xX*])[\])]\s*[^\[\]]*?{re.escape(label)}", self.screen()
        )
        assert found, f"{self.program} shows no box {label!r}:\n{dense(self.screens[-1])}"
        return int(found[1]), found[2] != " "


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
