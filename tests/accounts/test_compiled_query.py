"""Statements that are kept give what their querysets give, and what cannot be kept is composed each time."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Friendship, Member, Notice
from accounts.models import compiled_query as module
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from tests.making import befriend, make_member
from tests.noticing import make_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What was refused, as it is logged; elsewhere it makes a test fail (tests.conftest)."""
    monkeypatch.setattr(module.logger, "handlers", [])
    caplog.set_level(logging.ERROR, module.logger.name)
    return lambda: [record.exc_info[1].args[0] for record in caplog.records if record.exc_info]


def people(*names: str) -> list[Member]:
    return [make_member(name, email="") for name in names]


def test_each_member_gets_their_own_rows_from_one_statement():
    hanako, taro, yuki = people("hanako", "taro", "yuki")
    befriend(hanako, taro)
    befriend(yuki, hanako)
    kept = CompiledQuery(
        lambda *, member: Member.objects.seen_by(member).friends_of(member).order_by("pk")
    )
    for _ in range(2):
        for member in (hanako, taro, yuki):
            found = kept.rows(member=member)
            expected = Member.objects.seen_by(member).friends_of(member).order_by("pk")
            assert [(one.pk, one.shown_name) for one in found] == [
                (one.pk, one.shown_name) for one in expected
            ]
    assert [one.username for one in kept.rows(member=hanako)] == ["taro", "yuki"]


def test_moments_numbers_and_texts_are_values_too():
    (hanako,) = people("hanako")
    now = timezone.now()
    for number in range(4):
        make_notice(
            hanako, "friend_accepted", subject=number, created_at=now - timedelta(hours=number)
        )
    kept = CompiledQuery(
        lambda most, *, after, name, less: Notice.objects.filter(
            created_at__gt=after, member__username=name, subject__lt=less
        ).order_by("-created_at")[:most]
    )

    def found(most: int, hours: int, name: str, less: int) -> list[int]:
        after = now - timedelta(hours=hours, minutes=1)
        return [row.subject for row in kept.rows(most, after=after, name=name, less=less)]

    assert found(9, 9, "hanako", 9) == [0, 1, 2, 3]
    assert found(9, 2, "hanako", 9) == [0, 1, 2]
    assert found(2, 9, "hanako", 9) == [0, 1]
    assert found(9, 9, "hanako", 2) == [0, 1]
    assert found(9, 9, "taro", 9) == []


def test_rows_are_of_the_kind_that_the_queryset_gives():
    hanako, taro = people("hanako", "taro")
    befriend(hanako, taro)
    pairs = CompiledQuery(
        lambda *, member: (
            Friendship.objects.filter(member=member)
            .select_related("friend")
            .annotate(said=Value("x"), same=F("friend__username"))
        )
    )
    [row] = pairs.rows(member=hanako)
    with CaptureQueriesContext(
        connection,
    ) as none:
        assert (row.friend.username, row.said, row.same) == ("taro", "x", "taro")
    assert not none.captured_queries
    names = CompiledQuery(
        lambda *, member: (
            Member.objects.filter(pk=member.pk)
            .values_list("username", flat=True)
            .union(Member.objects.filter(username="taro").values_list("username"), all=True)
        )
    )
    assert sorted(names.rows(member=hanako)) == ["hanako", "taro"]


def test_what_is_composed_once_is_not_composed_again():
    hanako, taro = people("hanako", "taro")
    made: list[object] = []

    def build(*, member: Member) -> Any:
        made.append(member)
        return Member.objects.filter(pk=member.pk)

    kept = CompiledQuery(build)
    for member in (hanako, taro, hanako):
        assert [one.pk for one in kept.rows(member=member)] == [member.pk]
    assert len(made) == 2  # with two sets of placeholders
    with translation.override("ja"):  # texts of a statement may be in the language of who asks
        kept.rows(member=hanako)
    assert len(made) == 4


def test_changing_a_row_does_not_change_the_next_answer():
    (hanako,) = people("hanako")
    kept = CompiledQuery(lambda *, member: Member.objects.filter(pk=member.pk))
    kept.rows(member=hanako)[0].username = "changed"
    assert kept.first(member=hanako).username == "hanako"  # type: ignore[union-attr]


