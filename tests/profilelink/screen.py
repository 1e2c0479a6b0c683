"""Chromium before the pages of an album: no server, no database, the product's own headers.

Scripts run here, for those who measure (axe, rectangles, focus) and not for the pages: their
Content-Security-Policy stands, and what is evaluated from outside is not under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.journey.chromium import EXECUTABLE, FLAGS
from tests.profilelink.album import Shown

HOST = "http://testserver"
_SWAP = """html => {
    const there = new DOMParser().parseFromString(html, "text/html").documentElement;
    document.replaceChild(document.adoptNode(there), document.documentElement);
}"""


class Screen:
    """One window. `show` puts a page on it."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.view: Page = context.new_page()
        self._answers: dict[str, dict[str, Any]] = {}
        context.route("**/*", self._answer)

    def show(self, shown: Shown) -> Page:
        address = urljoin(HOST, shown.page.path)
        self._answers = {
            address: {
                "body": shown.page.html,
                "headers": {
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Security-Policy": shown.policy,
                },
            }
        }
        for source, (kind, content) in shown.pictures.items():
            picture = urljoin(address, source)
            self._answers[picture] = {"body": content, "content_type": kind}
        self.view.goto(address)
        return self.view

    def put(self, shown: Shown) -> Page:
        """The page in the document that stands, with whatever scripts it has: twice as fast."""
        self.view.evaluate(_SWAP, shown.page.html)
        return self.view

    def _answer(self, route: Route) -> None:
        answer = self._answers.get(route.request.url)
        if answer is None:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(**answer)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def screen(browser: Browser, width: int, **settings: Any) -> Iterator[Screen]:
    """A window of this many CSS pixels; `settings` are Playwright's, such as color_scheme."""
    context = browser.new_context(viewport={"width": width, "height": 640}, **settings)
    yield Screen(context)
    context.close()
