"""Chromium at the desk of the staff: 360 or 1280 pixels wide, with cookies and scripts, as it comes.

Keeps a picture of each page under the name of its step, counts what is pressed and typed in each step, and
writes down what is wrong with a page: what a screen of this width cuts off, and what a thumb misses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright

from tests.journey.chromium import Chromium

HEIGHTS = {360: 740, 1280: 800}
TOUCH = 44  # pixels: what a thumb hits
SMALL = """
(least) => [...document.querySelectorAll(
    '#content button, #content input:not([type=hidden]), #content a.button, #content select')]
  .map(one => [one, (one.closest('label') || one).getBoundingClientRect()])
  .filter(([one, box]) => box.height && box.height < least - 0.5)
  .map(([one, box]) => `${one.innerText || one.value || one.name}: ${Math.round(box.height)}`)
"""
CUT = """
() => [...document.querySelectorAll('#content *, #user-tools *')]
  .filter(one => !one.closest('[role=region], .results, .selector, svg, .visually-hidden, .hidden'))
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => `${one.tagName} ${one.innerText.slice(0, 30)}`)
"""


class DeskBrowser(Chromium):
    note = "with cookies and scripts"

    def __init__(
        self, folder: Path, *, width: int, language: str, playwright: Playwright | None = None
    ) -> None:
        super().__init__(
            folder,
            width=width,
            height=HEIGHTS[width],
            language=language,
            keeps_cookies=True,
            playwright=playwright,
        )
        self.pictures /= f"desk-{language}"
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.step = "start"
        self.presses: Counter[str] = Counter()
        self.typed: Counter[str] = Counter()
        self.pages: list[tuple[str, str]] = []  # the step, and what its page says

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        """What is pressed now belongs to this step."""
        before, self.step = self.step, step
        try:
            yield
        finally:
            self.step = before

    def follow(self, words: str) -> None:
        self.presses[self.step] += 1
        with self.view.expect_navigation():
            self.view.get_by_role("link").filter(has_text=words).first.click()
        self._look()

    def press(self, words: str) -> None:
        self.presses[self.step] += 1
        buttons = self.view.get_by_role("button").filter(has_text=words)
        button = self.view.locator(f'input[type=submit][value*="{words}"]').or_(buttons).first
        with self.view.expect_navigation():
            button.click()
        self._look()

    def fill(self, label: str, text: str) -> None:
        self.typed[self.step] += 1
        super().fill(label, text)

    def tick(self, label: str, *, on: bool = True) -> None:
        self.presses[self.step] += 1
        super().tick(label, on=on)

    def _look(self) -> None:
        super()._look()
        self.pages.append((self.step, self.text))
        self._write_down("cut", self.view.evaluate(CUT))
        if self.width == min(HEIGHTS):
            self._write_down("small", self.view.evaluate(SMALL, TOUCH))

    def _write_down(self, fault: str, found: list[str]) -> None:
        path = self.view.url.partition("/admin/")[2]
        self.complaints.extend(f"{fault}: {one} on {path}" for one in found)
