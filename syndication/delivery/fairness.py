"""Fair scheduling: choose the next due deliveries, round-robin over links.

The rows read for one choice do not grow with the backlog. The oldest due rows of each state come from
an index. If those few hundred are all, they are the choice. Else (a backlog) links are chosen from
three sources in turn:

- a rotation over all links with open rows, which continues where it stopped, so that each link gets a
  turn whatever is due before it. This alone prevents starvation;
- the links whose rows were requested last, so that a new post does not wait for the backlog;
- the links whose rows have been due longest.

All three pass over what cannot be claimed: links that are limited, busy or paused, rows that wait for
an earlier one. Then the first rows of each chosen link are read, oldest first. The choice is only a
proposal: the claim decides. The position of the rotation is kept in memory and starts at random.

Tried and left: one window of rows at either end (5,000 rows of a resting link fill it), all due rows
grouped by link (0.3 to 6 s for each choice with 130,000 links), the next turn kept in a column of the
link (a row written without it would never leave).
"""

from __future__ import annotations

import functools
import itertools
import random
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When

from syndication.delivery import circuit_breaker
from syndication.delivery.claimable import NOW, is_next_in_sequence, link_is_free
from syndication.delivery.compiled import CompiledValues, execute_pipeline, param
from syndication.delivery.compiled_pieces import CompiledPieces
from syndication.models import Delivery, DeliveryState, Link
from syndication.models.newest import Column

DUE_STATES = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCONFIRMED)
WINDOW = 200  # rows that are read of each state
DEPTH = 10_000  # rows read at most to find the links whose rows were requested last
ROTATION_STEPS = (
    100,
    400,
    1600,
)  # links that the rotation passes in each statement
ROTATION_SECONDS = 0.25  # seconds after which the rotation stops until the next choice
ROWS_PER_LINK = (1, 2, 4, 8)  # possible numbers of rows of one link in one choice

Row = tuple[Any, ...]
_TABLE = Delivery._meta.db_table


def next_batch(now: datetime, most: int) -> list[list[int]]:
    """Choose about `most` deliveries to attempt next: a list for each link, in order."""
    asked = _queries(most, circuit_breaker.blocked_hosts(now))
    due, is_all = asked.oldest_due(now)
    found = _choose_from_all(due, most) if is_all else _choose_from_backlog(asked, due, now, most)
    random.shuffle(found)  # or two workers with one list would collide at each link
    return found


def workers_needed(now: datetime, most: int) -> int:
    """How many workers, up to `most`, are likely to find something to claim; all of them in a backlog,
    where counting would take as long as trying."""
    due, is_all = _queries(most, circuit_breaker.blocked_hosts(now)).oldest_due(now)
    return min(most, len(due)) if is_all else most


def oldest_claimable(now: datetime) -> datetime | None:
    """Since when the oldest delivery has been due that could go now: not one that something holds back."""
    due, _is_all = _queries(ROWS_PER_LINK[0], circuit_breaker.blocked_hosts(now)).oldest_due(now)
    if not due:
        return None
    _due_at, pk, _link = due[0]  # its time as the database writes it
    return Delivery.objects.filter(pk=pk).values_list("due_at", flat=True).first()