REFUSED = {
    "an attribute of the member": lambda *, member: Member.objects.filter(username=member.username),
    "the time of day": lambda *, member: Member.objects.filter(
        pk=member.pk, date_joined__lt=timezone.now()
    ),
    "what is computed of a value": lambda *, member: Member.objects.filter(pk__lt=member.pk + 1),
    "rows that are read": lambda *, member: Member.objects.filter(
        pk__in=[one.pk for one in Member.objects.all()], username=member.pk
    ),
    "SQL that holds a value": lambda *, member: Member.objects.filter(
        pk=RawSQL(f"{member.pk}", [])
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_kept_is_composed_each_time_and_logged(why: str, refused: Any):
    hanako, taro = people("hanako", "taro")
    kept = CompiledQuery(REFUSED[why])
    for member in (hanako, taro, hanako):
        expected = {one.pk for one in REFUSED[why](member=member)}
        assert {one.pk for one in kept.rows(member=member)} == expected
    assert len(refused()) == 1  # once, not for each request


def test_a_queryset_of_nothing_is_composed_each_time():
    (hanako,) = people("hanako")
    assert CompiledQuery(lambda *, member: Member.objects.none()).rows(member=hanako) == []


def test_other_kinds_of_value_are_refused():
    for value in (None, True, 1.5, [1]):
        with pytest.raises(TypeError):
            CompiledQuery(lambda *, x: Member.objects.filter(pk=x)).rows(x=value)  # type: ignore[arg-type]


def test_shapes_that_a_visitor_chooses_fill_no_memory():
    (hanako,) = people("hanako")
    kept = CompiledQuery(lambda page, *, member: Member.objects.filter(pk=member.pk)[:page])
    for page in range(1, module.MAX_KEPT + 20):
        assert [one.pk for one in kept.rows(page, member=hanako)] == [hanako.pk]
    assert len(kept._composed) == module.MAX_KEPT


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_statement_and_no_connection():
    members = people(*(f"m{number}" for number in range(8)))
    kept = CompiledQuery(lambda *, member: Member.objects.filter(pk=member.pk))
    found: dict[int, list[int]] = {}

    def ask(member: Member) -> None:
        try:
            found[member.pk] = [one.pk for _ in range(20) for one in kept.rows(member=member)]
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(member,)) for member in members]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == {member.pk: [member.pk] * 20 for member in members}


def test_without_compiled_statements_all_are_plain_querysets(settings: Any):
    settings.COMPILED_STATEMENTS = False
    (hanako,) = people("hanako")
    kept = CompiledQuery(lambda *, member: Member.objects.filter(pk=member.pk))
    assert kept.first(member=hanako) == hanako
    assert not kept._composed


def test_constants_of_any_kind_stand_in_the_statement():
    """On SQLite as literals: a "%s" and a quote are what they were."""
    make_member("hanako", email="", about="100%s 花子's")
    make_member("taro", email="", about="100s 花子's")
    kept, now = (
        CompiledQuery(
            lambda *, name, at: Member.objects.filter(
                username=name, date_joined__lte=at, about__contains="0%s 花子's", is_active=True
            )
        ),
        timezone.now(),
    )
    for name, found in (("hanako", 1), ("taro", 0), ("hanako", 1)):
        assert len(kept.rows(name=name, at=now)) == found


def test_threads_that_begin_together_compose_a_statement_once():
    """After a start all of them would compose home's, a second of processor each."""
    built, begin = [], threading.Barrier(4, timeout=30)

    def friends(*, member: Member) -> Any:
        built.append(member)
        threading.Event().wait(0.05)  # the others come in the meantime
        return Member.objects.filter(pk=member.pk)

    kept: CompiledQuery[Member] = CompiledQuery(friends)
    (hanako,) = people("hanako")

    def find() -> None:
        begin.wait()
        kept._find((), {"member": hanako})

    threads = [threading.Thread(target=find) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    assert len(built) == 2  # with two sets of placeholders
    assert kept.rows(member=hanako) == [hanako]


def test_lists_of_any_length_have_few_shapes_and_repeat_no_other_key():
    assert numbered_keys([], to=3) == {}
    assert numbered_keys([7, 8]) == {"key0": 7, "key1": 8}
    assert numbered_keys([7, 8], "post", to=3) == {"post0": 7, "post1": 8, "post2": 8}
    assert list(numbered_keys([7, 8, 9], to=3).values()) == [7, 8, 9]
    assert {len(numbered_keys(range(1, size), to=10)) for size in range(2, 32)} == {10, 20, 30}


def test_deep_pages_are_not_kept():
    for number in range(70):
        make_member(f"m{number:02}")
    kept = CompiledQuery(
        lambda start, stop: Member.objects.order_by("username").values_list("username", flat=True)[
            start:stop
        ]
    )
    for start in (0, 40, 60):
        assert kept.page(start, start + 11) == [
            f"m{n:02}" for n in range(start, min(start + 11, 70))
        ]
    assert len(kept._composed) == 2
