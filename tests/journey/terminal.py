"""A text browser in a terminal: keys in, screen out, nothing else.

The browser runs inside tmux, on a screen tall enough for any of our pages. `Terminal` knows tmux
and when a page has settled. tests.journey.numbered is what Lynx, ELinks and Links2 share; each
browser's own module is how it is started without cookies, and its keys.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 100, 220


class Terminal(ABC):
    """A browser in a terminal of its own, with a home folder of its own."""

    program: str
    needs: tuple[str, ...]
    agent: str  # a piece of its User-Agent
    note = ""
    scans = False  # the characters of a phone log-in are typed
    tells_whence = True  # it sends the whole address of the page before, also to other sites
    busy: tuple[str, ...]  # what its last lines say while it fetches

    def __init__(self, folder: Path, *, language: str = "en") -> None:
        self.name = f"{self.program}-{secrets.token_hex(4)}"
        self.language = language
        self.home = folder / f"{self.name}-home"
        self.home.mkdir()
        self.screens: list[str] = []
        self.complaints: list[str] = []

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started: no cookies, full Referers, its settings in `home`."""

    @abstractmethod
    def go_to(self, address: str) -> None:
        """Type an address into the running browser."""

    @abstractmethod
    def address(self) -> str:
        """The address of the page, as the browser itself shows it on request."""

    # -- a person at it ----------------------------------------------------------------------------
    def open(self, address: str) -> None:
        """What a person types or scans."""
        if self.screens:
            self.go_to(address)
            return
        # pytest-xdist's workers name a screen of 80 by 24 in LINES and COLUMNS; tmux has its own.
        environment = ["env", "-u", "LINES", "-u", "COLUMNS"]
        environment += [f"HOME={self.home}", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"]
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT),
            shlex.join([*environment, *self.command(), address]),
        )  # fmt: skip
        self.screens.append("")
        self.settle()

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, check=False)

    def cookies(self) -> list[Path]:
        """Files of cookies that know our host."""
        files = [path for path in self.home.rglob("*ookie*") if path.is_file()]
        return [path for path in files if "127.0.0.1" in path.read_text(errors="replace")]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.screens[-1])

    def shows(self, *words: str) -> bool:
        squeezed = re.sub(r"\s+", "", self.screens[-1])
        return all(re.sub(r"\s+", "", word) in squeezed for word in words)

    # -- the terminal ------------------------------------------------------------------------------
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def status(self, screen: str = "") -> str:
        """The last lines of the screen, where browsers say what they are doing."""
        return "\n".join((screen or self.screen()).rstrip("\n").split("\n")[-3:])

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def until(self, check: Callable[[str], Any], *, seconds: float = 30) -> Any:
        """Wait for something true to come of `check(screen)`, and give it."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            found = check(screen)
            if found:
                return found
            assert time.monotonic() < end, f"{self.program} does not come to it:\n{dense(screen)}"
            time.sleep(0.02)

    def wait(self, check: Callable[[str], Any], *, seconds: float = 1) -> None:
        """As `until`, where the browser need not show it."""
        end = time.monotonic() + seconds
        while not check(self.screen()) and time.monotonic() < end:
            time.sleep(0.02)

    def enter(self) -> None:
        """Press Enter, and wait for the page that comes of it."""
        before = self.screen()
        self.keys("Enter")
        self.settle(before)

    def settle(self, before: str = "") -> None:
        """Another screen than `before` stands still, and nothing is being fetched."""
        last, still = "", 0
        changes_until = time.monotonic() + 6  # the same page may come again
        end = time.monotonic() + 60
        while still < 3 and time.monotonic() < end:
            time.sleep(0.04)
            now = self.screen()
            is_busy = any(words in self.status(now) for words in self.busy)
            is_new = now != before or time.monotonic() > changes_until
            still = still + 1 if now == last and is_new and now.strip() and not is_busy else 0
            last = now
        self.screens.append(last)

    def _tmux(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-L", self.name, *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        ).stdout


def dense(screen: str) -> str:
    """A screen for a message: without its empty lines."""
    return "\n".join(line for line in screen.split("\n") if line.strip())
