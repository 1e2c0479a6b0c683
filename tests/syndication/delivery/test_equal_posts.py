"""misskey.io answers an equal note within a minute with the first one: that is not a copy of its own."""

from __future__ import annotations

import pytest

from syndication.delivery import credentials, equal_posts
from syndication.models import Delivery, DeliveryState
from tests.making import make_link, make_member
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.delivering import Moving, planned, tried

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def link(sandbox):
    sandbox.misskey.configure({"same_within": 60})
    held = MisskeyOnTheSandbox(sandbox).credentials()
    host = sandbox.root("misskey").removeprefix("http://")
    link = make_link(make_member("hanako"), "misskey", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    return link


@pytest.fixture
def now(sandbox):
    return Moving(sandbox)


def copies(sandbox):
    graph = sandbox.misskey.state.graph
    return [each.text for each in graph.posts.values() if not each.is_seeded]


def test_an_equal_note_waits_a_minute_and_others_do_not(sandbox, link, now):
    first, second, other = planned(link, "おはよう"), planned(link, "おはよう"), planned(link, "雪")
    assert [tried(each, now).state for each in (first, second, other)] == [
        S.SENT,
        S.WAITING,
        S.SENT,
    ]
    second.refresh_from_db()
    assert (second.reason, second.tries) == (equal_posts.EQUAL_SOON, 0)
    assert not tried(second, now).attempts.exclude(outcome="equal_soon").exists()
    now.advance(seconds=66)
    assert tried(second, now).state == S.SENT
    assert copies(sandbox) == ["おはよう", "雪", "おはよう"]
    assert len(set(Delivery.objects.values_list("remote_id", flat=True))) == 3


def test_an_answer_that_names_anothers_copy_is_no_success(sandbox, link, now):
    """A server that waits longer than misskey.io."""
    sandbox.misskey.configure({"same_within": 100})
    first, second = planned(link, "おはよう"), planned(link, "おはよう")
    tried(first, now)
    now.advance(seconds=66)
    assert tried(second, now).state == S.WAITING
    assert (second.reason, second.remote_id) == (equal_posts.NOT_TAKEN_AGAIN, "")
    now.advance(seconds=66)
    assert tried(second, now).state == S.SENT
    assert copies(sandbox) == ["おはよう", "おはよう"]


def test_an_equal_note_in_doubt_is_waited_for_too(sandbox, link, now):
    sandbox.faults.add("misskey", "drop_after", match="POST /api/notes/create")
    first, second = planned(link, "おはよう"), planned(link, "おはよう")
    assert [tried(each, now).state for each in (first, second)] == [S.UNCONFIRMED, S.WAITING]
    now.advance(seconds=66)
    assert [tried(each, now).state for each in (first, second)] == [S.SENT, S.WAITING]
    now.advance(seconds=66)
    assert tried(second, now).state == S.SENT
    assert copies(sandbox) == ["おはよう", "おはよう"]
