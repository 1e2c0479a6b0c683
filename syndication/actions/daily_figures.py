"""Daily figures: count each past day into a few rows (models.daily_figure), also days before the first count.

A day is counted by the times of its own rows, from an index: the same work at a thousand members and
at a million. Counting it again writes the same rows again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import mean, median
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Friendship, Invitation, Member, PhoneLogin
from syndication.models import DailyFigure, Figure, Link, LinkState, NetworkFriend

DAYS_AT_ONCE = 31
KEYS_AT_ONCE = 20_000  # of a table that is counted whole
SAMPLE, SAMPLE_BLOCK = 1_000, 50  # links: so many in all, so many from each place
FEWEST_PEOPLE = 10  # of a median or an average


@dataclass(frozen=True)
class Event:
    """Rows that happen at a time, to a person, perhaps on a network."""

    rows: QuerySet[Any]
    at: str
    person: str
    has_network: bool = False
    rows_each: int = 1  # a friendship is two rows


def count_missing_days(now: datetime) -> int:
    """Count the days that are over and not counted yet, at most DAYS_AT_ONCE, the oldest first."""
    today = timezone.localdate(now)
    missing = list(_missing_days(today))[:DAYS_AT_ONCE]
    for day in missing:
        count_day(day, is_yesterday=day == today - timedelta(days=1))
    return len(missing)


def count_day(day: date, *, is_yesterday: bool) -> None:
    """Write the rows of one day. How things stand is known of today alone, so for yesterday only."""
    rows = [row for figure, event in _events().items() for row in _count_event(day, figure, event)]
    if is_yesterday:
        rows += [*_count_all(day), *_compare_friends(day)]
    DailyFigure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["day", "figure", "network"],
        update_fields=["number", "people"],
    )


def _missing_days(today: date) -> Iterator[date]:
    first = Member.objects.order_by("pk").values_list("date_joined", flat=True).first()
    if first is None:
        return
    day = timezone.localdate(first)
    counted = set(DailyFigure.objects.filter(figure=Figure.JOINED).values_list("day", flat=True))
    while day < today:
        if day not in counted:
            yield day
        day += timedelta(days=1)


def _events() -> dict[Figure, Event]:
    used = PhoneLogin.objects.filter(used_at__isnull=False)
    accepted = Invitation.objects.filter(used_at__isnull=False)
    return {
        Figure.JOINED: Event(Member.objects.all(), "date_joined", "pk"),
        Figure.LINKED: Event(Link.objects.all(), "created_at", "member", has_network=True),
        Figure.INVITED: Event(Invitation.objects.all(), "created_at", "inviter"),
        Figure.ACCEPTED: Event(accepted, "used_at", "used_by"),
        Figure.FOUND: Event(_found_by_a_list(), "created_at", "member", rows_each=2),
        Figure.PHONE_LOGINS: Event(used, "used_at", "member"),
    }


def _found_by_a_list() -> QuerySet[Friendship]:
    """Friendships of two members of whom one stands on a list that the other imported, and may be found."""

    def is_listed(owner: str, named: str) -> Exists:
        lists = NetworkFriend.objects.filter(
            link__member=OuterRef(OuterRef(owner)),
            link__network=OuterRef("network"),
            uid=OuterRef("uid"),
        )
        return Exists(Link.objects.findable().filter(Exists(lists), member=OuterRef(named)))

    return Friendship.objects.filter(is_listed("member", "friend") | is_listed("friend", "member"))


def _count_event(day: date, figure: Figure, event: Event) -> list[DailyFigure]:
    """Count the rows of the day, and the people who have none earlier in its week."""
    start, end = _midnight(day), _midnight(day + timedelta(days=1))
    week = _midnight(day - timedelta(days=day.weekday()))
    rows = event.rows.filter(**{f"{event.at}__gte": week, f"{event.at}__lt": end})
    is_today = Q(**{f"{event.at}__gte": start})
    counts = {
        "number": Count("pk", filter=is_today),
        "so_far": Count(event.person, distinct=True),
        "before": Count(event.person, distinct=True, filter=~is_today),
    }
    found = [{"network": "", **rows.aggregate(**counts)}]
    if event.has_network:
        found += rows.order_by().values("network").annotate(**counts)
    return [
        DailyFigure(
            day=day,
            figure=figure,
            network=one["network"],
            number=one["number"] // event.rows_each,
            people=one["so_far"] - one["before"],
        )
        for one in found
    ]


def _count_all(day: date) -> list[DailyFigure]:
    """Members and linked accounts, all of them, counted by pieces of the table."""
    members = sum(piece.count() for piece in _pieces(Member.objects.filter(is_active=True)))
    links: dict[str, int] = {}
    for piece in _pieces(Link.objects.exclude(state=LinkState.ENDED)):
        for network, count in piece.order_by().values_list("network").annotate(Count("pk")):
            links[network] = links.get(network, 0) + count
    found = [(Figure.MEMBERS, "", members)]
    found += [(Figure.LINKS, network, count) for network, count in links.items()]
    return [
        DailyFigure(day=day, figure=figure, network=network, number=number, people=number)
        for figure, network, number in found
    ]


def _pieces(rows: QuerySet[Any]) -> Iterator[QuerySet[Any]]:
    last = rows.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, KEYS_AT_ONCE):
        yield rows.filter(pk__gte=first, pk__lt=first + KEYS_AT_ONCE)


def _compare_friends(day: date) -> Iterator[DailyFigure]:
    """Friends here and there of a sample of members, by network; of FEWEST_PEOPLE or more."""
    pairs: dict[str, list[tuple[int, int]]] = {}
    for links in _sample_links():
        friends = NetworkFriend.objects.filter(link__in=[pk for pk, _member, _network in links])
        there = dict(friends.order_by().values_list("link").annotate(Count("pk")))
        own = Friendship.objects.filter(member__in=[member for _pk, member, _network in links])
        here = dict(own.order_by().values_list("member").annotate(Count("pk")))
        for pk, member, network in links:
            pairs.setdefault(network, []).append((here.get(member, 0), there.get(pk, 0)))
    for network, found in pairs.items():
        if len(found) >= FEWEST_PEOPLE:
            yield from _averages(day, network, found)


def _sample_links() -> Iterator[list[tuple[int, int, str]]]:
    """Key, member and network of links with an imported list: all of a few, else from random places.

    So many links of any kind are read, and those without a list left out: few with one are no reason to
    look for more.
    """
    keys = list(Link.objects.order_by("pk").values_list("pk", flat=True)[: SAMPLE + 1])
    if len(keys) <= SAMPLE:
        drawn = set(keys)
    else:
        last = Link.objects.aggregate(last=Max("pk"))["last"]
        drawn = set()
        for _start in range(SAMPLE // SAMPLE_BLOCK):
            start = keys[0] + secrets.randbelow(last - keys[0] + 1)
            after = Link.objects.filter(pk__gte=start).order_by("pk")
            drawn.update(after.values_list("pk", flat=True)[:SAMPLE_BLOCK])
    ordered = sorted(drawn)
    for place in range(0, len(ordered), SAMPLE_BLOCK):
        block = Link.objects.active().filter(pk__in=ordered[place : place + SAMPLE_BLOCK])
        imported = block.filter(pulled_at__isnull=False)
        yield list(imported.values_list("pk", "member", "network"))


def _averages(day: date, network: str, pairs: list[tuple[int, int]]) -> Iterator[DailyFigure]:
    here, there = zip(*pairs, strict=True)
    for figure, value in (
        (Figure.HERE_MEDIAN, median(here)),
        (Figure.HERE_AVERAGE, mean(here)),
        (Figure.THERE_MEDIAN, median(there)),
        (Figure.THERE_AVERAGE, mean(there)),
    ):
        yield DailyFigure(
            day=day, figure=figure, network=network, number=round(value), people=len(pairs)
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
