"""How much is asked of whom, and when: budgets, rests, slow hosts, turns."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from syndication.connectors import CONNECTORS
from syndication.connectors.base import RateLimit
from syndication.connectors.mixi import Mixi
from syndication.connectors.responses import reset_after, retry_after
from syndication.delivery import circuit_breaker, claims, fairness, rate_limits
from syndication.models import Allowance, Delivery, DeliveryState, HostHealth, Link
from tests.making import make_link, make_member
from tests.syndication.delivering import linked, planned, texts, tried

pytestmark = pytest.mark.django_db

VOICE = "POST /2/voice/statuses"
NOON = 1_800_000_000.0


class Frugal(Mixi):
    rate_limit_per_link = RateLimit(requests=3, seconds=60.0)
    rate_limit_per_network = RateLimit(requests=5, seconds=600.0)


@pytest.fixture
def frugal():
    """mixi with a budget, as a network whose page names one."""
    CONNECTORS["mixi"] = Frugal
    yield
    CONNECTORS["mixi"] = Mixi


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1800000042", 42.0), ("2027-01-15T08:00:42Z", 42.0), ("2027-01-15T08:00:42.000", 42.0),
     ("42", 42.0), ("99999999", 86400.0), ("soon", None), ("", None)],
)  # fmt: skip
def test_the_reset_is_read_in_each_of_its_spellings(value, seconds):
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": value}
    assert reset_after(headers, NOON) == seconds
    assert retry_after(headers, NOON) == seconds


def test_the_reset_counts_only_where_nothing_is_left_and_retry_after_wins():
    some = {"RateLimit-Remaining": "7", "RateLimit-Reset": "42"}
    assert reset_after(some, NOON) is None
    none = {"RateLimit-Remaining": "0", "RateLimit-Reset": "42"}
    assert retry_after({**none, "Retry-After": "9"}, NOON) == 9.0


def test_the_reset_is_held_against_the_other_sides_clock():
    headers = {
        "x-rate-limit-remaining": "0",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": "1800000042",
        "Date": "Fri, 15 Jan 2027 08:00:12 GMT",
    }
    assert reset_after(headers, NOON + 5000) == 30.0


def test_a_day_that_is_used_up_counts_beside_a_window_that_is_not():
    window = {"X-Rate-Limit-Remaining": "1079999", "X-Rate-Limit-Reset": "1800000900"}
    day = {"X-User-Limit-24hour-Remaining": "0", "X-User-Limit-24hour-Reset": "1800040000"}
    site = {"X-App-Limit-24hour-Remaining": "0", "X-App-Limit-24hour-Reset": "1800030000"}
    assert retry_after({**window, **day, **site}, NOON) == 40_000
    assert retry_after({**window, **site}, NOON) == 30_000
    assert retry_after(window, NOON) is None


def test_a_link_whose_budget_is_used_up_rests_until_the_time_is_over(sandbox, link, now, frugal):
    rows = [planned(link, str(number)) for number in range(5)]
    states = [tried(row, now).state for row in rows]
    assert states == ["sent", "sent", "sent", "waiting", "waiting"]
    assert tried(rows[3], now).tries == 0  # resting costs no try
    now.advance(seconds=61)
    assert tried(rows[3], now).state == DeliveryState.SENT


def test_the_budget_of_a_network_is_for_all_links_together(sandbox, link, now, frugal):
    rows = [planned(link, str(number)) for number in range(6)]
    for row in rows[:3]:
        tried(row, now)
    now.advance(seconds=61)
    for row in rows[3:]:
        tried(row, now)
    assert len(texts(sandbox)) == 5
    now.advance(seconds=61)
    assert tried(rows[5], now).state == DeliveryState.WAITING
    now.advance(seconds=600)
    assert tried(rows[5], now).state == DeliveryState.SENT


def test_two_requests_for_time_in_a_row_are_about_the_account(sandbox, link, now):
    sandbox.faults.add("mixi", "429", match=VOICE, seconds=600, times=2)
    first, second, third = (planned(link, words) for words in ("一", "二", "三"))
    assert tried(first, now).state == DeliveryState.WAITING
    assert tried(second, now).tries == 1
    assert tried(third, now).tries == 0
    now.advance(seconds=601)
    for row in (third, first, second):
        assert tried(row, now).state == DeliveryState.SENT


def test_a_longer_rest_stands(link):
    moment = timezone.now()
    rate_limits.pause_link(link, 300, moment)
    rate_limits.pause_link(link, 20, moment)
    assert Allowance.objects.get().rest_until == moment + timedelta(seconds=300)


def in_flight(link, moment):
    Link.objects.filter(pk=link.pk).update(
        sending_until=moment + timedelta(seconds=60), sending_by="x"
    )


def test_slow_hosts_hold_half_of_the_threads_and_the_others_have_the_rest(sandbox, settings):
    """However many rows of theirs are due."""
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": 1}
    share = circuit_breaker.slow_host_threads()
    assert share == settings.QUEUE_THREADS // 2
    moment = timezone.now()
    quick = linked(sandbox)
    slow = [
        make_link(make_member(f"s{number}", email=""), host=f"s{number}.example")
        for number in range(share + 1)
    ]
    last, one_more = slow[-2:]
    rows = {each.pk: planned(each, "一") for each in (quick, last, one_more)}
    for each in slow:
        circuit_breaker.record_slow_response(each.host, moment)
    for each in slow[:-2]:
        in_flight(each, moment)
    assert next_links() == {quick.pk, last.pk, one_more.pk}
    assert claims.claim_delivery(rows[last.pk].pk, owner="x", now=timezone.now()) is not None
    assert next_links() == {quick.pk}
    assert claims.claim_delivery(rows[one_more.pk].pk, owner="y", now=timezone.now()) is None
    assert claims.claim_delivery(rows[quick.pk].pk, owner="z", now=timezone.now()) is not None


def next_links():
    found = Delivery.objects.filter(
        pk__in=itertools.chain(*fairness.next_batch(timezone.now(), 10))
    )
    return set(found.values_list("link", flat=True))


def test_one_quick_answer_ends_slowness(sandbox, link):
    host = circuit_breaker.host_of(link)
    circuit_breaker.record_slow_response(host, timezone.now())
    assert tried(planned(link)).state == DeliveryState.SENT
    assert HostHealth.objects.get().slow_until is None


def test_a_late_answer_makes_a_host_slow(sandbox, link):
    sandbox.faults.add("mixi", "slow", match=VOICE, seconds=circuit_breaker.SLOW_SECONDS + 0.1)
    assert tried(planned(link)).state == DeliveryState.SENT
    assert HostHealth.objects.get().slow_until > timezone.now()


def test_links_take_turns_and_a_new_post_does_not_wait_behind_a_backlog(sandbox, link):
    backlog = [planned(link, str(number)) for number in range(30)]
    others = [make_link(make_member(f"m{n}", email="")) for n in range(12)]
    waiting = [planned(each) for each in others]
    Delivery.objects.filter(pk__in=[row.pk for row in waiting]).update(
        due_at=timezone.now() - timedelta(hours=1)
    )
    latest = planned(make_link(make_member("just-now", email="")))
    found = fairness.next_batch(timezone.now(), 10)
    assert [latest.pk] in found
    assert [backlog[0].pk] in found
    assert len(found) >= 9


def test_on_one_link_the_oldest_goes_first(sandbox, link):
    rows = [planned(link, str(number)).pk for number in range(5)]
    assert fairness.next_batch(timezone.now(), 10) == [rows]


@pytest.mark.parametrize(
    "wrong",
    [{"state": "lost"}, {"operation": "shout"}, {"due_at": None}, {"state": "sending"},
     {"state": "sent"}, {"lease_until": timezone.now()}],
)  # fmt: skip
def test_the_database_refuses_what_must_never_be(link, wrong):
    delivery = planned(link)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**wrong)
