"""The home timeline: posts of the member and friends, merged with friends' posts on networks.

Two tables in one order, newest first; queries.feed decides which rows of the networks are shown, and
which of them as posts of this site. Pages are addressed by the last entry of the page before
(`Cursor`), so that no query counts rows and new entries shift nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Friendship, HomeShows, Member, picture_known_to
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from syndication.models import FeedItem, Link, Post, PostKind
from syndication.models.newest import Keys, NewestOfAll, OneOfAll
from syndication.queries import feed, post_lists
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

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.micros)

    def older(self, table: int, time: str, key: str = "pk") -> Q:
        """A condition on rows of `table`, ordered by the columns `time` and `key`: after this entry."""
        at = self.at
        older = Q(**{f"{time}__lt": at})
        if table < self.table:
            older |= Q(**{time: at})
        if table == self.table:
            older |= Q(**{time: at, f"{key}__lt": self.pk})
        return Q(**{f"{time}__lte": at}) & older  # the former is what an index is read by


# Before the first page. Without a range of times SQLite makes an index of its own and sorts by it.
_BEGINNING = Cursor(253_402_300_799_000_000, _OURS, 0)


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. It leads to `post`, or to the feed item `item` where that is 0.

    `place` is where it was written, by its display name; "" for posts of friends here. `is_warned`: the
    text is the content warning, behind which the words stand. `picture` is the username of whom a profile
    picture is shown; `has_thumbnail`: the post's first photo is shown.
    """

    cursor: Cursor
    name: str
    text: str
    has_more: bool
    at: datetime
    kind: str = ""
    place: str = ""
    post: int = 0
    item: int = 0
    is_warned: bool = False
    language: str = ""
    picture: str = ""
    has_thumbnail: bool = False
    photo_alt: str = ""

    @property
    def pk(self) -> int:
        """The primary key of the row by which the entry came: a post or a feed item."""
        return self.cursor.pk


@dataclass(frozen=True)
class TimelinePage:
    """Entries, and where the next page begins ("" on the last)."""

    entries: list[TimelineEntry]
    older: str


def timeline_page(
    member: Member, before: Cursor | None = None, shows: str = "", *, with_pictures: bool = False
) -> TimelinePage:
    """One page of the member's home timeline, by two queries. `shows`: a HomeShows, the member's own
    if not given."""
    shows = shows or member.home_shows
    place, values = _place(before)
    items = [] if shows == HomeShows.HERE else _ITEMS.rows(place, member=member, **values)
    as_posts = {item.post_here: item for item in items if item.post_here is not None}
    has_newest = shows != HomeShows.NETWORKS
    keys = numbered_keys(as_posts)
    given = {**(values if has_newest else {}), **keys}
    is_any = has_newest or as_posts
    posts = _POSTS.rows(place, has_newest, with_pictures, member=member, **given) if is_any else []
    entries = [_of_item(item) for item in items if item.post_here is None]
    entries += [_of_post(post, as_posts.get(post.pk), with_pictures) for post in posts]
    entries.sort(key=lambda entry: entry.cursor, reverse=True)
    older = str(entries[PAGE - 1].cursor) if len(entries) > PAGE else ""
    return TimelinePage(entries[:PAGE], older)


def _place(before: Cursor | None) -> tuple[int | None, dict[str, Any]]:
    """A cursor for the statements that are kept: what they depend on, and their values."""
    if before is None:
        return None, {}
    return before.table, {"at": before.at, "pk": before.pk}


def _cursor(table: int | None, at: datetime | None, pk: int) -> Cursor | None:
    return None if table is None or at is None else Cursor(_micros(at), table, pk)


def _items(
    table: int | None, *, member: Member, at: datetime | None = None, pk: int = 0
) -> QuerySet[FeedItem]:
    wanted = _newest_items(member, _cursor(table, at, pk))
    items = FeedItem.objects.filter(pk__in=wanted)
    return feed.with_post(items.select_related("link"), member)


