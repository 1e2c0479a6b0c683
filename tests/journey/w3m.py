"""The same person at w3m, cookies off, in a terminal: keys in, screen out, nothing else.

w3m runs inside tmux with a screen tall enough for any of our pages. Links and buttons are found by
w3m's own search; a field is the next thing after its label.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import subprocess
import time
from pathlib import Path

WIDTH, HEIGHT = 100, 220
BUSY = ("contacted", "Waiting for reply", "Opening", "loaded", "Performing")
missing = [name for name in ("w3m", "tmux") if shutil.which(name) is None]


class W3m:
    def __init__(self, folder: Path) -> None:
        self.name = f"w3m-{secrets.token_hex(4)}"
        self.folder = folder
        self.text_to_type = folder / f"{self.name}.txt"
        self.screens: list[str] = []
        editor = folder / f"{self.name}-editor"
        editor.write_text(f'#!/bin/sh\ncp {shlex.quote(str(self.text_to_type))} "$1"\n')
        editor.chmod(0o755)
        options = "use_cookie=0 confirm_qq=0 ssl_verify_server=0 use_history=0 accept_language=en"
        flags = " ".join(f"-o {option}" for option in options.split())
        home = folder / f"{self.name}-home"
        home.mkdir()
        self.command = (
            f"env HOME={home} LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=screen "
            f"w3m -no-cookie -I UTF-8 -O UTF-8 -o editor={editor} {flags}"
        )

    def _tmux(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-L", self.name, *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        ).stdout

    def open(self, address: str) -> None:
        """What a person types or scans."""
        if self.screens:
            self._keys("U")
            self._keys("C-u")
            self._type(address)
            self._keys("Enter")
        else:
            self._tmux(
                "-f", "/dev/null", "new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT),
                f"{self.command} {shlex.quote(address)}",
            )  # fmt: skip
        self._settle()

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, check=False)

    def follow(self, words: str) -> None:
        self._find(words)
        self._keys("Enter")
        self._settle()

    def press(self, words: str) -> None:
        """Buttons stand in square brackets, some of them behind their number key."""
        self._find(words, at="\\[[0-9 ]*")
        self._keys("Enter")
        self._settle()

    def fill(self, label: str, text: str) -> None:
        self._find(label, at="^ *")
        self._keys("Tab")
        self.text_to_type.write_text(text)
        self._keys("Enter")
        time.sleep(0.3)
        if any(prompt in self._last_line() for prompt in ("TEXT:", "assword:", "Filename:")):
            self._keys("C-a")
            self._keys("C-k")
            self._type(text)
            self._keys("Enter")
        time.sleep(0.2)

    def tick(self, label: str, *, on: bool = True) -> None:
        """Checkboxes stand before their label here: go to the label, then one thing back."""
        self._find(label)
        self._keys("Escape", "Tab")
        self._keys("Enter")
        time.sleep(0.2)

    def choose(self, label: str, words: str) -> None:
        self._find(label, at="^ *")
        self._keys("Tab")
        self._keys("Enter")
        time.sleep(0.3)
        self._keys("/")
        self._type(words)
        self._keys("Enter")
        self._keys("Enter")
        time.sleep(0.2)

    def attach(self, label: str, path: Path) -> None:
        self.fill(label, str(path))
        self._settle()

    # -- the terminal ------------------------------------------------------------------------------
    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.screens[-1])

    def shows(self, *words: str) -> bool:
        squeezed = re.sub(r"\s+", "", self.screens[-1])
        return all(re.sub(r"\s+", "", word) in squeezed for word in words)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def _last_line(self) -> str:
        lines = self.screen().rstrip("\n").split("\n")
        return lines[-1] if lines else ""

    def _keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)
        time.sleep(0.05)

    def _type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)
        time.sleep(0.1)

    def _find(self, words: str, *, at: str = "") -> None:
        """Put the cursor on `words`; `at` is a regular expression for what stands before them."""
        self._keys("g")
        self._keys("/")
        self._type(at + re.sub(r"([\[\].*\\^$?+(){}|])", r"\\\1", words))
        self._keys("Enter")
        time.sleep(0.15)
        if "Not found" in self.screen():
            raise AssertionError(f"w3m finds no {words!r} on:\n{self.screen().strip()}")

    def _settle(self) -> None:
        """The screen has not changed for a while and nothing is being fetched."""
        before, still = "", 0
        end = time.monotonic() + 20
        while still < 4 and time.monotonic() < end:
            time.sleep(0.12)
            now = self.screen()
            is_busy = any(words in self._last_line() for words in BUSY)
            still = still + 1 if now == before and now.strip() and not is_busy else 0
            before = now
        self.screens.append(before)
