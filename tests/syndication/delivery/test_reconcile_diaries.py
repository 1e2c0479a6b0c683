"""A diary whose answer was lost is looked up among mixi's updates, which show its title alone."""

from __future__ import annotations

from typing import Any

import pytest

from syndication.delivery import credentials
from syndication.models import Delivery, DeliveryState, Link
from tests.making import make_link, make_member
from tests.syndication.delivering import SCOPES, Moving, grant, planned, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(sandbox: Any) -> Moving:
    return Moving(sandbox)


@pytest.fixture
def link(sandbox: Any) -> Link:
    account = sandbox.mixi.account("hanako")
    made = make_link(make_member("hanako"), "mixi", uid=account.id)
    credentials.store_credentials(made, grant(sandbox, scopes=(*SCOPES, "r_updates")))
    return made


def diary(link: Link, title: str = "花見", text: str = "本文") -> Delivery:
    return planned(link, text, kind="note", title=title)


def in_doubt(sandbox: Any, delivery: Delivery, now: Moving, kind: str = "drop_after") -> Delivery:
    sandbox.faults.add("mixi", kind, match="POST /2/diary")
    delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.UNCONFIRMED
    return delivery


def test_one_that_arrived_is_found_and_not_sent_again(sandbox, link, now):
    delivery = in_doubt(sandbox, diary(link), now)
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.SENT
    [there] = sandbox.mixi.diaries
    assert delivery.remote_id == f"diary:{there.id}"
    assert delivery.remote_url.endswith(f"view_diary.pl?id={there.id}&owner_id={there.owner}")


def test_of_one_that_is_not_listed_the_member_is_asked(sandbox, link, now):
    """Nothing says that every diary is listed: a second copy would be worse than a question."""
    delivery = in_doubt(sandbox, diary(link), now, kind="500_before")
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)
    assert sandbox.mixi.diaries == []


def test_of_two_with_one_title_and_different_words_the_member_is_asked(sandbox, link, now):
    first, second = diary(link, text="朝"), diary(link, text="夜")
    in_doubt(sandbox, first, now, kind="500_before")
    now.advance(seconds=31)
    in_doubt(sandbox, second, now)
    now.advance(seconds=121)
    for delivery in (tried(first, now), tried(second, now)):
        assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)


def test_one_of_before_with_the_same_title_is_not_taken_for_it(sandbox, link, now):
    tried(diary(link), now)
    now.advance(hours=2)
    delivery = in_doubt(sandbox, diary(link), now, kind="500_before")
    now.advance(seconds=61)
    assert tried(delivery, now).state == DeliveryState.UNCONFIRMED
    assert len(sandbox.mixi.diaries) == 1
