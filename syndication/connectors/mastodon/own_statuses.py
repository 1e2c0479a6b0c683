"""Look up the account's own statuses on Mastodon's API, as far as a server shows them.

snac and Takahē leave followers-only and direct ones out of this list; the home timeline may have them.
Where neither shows a single one, "not found" proves nothing about such a status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from syndication.connectors import parsing
from syndication.connectors.api import quote_segment
from syndication.connectors.base import Candidates, RemotePost, ReplyTarget
from syndication.connectors.compose import find_candidates
from syndication.connectors.mastodon import reading
from syndication.connectors.mastodon.api import MastodonApi

PAGE = 40
MIN_PAGE_SIZE = 20  # some servers give no more, whatever they are asked for
MAX_READ = 400  # statuses of one's own; nobody writes more in two days
MAX_HOME_PAGES = 5
_LEADING_MENTION = re.compile(r"\A@\S+\s*")


class OwnWords:
    """The text of a status that is looked up: of a reply without the mention that leads it, which servers
    show with its host or without."""

    def __init__(self, text: str, target: ReplyTarget | None) -> None:
        handle = target.author.handle if target else ""
        self._is_led = bool(handle) and text.startswith(handle)
        self.typed = text.removeprefix(handle).strip()

    def find(self, entries: Iterable[RemotePost], since: float) -> Candidates:
        """Return those of `entries` that could be it (connectors.compose.find_candidates)."""
        if self._is_led:
            entries = [replace(one, text=_LEADING_MENTION.sub("", one.text)) for one in entries]
        return find_candidates(entries, self.typed, since=since)


class OwnMastodonStatuses:
    """Statuses that the account `own_id` wrote at `since` (epoch seconds) or later, and some before it."""

    def __init__(self, api: MastodonApi, own_id: str, since: float) -> None:
        self._api = api
        self._own_id = own_id
        self._since = since
        self.posts: dict[str, RemotePost] = {}  # newest first
        self.is_whole = False  # the list reaches back to `since`
        self.has_unread = False  # entries that could not be read: one may be the copy
        self.shown: set[str] = set()  # visibilities in the lists

    def read(self) -> None:
        """Read the list of the account's statuses. Raises as `Wire.listed` does."""
        path = f"/api/v1/accounts/{quote_segment(self._own_id)}/statuses"
        count = 0
        for page, _ in self._api.list_pages(path, {"exclude_reblogs": "true"}, most=PAGE):
            oldest = self._take(page)
            count += len(page)
            self.is_whole = oldest < self._since or len(page) < MIN_PAGE_SIZE
            if count >= MAX_READ or oldest < self._since:
                return
        self.is_whole = self.is_whole or not count

    def read_home(self) -> None:
        """Read the home timeline."""
        pages = self._api.list_pages("/api/v1/timelines/home", {}, most=PAGE)
        for number, (page, _) in enumerate(pages, start=1):
            mine = [each for each in page if self._is_own(each)]
            self._take(mine)
            oldest = reading.parse_mastodon_status(page[-1]) if page else None
            if number >= MAX_HOME_PAGES or oldest is None or oldest.created_at < self._since:
                return

    def _take(self, entries: list[Any]) -> float:
        """Keep the readable ones; return when the last of them was written, 0 for none."""
        posts = [post for post in map(reading.parse_mastodon_status, entries) if post]
        self.has_unread = self.has_unread or len(posts) < len(entries)
        self.posts |= {post.remote_id: post for post in posts if post.remote_id not in self.posts}
        self.shown |= {
            parsing.parse_text(each.get("visibility"))
            for each in entries
            if isinstance(each, Mapping)
        }
        return posts[-1].created_at if posts else 0.0

    def _is_own(self, entry: Any) -> bool:
        account = entry.get("account") if isinstance(entry, Mapping) else None
        is_mine = (
            isinstance(account, Mapping) and parsing.valid_id(account.get("id")) == self._own_id
        )
        return is_mine and not entry.get("reblog")
