"""The page "Where it went": posts and answers out, newest first, each with its lines; those of one post.

Three sources, each read by an index of its own: posts, deleted posts (their copies may be left), and
answers to networks. One more statement reads the last delivery of each link, so rows and statements do
not grow with what was sent before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    Case,
    F,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from accounts.models import MailSettings, Member
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from syndication.delivery.availability import network_hosts
from syndication.models import NOT_DONE, Delivery, Interaction, Link, Post
from syndication.models.newest import NewestOfAll
from syndication.queries.copy_lines import (
    CopyLine,
    Whereabouts,
    copy_lines,
    merged,
    newest_rows,
    with_copy_activity,
    without_repeated_repairs,
)
from syndication.queries.copy_times import MemberClock, zone_named

POST, INTERACTION = 0, 1
TITLE = 60  # characters that are read of a post


def subjects(member: Member, start: int, stop: int, *, is_open_only: bool) -> list[Any]:
    """Rows of what `member` sent, newest first, from the one at `start` to that before `stop`.

    `is_open_only`: with a delivery that is not done yet.
    """
    return _SUBJECTS.page(start, stop, is_open_only, member=member)


def _subjects(start: int, stop: int, is_open_only: bool, *, member: Member) -> QuerySet[Any, Any]:
    if is_open_only:
        undone = Delivery.objects.of(member).filter(state__in=NOT_DONE)
        keys: list[Any] = [undone.filter(interaction=None).values("post")]
        of_answers: Any = undone.filter(post=None).values("interaction")
    else:
        mine = Post.objects.by(member).newest_first().values("pk")
        live, deleted = mine.filter(deleted_at=None), mine.filter(deleted_at__isnull=False)
        keys = [live[:stop], deleted[:stop]]
        of_answers = NewestOfAll(
            Link.objects.filter(member=member).values("pk"),
            lambda link: Interaction.objects.filter(link=link),
            time="created_at",
            most=stop,
        )
    zone = MailSettings.objects.filter(member=member).values("time_zone")
    answers = Interaction.objects.filter(pk__in=of_answers)
    rows = _columns(answers, INTERACTION, F("target_author_name"), Value(""), zone)
    posts = [Post.objects.filter(pk__in=each) for each in keys]
    others = [_columns(each, POST, _said(), F("warning"), zone) for each in posts]
    return rows.union(*others, all=True).order_by("-created_at", "-pk")[start:stop]


_SUBJECTS: CompiledQuery[Any] = CompiledQuery(_subjects)


def whereabouts(rows: list[Any]) -> list[Whereabouts]:
    """The rows of `subjects`, which are the member's own, with their lines.

    Deliveries are read by these alone: with the member's links for a condition besides, PostgreSQL reads
    all that ever went to a link.
    """
    clock = MemberClock(timezone.now(), zone_named(rows[0].zone if rows else None))
    found = [_whereabouts(row, clock) for row in rows]
    posts = [one.post_id for one in found if one.post_id]
    answers = [one.interaction_id for one in found if one.interaction_id]
    by_subject = defaultdict(list)
    for line in copy_lines(_newest_deliveries(posts, answers, clock), clock):
        by_subject[line.row.post_id, line.row.interaction_id].append(line)
    repaired: set[int] = set()
    for one in found:
        lines = by_subject[one.post_id, one.interaction_id]
        one.lines = merged(without_repeated_repairs(lines, repaired))
    return found


def _newest_deliveries(
    posts: list[int], interactions: list[int], clock: MemberClock
) -> list[Delivery]:
    of_posts = numbered_keys(posts, "post", to=10)
    of_answers = numbered_keys(interactions, "answer", to=10)
    if not of_posts and not of_answers:
        return []
    shape = (network_hosts(), len(of_posts), len(of_answers))
    return _DELIVERIES.rows(*shape, now=clock.now, **of_posts, **of_answers)


def _deliveries(
    _: tuple[tuple[str, str], ...], posts: int, answers: int, *, now: datetime, **keys: int
) -> QuerySet[Delivery]:
    clock = MemberClock(now, UTC)
    of_posts, of_answers = list(keys.values())[:posts], list(keys.values())[posts:]
    found = []
    if posts:
        found.append(newest_rows(Delivery.objects.filter(post__in=of_posts), "post", clock))
    if answers:
        rows = Delivery.objects.filter(interaction__in=of_answers)
        found.append(newest_rows(rows, "interaction", clock))
    return found[0] if len(found) == 1 else found[0].union(found[1], all=True)


_DELIVERIES: CompiledQuery[Delivery] = CompiledQuery(_deliveries)


def lines_of_post(post: Post) -> list[CopyLine]:
    """The lines of one post for its author, as in the list, with what came back for each copy.

    The author's time zone comes with the rows: a statement less. While staff hide the post its page says
    why instead of leading to the copies, for the same reason.
    """
    now = timezone.now()
    rows = _OF_POST.rows(network_hosts(), post=post.pk, author=post.author_id, now=now)
    clock = MemberClock(now, zone_named(rows[0].zone if rows else None))
    lines = without_repeated_repairs(copy_lines(rows, clock), set())
    return [replace(line, see="") for line in lines] if post.hidden_at is not None else lines


def _of_post(
    _: tuple[tuple[str, str], ...], *, post: int, author: int, now: datetime
) -> QuerySet[Any, Any]:
    zone = MailSettings.objects.filter(member=author).values("time_zone")
    newest = newest_rows(Delivery.objects.filter(post=post), "post", MemberClock(now, UTC))
    return with_copy_activity(newest, "post").annotate(zone=Subquery(zone))


_OF_POST = CompiledQuery(_of_post)


def lines_of_interactions(
    interactions: Iterable[Interaction], clock: MemberClock
) -> Mapping[int | None, list[CopyLine]]:
    """The lines of answers and likes by their keys, as in the list."""
    rows = _newest_deliveries([], [one.pk for one in interactions], clock)
    found = defaultdict(list)
    for line in without_repeated_repairs(copy_lines(rows, clock), set()):
        found[line.row.interaction_id].append(line)
    return found


def _columns(
    rows: QuerySet[Any], which: int, said: Any, warning: Any, zone: QuerySet[Any, Any]
) -> QuerySet[Any, Any]:
    columns = {
        "which": Value(which, output_field=IntegerField()),
        "said": Substr(Cast(said, TextField()), 1, TITLE),
        "warned": Cast(warning, TextField()),
        "zone": Subquery(zone),  # the member's, in each row: a statement less
    }
    names = ("which", "pk", "created_at", "kind", "said", "warned", "deleted_at", "zone")
    return rows.order_by().annotate(**columns).values_list(*names, named=True)


def _said() -> Case:
    """The first text that a post has, as Post.words."""
    names = ("title", "text", "url_title", "photo_alt", "url")
    filled = [When(~Q(**{name: ""}), then=Cast(F(name), TextField())) for name in names]
    return Case(*filled, default=Value(""), output_field=TextField())


def _whereabouts(row: Any, clock: MemberClock) -> Whereabouts:
    at, is_deleted = clock.past(row.created_at), row.deleted_at is not None
    if row.which == INTERACTION:
        return Whereabouts(row.said, at, interaction_id=row.pk, is_deleted=is_deleted)
    title = Post(kind=row.kind, text=row.said, warning=row.warned).words
    return Whereabouts(title, at, post_id=row.pk, is_deleted=is_deleted)
