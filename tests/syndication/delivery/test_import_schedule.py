"""Which imports run next: by time, hosts in turn, failures later and later, slow hosts in their share."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from syndication.delivery import circuit_breaker, import_schedule
from syndication.models import Allowance, Link, LinkImport, LinkState, NetworkSwitch
from syndication.worker.import_worker import ImportWorker
from tests.making import make_link, make_member
from tests.scripted_server import playing
from tests.syndication.delivering import linked
from tests.syndication.importing import import_feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def due(hanako, host, *, ago, count=1):
    """`count` links on `host`, whose feed is due since so many seconds."""
    for _ in range(count):
        link = make_link(hanako, "mastodon", uid=f"{host}/{Link.objects.count()}", host=host)
        link_import = import_schedule.get_or_create_link_import(link, "feed")
        LinkImport.objects.filter(pk=link_import.pk).update(
            due_at=timezone.now() - timedelta(seconds=ago)
        )


def taken(most=8, owner="me"):
    return [
        link_import.host
        for link_import in import_schedule.lease_due_imports(timezone.now(), most=most, owner=owner)
    ]


def test_the_longest_due_run_first_and_each_runs_once(hanako):
    for host, ago in [("b.example", 20), ("c.example", 10), ("a.example", 30)]:
        due(hanako, host, ago=ago)
    assert taken(most=2) == ["a.example", "b.example"]
    assert taken() == ["c.example"]
    assert taken() == []


HALF = import_schedule.THREADS // 2


def test_a_host_with_many_links_holds_up_no_other(hanako):
    """It has the threads that have nothing else to do, up to half of them; others come first."""
    due(hanako, "big.example", ago=100, count=HALF + 4)
    due(hanako, "small.example", ago=1)
    assert taken(most=2) == ["big.example", "small.example"]
    assert taken() == ["big.example"] * (HALF - 2)
    due(hanako, "late.example", ago=0)
    assert taken() == ["late.example"]
    LinkImport.objects.filter(host="big.example").update(lease_until=None)
    assert taken(most=1) == ["big.example"]


def test_a_host_has_one_import_under_way_where_half_of_the_threads_are_busy(hanako):
    for number in range(HALF):
        due(hanako, f"h{number}.example", ago=100)
    assert len(taken(most=HALF)) == HALF
    due(hanako, "big.example", ago=50, count=3)
    assert taken() == ["big.example"]


def test_a_slow_host_has_one_import_under_way(hanako):
    due(hanako, "slow.example", ago=100, count=3)
    circuit_breaker.record_slow_response("slow.example", timezone.now())
    assert taken() == ["slow.example"]


def test_more_rows_of_one_busy_host_than_are_looked_at_hide_nobody(hanako, settings):
    due(hanako, "big.example", ago=100)
    row = LinkImport.objects.get()
    links = Link.objects.bulk_create(
        Link(member=hanako, network="mastodon", host="big.example", uid=f"big.example/x{n}")
        for n in range(import_schedule.WINDOW + 5)
    )
    rows = [LinkImport(link=link, kind="feed", host=row.host, due_at=row.due_at) for link in links]
    LinkImport.objects.bulk_create(rows)
    due(hanako, "small.example", ago=1)
    assert set(taken(most=HALF)) == {"big.example"}
    assert taken() == ["small.example"]


def test_slow_hosts_together_get_half_of_the_threads(hanako):
    for number in range(HALF + 2):
        due(hanako, f"slow{number}.example", ago=100)
        circuit_breaker.record_slow_response(f"slow{number}.example", timezone.now())
    due(hanako, "quick.example", ago=1)
    hosts = taken(most=import_schedule.THREADS)
    assert "quick.example" in hosts
    assert len(hosts) == HALF + 1


def test_what_somebody_else_took_meanwhile_is_left(hanako):
    due(hanako, "a.example", ago=2)
    due(hanako, "b.example", ago=1)
    assert taken(most=1, owner="other") == ["a.example"]
    assert taken() == ["b.example"]
    owners = dict(LinkImport.objects.values_list("host", "lease_owner"))
    assert owners == {"a.example": "other", "b.example": "me"}


def test_what_may_not_run_now_is_put_off_and_stands_in_nobody_s_way(hanako):
    NetworkSwitch.objects.create(network="misskey", is_paused=True)
    paused = make_link(hanako, "misskey", uid="k.example/1", host="k.example")
    parked = make_link(hanako, "mastodon", uid="p.example/1", host="p.example")
    Link.objects.filter(pk=parked.pk).update(state=LinkState.PARKED)
    now = timezone.now()
    for link in (paused, parked):
        import_schedule.request_imports(link, now)
    assert taken() == []
    assert all(link_import.due_at > now for link_import in paused.imports.all())
    assert all(link_import.due_at is None for link_import in parked.imports.all())
    Link.objects.filter(pk=parked.pk).update(state=LinkState.ACTIVE)
    import_schedule.request_imports(parked, now)  # linked again
    assert set(taken()) == {"p.example"}


def test_who_fails_is_tried_later_each_time_and_who_answers_comes_in_turn(sandbox):
    link = linked(sandbox)
    sandbox.faults.add("mixi", "503", match="GET /2/voice/", times=2)
    waits = []
    for _ in range(3):
        import_feed(link.pk)
        row = link.imports.get(kind="feed")
        waits.append(row.due_at - timezone.now())
        link.imports.update(due_at=timezone.now())
        Allowance.objects.all().delete()
    assert timedelta(minutes=1) < waits[0] < timedelta(minutes=3)
    assert timedelta(minutes=2) <= waits[1] < timedelta(minutes=6)
    assert timedelta(minutes=13) < waits[2] < timedelta(minutes=17)
    assert row.failures == 0


@pytest.mark.parametrize(
    ("hours", "minutes"), [(0, 15), (1, 15), (8, 60), (100, 120)], ids=lambda number: str(number)
)
def test_a_feed_that_has_been_quiet_is_read_less_often(sandbox, hours, minutes):
    link = linked(sandbox)
    import_feed(link.pk)
    link.feed.update(written_at=timezone.now() - timedelta(hours=hours))
    import_feed(link.pk)  # brings nothing new
    wait = link.imports.get(kind="feed").due_at - timezone.now()
    assert timedelta(minutes=0.89 * minutes) < wait < timedelta(minutes=1.11 * minutes)


@pytest.mark.django_db(transaction=True)
def test_a_thread_keeps_its_connection_for_the_next_import(sandbox):
    link, opened = linked(sandbox), []
    worker = ImportWorker()

    def note(**_: object) -> None:
        opened.append(threading.get_ident())

    connection_created.connect(note)
    try:
        for _ in range(4):
            import_schedule.request_imports(link, timezone.now())
            link.imports.exclude(kind="feed").update(due_at=None)
            worker.fill()
            worker.wait()
    finally:
        connection_created.disconnect(note)
    assert len(set(opened)) == 1
    if connection.vendor == "postgresql":  # on SQLite each task opens the file anew
        assert len(opened) == 1
    assert link.imports.get(kind="feed").failures == 0


@pytest.mark.django_db(transaction=True)
def test_silent_servers_delay_no_other_import(sandbox, settings):
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
            assert LinkImport.objects.filter(host__in=silent, lease_owner__gt="").count() == 3
            worker.fill()
        speak.set()
        worker.wait()
    assert mixi.feed.exists()