class Rotation:
    """The position of this process in the rotation over links."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._place: int | None = None

    def place(self) -> int:
        """The key of the link after which the rotation continues; random at first."""
        with self._lock:
            if self._place is None:
                last = Link.objects.order_by("-pk").values_list("pk", flat=True).first()
                self._place = random.randrange(last + 1) if last else 0  # noqa: S311 - a place, no secret
            return self._place

    def move(self, place: int) -> None:
        with self._lock:
            self._place = place


_rotation = Rotation()


def _choose_from_all(due: list[Row], most: int) -> list[list[int]]:
    """Choose from all due rows: half of the links by their newest row, half by their oldest."""
    links = list(
        itertools.islice(_round_robin(_links_of_rows(reversed(due)), _links_of_rows(due)), most)
    )
    places = max(1, most // max(1, len(links)))
    turns: dict[int, list[int]] = {link: [] for link in links}
    for _, pk, link in due:
        if link in turns and len(turns[link]) < places:
            turns[link].append(pk)
    return list(turns.values())


def _choose_from_backlog(
    asked: DueQueries, due: list[Row], now: datetime, most: int
) -> list[list[int]]:
    following, passed, are_all = asked.in_rotation(now)
    last = [] if are_all else asked.asked_last(now)
    sources = (following, last, _links_of_rows(due))
    links = list(itertools.islice(_round_robin(*sources), most))
    taken = list(itertools.takewhile(set(links).__contains__, following))
    if len(taken) == len(following):
        _rotation.move(passed)
    elif taken:
        _rotation.move(taken[-1])
    return asked.first_rows(now, links)


def _links_of_rows(rows: Iterable[Row]) -> list[int]:
    return list(dict.fromkeys(row[-1] for row in rows))


def _round_robin(*sources: Iterable[int]) -> Iterator[int]:
    """Take one of each source in turn, none twice."""
    seen: set[int] = set()
    for several in itertools.zip_longest(*sources):
        for each in several:
            if each is not None and each not in seen:
                seen.add(each)
                yield each


class DueQueries:
    """The compiled statements of one choice (delivery.compiled)."""

    def __init__(self, most: int, closed: frozenset[str]) -> None:
        self._most = most
        may_go = is_next_in_sequence(NOW) & link_is_free(NOW, closed, link="link")
        due = Delivery.objects.filter(due_at__lte=NOW).annotate(may_go=_as_flag(may_go))
        self._oldest = [
            CompiledValues(
                due.filter(state=state)
                .order_by("due_at")
                .values_list("due_at", "pk", "link", "may_go")[:WINDOW]
            )
            for state in DUE_STATES
        ]
        self._newest = [_asked_last_statement(size, closed, most) for size in (WINDOW, DEPTH)]
        self._rotation = [_rotation_statement(steps, closed) for steps in ROTATION_STEPS]
        self._rows = {places: CompiledValues(self._first(places)) for places in ROWS_PER_LINK}

    def oldest_due(self, now: datetime) -> tuple[list[Row], bool]:
        """(due_at, pk, link) of the oldest claimable rows, and whether these are all due rows."""
        windows = execute_pipeline(*((each, {"now": now}) for each in self._oldest), by_index=True)
        rows = sorted(row for window in windows for row in window)
        is_all = all(len(window) < WINDOW for window in windows)
        return [row[:3] for row in rows if row[3]], is_all

    def asked_last(self, now: datetime) -> list[int]:
        """Claimable links, by the latest request for one of their due rows."""
        links: list[int] = []
        for window in self._newest:
            links = _links_of_rows(window.all(now=now))
            if len(links) >= self._most // 2:
                break
        return links

    def in_rotation(self, now: datetime) -> tuple[list[int], int, bool]:
        """The next claimable links of the rotation, until there are enough, all were visited, or
        ROTATION_SECONDS are over; the last link visited; and whether all were."""
        found: list[int] = []
        start = place = _rotation.place()
        has_begun_anew = is_round = False
        end = time.monotonic() + ROTATION_SECONDS
        for window in itertools.chain(self._rotation, itertools.repeat(self._rotation[-1])):
            rows = window.all(now=now, after=place)
            found += [link for may_go, link in rows if may_go]
            place = rows[-1][1] if rows else 0
            is_round = has_begun_anew and (place >= start or not rows)
            has_begun_anew |= not rows
            if len(found) >= self._most or is_round or time.monotonic() > end:
                break
        return list(dict.fromkeys(found)), place, is_round

    def first_rows(self, now: datetime, links: list[int]) -> list[list[int]]:
        """The first claimable rows of each link, oldest first."""
        if not links:
            return []
        wanted = self._most // len(links)
        places = max(each for each in ROWS_PER_LINK if each <= max(1, wanted))
        # The statement has room for `most` links; where there are fewer, the last fills the rest.
        named = {f"link{n}": links[min(n, len(links) - 1)] for n in range(self._most)}
        rows = self._rows[places].all(now=now, **named)
        return [found for row in rows if (found := [pk for pk in row if pk is not None])]

    def _first(self, places: int) -> Any:
        its_rows = _claimable_rows(OuterRef("pk")).order_by("due_at", "pk").values("pk")
        several = [param(f"link{number}", Link, "id") for number in range(self._most)]
        names = {f"row{n}": Subquery(its_rows[n : n + 1]) for n in range(places)}
        return Link.objects.filter(pk__in=several).annotate(**names).values_list(*names)


def _asked_last_statement(size: int, closed: frozenset[str], most: int) -> CompiledPieces:
    """`most` claimable links, of those with one of the `size` open rows requested last."""
    may_go = Q(state__in=DUE_STATES, due_at__lte=NOW) & is_next_in_sequence(NOW)
    last = (
        Delivery.objects.filter(due_at__isnull=False)
        .order_by("-asked_at", "-pk")
        .annotate(may_go=_as_flag(may_go))
        .values_list("link_id", "asked_at", "may_go")[:size]
    )
    is_free = Link.objects.filter(pk=Column("of_link.link_id")).values_list(
        _as_flag(link_is_free(NOW, closed))
    )
    return CompiledPieces(
        "SELECT link_id FROM (SELECT link_id, MAX(asked_at) FROM",
        last,
        f"AS last WHERE may_go = 1 GROUP BY link_id ORDER BY 2 DESC LIMIT {size}) AS of_link WHERE",
        is_free,
        f"= 1 LIMIT {most}",
        otherwise=lambda: _claimable_links(last, closed, most),
    )


def _claimable_links(last: Any, closed: frozenset[str], most: int) -> list[Row]:
    """The same as `_asked_last_statement`, by two plain querysets."""
    links = dict.fromkeys(link for link, _asked_at, may_go in last.all() if may_go)
    free = Link.objects.filter(link_is_free(NOW, closed), pk__in=links).values_list("pk", flat=True)
    is_free = set(free).__contains__
    return [(link,) for link in filter(is_free, links)][:most]


def _rotation_statement(steps: int, closed: frozenset[str]) -> CompiledPieces:
    """For each of the next `steps` links with open rows, by key: whether it has a claimable row. Each
    link is one step in an index; DISTINCT would read all their rows."""
    next_one = f"(SELECT MIN(link_id) FROM {_TABLE} WHERE due_at IS NOT NULL AND link_id >"  # noqa: S608
    may_go = link_is_free(NOW, closed) & Q(Exists(_claimable_rows(OuterRef("pk"))))
    after = param("after", Link, "id")
    has_rows = Exists(Delivery.objects.filter(link=OuterRef("pk"), due_at__isnull=False))
    links = Link.objects.filter(has_rows, pk__gt=after).order_by("pk")
    return CompiledPieces(
        f"WITH RECURSIVE step(link, number) AS (SELECT {next_one} %s), 1 UNION ALL SELECT",
        after,
        next_one,
        "step.link), step.number + 1 FROM step",
        f"WHERE step.link IS NOT NULL AND step.number < {steps}) SELECT",
        Link.objects.filter(pk=Column("step.link")).values_list(_as_flag(may_go)),
        ", step.link FROM step WHERE step.link IS NOT NULL ORDER BY step.link",
        otherwise=lambda: links.values_list(_as_flag(may_go), "pk")[:steps],
    )


def _claimable_rows(link: Any) -> Any:
    """The claimable rows of a link.

    The conditions are a CASE, which leaves the planner only the ordered index of a link's rows: it
    used to sort 5,000 rows each time to take a few.
    """
    may_go = _as_flag(Q(state__in=DUE_STATES) & is_next_in_sequence(NOW))
    return Delivery.objects.filter(link=link, due_at__lte=NOW).alias(may_go=may_go).filter(may_go=1)


def _as_flag(condition: Any) -> Case:
    """1 where `condition` holds, else 0."""
    return Case(When(condition, then=1), default=0)


@functools.lru_cache(maxsize=16)
def _queries(most: int, closed: frozenset[str]) -> DueQueries:
    """Cached for each set of blocked hosts; these are few and change seldom."""
    return DueQueries(most, closed)
