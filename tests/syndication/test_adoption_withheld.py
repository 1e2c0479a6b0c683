"""Two sites that differ only in numbers that are withheld read the same to the letter, wherever figures stand.

So nothing that is reckoned from a withheld number stands anywhere: no sum, no difference of two weeks, no rate, no
trend, no heading and no text of a picture; test_adoption reckons from the numbers that are shown.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, assume, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.actions import invitations
from syndication.models import (
    DailyFigure,
    Figure,
    Heartbeat,
    HostHealth,
    ImportPause,
    NetworkSwitch,
)
from syndication.queries.suppression import Counted, shown_row
from tests.accounts.admin.rows import make_staff
from tests.making import befriend, make_link, make_member, make_post
from tests.phone import computer
from tests.syndication.test_adoption import counted, last_monday, tables
from tests.syndication.test_today import make_delivery

pytestmark = pytest.mark.django_db

NETWORKS = settings.NETWORK_KEYS
EVENTS = [
    *(Figure.JOINED, Figure.INVITED, Figure.ACCEPTED, Figure.FOUND, Figure.PHONE_LOGINS),
]
Pair = tuple[int, int]  # a number, and the people it stands for
Week = tuple[list[Pair], dict[Figure, Pair]]  # links by network; events
Standing = Mapping[tuple[Figure, str], int]


def fill(weeks: Sequence[Week], standing: Standing, *, weekday: int = 0) -> None:
    """Nothing but these weeks, the newest first, each counted whole; all of a week happened on one day."""
    DailyFigure.objects.all().delete()
    rows = []
    for ago, (links, events) in enumerate(weeks, 1):
        by_network = {(Figure.LINKED, key): one for key, one in zip(NETWORKS, links, strict=True)}
        by_network[Figure.LINKED, ""] = (sum(one[0] for one in links), sum(one[1] for one in links))
        happened = by_network | {(figure, ""): one for figure, one in events.items()}
        for day in range(7):
            for (figure, network), (number, people) in happened.items():
                row = DailyFigure(
                    day=last_monday(ago) + timedelta(days=day), figure=figure, network=network
                )
                row.number, row.people = (number, people) if day == weekday else (0, 0)
                rows.append(row)
    sunday = last_monday() + timedelta(days=6)
    for (figure, network), number in standing.items():
        row = DailyFigure(day=sunday, figure=figure, network=network, number=number, people=number)
        rows.append(row)
    DailyFigure.objects.bulk_create(rows)


CHANGES_BY_ITSELF = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|^.*(?:request_seconds|age_seconds|due_seconds).*$',
    re.M,
)


def told(client: Client) -> list[str]:
    """Adoption, its file, Today and the monitor's page, whole, with the head of the file."""
    answers = [client.get(reverse(name)) for name in ("adoption", "adoption_file", "admin:index")]
    answers.append(Client().get("/metrics"))
    assert [one.status_code for one in answers] == [200] * 4
    head = str(answers[1].headers["Content-Disposition"])
    return [head, *(CHANGES_BY_ITSELF.sub("", one.content.decode()) for one in answers)]


def other_event(pair: Pair) -> Pair:
    """Another number that must read the same; the same one where it is shown."""
    number, people = pair
    if number < 5:
        return ((number + 2) % 5,) * 2
    return (number + 1, people) if people < 5 else pair


def other_links(links: list[Pair]) -> list[Pair]:
    """Another row with the same cells and the same total, of which one hidden number is not; else the same."""
    shown = _shown(links)
    cells, total = shown
    hidden = [place for place, cell in enumerate(cells) if cell.number is None]
    for more in hidden:
        for less in hidden if total.number is not None else [None]:
            changed = [*links]
            changed[more] = (links[more][0] + 1, links[more][1])
            if less is not None:
                number, people = changed[less]
                changed[less] = (number - 1, min(people, max(number - 1, 0)))
            if more != less and min(changed)[0] >= 0 and _shown(changed) == shown:
                return changed
    return links


def _shown(links: Sequence[Pair]) -> tuple[object, object]:
    total = Counted(sum(one[0] for one in links), sum(one[1] for one in links))
    return shown_row([Counted(*one) for one in links], total)


def other_standing(number: int) -> int:
    """Another number of the same step: under 10, 10 to 19, 20 to 49, 50 to 99 …"""
    if number < 10:
        return (number + 3) % 10
    return number - 1 if number % 10 else number + 1


everything = st.tuples(
    st.lists(counted, min_size=7, max_size=7), st.fixed_dictionaries(dict.fromkeys(EVENTS, counted))
)
SMALL: Week = ([(2, 2), (3, 3), (6, 6), *[(30, 30)] * 4], dict.fromkeys(EVENTS, (3, 2)))
LARGE: Week = ([(30, 30)] * 7, dict.fromkeys(EVENTS, (40, 30)))
FEW: Week = ([(1, 1), (2, 2), *[(0, 0)] * 5], dict.fromkeys(EVENTS, (30, 2)))
NOW = (Figure.MEMBERS, Figure.LINKS)
FRIENDS = {
    (Figure.HERE_MEDIAN, "mixi"): 29,
    (Figure.HERE_AVERAGE, "mixi"): 31,
    (Figure.THERE_MEDIAN, "mixi"): 130,
    (Figure.THERE_AVERAGE, "mixi"): 140,
}


