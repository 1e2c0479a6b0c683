"""Which pulls run next: by time, hosts in turn, failures later and later, slow hosts in their share."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.delivery import circuit_breaker, import_schedule, imports
from syndication.models import Allowance, Link, LinkState, NetworkSwitch, Pull
from syndication.worker.import_worker import ImportWorker
from tests.making import make_link, make_member
from tests.scripted_server import playing
from tests.syndication.delivering import linked

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def due(hanako, host, *, ago, count=1):
    """`count` links on `host`, whose feed is due since so many seconds."""
    for _ in range(count):
        link = make_link(hanako, "mastodon", uid=f"{host}/{Link.objects.count()}", host=host)
        pull = import_schedule.get_or_create_pull(link, "feed")
        Pull.objects.filter(pk=pull.pk).update(due_at=timezone.now() - timedelta(seconds=ago))


def taken(most=8, owner="me"):
    return [
        pull.host
        for pull in import_schedule.lease_due_pulls(timezone.now(), most=most, owner=owner)
    ]


def test_the_longest_due_run_first_and_each_runs_once(hanako):
    for host, ago in [("b.example", 20), ("c.example", 10), ("a.example", 30)]:
        due(hanako, host, ago=ago)
    assert taken(most=2) == ["a.example", "b.example"]
    assert taken() == ["c.example"]
    assert taken() == []


def test_a_host_with_many_links_holds_up_no_other(hanako):
    """It has one pull under way, and those behind it in the queue have their turn at once."""
    due(hanako, "big.example", ago=100, count=12)
    due(hanako, "small.example", ago=1)
    assert taken() == ["big.example", "small.example"]
    assert taken() == []
    Pull.objects.filter(host="big.example").update(lease_until=None)
    assert taken() == ["big.example"]


def test_more_rows_of_one_busy_host_than_are_looked_at_hide_nobody(hanako, settings):
    due(hanako, "big.example", ago=100)
    row = Pull.objects.get()
    links = Link.objects.bulk_create(
        Link(member=hanako, network="mastodon", host="big.example", uid=f"big.example/x{n}")
        for n in range(import_schedule.WINDOW + 5)
    )
    rows = [Pull(link=link, kind="feed", host=row.host, due_at=row.due_at) for link in links]
    Pull.objects.bulk_create(rows)
    due(hanako, "small.example", ago=1)
    assert taken(most=1) == ["big.example"]
    assert taken() == ["small.example"]


def test_slow_hosts_together_get_half_of_the_threads(hanako):
    for number in range(6):
        due(hanako, f"slow{number}.example", ago=100)
        circuit_breaker.record_slow_response(f"slow{number}.example", timezone.now())
    due(hanako, "quick.example", ago=1)
    hosts = taken()
    assert "quick.example" in hosts
    assert len(hosts) == import_schedule.THREADS // 2 + 1


def test_what_may_not_run_now_is_put_off_and_stands_in_nobody_s_way(hanako):
    NetworkSwitch.objects.create(network="misskey", is_paused=True)
    paused = make_link(hanako, "misskey", uid="k.example/1", host="k.example")
    parked = make_link(hanako, "mastodon", uid="p.example/1", host="p.example")
    Link.objects.filter(pk=parked.pk).update(state=LinkState.PARKED)
    now = timezone.now()
    for link in (paused, parked):
        import_schedule.request_imports(link, now)
    assert taken() == []
    assert all(pull.due_at > now for pull in paused.pulls.all())
    assert all(pull.due_at is None for pull in parked.pulls.all())
    Link.objects.filter(pk=parked.pk).update(state=LinkState.ACTIVE)
    import_schedule.request_imports(parked, now)  # linked again
    assert taken() == ["p.example"]


def test_who_fails_is_tried_later_each_time_and_who_answers_comes_in_turn(sandbox):
    link = linked(sandbox)
    sandbox.faults.add("mixi", "503", match="GET /2/voice/", times=2)
    waits = []
    for _ in range(3):
        imports.import_feed(link.pk)
        row = link.pulls.get(kind="feed")
        waits.append(row.due_at - timezone.now())
        link.pulls.update(due_at=timezone.now())
        Allowance.objects.all().delete()
    assert timedelta(minutes=1) < waits[0] < timedelta(minutes=3)
    assert timedelta(minutes=2) <= waits[1] < timedelta(minutes=6)
    assert timedelta(minutes=13) < waits[2] < timedelta(minutes=17)
    assert row.failures == 0


@pytest.mark.django_db(transaction=True)
def test_silent_servers_delay_no_other_pull(sandbox, settings):
    """Three of them, asked before; the friends on mixi come while they are still silent."""
    mixi = linked(sandbox)
    speak = threading.Event()

    def say_nothing(connection):
        speak.wait(20)

    with playing(say_nothing) as one, playing(say_nothing) as two, playing(say_nothing) as three:
        silent = [server.authority for server in (one, two, three)]
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, *silent]
        for host in silent:
            due(mixi.member, host, ago=100)
            Link.objects.filter(host=host).update(sealed_credentials=mixi.sealed_credentials)
        import_schedule.request_imports(mixi, timezone.now())
        worker = ImportWorker()
        worker.fill()
        while not Link.objects.get(pk=mixi.pk).fed_at:
            assert Pull.objects.filter(host__in=silent, lease_owner__gt="").count() == 3
            worker.fill()
        speak.set()
        worker.wait()
    assert mixi.feed.exists()
