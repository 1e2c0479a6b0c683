"""Adoption: days counted by the worker, whole weeks shown to operators, and nothing of fewer than five people."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.actions import invitations
from accounts.models import Friendship, Invitation, Member, PhoneLogin
from syndication.actions import daily_figures
from syndication.models import DailyFigure, Figure, Link, NetworkFriend
from syndication.queries.adoption import WEEKS
from syndication.worker import sweep
from tests.accounts.admin.rows import make_staff
from tests.filling import analysed, before, copies
from tests.making import befriend, make_link, make_member
from tests.phone import computer
from tests.reading import reading

pytestmark = pytest.mark.django_db

NETWORKS = settings.NETWORK_KEYS
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)


def last_monday(weeks_ago: int = 1) -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday(), weeks=weeks_ago)


def at_noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def happened(row: Model, field: str, day: date) -> None:
    """The row as if it had been made at noon of `day`."""
    type(row)._default_manager.filter(pk=row.pk).update(**{field: at_noon(day)})


def members(count: int, day: date, word: str = "m") -> list[Member]:
    noon = at_noon(day)
    return [make_member(f"{word}{n}", email="", date_joined=noon) for n in range(count)]


def figures(figure: Figure, network: str = "") -> dict[date, tuple[int, int]]:
    rows = DailyFigure.objects.filter(figure=figure, network=network).exclude(number=0, people=0)
    return {row.day: (row.number, row.people) for row in rows}


def operator() -> Client:
    return computer(make_staff("operator", "Operators"))


def tables(client: Client) -> dict[str, list[list[str]]]:
    """Of the page, by their titles; and the file has the same text."""
    page = client.get(reverse("adoption")).content.decode()
    answer = client.get(reverse("adoption_file"))
    in_file = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    found = {}
    for part in page.split("<h2>")[1:]:
        title = unescape(part.partition("</h2>")[0])
        lines = part.partition("</table>")[0].split("<tr>")[1:]
        rows = [[unescape(cell).strip() for cell in CELL.findall(line)] for line in lines]
        if rows:
            place = in_file.index([title])
            assert in_file[place + 1 : place + 1 + len(rows)] == rows
            found[title] = rows
    return found


def column(table: list[list[str]], name: str) -> dict[str, str]:
    place = table[0].index(name)
    return {row[0]: row[place] for row in table[1:]}


# --- What is counted ------------------------------------------------------------------------------
def test_each_day_that_is_over_is_counted_once_however_often_it_is_asked() -> None:
    monday = last_monday()
    members(3, monday)
    members(6, monday + timedelta(days=2), "w")
    make_member("today", email="")
    for _run in range(3):
        sweep.count_days(timezone.now())
    assert figures(Figure.JOINED) == {monday: (3, 3), monday + timedelta(days=2): (6, 6)}
    days = DailyFigure.objects.filter(figure=Figure.JOINED).values_list("day", flat=True)
    today = timezone.localdate()
    assert sorted(days) == [monday + timedelta(days=n) for n in range((today - monday).days)]
    daily_figures.count_day(monday, is_yesterday=False)
    assert figures(Figure.JOINED)[monday] == (3, 3)


def test_the_days_before_the_first_count_are_counted_31_in_a_run() -> None:
    first = timezone.localdate() - timedelta(days=70)
    members(1, first)
    runs = [daily_figures.count_missing_days(timezone.now()) for _run in range(4)]
    assert runs == [31, 31, 8, 0]


def test_who_does_it_again_in_a_week_is_not_another_person() -> None:
    monday = last_monday()
    (hanako,) = members(1, monday)
    for day in (0, 1, 1, 7):  # the last one is of the next week
        login = PhoneLogin.objects.create(
            member=hanako,
            code_hash=f"c{PhoneLogin.objects.count()}",
            typed_hash=f"t{PhoneLogin.objects.count()}",
            issuer_key=f"k{PhoneLogin.objects.count()}",
            expires_at=timezone.now(),
        )
        happened(login, "used_at", last_monday(2) + timedelta(days=day))
    for day in range(8):
        daily_figures.count_day(last_monday(2) + timedelta(days=day), is_yesterday=False)
    start = last_monday(2)
    assert figures(Figure.PHONE_LOGINS) == {
        start: (1, 1),
        start + timedelta(days=1): (2, 0),
        start + timedelta(days=7): (1, 1),
    }


def test_links_invitations_and_those_who_found_each_other_are_counted() -> None:
    monday = last_monday()
    hanako, taro, yuki = members(3, monday)
    own, theirs = make_link(hanako, "mixi", uid="h"), make_link(taro, "mixi", uid="t")
    make_link(hanako, "mastodon", uid="there/h")
    Link.objects.update(created_at=at_noon(monday))
    NetworkFriend.objects.create(link=own, uid="t", name="T", seen_at=timezone.now())
    befriend(hanako, taro)  # on hanako's list, but not to be found by it
    befriend(hanako, yuki)
    code = invitations.create_invitation("k" * 32, note="", by=hanako)[1]
    guest = make_member("guest", email="")
    invitations.accept_invitation(invitations.get_invitation(code, viewer=guest), by=guest)
    Friendship.objects.update(created_at=at_noon(monday))
    Invitation.objects.update(created_at=at_noon(monday), used_at=at_noon(monday))
    daily_figures.count_day(monday, is_yesterday=False)
    assert figures(Figure.LINKED) == {monday: (3, 2)}  # three accounts, two people
    assert figures(Figure.LINKED, "mixi") == {monday: (2, 2)}
    assert figures(Figure.LINKED, "mastodon") == {monday: (1, 1)}
    assert figures(Figure.INVITED) == figures(Figure.ACCEPTED) == {monday: (1, 1)}
    assert figures(Figure.FOUND) == {}
    Link.objects.filter(pk=theirs.pk).update(is_findable=True)
    daily_figures.count_day(monday, is_yesterday=False)
    assert figures(Figure.FOUND) == {monday: (1, 2)}


def test_an_invitation_that_is_taken_keeps_the_time() -> None:
    hanako, guest = make_member("hanako"), make_member("guest")
    code = invitations.create_invitation("k" * 32, note="", by=hanako)[1]
    assert Invitation.objects.get().used_at is None
    invitations.accept_invitation(invitations.get_invitation(code, viewer=guest), by=guest)
    assert timezone.now() - Invitation.objects.get().used_at < timedelta(minutes=1)


def test_friends_here_and_there_are_of_ten_people_or_more() -> None:
    last_day = last_monday() + timedelta(days=6)
    for number, member in enumerate(members(10, last_day)):
        link = make_link(member, "mixi", uid=f"u{number}", pulled_at=timezone.now())
        for other in range(number):
            NetworkFriend.objects.create(
                link=link, uid=str(other), name="x", seen_at=timezone.now()
            )
    befriend(*Member.objects.order_by("pk")[:2])
    daily_figures.count_day(last_day, is_yesterday=True)
    rows = tables(operator())["Friends here and there"]
    assert rows[1:] == [["mixi", "0", "0", "4", "4"]]
    DailyFigure.objects.all().delete()
    Link.objects.all()[0].delete()
    daily_figures.count_day(last_day, is_yesterday=True)
    assert not DailyFigure.objects.filter(figure=Figure.HERE_MEDIAN).exists()


def test_a_sample_is_drawn_from_links_however_far_apart_their_keys_are() -> None:
    """Keys have gaps: a million were taken by links that ended and went."""
    last_day = last_monday() + timedelta(days=6)
    last = Link.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for number, member in enumerate(members(10, last_day)):
        make_link(
            member,
            "mixi",
            uid=f"u{number}",
            pulled_at=timezone.now(),
            pk=last + 1 + number * 100_000,
        )
    daily_figures.count_day(last_day, is_yesterday=True)
    figure = DailyFigure.objects.get(figure=Figure.THERE_MEDIAN, network="mixi")
    assert (figure.number, figure.people) == (0, 10)


def test_of_many_links_a_thousand_are_drawn() -> None:
    last_day = last_monday() + timedelta(days=6)
    (hanako,) = members(1, last_day)
    link = make_link(hanako, "mixi", pulled_at=timezone.now())
    copies(link, 3000, uid="'x' || n", account_id="NULL")
    daily_figures.count_day(last_day, is_yesterday=True)
    figure = DailyFigure.objects.get(figure=Figure.THERE_MEDIAN, network="mixi")
    assert 50 <= figure.people <= 1000


# --- What is shown --------------------------------------------------------------------------------
def fill(monday: date, numbers: dict[str, tuple[int, int]], total: tuple[int, int]) -> None:
    """A counted week with these newly linked accounts, each (number, people)."""
    rows = [
        DailyFigure(day=monday + timedelta(days=day), figure=Figure.JOINED, number=0, people=0)
        for day in range(7)
    ]
    for network, (number, people) in {**numbers, "": total}.items():
        row = DailyFigure(day=monday, figure=Figure.LINKED, network=network)
        row.number, row.people = number, people
        rows.append(row)
    DailyFigure.objects.bulk_create(rows)


LINKED = "Newly linked accounts, by network and week"


def test_small_numbers_are_hidden_and_a_sole_one_takes_its_neighbour_along() -> None:
    numbers = {key: (20 + place, 20 + place) for place, key in enumerate(NETWORKS)}
    fill(last_monday(1), {**numbers, "orkut": (3, 3)}, (140, 100))
    fill(last_monday(2), numbers, (160, 100))
    table = tables(operator())[LINKED]
    week, before = table[1], table[2]
    place = 2 + NETWORKS.index("orkut")
    smallest = 2 + min(set(range(len(NETWORKS))) - {NETWORKS.index("orkut")})
    assert (week[1], week[place], week[smallest]) == ("140", "<5", "–")
    assert len([cell for cell in week if cell in ("<5", "–")]) == 2
    assert before[1:] == ["160", *(str(number) for number, _people in numbers.values())]


def test_many_accounts_of_few_people_are_hidden() -> None:
    fill(last_monday(), dict.fromkeys(NETWORKS, (30, 30)) | {"mastodon": (40, 2)}, (220, 150))
    row = tables(operator())[LINKED][1]
    assert row[2 + NETWORKS.index("mastodon")] == "–"
    assert row.count("–") == 2


def test_only_whole_weeks_are_shown() -> None:
    for weeks_ago in (1, 2):
        fill(last_monday(weeks_ago), {}, (0, 0))
    DailyFigure.objects.filter(day=last_monday(2) + timedelta(days=6)).delete()
    fill(last_monday(0), dict.fromkeys(NETWORKS, (9, 9)), (63, 63))
    rows = tables(operator())[LINKED]
    assert [row[0] for row in rows[1:-1]] == [last_monday().isoformat()]


def test_how_many_there_are_now_is_said_in_steps() -> None:
    day = last_monday() + timedelta(days=6)
    for figure, network, number in (
        (Figure.MEMBERS, "", 4_999),
        (Figure.LINKS, "mixi", 9),
        (Figure.LINKS, "orkut", 10),
        (Figure.LINKS, "mastodon", 530),
    ):
        DailyFigure.objects.create(
            day=day, figure=figure, network=network, number=number, people=number
        )
    now = column(tables(operator())["Members and linked accounts"], "Now")
    assert (now["Members"], now["mixi"], now["Mastodon"]) == ("2000+", "<10", "500+")


sizes = st.one_of(st.integers(0, 6), st.integers(5, 9), st.integers(5, 40))
counted = sizes.flatmap(
    lambda number: st.tuples(st.just(number), st.integers(min(number, 1), number))
)


@hypothesis_settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(weeks=[[(2, 2), (6, 6), *[(30, 30)] * 5]])  # the smallest is too small a neighbour
@example(weeks=[[(2, 2), *[(5, 5)] * 6]])  # all together are
@example(weeks=[[(1, 1), (1, 1), *[(30, 30)] * 5]])  # two, and two in all
@example(weeks=[[(4, 4), (4, 4), *[(30, 30)] * 5]])  # two, and eight in all
@example(weeks=[[(30, 1), *[(30, 30)] * 6]])
@given(weeks=st.lists(st.lists(counted, min_size=7, max_size=7), min_size=1, max_size=3))
def test_nothing_that_stands_for_fewer_than_five_people_can_be_reckoned(
    db: None, weeks: list[list[tuple[int, int]]]
) -> None:
    """By whoever has the page and the file and can add, subtract and knows what the marks mean."""
    with transaction.atomic():
        for ago, numbers in enumerate(weeks, 1):
            total = (sum(number for number, _people in numbers), sum(one for _n, one in numbers))
            fill(last_monday(ago), dict(zip(NETWORKS, numbers, strict=True)), total)
        table = tables(operator())[LINKED]
        for numbers, row in zip(weeks, table[1:-1], strict=True):
            check_row(numbers, row[1], row[2:])
        shown = [[int(cell) if cell.isdigit() else 0 for cell in row[1:]] for row in table[1:-1]]
        assert table[-1][1:] == [str(sum(one)) for one in zip(*shown, strict=True)]
        transaction.set_rollback(True)


def check_row(numbers: list[tuple[int, int]], total: str, cells: list[str]) -> None:
    for (number, people), cell in zip(numbers, cells, strict=True):
        assert cell in (str(number), "<5", "–")
        assert not cell.isdigit() or (number >= 5 and people >= 5)
        assert cell != "<5" or number < 5
    if not total.isdigit():
        return
    rest = int(total) - sum(int(cell) for cell in cells if cell.isdigit())
    small, withheld = cells.count("<5"), cells.count("–")
    if not small and not withheld:
        assert rest == 0
        return
    assert rest >= 5, "the hidden cells together"
    for _one in range(small):
        possible = [value for value in range(5) if can_be(rest - value, small - 1, withheld)]
        assert possible == [0, 1, 2, 3, 4]
    assert withheld != 1 or small, "a sole hidden cell"


def can_be(rest: int, small: int, withheld: int) -> bool:
    """Whether `rest` is the sum of so many numbers of 0 to 4 and so many of 5 or more."""
    return rest >= 5 * withheld and (withheld > 0 or rest <= 4 * small)


def test_the_page_holds_no_number_that_no_table_shows() -> None:
    fill(last_monday(), dict.fromkeys(NETWORKS, (3, 3)), (21, 4))
    page = operator().get(reverse("adoption")).content.decode()
    assert ">21<" not in page
    assert "<rect" not in page


# --- Who, and how it reads ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("group", "status"), [("Operators", 200), ("Support", 403), ("Moderators", 403)]
)
def test_operators_alone_see_it(group: str, status: int) -> None:
    client = computer(make_staff("osamu", group))
    for name in ("adoption", "adoption_file"):
        assert client.get(reverse(name)).status_code == status
        assert client.post(reverse(name)).status_code in (405, 403)
    listed = reverse("adoption") in client.get(reverse("admin:index")).content.decode()
    assert listed is (status == 200)


def test_superusers_see_it_and_members_do_not() -> None:
    chief = computer(make_member("chief", is_staff=True, is_superuser=True))
    assert chief.get(reverse("adoption")).status_code == 200
    hanako = computer(make_member("hanako"))
    assert hanako.get(reverse("adoption"), follow=True).status_code in (403, 404)


def test_it_reads_in_japanese() -> None:
    fill(last_monday(), dict.fromkeys(NETWORKS, (9, 9)), (63, 63))
    client = operator()
    Member.objects.filter(username="operator").update(language="ja", is_language_chosen=True)
    page = client.get(reverse("adoption"), HTTP_ACCEPT_LANGUAGE="ja").content.decode()
    assert "普及状況" in page
    assert "週ごと・SNSごとの新しい連携" in page


# --- How much is read -----------------------------------------------------------------------------
def test_counting_a_day_reads_the_rows_of_its_week_alone() -> None:
    monday = last_monday()
    one, other = members(2, monday)
    befriend(one, other)
    make_link(one)
    read = []
    for _more in range(2):
        long_ago = before(timezone.now(), "34560000")
        strangers = copies(
            one, 5000, username=f"'s{len(read)}x' || n", email="''", date_joined=long_ago
        )
        pair = Friendship.objects.order_by("pk")[0]
        copies(pair, 5000, friend_id=f"{strangers[0]} + n", created_at=long_ago)
        analysed(Member, Friendship, Link)
        with reading() as found:
            daily_figures.count_day(monday, is_yesterday=False)
        read.append(found.rows)
    print(read)
    assert read[1] <= 1.5 * read[0] + 60


def test_the_page_reads_the_days_it_shows(django_assert_max_num_queries: Any) -> None:
    client = operator()
    for ago in range(1, WEEKS + 3):
        fill(last_monday(ago), dict.fromkeys(NETWORKS, (9, 9)), (63, 63))
    client.get(reverse("adoption"))
    with django_assert_max_num_queries(8):
        client.get(reverse("adoption"))
    rows = tables(client)[LINKED]
    assert len(rows) == WEEKS + 2
