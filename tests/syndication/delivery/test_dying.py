"""A worker that is killed at each statement of an attempt in turn, and one that comes back too late."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import Member, Notice
from syndication.connectors.errors import CopyGone, Rejected
from syndication.delivery import attempt, claims, credentials, heartbeats, outcomes
from syndication.delivery.leased_http import LeasedHttp
from syndication.models import Delivery, DeliveryOperation, DeliveryState, HostHealth, Link
from tests.dying import MAX_STATEMENTS, is_killed
from tests.making import make_member
from tests.noticing import the_notice
from tests.syndication.delivering import Moving, linked, planned, remove, texts, tried
from tests.syndication.slate import on_slate

pytestmark = pytest.mark.django_db(transaction=True)

S = DeliveryState
VOICE = "POST /2/voice/statuses"


def killed_at_each_statement(sandbox: Any, seeded: Any) -> Iterator[Delivery]:
    """The row that `seeded(now)` brings, each time anew, after a try that was killed at its first
    statement, at its second … and after what other workers then made of it."""
    for last in range(1, MAX_STATEMENTS):
        sandbox.reset()
        Member.objects.all().delete()
        HostHealth.objects.all().delete()
        now = Moving(sandbox)
        delivery = seeded(now)
        if not is_killed(partial(attempt.attempt_delivery, delivery.pk, now=now), at=last):
            assert last > 5  # PostgreSQL takes many in one message
            return
        for _ in range(5):
            now.advance(seconds=125)
            tried(delivery, now)
        yield delivery
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("fault", ["", "500_after"])
def test_a_post_arrives_once(sandbox, fault):
    def seeded(now):
        sandbox.faults.add("mixi", fault, match=VOICE) if fault else None
        return planned(linked(sandbox), "一度")

    for delivery in killed_at_each_statement(sandbox, seeded):
        assert (delivery.state, texts(sandbox)) == (S.SENT, ["一度"])


def test_who_needs_to_link_again_is_told(sandbox):
    """No row is parked on a link that is not."""

    def seeded(now):
        delivery = planned(linked(sandbox))
        sandbox.mixi.revoke("hanako")
        return delivery

    for delivery in killed_at_each_statement(sandbox, seeded):
        assert delivery.state in (S.PARKED, S.UNCONFIRMED)
        assert Link.objects.get().state == "parked"
        assert Notice.objects.count() == 1


def test_of_what_cannot_be_deleted_the_member_is_told(sandbox):
    def seeded(now):
        publish = tried(planned(linked(sandbox)), now)
        Delivery.objects.update(remote_id="")
        remove(publish.post)
        return Delivery.objects.get(operation=DeliveryOperation.DELETE)

    for delivery in killed_at_each_statement(sandbox, seeded):
        assert delivery.state == S.FAILED
        assert Notice.objects.get().key.startswith("still_out_there")


def test_of_what_was_refused_the_member_is_told(slate):
    slate.longest = 1

    def seeded(now):
        return planned(on_slate(make_member("hanako")))

    for delivery in killed_at_each_statement(slate, seeded):
        assert delivery.state == S.FAILED
        assert Notice.objects.get().key == "undelivered refused"
        assert delivery.is_notified


def test_of_what_nobody_can_look_up_the_member_is_asked(sandbox):
    """mixi's diaries, without r_updates."""

    def seeded(now):
        sandbox.faults.add("mixi", "drop_after", match="/2/diary")
        delivery = tried(planned(linked(sandbox), kind="note", title="日記"), now)
        now.advance(seconds=61)
        return delivery

    for delivery in killed_at_each_statement(sandbox, seeded):
        assert (delivery.state, delivery.due_at) == (S.UNCONFIRMED, None)
        assert Notice.objects.count() == 1


