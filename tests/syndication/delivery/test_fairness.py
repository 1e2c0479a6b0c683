"""Whose turn it is in a backlog: nobody waits for ever, and a look reads no more than it needs."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from itertools import chain

import pytest
from django.utils import timezone

from accounts.models import Audience
from syndication.delivery import circuit_breaker, fairness, rate_limits
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Link,
    LinkState,
    NetworkSwitch,
    Post,
)
from tests.filling import analysed, before, copies
from tests.making import make_link, make_member, make_post
from tests.reading import reading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("statements")]

MOST = 40
MANY = fairness.WINDOW + 50


@pytest.fixture
def moment() -> datetime:
    return timezone.now().replace(microsecond=500_000)  # as SQLite reckons


def a_link(network: str = "mixi") -> Link:
    return make_link(make_member(f"m{secrets.token_hex(4)}", email=""), network)


def links(count: int, network: str = "mixi") -> list[int]:
    """So many links, of members who do not matter."""
    return list(copies(a_link(network), count, uid="t.uid || n", account_id="NULL"))


def due(where: list[int], rows: int, at: datetime, *, apart: float = 0.001, **fields: str) -> range:
    """So many due rows on those links in turn, the first at `at`, each `apart` seconds earlier."""
    post = make_post(author=Link.objects.get(pk=where[0]).member)
    posts = copies(post, rows, form_key=f"'{secrets.token_hex(8)}' || n")
    one = Delivery.objects.create(
        post=post,
        link_id=where[0],
        operation=DeliveryOperation.PUBLISH,
        sequence=1,
        state=DeliveryState.CANCELLED,
        audience=Audience.EVERYONE,
        asked_at=at,
        idempotency_key=secrets.token_hex(16),
    )
    when = before(at, f"n * {apart}")
    of = {"post_id": f"{posts[0]} + n", "link_id": f"{where[0]} + n % {len(where)}"}
    key = f"'{secrets.token_hex(8)}' || n"
    put = {"state": "'waiting'", "due_at": when, "asked_at": when, "idempotency_key": key}
    return copies(one, rows, **{**of, **put, **fields})


def chosen(moment: datetime, looks: int = 1) -> set[int]:
    """The rows of so many looks, of which nothing was tried."""
    return set(chain(*(chain(*fairness.next_batch(moment, MOST)) for _ in range(looks))))


def links_of(rows: set[int]) -> set[int]:
    return set(Delivery.objects.filter(pk__in=rows).values_list("link", flat=True))


def resting(moment: datetime) -> Link:
    link = a_link()
    rate_limits.pause_link(link, 3600, moment)
    return link


def busy(moment: datetime) -> Link:
    link = a_link()
    Link.objects.filter(pk=link.pk).update(sending_until=moment + timedelta(minutes=1))
    return link


def parked(moment: datetime) -> Link:
    link = a_link()
    Link.objects.filter(pk=link.pk).update(state=LinkState.PARKED)
    return link


def of_a_paused_network(moment: datetime) -> Link:
    NetworkSwitch.objects.create(network="orkut", is_paused=True)
    return a_link("orkut")


def of_a_closed_host(moment: datetime) -> Link:
    link = make_link(make_member("down", email=""), "mastodon", host="down.example")
    for _ in range(circuit_breaker.FAILURES_TO_OPEN):
        circuit_breaker.record_failure("down.example", moment)
    return link


@pytest.mark.parametrize("blocked", [resting, busy, parked, of_a_paused_network, of_a_closed_host])
def test_rows_that_may_not_go_take_nobodys_place(blocked, moment):
    """Before and after it in time, more than any window holds; and a backlog that may go."""
    where = [blocked(moment).pk]
    due(where, MANY, moment)
    due(where, MANY, moment - timedelta(hours=2))
    others = links(10)
    due(others, MANY, moment - timedelta(hours=1))
    [middle] = due([a_link().pk], 1, moment - timedelta(hours=1))
    found = chosen(moment)
    assert middle in found
    assert links_of(found) == {*others, Delivery.objects.get(pk=middle).link_id}


def test_what_was_asked_for_last_goes_before_a_backlog_of_links_that_wait_as_it_does(moment):
    """Behind it in the order of asking only rows of a link that rests; before it hundreds of links."""
    where = links(500)
    due(where, 500, moment - timedelta(hours=1))
    due([resting(moment).pk], MANY, moment)
    [latest] = due([a_link().pk], 1, moment - timedelta(minutes=1))
    assert latest in chosen(moment)


def test_each_link_of_a_backlog_has_its_turn(moment):
    """Also where nothing changes: nobody's row is tried, and all rows lie at one moment."""
    where = links(300)
    due(where, 3 * 300, moment, apart=0)
    links_per_look = MOST // 3
    assert links_of(chosen(moment, looks=300 // links_per_look + 1)) >= set(where)


def test_a_backlog_of_states_is_all_seen(moment):
    """Whose lease ran out, or whom to read back, has a turn beside those that wait."""
    due(links(300), 300, moment)
    left = a_link()
    owner = {"lease_owner": "'killed'", "lease_until": before(moment, "60")}
    [sending] = due(
        [left.pk], 1, moment, state="'sending'", first_sent_at=before(moment, "90"), **owner
    )
    [doubt] = due([a_link().pk], 1, moment, state="'unconfirmed'")
    assert {sending, doubt} <= chosen(moment, looks=300 // (MOST // 3) + 1)


def test_a_row_that_waits_for_an_earlier_one_holds_up_nothing_else_of_its_link(moment):
    """A delete behind a publish that the member has to look at."""
    link = a_link()
    due(links(300), 300, moment - timedelta(hours=1))
    [delete] = due([link.pk], 1, moment - timedelta(hours=2), operation="'delete'", sequence="2")
    due([link.pk], 1, moment, post_id=str(Delivery.objects.get(pk=delete).post_id),
        state="'unconfirmed'", due_at="NULL")  # fmt: skip
    [newer] = due([link.pk], 1, moment)
    found = chosen(moment)
    assert newer in found
    assert delete not in found


def test_of_one_link_the_oldest_rows_come_in_their_order(moment):
    link = a_link()
    rows = due([link.pk], MANY, moment)
    assert fairness.next_batch(moment, MOST) == [
        sorted(rows, reverse=True)[: fairness.ROWS_PER_LINK[-1]]
    ]


@pytest.mark.parametrize("one_link", [True, False])
def test_a_look_reads_no_more_where_more_is_due(moment, one_link, statements):
    """Ten times the rows: on as many links, and on one that rests."""
    if not statements:
        pytest.skip(
            "plain querysets are for correctness: on PostgreSQL they read 4,556 rows for 1,717"
        )
    where = links(3000)
    due(where[:300], 300, moment)
    few = look_and_count(moment)
    due([resting(moment).pk] if one_link else where, 3000, moment - timedelta(hours=1))
    many = look_and_count(moment)
    assert many <= 1.5 * few + 200, (few, many)


def look_and_count(moment: datetime) -> int:
    analysed(Delivery, Link, Post)
    chosen(moment)  # composes
    with reading() as found:
        chosen(moment)
    return found.rows
