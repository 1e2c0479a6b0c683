"""Statements composed once say what the querysets say that they were made of, on every engine."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syndication.delivery.compiled import (
    CompiledSelect,
    CompiledUpdate,
    CompiledValues,
    execute_atomic,
    execute_pipeline,
    param,
)
from syndication.models import Delivery, DeliveryState
from tests.making import make_link, make_member
from tests.syndication.delivering import planned

NOW = param("now", Delivery, "due_at")
PK = param("pk", Delivery, "id")

pytestmark = pytest.mark.usefixtures("statements")


@pytest.fixture
def rows(db):
    return [planned(make_link(make_member(name, email="")), name) for name in ("a", "b", "c")]


def test_a_select_brings_the_rows_of_its_queryset_with_what_belongs_to_them(
    rows, django_assert_num_queries
):
    due = CompiledSelect(lambda: Delivery.objects.due(NOW).filter(pk=PK).select_related("link"))
    for row in rows:
        now = timezone.now()
        expected = Delivery.objects.due(now).select_related("link").get(pk=row.pk)
        found = due.first(now=now, pk=row.pk)
        for one, other in ((found, expected), (found.link, expected.link)):
            names = [field.attname for field in one._meta.concrete_fields]
            assert [getattr(one, name) for name in names] == [
                getattr(other, name) for name in names
            ]
    with django_assert_num_queries(1):
        assert due.first(now=timezone.now(), pk=rows[0].pk).link.member_id
    assert due.first(now=timezone.now() - timedelta(days=1), pk=rows[0].pk) is None


def test_an_update_changes_the_rows_of_its_queryset_and_no_others(rows):
    hold = CompiledUpdate(
        lambda: Delivery.objects.filter(pk=PK, due_at__lte=NOW), "lease_until", "lease_owner"
    )
    until = timezone.now() + timedelta(seconds=60)
    for owner, row in zip("xyz", rows, strict=True):
        values = {"pk": row.pk, "lease_until": until, "lease_owner": owner}
        assert hold(**values, now=row.due_at - timedelta(seconds=1)) == 0
        assert hold(**values, now=timezone.now()) == 1
    held = Delivery.objects.order_by("pk").values_list("lease_owner", "lease_until")
    assert list(held) == [("x", until), ("y", until), ("z", until)]
    assert hold(pk=rows[0].pk, lease_until=None, lease_owner="", now=timezone.now()) == 1
    assert Delivery.objects.get(pk=rows[0].pk).lease_until is None


def test_words_that_are_no_words_are_kept_as_they_are(rows):
    keep = CompiledUpdate(lambda: Delivery.objects.filter(pk=PK), "sent_as", "reason")
    words = {"text": "100 %s; ' \" \\ \N{CHERRY BLOSSOM}", "photo_alts": ["%"], "is": None}
    reason = "'); DELETE FROM syndication_delivery; -- %s %%"
    [count, one] = execute_pipeline(
        (keep, {"pk": rows[0].pk, "sent_as": words, "reason": reason}),
        (CompiledSelect(lambda: Delivery.objects.filter(pk=PK)), {"pk": rows[0].pk}),
    )
    assert count == 1
    assert (one[0].sent_as, one[0].reason) == (words, reason)
    assert Delivery.objects.filter(sent_as__text=words["text"]).count() == 1


def test_figures_are_those_of_values_list(rows):
    figures = CompiledValues(Delivery.objects.due(NOW).order_by("pk").values_list("link", "pk"))
    expected = [(row.link_id, row.pk) for row in rows]
    assert [tuple(row) for row in figures.all(now=timezone.now())] == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("may_be_lost", [False, True])
def test_at_once_means_all_or_nothing(rows, may_be_lost):
    state = CompiledUpdate(lambda: Delivery.objects.filter(pk=PK), "state")
    good = (state, {"pk": rows[0].pk, "state": DeliveryState.FAILED})
    bad = (state, {"pk": rows[1].pk, "state": "nowhere"})
    with pytest.raises(IntegrityError):
        execute_atomic(good, bad, is_async_commit=may_be_lost)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.WAITING}
    assert execute_atomic(good, good, is_async_commit=may_be_lost) == [1, 1]
    assert Delivery.objects.filter(state=DeliveryState.FAILED).count() == 1


def test_inside_another_transaction_it_takes_no_savepoint(rows):
    state = CompiledUpdate(lambda: Delivery.objects.filter(pk=PK), "state")
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        execute_atomic((state, {"pk": rows[0].pk, "state": DeliveryState.FAILED}))
    assert not [each["sql"] for each in asked if "SAVEPOINT" in each["sql"]]
