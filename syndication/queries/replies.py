"""Replies and likes from networks as pages show them: ten a page, the newest first, their reader's own.

Each copy's newest rows are read by its own index, and pages are addressed by the reply before them, so
that a page costs the same however many replies there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from accounts.models import Member
from syndication.connectors import CONNECTORS
from syndication.models import (
    CopyActivity,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    RemoteLike,
    RemoteReply,
)
from syndication.models.delivery import DeliveryQuerySet
from syndication.models.newest import NewestOfAll
from syndication.queries.excerpts import cut_to_line
from syndication.queries.timeline import Cursor

PAGE = 10
CUT = 60  # characters of a reply
NAME_CUT = 16
MAX_NAMES = 10  # of people who like the copies

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ShownReply:
    """A reply as a list shows it. `text` is "" where it is no longer kept."""

    pk: int
    name: str
    network: str
    text: str
    has_more: bool
    url: str
    at: datetime


@dataclass(frozen=True)
class ReplyPage:
    """Replies, and where the next page begins ("" on the last)."""

    replies: list[ShownReply]
    older: str


@dataclass(frozen=True)
class CopyCounts:
    """One copy: its counts, or that its network tells us none (`is_silent`)."""

    network: str  # as people write it
    url: str
    replies: int | None
    likes: int | None
    is_silent: bool


def sent_copies(rows: DeliveryQuerySet) -> list[Delivery]:
    """The copies among `rows` that are on their networks, each with its link and activity."""
    sent = rows.filter(
        operation=DeliveryOperation.PUBLISH, state=DeliveryState.SENT, remote_deleted_at=None
    )
    return list(sent.select_related("link", "activity").order_by("pk"))


def copy_counts(copies: Iterable[Delivery], kind: str) -> list[CopyCounts]:
    """The networks' counts, copy by copy. `kind` is the post's, or "reply"."""
    return [_copy_counts(copy, activity_of(copy), kind) for copy in copies]


def activity_of(copy: Delivery) -> CopyActivity | None:
    """The copy's activity; None where it is not looked at."""
    return getattr(copy, "activity", None)


def replies_page(member: Member, copies: Iterable[Delivery], before: str = "") -> ReplyPage:
    """The replies to these copies of the member's, by one query. `before`: `older` of another page."""
    keys, cursor = [copy.pk for copy in copies if activity_of(copy)], Cursor.parse(before)
    if not keys:
        return ReplyPage([], "")
    shown = RemoteReply.objects.not_hidden_from(member)
    if cursor is not None:
        shown = shown.filter(cursor.older(0, "written_at"))
    newest = NewestOfAll(
        Delivery.objects.filter(pk__in=keys).values("pk"),
        lambda copy: shown.filter(delivery=copy),
        time="written_at",
        most=PAGE + 1,
    )
    found = RemoteReply.objects.filter(pk__in=newest).select_related("link")
    rows = sorted(found, key=lambda row: (row.written_at, row.pk), reverse=True)
    older = _cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return ReplyPage([_shown(row) for row in rows[:PAGE]], older)


def newest_likers(member: Member, copies: Iterable[Delivery]) -> list[str]:
    """Who liked these copies of the member's last: at most MAX_NAMES names, by one query."""
    liked = {copy.pk: copy for copy in copies if (of := activity_of(copy)) and of.likes}
    if not liked:
        return []
    shown = RemoteLike.objects.not_hidden_from(member)
    newest = NewestOfAll(
        Delivery.objects.filter(pk__in=liked).values("pk"),
        lambda copy: shown.filter(delivery=copy),
        time="id",
        most=MAX_NAMES,
    )
    rows: QuerySet[RemoteLike] = RemoteLike.objects.filter(pk__in=newest).order_by("-pk")
    return [
        f"{cut_to_line(row.name, NAME_CUT)[0]} ({liked[row.delivery_id].link.network_name})"
        for row in rows
    ]


def _copy_counts(copy: Delivery, activity: CopyActivity | None, kind: str) -> CopyCounts:
    connector = CONNECTORS.get(copy.link.network)
    brings = connector is not None and kind in connector.brings_replies
    return CopyCounts(
        network=copy.link.network_name,
        url=copy.remote_url or copy.link.profile_url,
        replies=activity.replies if activity else None,
        likes=activity.likes if activity else None,
        is_silent=activity is None and not brings,
    )


def _cursor_of(row: RemoteReply) -> str:
    since = row.written_at - _EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return str(Cursor(micros, 0, row.pk))


def _shown(row: RemoteReply) -> ShownReply:
    text, has_more = ("", False) if row.is_emptied else cut_to_line(row.words, CUT)
    return ShownReply(
        pk=row.pk,
        name=cut_to_line(row.author_name, NAME_CUT)[0],
        network=row.link.network_name,
        text=text,
        has_more=has_more,
        url=row.url,
        at=row.written_at,
    )
