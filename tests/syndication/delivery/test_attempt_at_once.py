"""Many workers at once, each with a connection of its own: one claim, one copy."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from syndication.delivery import attempt, claims
from syndication.models import Delivery, DeliveryState, Link
from tests.making import make_member
from tests.racing import at_once
from tests.syndication.delivering import linked, narrow, planned, texts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("statements")]


def test_twenty_claims_of_one_row_are_one_claim(sandbox):
    delivery = planned(linked(sandbox))
    got = at_once(
        20, lambda n: claims.claim_delivery(delivery.pk, owner=str(n), now=timezone.now())
    )
    assert len([held for held in got if held is not None]) == 1
    delivery.refresh_from_db()
    assert delivery.tries == 1
    assert delivery.attempts.count() == 1


def test_twenty_claims_on_one_link_are_one_claim(sandbox):
    link = linked(sandbox)
    rows = [planned(link, str(number)).pk for number in range(20)]
    got = at_once(20, lambda n: claims.claim_delivery(rows[n], owner=str(n), now=timezone.now()))
    assert len([held for held in got if held is not None]) == 1
    assert Delivery.objects.exclude(lease_until=None).count() == 1


def test_twenty_attempts_at_one_row_make_one_copy(sandbox):
    delivery = planned(linked(sandbox), "一つ")
    at_once(20, lambda n: attempt.attempt_delivery(delivery.pk))
    assert texts(sandbox) == ["一つ"]


def test_four_workers_drain_without_loss_or_double(sandbox):
    sandbox.mixi.state.settings.change({"rate_limit": 10_000})
    link = linked(sandbox)
    for number in range(25):
        planned(link, str(number), kind="note", title="題")
    at_once(4, lambda n: attempt.drain_due(seconds=20))
    attempt.drain_due(seconds=20)
    assert sorted((each.body for each in sandbox.mixi.diaries), key=int) == [
        str(number) for number in range(25)
    ]
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert not Link.objects.exclude(sending_by="").exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one at a time anyway")
def test_narrowing_waits_for_the_last_look(sandbox):
    """On PostgreSQL the post's row lock puts narrowing before the look or after `sending`."""
    make_member("taro")
    delivery = planned(linked(sandbox))
    at_once(2, lambda n: attempt.attempt_delivery(delivery.pk) if n else _narrow(delivery))
    out = texts(sandbox)
    has_delete = Delivery.objects.filter(operation="delete").exists()
    assert bool(out) == has_delete


def _narrow(delivery):
    with transaction.atomic():
        narrow(delivery.post)
