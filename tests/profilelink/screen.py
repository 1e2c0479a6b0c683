"""Chromium before the pages of an album: no server, no database, the product's own headers.

Scripts run here, for those who measure (axe, rectangles, focus) and not for the pages: their
Content-Security-Policy stands, and what is evaluated from outside is not under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from urllib.parse import urljoin

from django.utils.encoding import iri_to_uri
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.journey.chromium import EXECUTABLE, FLAGS
from tests.profilelink.album import Shown

T = TypeVar("T")
HOST = "http://testserver"
_SWAP = """html => {
    const there = new DOMParser().parseFromString(html, "text/html").documentElement;
    document.replaceChild(document.adoptNode(there), document.documentElement);
}"""
_WALK = """async ([pages, asked]) => {
    const swap = %s, look = %s, found = {};
    for (const [name, html] of pages) {
        swap(html);
        try {
            found[name] = await look(asked);
        } catch (error) {
            throw new Error(`${name}: ${error.message}`);
        }
    }
    return found;
}"""


class Screen:
    """One window. `show` goes to a page, `put` and `walk` exchange the document that stands."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.view: Page = context.new_page()
        self._answers: dict[str, dict[str, Any]] = {}
        context.route("**/*", self._answer)

    def show(self, shown: Shown) -> Page:
        address = iri_to_uri(urljoin(HOST, shown.page.path))  # as Chromium asks for it
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
        """The page in the document that stands, with whatever scripts it has: four times as fast."""
        self.view.evaluate(_SWAP, shown.page.html)
        return self.view

    def walk(self, album: Sequence[Shown], look: str, asked: Any = None) -> dict[str, Any]:
        """Put each page in turn and call the JavaScript function `look` with `asked` there; what it
        returned, by the page's name. One message for all pages: the messages cost more than the pages.
        """
        pages = [[shown.name, shown.page.html] for shown in album]
        found: dict[str, Any] = self.view.evaluate(_WALK % (_SWAP, look), [pages, asked])
        return found

    def resize(self, width: int) -> None:
        self.view.set_viewport_size({"width": width, "height": 640})

    def _answer(self, route: Route) -> None:
        answer = self._answers.get(route.request.url)
        if answer is None:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(**answer)


class Chromium:
    """One browser for all tests, on a thread of its own: Django refuses its database to a thread in
    which Playwright runs."""

    def __init__(self, thread: Executor, browser: Browser) -> None:
        self._thread = thread
        self._browser = browser

    def look(self, look: Callable[[Screen], T], *, width: int, **settings: Any) -> T:
        """What `look` returns, called with a window of this many CSS pixels; `settings` are
        Playwright's, such as color_scheme."""
        return self._thread.submit(self._look, look, width, settings).result()

    def _look(self, look: Callable[[Screen], T], width: int, settings: dict[str, Any]) -> T:
        viewport = {"width": width, "height": 640}
        with self._browser.new_context(viewport=viewport, **settings) as context:
            return look(Screen(context))


@contextmanager
def chromium() -> Iterator[Chromium]:
    with ThreadPoolExecutor(max_workers=1) as thread, ExitStack() as at_last:
        playing = ExitStack()
        at_last.callback(lambda: thread.submit(playing.close).result())
        yield Chromium(thread, thread.submit(_launch, playing).result())


def _launch(playing: ExitStack) -> Browser:
    playwright = playing.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
    playing.callback(browser.close)
    return browser