@pytest.fixture
def desk() -> Client:
    """An operator's."""
    return computer(make_staff("operator", "Operators"))


def test_the_examples_below_differ_from_their_twins() -> None:
    """Else the property would hold of nothing."""
    for links, events in (SMALL, FEW):
        assert other_links(links) != links
        assert all(other_event(one) != one for one in events.values())
    assert other_links(LARGE[0]) == LARGE[0]
    assert [other_standing(number) for number in (4, 37, 500)] == [7, 36, 501]


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(weeks=[SMALL, LARGE], members=4)  # the difference of two weeks
@example(weeks=[LARGE, SMALL, FEW], members=37)
@example(weeks=[FEW], members=530)
@given(weeks=st.lists(everything, min_size=1, max_size=3), members=st.integers(0, 300))
def test_no_letter_depends_on_a_number_that_is_withheld(
    desk: Client, weeks: list[Week], members: int
) -> None:
    twins = [
        (other_links(links), {figure: other_event(one) for figure, one in events.items()})
        for links, events in weeks
    ]
    assume(twins != weeks)
    now = {(Figure.MEMBERS, ""): members, **{(Figure.LINKS, key): members // 2 for key in NETWORKS}}
    with transaction.atomic():
        fill(weeks, now | FRIENDS)
        before = told(desk)
        fill(twins, {key: other_standing(number) for key, number in now.items()} | FRIENDS)
        assert told(desk) == before
        transaction.set_rollback(True)


def test_no_letter_depends_on_the_day_of_a_week_nor_on_the_week_that_runs(desk: Client) -> None:
    fill([SMALL, LARGE, FEW], FRIENDS)
    before = told(desk)
    for weekday in (1, 6):
        fill([SMALL, LARGE, FEW], FRIENDS, weekday=weekday)
        assert told(desk) == before
    for figure, network in ((Figure.JOINED, ""), (Figure.LINKED, ""), (Figure.LINKED, "mixi")):
        DailyFigure.objects.create(
            day=last_monday(0), figure=figure, network=network, number=77, people=77
        )
    assert told(desk) == before


def test_no_letter_depends_on_members_who_are_in_no_whole_week(desk: Client) -> None:
    """Figures come of counted weeks alone, never of the rows of members: those may be one person's."""
    fill([LARGE], FRIENDS)
    before = told(desk)
    hanako, taro = (make_member(name, language="ja") for name in ("hanako", "taro"))
    befriend(hanako, taro)
    for network in ("mixi", "bluesky"):
        make_link(hanako, network, uid=f"{network}-h")
    invitations.create_invitation("k" * 32, note="", by=hanako)
    make_post(author=hanako)
    assert told(desk) == before


def test_the_numbers_of_events_are_shown_or_marked(desk: Client) -> None:
    rows = {Figure.JOINED: (4, 4), Figure.INVITED: (5, 5), Figure.ACCEPTED: (30, 4)}
    rows |= {Figure.FOUND: (0, 0), Figure.PHONE_LOGINS: (70, 60)}
    fill([(LARGE[0], rows)], FRIENDS)
    table = tables(desk)["What happened, by week"]
    assert table[1][1:] == ["<5", "5", "–", "<5", "70"]
    assert table[-1][1:] == ["0", "5", "0", "0", "70"]


def test_the_file_holds_the_tables_of_the_page_and_nothing_else(desk: Client) -> None:
    fill([SMALL, LARGE], {(Figure.MEMBERS, ""): 41} | FRIENDS)
    shown = tables(desk)
    text = desk.get(reverse("adoption_file")).content.decode("utf-8-sig")
    *lines, legend = [line for line in csv.reader(io.StringIO(text)) if line]
    assert legend[0].startswith("<5: fewer than 5.")
    known = [row for title, rows in shown.items() for row in ([title], *rows)]
    assert lines == known


# What a monitor reads, each looked at: it is about deliveries, the worker and hosts, and none counts people.
# Whoever adds one asks first whether a value of it may stand for fewer than five members.
FAMILIES = {
    *("request_seconds", "database_up", "deliveries_open", "delivery_oldest_due_seconds"),
    *("worker_heartbeat_age_seconds", "circuit_breakers_open", "network_paused", "imports_off"),
    "deletion_log_pending",
}


def test_a_monitor_reads_no_number_of_people() -> None:
    make_delivery(make_link(make_member("hanako")), "waiting")
    NetworkSwitch.objects.create(network="mixi", is_paused=True)
    Heartbeat.objects.create(part="task", beat_at=timezone.now())
    HostHealth.objects.create(host="m.example", failures=5, open_until=timezone.now())
    ImportPause.objects.create(since=timezone.now())
    text = Client().get("/metrics").content.decode()
    families = set(re.findall(r"^# TYPE profilelink_(\w+)", text, re.M))
    assert {name.removesuffix("_created") for name in families} == FAMILIES
    assert set(re.findall(r"[{,](\w+)=", text)) <= {
        "route",
        "status",
        "le",
        "network",
        "state",
        "part",
    }
