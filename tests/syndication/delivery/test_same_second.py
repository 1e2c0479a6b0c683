"""mixi names a Voice by its second: two of one link never meet in one, and a refusal for that is no end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndication.delivery import attempt
from syndication.models import Delivery, DeliveryState
from syndication.sandbox.mixi.rows import Status
from tests.syndication.delivering import Moving, linked, planned, settled, texts, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(sandbox):
    sandbox.mixi.configure({"refuses_same_second": True})
    return sandbox


def test_a_backlog_of_voices_goes_a_second_apart(strict):
    link = linked(strict)
    rows = [planned(link, f"その{number}") for number in range(6)]
    now = Moving(strict)
    for _ in range(40):
        for row in rows:
            attempt.attempt_delivery(row.pk, now=now)
        now.advance(seconds=0.3)
    assert texts(strict) == [f"その{number}" for number in range(6)]
    rows = list(Delivery.objects.order_by("pk"))
    assert {(row.state, row.tries) for row in rows} == {(DeliveryState.SENT, 1)}
    assert len({row.remote_id for row in rows}) == 6


def test_a_diary_keeps_no_voice_waiting(strict):
    link = linked(strict)
    now = Moving(strict)
    note, voice = planned(link, "日記", kind="note", title="題"), planned(link, "つぶやき")
    assert attempt.attempt_delivery(note.pk, now=now)
    assert attempt.attempt_delivery(voice.pk, now=now)
    assert not attempt.attempt_delivery(planned(link, "また").pk, now=now)


def test_right_after_a_voice_by_hand_the_refused_one_is_tried_again(strict):
    link = linked(strict)
    now = Moving(strict)
    state = strict.mixi.state
    for seconds in range(3):
        by_hand = Status(link.uid, state.now() + timedelta(seconds=seconds), text="手で")
        state.statuses[by_hand.id] = by_hand
    delivery = tried(planned(link, "こちらから"), now)
    assert (delivery.state, delivery.reason) == (DeliveryState.WAITING, "slow_down")
    assert settled(delivery, now).state == DeliveryState.SENT
    assert texts(strict).count("こちらから") == 1
