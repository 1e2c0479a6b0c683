"""The home page's list: posts of the member and of friends, mixed with what friends wrote elsewhere.

Two tables, one order: newest first. A page is asked for by the last entry of the page before
(`Cursor`), so that no query counts rows and nothing is shown twice when something new arrives.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db.models import Q

from accounts.models import Member
from syndication.excerpts import excerpt
from syndication.models import FeedItem, Link, Post, PostKind

PAGE = 10
CUT = 40  # characters of a text
NAME_CUT = 16

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})\.([01])\.([0-9]{1,18})")
_OURS, _THEIRS = 0, 1


@dataclass(frozen=True, order=True)
class Cursor:
    """Where an entry stands in the order: microseconds since 1970, table, primary key."""

    micros: int
    table: int
    pk: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor in an address; None for anything else, which is then the first page."""
        found = _CURSOR.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.micros}.{self.table}.{self.pk}"

    def older(self, table: int, time: str) -> Q:
        """What comes after this entry among the rows of `table`, whose time is the column `time`."""
        at = _EPOCH + timedelta(microseconds=self.micros)
        older = Q(**{f"{time}__lt": at})
        if table < self.table:
            older |= Q(**{time: at})
        if table == self.table:
            older |= Q(**{time: at, "pk__lt": self.pk})
        return older


@dataclass(frozen=True)
class Entry:
    """One line of the list. `network`, as people write it, is "" for what was written here."""

    cursor: Cursor
    name: str
    text: str
    has_more: bool
    at: datetime
    kind: str = ""
    network: str = ""

    @property
    def pk(self) -> int:
        """Of the post, or of the feed item."""
        return self.cursor.pk


@dataclass(frozen=True)
class Page:
    """Entries, and where the next page begins ("" on the last)."""

    entries: list[Entry]
    older: str


def timeline(member: Member, before: Cursor | None = None) -> Page:
    """One page of the home page of `member`. Two queries."""
    ours = Post.objects.visible_to(member).by_friends_or(member)
    theirs = FeedItem.objects.filter(link__in=Link.objects.of(member)).select_related("link")
    if before is not None:
        ours = ours.filter(before.older(_OURS, "created_at"))
        theirs = theirs.filter(before.older(_THEIRS, "written_at"))
    posts = ours.newest_first()[: PAGE + 1]
    items = theirs.order_by("-written_at", "-pk")[: PAGE + 1]
    merged = heapq.merge(
        map(_of_post, posts), map(_of_item, items), key=lambda entry: entry.cursor, reverse=True
    )
    entries = list(islice(merged, PAGE + 1))
    older = str(entries[PAGE - 1].cursor) if len(entries) > PAGE else ""
    return Page(entries[:PAGE], older)


def _of_post(post: Post) -> Entry:
    text, is_cut = excerpt(post.words, CUT)
    return Entry(
        cursor=Cursor(_micros(post.created_at), _OURS, post.pk),
        name=excerpt(post.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut or post.has_more_words,
        at=post.created_at,
        kind="" if post.kind == PostKind.STATUS else post.get_kind_display(),
    )


def _of_item(item: FeedItem) -> Entry:
    text, is_cut = excerpt(item.words, CUT)
    return Entry(
        cursor=Cursor(_micros(item.written_at), _THEIRS, item.pk),
        name=excerpt(item.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut,
        at=item.written_at,
        network=item.link.network_name,
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
