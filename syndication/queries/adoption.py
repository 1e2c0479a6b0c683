"""The page of adoption: its tables, as the page and the file of it both show them.

Whole weeks alone, and no number that stands for fewer than five people (queries.suppression). Weeks
share no total: the sum below a table is of the numbers that it shows. How things stand now is said in
steps, since the difference of two such numbers would say what a week withholds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from syndication.connectors import CONNECTORS
from syndication.models import DailyFigure, Figure
from syndication.queries.suppression import FEWEST, Cell, Counted, shown_cell, shown_row

MAY_SEE = "syndication.view_dailyfigure"
WEEKS = 26
WEEK = timedelta(days=7)
FIRST_STEP = 10

Key = tuple[date, str, str]  # Monday, figure, network


@dataclass(frozen=True)
class Table:
    """A table in words: every cell as it reads."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str = ""


@dataclass(frozen=True)
class Series:
    """Numbers by week for a picture; None where the number is not shown."""

    title: str
    numbers: list[int | None]


@dataclass(frozen=True)
class Adoption:
    """All of the page. `until` is the Sunday of its last week."""

    until: date
    tables: list[Table]
    series: list[Series]


def adoption(today: date) -> Adoption:
    """The figures of the last WEEKS whole weeks before `today`."""
    this_monday = today - timedelta(days=today.weekday())
    counted = _by_week(this_monday - WEEKS * WEEK, this_monday)
    mondays = sorted({monday for monday, _figure, _network in counted}, reverse=True)
    events, joined = _events_table(counted, mondays)
    linked, of_all = _linked_table(counted, mondays)
    last = _standing(this_monday)
    return Adoption(
        until=this_monday - timedelta(days=1),
        tables=[_now_table(last), events, linked, _friends_table(last)],
        series=[
            Series(_("New members by week"), joined[::-1]),
            Series(_("Newly linked accounts by week"), of_all[::-1]),
        ],
    )


def _by_week(first: date, end: date) -> dict[Key, Counted]:
    """The sums of the weeks of which every day was counted."""
    days = DailyFigure.objects.filter(day__gte=first, day__lt=end)
    weeks = days.annotate(week=TruncWeek("day")).order_by()
    whole = weeks.filter(figure=Figure.JOINED).values("week").annotate(days=Count("pk"))
    mondays = {row["week"] for row in whole if row["days"] == 7}
    sums = weeks.values_list("week", "figure", "network").annotate(Sum("number"), Sum("people"))
    return {
        (week, figure, network): Counted(number, people)
        for week, figure, network, number, people in sums
        if week in mondays
    }


def _standing(end: date) -> dict[tuple[str, str], Counted]:
    """How things stood at the end of the last whole week, by figure and network."""
    days = DailyFigure.objects.filter(
        day__gte=end - WEEK, day__lt=end, figure__in=[Figure.MEMBERS, Figure.LINKS, *_FRIENDS]
    )
    return {
        (row.figure, row.network): Counted(row.number, row.people) for row in days.order_by("day")
    }


_FRIENDS = (
    *(Figure.HERE_MEDIAN, Figure.HERE_AVERAGE),
    *(Figure.THERE_MEDIAN, Figure.THERE_AVERAGE),
)


def _events_table(
    counted: Mapping[Key, Counted], mondays: Sequence[date]
) -> tuple[Table, list[int | None]]:
    columns = {
        Figure.JOINED: _("New members"),
        Figure.INVITED: _("Invitations made"),
        Figure.ACCEPTED: _("Invitations taken"),
        Figure.FOUND: _("Found each other"),
        Figure.PHONE_LOGINS: _("Phone log-ins"),
    }
    rows = [
        [shown_cell(counted.get((monday, figure, ""), Counted())) for figure in columns]
        for monday in mondays
    ]
    table = Table(
        _("What happened, by week"),
        [_("Week from"), *columns.values()],
        _in_words(mondays, rows),
        _("Found each other: friends here of whom one stands on a list of friends of the other's."),
    )
    return table, [row[0].number for row in rows]


def _linked_table(
    counted: Mapping[Key, Counted], mondays: Sequence[date]
) -> tuple[Table, list[int | None]]:
    rows = []
    for monday in mondays:
        networks = [
            counted.get((monday, Figure.LINKED, key), Counted()) for key in settings.NETWORK_KEYS
        ]
        total = counted.get((monday, Figure.LINKED, ""), Counted())
        cells, of_all = shown_row(networks, total)
        rows.append([of_all, *cells])
    names = [CONNECTORS[key].name for key in settings.NETWORK_KEYS]
    table = Table(
        _("Newly linked accounts, by network and week"),
        [_("Week from"), _("All networks"), *names],
        _in_words(mondays, rows),
    )
    return table, [row[0].number for row in rows]


def _in_words(mondays: Sequence[date], rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Rows of text, and the sum of what they show below them."""
    found = [
        [monday.isoformat(), *map(str, row)] for monday, row in zip(mondays, rows, strict=True)
    ]
    if rows:
        sums = [sum(cell.number or 0 for cell in column) for column in zip(*rows, strict=True)]
        found.append([_("Sum of the numbers shown"), *map(str, sums)])
    return found


def _now_table(last: Mapping[tuple[str, str], Counted]) -> Table:
    links = [
        [CONNECTORS[key].name, _in_steps(last.get((Figure.LINKS, key), Counted()).number)]
        for key in settings.NETWORK_KEYS
    ]
    members = last.get((Figure.MEMBERS, ""), Counted()).number
    return Table(
        _("Members and linked accounts"),
        ["", pgettext("figure", "Now")],
        [[_("Members"), _in_steps(members)], *links],
        _("In steps: 10, 20, 50, 100 and so on."),
    )


def _in_steps(number: int) -> str:
    """Round down to 10, 20, 50, 100, 200 …"""
    if number < FIRST_STEP:
        return f"<{FIRST_STEP}"
    tens = 10 ** (len(str(number)) - 1)
    step = max(step for step in (1, 2, 5) if step * tens <= number) * tens
    return f"{step}+"


def _friends_table(last: Mapping[tuple[str, str], Counted]) -> Table:
    rows = [
        [CONNECTORS[key].name, *(str(last[figure, key].number) for figure in _FRIENDS)]
        for key in settings.NETWORK_KEYS
        if (_FRIENDS[0], key) in last
    ]
    return Table(
        _("Friends here and there"),
        [
            _("Network"),
            _("Here: median"),
            _("Here: average"),
            _("There: median"),
            _("There: average"),
        ],
        rows,
        _(
            "Of at most 1,000 members drawn at random whose list of friends was imported; of 10 or more."
        ),
    )


def legend() -> str:
    """What the marks of a cell mean, in the active language."""
    return _(
        "<%(n)d: fewer than %(n)d. –: withheld, since it would tell of fewer than %(n)d people."
    ) % {"n": FEWEST}
