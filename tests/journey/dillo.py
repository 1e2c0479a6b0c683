"""Dillo, which is graphical: keys and mouse by xdotool on a screen of its own, pixels out.

It tells nobody what a page says, so words are looked for with its own search and stand where the
picture changes; where it is, it writes to its output. Links have no keys in it: they are clicked.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageGrab

WIDTH, HEIGHT = 480, 1300
BARS = 92  # pixels of its own above the page
SETTINGS = f"""
geometry={WIDTH}x{HEIGHT}+0+0
start_page="about:blank"
font_sans_serif="Noto Sans CJK JP"
enterpress_forces_submit=YES
http_language="{{language}}"
"""


class Dillo:
    needs = ("dillo", "Xvfb", "xdotool")
    agent = "Dillo/"
    tells_whence = False  # the host alone
    note = (
        "log-in by QR address, writing, a way out; not linking, choosing and photos: a program can "
        "neither read the 4-digit number off its pixels nor know its menus and file window"
    )

    def __init__(self, folder: Path, *, language: str = "en") -> None:
        self.home = folder / "dillo-home"
        (self.home / ".dillo").mkdir(parents=True)
        (self.home / ".dillo" / "dillorc").write_text(SETTINGS.format(language=language))
        self.pictures = Path(os.environ.get("SCREENSHOTS", folder))
        self.output = self.home / "output"
        self.screen_number, self.server = _screen()
        self.browser: subprocess.Popen[bytes] | None = None

    def open(self, address: str) -> None:
        if self.browser is None:
            with self.output.open("wb") as output:
                self.browser = subprocess.Popen(
                    ["dillo", address],
                    env=self._environment(),
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
        else:
            self._do("mousemove", "440", "1250", "key", "ctrl+l", "type", address)
            self._do("key", "Return")

    def close(self) -> None:
        for process in (self.browser, self.server):
            if process is not None:
                process.terminate()
                process.wait(timeout=10)

    def address(self) -> str:
        """Where it last went, by its own word."""
        return re.findall(r"new url='(\S+)'", self.output.read_text(errors="replace"))[-1]

    def sees(self, words: str, *, seconds: float = 40) -> tuple[int, int]:
        """Where `words` stand on the page: its own search marks them."""
        end = time.monotonic() + seconds
        while True:
            place = self._search(words)
            if place is not None:
                return place
            picture = self.pictures / "dillo-without.png"
            if time.monotonic() > end:
                self.picture().save(picture)
                raise AssertionError(f"Dillo finds no {words!r}: {picture}, {self.address()}")
            time.sleep(0.3)

    def shows(self, *words: str) -> bool:
        """Whether it finds all of them; only the first is waited for."""
        self.sees(
            words[0]
        )  # not searched for again: a second search may fail beside a busy machine
        return all(self._search(word) for word in words[1:])

    def follow(self, words: str) -> None:
        self._click(*self.sees(words))

    def fill(self, label: str, text: str) -> None:
        """The field stands right under its label."""
        x, y = self.sees(label)
        self._click(x, y + 22)
        self.type(text)

    def press_under(self, words: str, *, right: int) -> None:
        """Click a button in the line below `words`, `right` pixels from their middle: its search knows no buttons."""
        x, y = self.sees(words)
        self._click(x + right, y + 25)

    def type(self, text: str) -> None:
        self._do("type", text)

    def press(self, *keys: str) -> None:
        self._do("key", *keys)

    def press_first_button(self) -> None:
        """Put the keyboard to the page, go to the first thing with the tab key, and press it."""
        self._click(WIDTH - 40, HEIGHT - 60)
        self.press("Tab", "space")

    @property
    def text(self) -> str:
        return f"a picture of {self.address()}"

    def cookies(self) -> list[str]:
        """Lines in its file of cookies, beyond remarks."""
        file = self.home / ".dillo" / "cookies.txt"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        return [line for line in lines if line and not line.startswith("#")]

    def picture(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=f":{self.screen_number}").convert("RGB")

    def _search(self, words: str) -> tuple[int, int] | None:
        if not self._has_bars():  # Escape hides them, where it came when no search was open
            self._do("key", "Escape", "sleep", "0.2")
        away = ("mousemove", str(WIDTH - 40), str(HEIGHT - 60))
        self._do(*away, "sleep", "0.1", "key", "ctrl+f", "sleep", "0.1")
        before = self._page()
        # A character that no key has is put on a spare key first, and Dillo must hear of that in time.
        pace = "12" if words.isascii() else "120"  # milliseconds
        self._do("key", "End", "shift+Home", "type", "--delay", pace, words)
        self._do("key", "Return", "sleep", "0.2")
        marked = self._page()
        self._do("key", "Escape", "key", "ctrl+f", "sleep", "0.1")
        after = self._page()
        self._do("key", "Escape")
        found = _difference(before, marked)
        if found is None or _difference(before, after):  # not there, or the page has just changed
            return None
        left, top, right, bottom = found
        return (left + right) // 2, BARS + (top + bottom) // 2

    def _has_bars(self) -> bool:
        red, green, blue = self.picture().getpixel((4, 60))
        return red == green == blue and 180 < red < 215

    def _page(self) -> Image.Image:
        """Without Dillo's own bars, and the one below in which the words are typed."""
        return self.picture().crop((0, BARS, WIDTH, HEIGHT - 50))

    def _click(self, x: int, y: int) -> None:
        self._do("mousemove", str(x), str(y), "click", "1", "sleep", "0.1")

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment(), check=True, timeout=20)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home), "DISPLAY": f":{self.screen_number}"}


def _difference(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    """Where two pictures differ by more than the blinking cursor of a field."""
    box = ImageChops.difference(one, other).getbbox()
    return box if box and box[2] - box[0] > 8 else None


def _screen() -> tuple[int, subprocess.Popen[bytes]]:
    """A screen that nobody sees; the server chooses a free number and tells it."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-noreset"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        return int(told.readline()), server
