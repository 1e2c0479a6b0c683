"""Link titles: fetch the title of a page that a member links to, by accounts.safe_http.

A title is optional: any error gives "".
"""

from __future__ import annotations

import codecs
import re
import threading

from accounts.outgoing import public_http
from accounts.safe_http import HttpFailure
from syndication.connectors.content import LONGEST
from syndication.connectors.text import as_uri, clean, codec_for_label, title_of_html

DEADLINE = 4.0  # seconds in all: a member is waiting
MAX_BYTES = 600_000
HEAD = 100_000  # characters that are searched for a title
AT_ONCE = 2  # in one process: slow pages must not occupy all threads that answer members

_CHARSET = re.compile(rb"""charset\s*=[\s"']*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_room = threading.BoundedSemaphore(AT_ONCE)


def fetch_title(url: str, *, deadline: float = DEADLINE) -> str:
    """The page's title on one line, at most 200 characters; "" if unknown."""
    if not _room.acquire(blocking=False):
        return ""
    try:
        return _fetch(url, deadline)
    finally:
        _room.release()


def _fetch(url: str, deadline: float) -> str:
    try:
        answer = public_http().get(
            as_uri(url),
            headers={"Accept": "text/html"},
            deadline=deadline,
            max_bytes=MAX_BYTES,
        )
    except HttpFailure:
        return ""
    content_type = answer.headers.get("Content-Type", "")
    if answer.status != 200 or "html" not in content_type.lower():
        return ""
    return parse_title(decode_page(answer.body, content_type))


def decode_page(body: bytes, content_type: str) -> str:
    """Decode by byte order mark, the header's charset, the page's own, or else UTF-8.

    Never raises.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    declared = _CHARSET.search(content_type.encode()) or _CHARSET.search(body[:2048])
    name = codec_for_label(declared[1].decode()) if declared else ""
    return body.decode(name or "utf-8", errors="replace")


def parse_title(page: str) -> str:
    """The text of the first <title>, without control characters. Never raises."""
    return " ".join(clean(title_of_html(page[:HEAD])).split())[: LONGEST["url_title"]]
