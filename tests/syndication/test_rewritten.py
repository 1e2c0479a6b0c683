"""A lost answer where the server shows a text in another way than it was sent: one copy, or a question."""

from __future__ import annotations

import pytest

from syndication.models import DeliveryState
from tests.making import make_member
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.twitter import TwitterOnTheSandbox
from tests.syndication.delivering import Moving, planned, settled, tried
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

LONG = "https://example.org/" + "a-long-way/" * 5
REWRITTEN = [
    ("こんばんは @taro@other.example さん", "mastodon"),
    ("お花見 ＃花見", "mastodon"),
    ("- 卵\n- 牛乳", "markdown"),
    ("とても *いい* 天気", "markdown"),
    (f"見て {LONG}", "short"),
    (LONG, "short"),
]


def delivered(net, link, text, *faults, **fields):
    """The row after its tries at its own times, the first of which meet `faults`; and the copies there."""
    now = Moving(net.sandbox)
    for kind in faults:
        net.sandbox.faults.add(link.network, kind, match="POST")
    delivery = settled(tried(planned(link, text, **fields), now), now)
    return delivery, net.copies("status")


@pytest.fixture
def mastodon(sandbox):
    net = MastodonOnTheSandbox(sandbox)
    sandbox.mastodon.configure({"idempotency": False})
    return net


@pytest.mark.parametrize(("text", "style"), REWRITTEN)
def test_a_text_shown_in_another_way_is_found(mastodon, text, style):
    mastodon.there.configure({"text_style": style})
    link = linked_on(mastodon, make_member("hanako"))
    delivery, copies = delivered(mastodon, link, text, "500_after")
    assert copies == [("", text)]
    assert delivery.state == DeliveryState.SENT


def test_where_a_repeat_of_the_key_is_answered_by_500_too(mastodon):
    mastodon.there.configure({"idempotency": True, "repeat_is_500": True})
    link = linked_on(mastodon, make_member("hanako"))
    delivery, copies = delivered(mastodon, link, REWRITTEN[0][0], "500_after")
    assert (delivery.state, len(copies)) == (DeliveryState.SENT, 1)


def test_of_a_text_that_may_stand_there_in_another_way_the_member_is_asked(mastodon):
    link = linked_on(mastodon, make_member("hanako"))
    delivery, copies = delivered(mastodon, link, REWRITTEN[0][0], "500_before")
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)
    assert delivery.reason == "not_sure"
    assert copies == []


def test_a_plain_text_that_is_not_there_is_sent_again(mastodon):
    link = linked_on(mastodon, make_member("hanako"))
    delivery, copies = delivered(mastodon, link, f"見て {LONG}", "500_before")
    assert (delivery.state, len(copies)) == (DeliveryState.SENT, 1)


@pytest.fixture
def followed(mastodon):
    """A link whose posts for friends go to followers."""
    link = linked_on(mastodon, make_member("hanako"), follows_approved=True)
    link.toggles.create(kind="status", audience="friends", is_on=True)
    return link


def test_a_post_for_followers_that_the_own_list_leaves_out_is_found_at_home(mastodon, followed):
    mastodon.there.configure({"lists_private": False})
    delivery, copies = delivered(mastodon, followed, "ひみつ", "500_after", audience="friends")
    assert (delivery.state, copies) == (DeliveryState.SENT, [("", "ひみつ")])


def test_where_no_list_shows_a_post_for_followers_the_member_is_asked(mastodon, followed):
    delivery, copies = delivered(mastodon, followed, "ひみつ", "500_before", audience="friends")
    assert (delivery.state, delivery.due_at, copies) == (DeliveryState.UNCONFIRMED, None, [])


def test_where_a_list_shows_such_posts_one_that_is_not_there_is_sent_again(mastodon, followed):
    delivered(mastodon, followed, "さきに", audience="friends")
    delivery, copies = delivered(mastodon, followed, "ひみつ", "500_before", audience="friends")
    assert (delivery.state, copies[1:]) == (DeliveryState.SENT, [("", "ひみつ")])


@pytest.mark.parametrize(
    ("network", "manner"),
    [(GnusocialOnTheSandbox, {"shortens": True}), (TwitterOnTheSandbox, {"entities": False})],
)
def test_a_shortened_address_is_no_reason_to_send_twice(sandbox, network, manner):
    net = network(sandbox)
    net.there.configure(manner)
    link = linked_on(net, make_member("hanako"))
    delivery, copies = delivered(net, link, f"見て {LONG}", "500_after")
    assert (delivery.state, len(copies)) == (DeliveryState.SENT, 1)
    delivery, copies = delivered(net, link, LONG, "500_after")
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)
    assert len(copies) == 2


def test_what_could_be_either_of_two_is_given_to_neither(mastodon):
    link = linked_on(mastodon, make_member("hanako"))
    now = Moving(mastodon.sandbox)
    mastodon.sandbox.faults.add("mastodon", "500_before", match="POST")
    mastodon.sandbox.faults.add("mastodon", "500_after", match="POST")
    rows = [tried(planned(link, f"みて @taro@{host}.example"), now) for host in ("one", "two")]
    states = [settled(row, now).state for row in rows]
    assert states[0] == DeliveryState.UNCONFIRMED
    assert len(mastodon.copies("status")) == 1
