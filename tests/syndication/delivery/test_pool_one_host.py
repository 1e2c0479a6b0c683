"""A host that members named has half the threads of a process, however many links wait for it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.delivery import attempt, circuit_breaker
from syndication.models import DeliveryState, Link
from tests.making import make_link, make_member
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import planned, tried
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db


def test_a_delivery_beyond_the_share_of_its_host_waits_uncounted(sandbox):
    link = linked_on(MastodonOnTheSandbox(sandbox), make_member("hanako"))
    delivery = planned(link, "三番目")
    with ExitStack() as others:
        for _ in range(circuit_breaker.THREADS_PER_HOST):
            others.enter_context(attempt.HOST_LIMIT.hold_place(link.host))
        assert not attempt.attempt_delivery(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (DeliveryState.WAITING, 0)
    assert tried(delivery).state == DeliveryState.SENT


def test_rows_of_a_slow_host_that_has_its_threads_are_not_looked_at(settings):
    """They would fill the list of what is tried next, and none of them could be."""
    now = timezone.now()
    hanako = make_member("hanako")
    circuit_breaker.record_slow_response("slow.example", now)
    assert circuit_breaker.blocked_hosts(now) == frozenset()
    for number in range(circuit_breaker.THREADS_PER_HOST):
        make_link(hanako, "mastodon", uid=f"slow.example/{number}", host="slow.example")
    Link.objects.update(sending_until=now + timedelta(minutes=1), sending_by="somebody")
    assert circuit_breaker.blocked_hosts(now) == frozenset({"slow.example"})
