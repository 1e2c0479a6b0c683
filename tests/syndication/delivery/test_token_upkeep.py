"""Tokens are revoked and refreshed by the pull worker: hosts in their share, deliveries untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.actions import links
from syndication.delivery import circuit_breaker, credentials, token_upkeep
from syndication.models import Link, Revocation
from syndication.worker import queue
from syndication.worker.import_worker import ImportWorker
from tests.making import make_member
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.mixi import MixiOnTheSandbox
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db


def due(*hosts: str) -> None:
    """A revocation for each of `hosts`, the first longest due."""
    now = timezone.now()
    for ago, host in enumerate(reversed(hosts)):
        due_at = now - timedelta(seconds=ago)
        Revocation.objects.create(network="mastodon", host=host, due_at=due_at, created_at=due_at)


def hosts(*running: token_upkeep.TokenTask) -> list[str]:
    return [task.host for task in token_upkeep.next_token_tasks(timezone.now(), running)]


def test_a_named_host_has_one_task_and_its_rows_hide_nobody():
    due(*["a.example"] * (token_upkeep.token_revocation.WINDOW + 1), "b.example", "c.example")
    first, second = token_upkeep.next_token_tasks(timezone.now(), [])
    assert (first.host, second.host) == ("a.example", "b.example")
    assert hosts(first, second) == []
    assert hosts(first) == ["b.example"]


def test_slow_hosts_leave_a_thread_to_the_others():
    due("slow.example", "late.example", "quick.example")
    for host in ("slow.example", "late.example"):
        circuit_breaker.record_slow_response(host, timezone.now())
    assert hosts() == ["slow.example", "quick.example"]


@pytest.mark.django_db(transaction=True)
def test_the_pull_worker_revokes_and_refreshes_and_no_hint_asks_a_delivery_worker(sandbox):
    hanako = make_member("hanako")
    idle = linked_on(MixiOnTheSandbox(sandbox), hanako)
    ended = linked_on(MastodonOnTheSandbox(sandbox), hanako)
    before = queue.queue_depth()
    links.unlink(ended, by=hanako)
    Link.objects.filter(pk=idle.pk).update(keep_fresh_at=timezone.now())
    worker = ImportWorker(threads=0)
    worker.fill()
    worker.wait()
    assert not Revocation.objects.exists()
    assert Link.objects.get(pk=idle.pk).credentials_version == idle.credentials_version + 1
    assert queue.queue_depth() == before


def test_a_refresh_under_way_is_seen_by_a_worker_that_stops():
    link = Link.objects.create(member=make_member("hanako"), network="mixi", uid="u")
    now = timezone.now()
    assert not credentials.is_refreshing([link.pk], now)
    Link.objects.update(refresh_until=now + timedelta(seconds=9))
    assert credentials.is_refreshing([link.pk], now)
