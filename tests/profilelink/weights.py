"""Every page that can be reached, its bytes and its queries. The table of every route, with the
bytes of each lane: `pytest tests/profilelink/test_weights.py -k table -s`.

A crawl beats a list of routes: a page that is linked from nowhere is a fault of its own, and a new
page is weighed without anybody remembering to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from profilelink.phone import carriers
from profilelink.phone.response_transcoding import encode_page as for_old_phone
from tests.page import Page
from tests.phone import PhoneClient

if TYPE_CHECKING:
    from tests.profilelink.album import Shown

CAP = 9_000  # bytes of one page
AIM = 5_000
PICTURED = 6_500  # with pictures, the member's choice; the pictures themselves besides
QUERIES = 6
LANES = [carriers.MOVA, carriers.FOMA, carriers.IMODE_2, carriers.AU_WAP2, carriers.J_PHONE_C,
         carriers.SOFTBANK_3GC]  # fmt: skip
# What OpenPNE 3's pages for feature phones take, in bytes of UTF-8.
OPENPNE = {"account_login": 1_498, "home": 4_437, "profile": 2_842}
_TOKEN = re.compile(r"^/s/[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Weight:
    route: str
    path: str
    size: int
    queries: int
    page: Page = field(compare=False, repr=False)

    @property
    def is_html(self) -> bool:
        return self.page.response.get("Content-Type", "").startswith("text/html")


def crawl(phone: PhoneClient, start: str, *, pages: int = 260) -> list[Weight]:
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
    with CaptureQueriesContext(connection) as queries:
        page = phone.get(path)
    # Weigh the page, not the way to it; nor what a first visit fills.
    if phone.hops or len(queries) > QUERIES:
        path = _TOKEN.sub("", phone.hops[-1]) if phone.hops else path
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


@dataclass(frozen=True)
class Row:
    """A route's heaviest page. `requests`: the page and its pictures; `queries`: None where the
    page stands behind a press, which writes too."""

    route: str
    page: Page
    queries: int | None

    @property
    def size(self) -> int:
        return len(self.page.html.encode())

    @property
    def requests(self) -> int:
        return 1 + len({source for source in self.page.sources if not source.startswith("data:")})


def rows_of(album: list[Shown], weights: list[Weight]) -> list[Row]:
    """One for each route, by name: the page as links lead to it, where they do."""
    queries: dict[str, int] = {}
    for weight in weights:
        queries[weight.route] = max(weight.queries, queries.get(weight.route, 0))
    heaviest: dict[str, Row] = {}
    linked = {_route_of(one.page) for one in album if one.is_linked}
    for one in album:
        route = _route_of(one.page)
        row = Row(route, one.page, queries.get(route))
        is_shown = one.is_linked or route not in linked
        if is_shown and (route not in heaviest or row.size > heaviest[route].size):
            heaviest[route] = row
    return [heaviest[route] for route in sorted(heaviest)]


def _route_of(page: Page) -> str:
    return _route(_TOKEN.sub("", urlsplit(page.path).path))


def wide_table(rows: list[Row]) -> str:
    """The rows as text: bytes in UTF-8 and in the lanes of old phones, queries, requests, keys."""
    lines = [
        f"{'route':36}{'UTF-8':>7}"
        + "".join(f"{lane.name[:9]:>10}" for lane in LANES)
        + f"{'OpenPNE':>9}{'queries':>9}{'requests':>9}  keys"
    ]
    for row in rows:
        lines.append(
            f"{row.route:36}{row.size:>7}"
            + "".join(f"{size:>10}" for size in by_lane(row.page))
            + f"{OPENPNE.get(row.route, ''):>9}{'–' if row.queries is None else row.queries:>9}"
            + f"{row.requests:>9}  {''.join(row.page.accesskeys)}"
        )
    return "\n".join(lines)


def by_lane(page: Page) -> list[int]:
    """Bytes of a page in each of LANES."""
    return [len(for_old_phone(page.html, lane)) for lane in LANES]


def _weight(path: str, page: Page, queries: int) -> Weight:
    response = page.response
    return Weight(_route(path), path, len(response.getvalue()), queries, page)


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
