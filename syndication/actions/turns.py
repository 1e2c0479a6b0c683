"""Whose turn it is: what a worker tries next, of all that is due."""

from __future__ import annotations

import functools
import random
from datetime import datetime

from django.db.models import Max, Min, Q, Window
from django.db.models.functions import RowNumber

from syndication.actions import breaker, claims
from syndication.actions.composed import Figures, given
from syndication.models import Delivery, Link


def by_link(now: datetime, most: int) -> list[list[int]]:
    """Up to `most` rows to try next, those of one link together, links taking turns: a link with
    thousands of rows, or a backlog of thousands of links, holds up nobody's post of this moment.

    Half of the turns go to the links that have waited longest, half to those that came last. On
    each link the oldest goes first.
    """
    longest, newest, rows = _composed(most, breaker.closed(now))
    links = [link for (link,) in [*longest.all(now=now), *newest.all(now=now)]]
    if not links:
        return []
    links = list(dict.fromkeys(links))
    places = max(1, most // len(links))  # rows for each link
    # The statement has room for `most` links; where there are fewer, the last fills the rest.
    named = {f"link{n}": links[min(n, len(links) - 1)] for n in range(most)}
    turns: dict[int, list[int]] = {link: [] for link in links}
    for _, link, pk in sorted(rows.all(now=now, places=places, **named)):
        turns[link].append(pk)
    found = [pks for pks in turns.values() if pks]
    random.shuffle(found)  # two workers with one list do not follow each other about
    return found


@functools.lru_cache(maxsize=16)
def _composed(most: int, closed: frozenset[str]) -> tuple[Figures, Figures, Figures]:
    """The links that waited longest, those that came last, and the first rows of given links.

    One set for each set of closed hosts; there are few, and they change seldom.
    """
    due = claims.claimable(claims.NOW, closed)
    by_link = due.values("link").annotate(first=Min("due_at"), last=Max("due_at"))
    one_of = Q(link=given("link0", Link, "id"))
    for number in range(1, most):
        one_of |= Q(link=given(f"link{number}", Link, "id"))
    place = Window(RowNumber(), partition_by="link", order_by=["due_at", "pk"])
    rows = due.filter(one_of).annotate(place=place)
    return (
        Figures(by_link.order_by("first", "link").values_list("link")[: most - most // 2]),
        Figures(by_link.order_by("-last", "-link").values_list("link")[: most // 2]),
        Figures(
            rows.filter(place__lte=given("places", Delivery, "tries")).values_list(
                "place", "link", "pk"
            )
        ),
    )