def _posts(
    table: int | None, has_newest: bool, with_pictures: bool, *, member: Member, **values: Any
) -> QuerySet[Post]:
    """The newest posts before the cursor of `at` and `pk`, and those of any other of `values`."""
    before = _cursor(table, values.pop("at", None), values.pop("pk", 0))
    newest = [_newest_posts(member, before)] if has_newest else []
    wanted = OneOfAll(*newest, keys=values.values())
    posts = Post.objects.visible_to(member).filter(pk__in=wanted)
    if with_pictures:
        posts = posts.annotate(shown_picture=picture_known_to(member, "author"))
    return posts


_ITEMS = CompiledQuery(_items)
_POSTS = CompiledQuery(_posts)


def _newest_posts(member: Member, before: Cursor | None) -> OneOfAll:
    """The newest posts of friends and the member that the member may read.

    Friends' posts for chosen people are found by their readers: however many a friend wrote for others,
    none of those is read.
    """
    readable, chosen = Post.objects.visible_to(member), post_lists.chosen_for(member)
    if before is not None:
        readable = readable.filter(before.older(_OURS, "created_at"))
        chosen = chosen.filter(before.older(_OURS, "written_at", key="post"))
    of_friends = NewestOfAll(
        Friendship.objects.filter(member=member).values("friend"),
        lambda author: readable.filter(author=author, chosen_at=None),
        time="created_at",
        most=PAGE + 1,
    )
    own = readable.by(member).newest_first().values("pk")[: PAGE + 1]
    return OneOfAll(of_friends, Keys(own), Keys(chosen.values("post")[: PAGE + 1]))


def _newest_items(member: Member, before: Cursor | None) -> OneOfAll:
    """The newest feed items of the member's links that are shown: no copies of friends' posts."""
    others, copies = feed.network_items(member), feed.copies_of_strangers(member)
    older = (before or _BEGINNING).older(_THEIRS, "written_at")
    others, copies = others.filter(older), copies.filter(older)
    by_link = NewestOfAll(
        Link.objects.of(member).values("pk"),
        lambda link: others.filter(link=link),
        time="written_at",
        most=PAGE + 1,
    )
    by_writer = NewestOfAll(
        feed.WritersNotFriends(member),
        lambda item: copies.filter(**feed.items_beside(item)),
        time="written_at",
        most=PAGE + 1,
    )
    return OneOfAll(by_link, by_writer)


def _of_post(post: Post, item: FeedItem | None, with_pictures: bool) -> TimelineEntry:
    """The entry of a post; of one by no friend, which came as `item`, by the name known there."""
    text, is_cut = cut_to_line(post.words, CUT)
    own = Cursor(_micros(post.created_at), _OURS, post.pk)
    return TimelineEntry(
        cursor=_cursor_of_item(item) if item else own,
        name=cut_to_line(item.author_name if item else post.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut or post.has_more_words,
        at=item.written_at if item else post.created_at,
        kind="" if post.kind == PostKind.STATUS else post.get_kind_display(),
        place=settings.SITE_NAME if item else "",
        post=post.pk,
        is_warned=bool(post.warning),
        language=post.language,
        picture=getattr(post, "shown_picture", ""),
        has_thumbnail=with_pictures and post.has_thumbnail,
        photo_alt=post.photo_alt,
    )


def _of_item(item: FeedItem) -> TimelineEntry:
    text, is_cut = cut_to_line(item.words, CUT)
    return TimelineEntry(
        cursor=_cursor_of_item(item),
        name=cut_to_line(item.author_name, NAME_CUT)[0],
        text=text,
        has_more=is_cut,
        at=item.written_at,
        place=item.link.network_name,
        item=item.pk,
    )


def _cursor_of_item(item: FeedItem) -> Cursor:
    return Cursor(_micros(item.written_at), _THEIRS, item.pk)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