@pytest.mark.parametrize("verdict", ["failed", "gone", "unknown"])
def test_who_comes_back_after_the_lease_tells_nothing(sandbox, now, verdict):
    publish = tried(planned(linked(sandbox)), now)
    remove(publish.post)
    delete = Delivery.objects.get(operation=DeliveryOperation.DELETE)
    held = claims.claim_delivery(delete.pk, owner="stopped", now=now())
    run = outcomes.DeliveryRun(held, now, LeasedHttp(attempt.outgoing_http(), held, now))
    now.advance(seconds=121)
    assert tried(delete, now).state == S.SENT
    if verdict == "failed":
        outcomes.record_error(run, Rejected("no"))
    elif verdict == "gone":
        outcomes._record_remote_deletion(run, CopyGone("no"))
    else:
        outcomes.ask_member(run, "cannot_look")
    delete.refresh_from_db()
    assert (delete.state, Notice.objects.count()) == (S.SENT, 0)


def test_what_another_host_takes_too_early_is_not_sent_twice(sandbox, now):
    """Its clock is an hour ahead, so each lease has run out there while the request is under way."""
    delivery = planned(linked(sandbox), "一度")
    held = claims.claim_delivery(delivery.pk, owner="here", now=now())
    run = outcomes.DeliveryRun(held, now, LeasedHttp(attempt.outgoing_http(), held, now))
    post = attempt._pre_send_check(run)
    ahead = Moving()
    ahead.advance(hours=1)
    tried(delivery, ahead)  # there is nothing yet
    credentials.connector_for(held.link).publish(post, idempotency_key="")  # it had left before
    for _ in range(3):
        ahead.advance(seconds=61)
        tried(delivery, ahead)
    assert delivery.state == S.SENT
    assert texts(sandbox) == ["一度"]


def test_who_was_held_up_by_the_database_until_the_lease_was_over_sends_nothing(sandbox, now):
    """Between `sending` and the request there are more statements, and any of them may wait."""
    delivery = planned(linked(sandbox), "一度")
    heartbeats._last.clear()  # it says that it lives, with the next request
    waits = [121]

    def hold_up(execute: Any, sql: str, *more: Any) -> Any:
        if "syndication_heartbeat" in sql and waits:
            now.advance(seconds=waits.pop())
            tried(delivery, now)  # by another worker
        return execute(sql, *more)

    with connection.execute_wrapper(hold_up):
        attempt.attempt_delivery(delivery.pk, now=now)
    for _ in range(2):
        now.advance(seconds=61)
        tried(delivery, now)
    assert delivery.state == S.SENT
    assert texts(sandbox) == ["一度"]


def test_new_tokens_outlive_a_database_that_goes_away(sandbox, now):
    """The network has forgotten the old ones by then."""
    delivery = planned(linked(sandbox))
    now.advance(seconds=840)
    broken = [1, 2]

    def drop(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith("UPDATE") and '"sealed_credentials" = ' in sql and broken:
            broken.pop()
            raise OperationalError("terminating connection due to administrator command")
        return execute(sql, *more)

    with connection.execute_wrapper(drop):
        tried(delivery, now)
    now.advance(seconds=125)
    assert tried(delivery, now).state == S.SENT
    assert not broken
    now.advance(seconds=840)
    assert tried(planned(delivery.link), now).state == S.SENT


def test_a_delete_of_many_days_outlives_a_restart(sandbox, now):
    """It goes on for thirty days, whatever was restarted in the middle of one of its tries."""
    publish = tried(planned(linked(sandbox)), now)
    remove(publish.post)
    delete = Delivery.objects.get(operation=DeliveryOperation.DELETE)
    Delivery.objects.filter(pk=delete.pk).update(tries=12)
    assert claims.claim_delivery(delete.pk, owner="killed", now=now())
    now.advance(seconds=121)
    assert tried(delete, now).state == S.SENT
    assert texts(sandbox) == []


def test_of_a_delete_that_kills_its_worker_each_time_the_member_is_told(sandbox, now):
    publish = tried(planned(linked(sandbox)), now)
    remove(publish.post)
    delete = Delivery.objects.get(operation=DeliveryOperation.DELETE)
    for number in range(9):
        assert claims.claim_delivery(delete.pk, owner=str(number), now=now())
        now.advance(seconds=121)
    assert texts(sandbox)
    assert tried(delete, now).state == S.FAILED
    assert "still on mixi" in the_notice().in_words
