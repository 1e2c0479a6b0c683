"""The home timeline: posts of the member and friends, merged with friends' posts on networks.

Two tables in one order, newest first. Pages are addressed by the last entry of the page before
(`Cursor`), so that no query counts rows and new entries shift nothing.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db.models import Q

from accounts.models import Friendship, Member
from syndication.models import FeedItem, Link, Post, PostKind
from syndication.models.newest import NewestOfAll
from syndication.queries.excerpts import cut_to_line

PAGE = 10
CUT = 40  # characters of a text
NAME_CUT = 16

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})\.([01])\.([0-9]{1,18})")
_OURS, _THEIRS = 0, 1


@dataclass(frozen=True, order=True)
class Cursor:
    """The position of an entry: microseconds since 1970, table, primary key."""

    micros: int
    table: int
    pk: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Parse the cursor of an address; None, the first page, for anything else."""
        found = _CURSOR.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.micros}.{self.table}.{self.pk}"

    def older(self, table: int, time: str) -> Q:
        """A condition on rows of `table`, ordered by the column `time`: after this entry."""
        at = _EPOCH + timedelta(microseconds=self.micros)
        older = Q(**{f"{time}__lt": at})
        if table < self.table:
            older |= Q(**{time: at})
        if table == self.table:
            older |= Q(**{time: at, "pk__lt": self.pk})
        return Q(**{f"{time}__lte": at}) & older  # the former is what an index is read by


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. `network` is its display name, "" for posts written here."""

    cursor: Cursor
    name: str
    text: str
    has_more: bool
    at: datetime
    kind: str = ""
    network: str = ""

    @property
    def pk(self) -> int:
        """The primary key of the post or feed item."""
        return self.cursor.pk


@dataclass(frozen=True)
class TimelinePage:
    """Entries, and where the next page begins ("" on the last)."""

    entries: list[TimelineEntry]
    older: str


def timeline_page(member: Member, before: Cursor | None = None) -> TimelinePage:
    """One page of the member's home timeline, by two queries."""
    posts = Post.objects.visible_to(member).filter(pk__in=_newest_posts(member, before))
    items = FeedItem.objects.filter(pk__in=_newest_items(member, before)).select_related("link")
    posts, items = posts.newest_first(), items.order_by("-written_at", "-pk")
    merged = heapq.merge(
        map(_of_post, posts), map(_of_item, items), key=lambda entry: entry.cursor, reverse=True
    )
    entries = list(islice(merged, PAGE + 1))
    older = str(entries[PAGE - 1].cursor) if len(entries) > PAGE else ""
    return TimelinePage(entries[:PAGE], older)


def _newest_posts(member: Member, before: Cursor | None) -> NewestOfAll:
    """The newest posts of friends and the member that the member may read."""
    friends = Friendship.objects.filter(member=member).values("friend")
    readable = Post.objects.visible_to(member)
    if before is not None:
        readable = readable.filter(before.older(_OURS, "created_at"))
    return NewestOfAll(
        friends.union(Member.objects.filter(pk=member.pk).values("pk"), all=True),
        lambda author: readable.filter(author=author),
        time="created_at",
        most=PAGE + 1,
    )


def _newest_items(member: Member, before: Cursor | None) -> NewestOfAll:
    """The newest feed items of the member's links."""
    items = FeedItem.objects.all()
    if before is not None:
        items = items.filter(before.older(_THEIRS, "written_at"))
    return NewestOfAll(
        Link.objects.of(member).values("pk"),
        lambda link: items.filter(link=link),
        time="written_at",
        most=PAGE + 1,
    )


def _of_post(post: Post) -> TimelineEntry:
    text, is_cut = cut_to_line(post.words, CUT)
    return TimelineEntry(
        cursor=Cursor(_micros(post.created_at), _OURS, post.pk),
        name=cut_to_line(post.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut or post.has_more_words,
        at=post.created_at,
        kind="" if post.kind == PostKind.STATUS else post.get_kind_display(),
    )


def _of_item(item: FeedItem) -> TimelineEntry:
    text, is_cut = cut_to_line(item.words, CUT)
    return TimelineEntry(
        cursor=Cursor(_micros(item.written_at), _THEIRS, item.pk),
        name=cut_to_line(item.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut,
        at=item.written_at,
        network=item.link.network_name,
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
