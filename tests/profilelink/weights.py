"""Every page that can be reached, its bytes and its queries: `python -m pytest tests/profilelink
-k weights -s` prints the table.

A crawl beats a list of routes: a page that is linked from nowhere is a fault of its own, and a new
page is weighed without anybody remembering to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from tests.page import Page
from tests.phone import PhoneClient

CAP = 9_000  # bytes of one page
AIM = 5_000
QUERIES = 6
_TOKEN = re.compile(r"^/s/[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Weight:
    route: str
    path: str
    size: int
    queries: int
    is_html: bool = True


def crawl(phone: PhoneClient, start: str, *, pages: int = 200) -> list[Weight]:
    """Every page under the phone's token, breadth first, one for each route and query field."""
    todo, seen, weights = [start], set(), []
    while todo and len(weights) < pages:
        path = todo.pop(0)
        if _kind(path) in seen:
            continue
        seen.add(_kind(path))
        page, queries = open_counting(phone, path)
        weights.append(_weight(path, page, queries))
        todo += [inside for link in page.links if (inside := _inside(page, link.href))]
        todo += [inside for source in page.sources if (inside := _inside(page, source))]
    return weights


def open_counting(phone: PhoneClient, path: str) -> tuple[Page, int]:
    """Open a path; the page and how many queries its last answer took."""
    phone.get(path)
    if phone.hops:  # weigh the page, not the way to it
        path = _TOKEN.sub("", phone.hops[-1])
    with CaptureQueriesContext(connection) as queries:
        page = phone.get(path)
    return page, len(queries)


def table(weights: list[Weight]) -> str:
    """The weights as text, heaviest first."""
    rows = [f"{'route':34} {'bytes':>6} {'queries':>7}  path"]
    rows += [
        f"{w.route:34} {w.size:6} {w.queries:7}  {w.path}"
        for w in sorted(weights, key=lambda w: -w.size)
    ]
    return "\n".join(rows)


def _weight(path: str, page: Page, queries: int) -> Weight:
    response = page.response
    size = len(response.getvalue())
    is_html = response.get("Content-Type", "").startswith("text/html")
    return Weight(_route(path), path, size, queries, is_html)


def _route(path: str) -> str:
    return resolve(urlsplit(path).path).url_name or path


def _kind(path: str) -> tuple[str, str, str]:
    """Pages of one route count once, but for its query's field and the kind of thing it shows."""
    parts = urlsplit(path)
    field = parts.query.partition("=")[0]
    shown = parts.path if field == "" and "/posts/" in parts.path else ""
    return _route(path), field + ("" if field != "kind" else parts.query), shown


def _inside(page: Page, address: str) -> str:
    """The path without token, or "" for what is not a page of ours to crawl."""
    parts = urlsplit(urljoin(page.path, address))
    if parts.netloc or parts.scheme or address.startswith(("data:", "mailto:")):
        return ""
    path = _TOKEN.sub("", parts.path)
    if path.startswith(("/static/", "/out/", "/admin/")):
        return ""
    return path + (f"?{parts.query}" if parts.query else "")
