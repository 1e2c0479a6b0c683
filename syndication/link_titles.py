"""The title of a page that a member links to, fetched by the safe way out.

A title is a courtesy: whatever goes wrong, the answer is "" and nobody is told.
"""

from __future__ import annotations

import codecs
import re
import threading
from contextlib import suppress
from html.parser import HTMLParser

from accounts.outgoing import outgoing_http
from accounts.safe_http import HttpFailure
from syndication.connectors.text import clean

DEADLINE = 4.0  # seconds for all of it: somebody waits at a phone
MAX_BYTES = 600_000
HEAD = 100_000  # characters in which a title is looked for
LENGTH = 200
AT_ONCE = 3  # in one process: slow pages must not hold all the threads that answer members

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

# As Python calls them.
_OF_PAGES = re.compile(
    r"utf-8|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|tis-620|hz|big5\w*|johab"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|gb\w+"
)

_room = threading.BoundedSemaphore(AT_ONCE)


def title_of(url: str, *, deadline: float = DEADLINE) -> str:
    """What the page calls itself, on one line and at most 200 characters long; "" if unknown."""
    if not _room.acquire(blocking=False):
        return ""
    try:
        return _asked(url, deadline)
    finally:
        _room.release()


def _asked(url: str, deadline: float) -> str:
    try:
        answer = outgoing_http().get(
            url,
            headers={"Accept": "text/html"},
            deadline=deadline,
            max_bytes=MAX_BYTES,
        )
    except HttpFailure:
        return ""
    content_type = answer.headers.get("Content-Type", "")
    if answer.status != 200 or "html" not in content_type.lower():
        return ""
    return title_in(decoded(answer.body, content_type))


def decoded(body: bytes, content_type: str) -> str:
    """The page as text: the header's charset, then the page's own, then UTF-8. Never raises."""
    declared = _CHARSET.search(content_type.encode()) or _CHARSET.search(body[:2048])
    return body.decode(_codec(declared[1].decode() if declared else "utf-8"), errors="replace")


def title_in(page: str) -> str:
    """The text of the first <title>, without what no page can show. Never raises."""
    reader = _TitleReader()
    with suppress(AssertionError):  # html.parser's word for some declarations that are broken
        reader.feed(page[:HEAD])
    return " ".join(clean("".join(reader.found)).split())[:LENGTH]


def _codec(charset: str) -> str:
    """Web pages that say Shift_JIS mean Windows' own, with its extra letters.

    Only charsets that pages are written in. Python knows more, which are for no page: some raise,
    some give halves of characters, and one takes half a minute for as many bytes as we read.
    """
    name = {"shift_jis": "cp932", "x-sjis": "cp932", "shift-jis": "cp932"}.get(
        charset.lower(), charset
    )
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    return known if _OF_PAGES.fullmatch(known) else "utf-8"


class _TitleReader(HTMLParser):
    """Keeps what stands in the first <title>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._is_inside = False
        self._is_done = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._is_inside = tag == "title" and not self._is_done

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._is_inside:
            self._is_inside, self._is_done = False, True

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found.append(data)
