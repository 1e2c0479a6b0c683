"""Replies and likes at the same moment as everything else: real threads, an answer that is held back.

Counted at the network: one reply, or none; liked, or not, as the last press said.
"""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from accounts.models import Member
from accounts.models.guess_count import GuessCount
from syndication.actions import interactions
from syndication.delivery import attempt
from syndication.models import Delivery, DeliveryState, FeedItem, Interaction
from syndication.queries.interaction_targets import target_of_item
from tests.making import make_member
from tests.racing import at_once
from tests.syndication.delivering import Moving, tried
from tests.syndication.slate import Slate, on_slate
from tests.syndication.slate_talk import LIKE_RIGHT, answered, delivery_of, pulled

pytestmark = pytest.mark.django_db(transaction=True)

S = DeliveryState


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def item(hanako, talk) -> FeedItem:
    return pulled(on_slate(hanako, scopes=f"write {LIKE_RIGHT}"), talk)


def in_the_background(delivery: Delivery) -> threading.Thread:
    """A worker of its own on this row."""

    def work() -> None:
        try:
            attempt.attempt_delivery(delivery.pk)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    return worker


def drained(slate: Slate) -> None:
    """Until nothing is due, whatever time that takes."""
    now = Moving(slate)
    for _ in range(30):
        attempt.drain_due(now=now)
        if not Delivery.objects.filter(due_at__isnull=False).exists():
            return
        now.advance(minutes=3)
    raise AssertionError("it never came to rest")


@pytest.mark.parametrize("fault", ["", "drop_after", "500_after"])
def test_taking_back_while_the_reply_is_on_its_way_leaves_nothing(talk, item, hanako, fault):
    interaction = answered(item, by=hanako)
    if fault:
        talk.fail("POST", fault)
    with talk.holding("POST") as held:
        worker = in_the_background(delivery_of(interaction))
        assert held.came_in.wait(10)
        interactions.take_back(interaction, by=hanako)
        delete = delivery_of(interaction)
        assert (delete.operation, delete.state) == ("delete", S.WAITING)
        assert tried(delete).tries == 0  # not beside it
    worker.join(20)
    drained(talk)
    assert talk.replies_to(item.remote_id) == []
    assert [e.is_deleted for e in talk.entries.values() if e.parent] == [True]


def test_taking_back_while_the_parent_is_read_sends_nothing(talk, item, hanako):
    interaction = answered(item, by=hanako)
    with talk.holding("GET") as held:
        worker = in_the_background(delivery_of(interaction))
        assert held.came_in.wait(10)
        interactions.take_back(interaction, by=hanako)
    worker.join(20)
    drained(talk)
    assert [each for each in talk.requests if each.startswith("POST")] == []
    assert delivery_of(interaction).state == S.CANCELLED


def test_hiding_the_account_while_the_parent_is_read_sends_nothing(talk, item, hanako):
    interaction = answered(item, by=hanako)
    with talk.holding("GET") as held:
        worker = in_the_background(delivery_of(interaction))
        assert held.came_in.wait(10)
        item.link.hidden_accounts.create(uid="taro", name="太郎")
    worker.join(20)
    assert talk.replies_to(item.remote_id) == []


@pytest.mark.parametrize("fault", ["", "drop_after"])
def test_unliking_while_the_like_is_on_its_way_leaves_none(talk, item, hanako, fault):
    interaction = interactions.like(target_of_item(item), by=hanako)
    if fault:
        talk.fail("POST", fault)
    with talk.holding("POST") as held:
        worker = in_the_background(delivery_of(interaction))
        assert held.came_in.wait(10)
        interactions.take_back(interaction, by=hanako)
    worker.join(20)
    drained(talk)
    assert talk.entries[item.remote_id].likes == set()


def test_many_workers_send_one_reply(talk, item, hanako):
    interaction = answered(item, by=hanako)
    pk = delivery_of(interaction).pk
    at_once(4, lambda _: attempt.attempt_delivery(pk))
    drained(talk)
    assert len(talk.replies_to(item.remote_id)) == 1


def test_one_form_pressed_on_four_phones_is_one_reply(talk, item, hanako):
    key = "a" * 32

    def press(_: int) -> int:
        return interactions.reply_to_feed_item(item, "ありがとう", by=hanako, form_key=key).pk

    GuessCount.objects.all().delete()
    assert len(set(at_once(4, press))) == 1
    drained(talk)
    assert len(talk.replies_to(item.remote_id)) == 1


def test_like_pressed_on_four_phones_is_one_like(talk, item, hanako):
    made = at_once(4, lambda _: interactions.like(target_of_item(item), by=hanako).pk)
    assert len(set(made)) == 1
    assert (Interaction.objects.count(), Delivery.objects.count()) == (1, 1)


def test_take_back_pressed_on_four_phones_is_one_delete(talk, item, hanako):
    interaction = answered(item, by=hanako)
    tried(delivery_of(interaction))
    at_once(4, lambda _: interactions.take_back(interaction, by=hanako))
    operations = interaction.deliveries.order_by("sequence").values_list("operation", flat=True)
    assert list(operations) == ["publish", "delete"]
    drained(talk)
    assert talk.replies_to(item.remote_id) == []
