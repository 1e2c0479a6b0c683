"""w3m: no cookies, Referers with the whole address also to other sites, in a terminal.

Links and buttons are found by w3m's own search; a field is the next thing after its label.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.journey.terminal import HEIGHT, Terminal, dense

OPTIONS = (
    "use_cookie=0 accept_cookie=0 no_referer=0 cross_origin_referer=0 confirm_qq=0 "
    "ssl_verify_server=0 use_history=0 display_charset=UTF-8"
)
LAST_LINE = f"{HEIGHT - 1}\n"
PROMPTS = ("TEXT:", "assword:", "Filename:")


class W3m(Terminal):
    program = "w3m"
    needs = ("tmux", "w3m")
    agent = "w3m/"
    busy = ("contacted", "Waiting for reply", "Opening", "loaded", "Performing")

    def command(self) -> list[str]:
        self.text_to_type = self.home / "to-type.txt"
        self.typed = self.home / "typed"
        editor = self.home / "editor"
        editor.write_text(
            f'#!/bin/sh\ncp {shlex.quote(str(self.text_to_type))} "$1"\ntouch {self.typed}\n'
        )
        editor.chmod(0o755)
        options = f"{OPTIONS} accept_language={self.language} editor={editor}"
        flags = [word for option in options.split() for word in ("-o", option)]
        return ["env", "TERM=screen", "w3m", "-no-cookie", "-I", "UTF-8", "-O", "UTF-8", *flags]

    def go_to(self, address: str) -> None:
        self.keys("U")
        self.until(lambda screen: "Goto URL" in screen)
        self.keys("C-u")
        self.type(address)
        self.enter()

    def address(self) -> str:
        self.keys("c")
        return self.until(lambda screen: re.search(r"http\S+$", screen.rstrip()))[0]

    def follow(self, words: str) -> None:
        self._find(words)
        self.enter()

    def press(self, words: str) -> None:
        """Buttons stand in square brackets, some of them behind their number key."""
        self._find(words, at="\\[[0-9 ]*")
        self.enter()

    def fill(self, label: str, text: str) -> None:
        """One line is asked for at the bottom; more are typed in an editor."""
        self._find(label, at="^ *")
        self.text_to_type.write_text(text)
        self.typed.unlink(missing_ok=True)
        self.keys("Tab", "Enter")
        self.until(lambda _: self.typed.exists() or self._asks())
        if not self.typed.exists():
            self.keys("C-a", "C-k")
            self.type(text)
            self.keys("Enter")
            self.until(lambda _: not self._asks())

    def tick(self, label: str, *, on: bool = True) -> None:
        """Checkboxes stand before their label here: go to the label, then one thing back."""
        self._find(label)
        before = self.screen()
        self.keys("Escape", "Tab")
        self.keys("Enter")
        self.until(lambda screen: screen != before)

    def choose(self, label: str, words: str) -> None:
        self._find(label, at="^ *")
        self.keys("Tab", "Enter")
        before = self.until(lambda screen: screen if words in screen else "")
        self._search(words)
        self.keys("Enter")
        self.until(lambda screen: screen != before)

    def attach(self, label: str, path: Path) -> None:
        self.fill(label, str(path))
        self.settle()

    def _asks(self) -> bool:
        return any(prompt in self.status() for prompt in PROMPTS)

    def _find(self, words: str, *, at: str = "") -> None:
        """Put the cursor on `words`; `at` is a regular expression for what stands before them."""
        self.keys("g")
        self._search(at + re.sub(r"([\[\].*\\^$?+(){}|])", r"\\\1", words))
        if "Not found" in self.status():
            raise AssertionError(f"w3m finds no {words!r} on:\n{dense(self.screen())}")

    def _search(self, pattern: str) -> None:
        self.keys("/")
        self.until(lambda screen: "Forward:" in screen)
        self.type(pattern)
        self.keys("Enter")
        # The words stay at the bottom; the cursor goes to what was found.
        self.until(lambda _: self._tmux("display-message", "-p", "#{cursor_y}") != LAST_LINE)
