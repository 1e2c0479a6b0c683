"""The same person at Chromium, 240 × 320, scripts and cookies off; a picture of each page is kept.

Playwright's package drives the system's Chromium. Pictures go to the folder SCREENSHOTS, or a
temporary one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, sync_playwright

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def profile_of(folder: Path, *, keeps_cookies: bool) -> Path:
    """A browser profile: as it comes, or one that refuses every cookie and script, as a person would set it."""
    preferences = folder / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    if keeps_cookies:
        return folder
    refuse = {"profile": {"default_content_setting_values": {"cookies": 2, "javascript": 2}}}
    preferences.write_text(json.dumps(refuse))
    return folder


class Chromium:
    needs = ("chromium",)
    agent = "Chrome/"
    note = "240 × 320, its own Referer policy"
    scans = True
    tells_whence = False  # it does as our headers and links ask

    def __init__(
        self,
        folder: Path,
        *,
        width: int = 240,
        height: int = 320,
        language: str = "en",
        keeps_cookies: bool = False,
        playwright: Playwright
        | None = None,  # of another browser that is open: one drives them all
    ) -> None:
        self.pictures = Path(os.environ.get("SCREENSHOTS", folder / "pictures"))
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.is_driver = playwright is None
        self.playwright = playwright or sync_playwright().start()
        self.context: BrowserContext = self.playwright.chromium.launch_persistent_context(
            str(profile_of(folder / f"profile-{width}-{language}", keeps_cookies=keeps_cookies)),
            executable_path=EXECUTABLE,
            args=FLAGS,
            viewport={"width": width, "height": height},
            java_script_enabled=keeps_cookies,
            locale=language,
        )
        self.width = width
        self.view: Page = self.context.pages[0]
        self.view.set_default_timeout(40_000)
        self.taken = 0
        self.complaints: list[str] = []

    def close(self) -> None:
        self.context.close()
        if self.is_driver:
            self.playwright.stop()

    def open(self, address: str) -> None:
        self.view.goto(address)
        self._look()

    def follow(self, words: str) -> None:
        self.view.get_by_role("link").filter(has_text=words).first.click()
        self._look()

    def press(self, words: str) -> None:
        buttons = self.view.get_by_role("button").filter(has_text=words)
        button = self.view.locator(f'input[type=submit][value*="{words}"]').or_(buttons).first
        button.click()
        self._look()

    def fill(self, label: str, text: str) -> None:
        self._labelled(label).fill(text)

    def tick(self, label: str, *, on: bool = True) -> None:
        self._labelled(label).set_checked(on)

    def choose(self, label: str, words: str) -> None:
        self._labelled(label).select_option(label=words)

    def attach(self, label: str, path: Path) -> None:
        self._labelled(label).set_input_files(str(path))

    def address(self) -> str:
        return self.view.url

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.view.locator("body").inner_text())

    def shows(self, *words: str) -> bool:
        return all(word in self.text for word in words)

    def cookies(self) -> list[str]:
        return [str(cookie.get("name")) for cookie in self.context.cookies()]

    def _labelled(self, label: str) -> Locator:
        exact = self.view.get_by_label(label, exact=True)
        return (exact if exact.count() else self.view.get_by_label(label)).first

    def _look(self) -> None:
        self.view.wait_for_load_state("load")
        self.taken += 1
        title = re.sub(r"\W+", "-", self.view.title())[:30].strip("-")
        path = self.pictures / f"{self.width}-{self.taken:02d}-{title}.png"
        self.view.screenshot(path=str(path), full_page=True)
        with Image.open(path) as picture:  # as wide as what had to be scrolled to be seen
            if picture.width > self.width:
                self.complaints.append(f"too wide: {self.view.url}")
