"""Every page of the product in one language, as bytes: what a crawl finds, and what stands behind a
press, a mistake or a mail (tests.profilelink.stages).

Made once for a run, then looked at without a database: by a browser that measures, by axe, by
whoever wants to see. `album("ja")` takes some seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink import stages
from tests.profilelink.everything import make_hanako
from tests.profilelink.weights import crawl

_VOLATILE = re.compile(r"\d+|[A-Za-z0-9_-]{22,}")


@dataclass
class Shown:
    """One page. `pictures`: what its <img> show, by the address that the page names."""

    name: str
    page: Page
    policy: str = ""
    member: str = ""  # who is logged in on it
    is_linked: bool = False  # a crawl finds it, as it stands when nobody erred or pressed
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


def album(language: str, sandbox: Any) -> list[Shown]:
    """The pages of a visitor, of a member, and of the stages; none twice that looks the same.

    Writes rows: run it where they are taken back.
    """
    hanako = make_hanako()
    kept = _Keeper()
    visitor = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    visitor.get("/m/")
    kept.take_crawl("visitor", visitor)
    kept.take_crawl("", log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language))
    for stage in stages.STAGES:
        for name, phone in stage(stages.Visit(language, hanako, sandbox)):
            kept.take(name, phone)
    return kept.shown


class _Keeper:
    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self._skeletons: set[tuple[str, str]] = set()

    def take_crawl(self, who: str, phone: PhoneClient) -> None:
        for weight in crawl(phone, "/"):
            if not weight.is_html:
                continue
            query = urlsplit(weight.path).query.partition("&")[0]
            name = " ".join(filter(None, [who, weight.route, _VOLATILE.sub("", query)]))
            skeleton = (name, _VOLATILE.sub("", "".join(re.findall(r"<[^>]*>", weight.page.html))))
            if skeleton not in self._skeletons:
                self._skeletons.add(skeleton)
                self._add(name, phone, weight.page, is_linked=True)

    def take(self, name: str, phone: PhoneClient) -> None:
        assert phone.page is not None
        self._add(name, phone, phone.page)

    def _add(self, name: str, phone: PhoneClient, page: Page, *, is_linked: bool = False) -> None:
        same = sum(1 for one in self.shown if one.name.rstrip("0123456789 ") == name)
        shown = Shown(f"{name} {same + 1}" if same else name, page, is_linked=is_linked)
        user = getattr(page.response.wsgi_request, "user", None)
        shown.member = user.username if user is not None else ""
        shown.policy = page.response.get("Content-Security-Policy", "")
        for source in page.sources:
            if not source.startswith("data:"):
                response = phone._client.get(urljoin(page.path, source))
                shown.pictures[source] = (response["Content-Type"], response.getvalue())
        self.shown.append(shown)
