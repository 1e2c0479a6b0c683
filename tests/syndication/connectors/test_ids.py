"""Ids are a server's own: dots, slashes, 500 characters; as a part of a path they are quoted."""

from __future__ import annotations

import json

import pytest

from syndication.connectors import parsing
from syndication.connectors.base import Receipt
from tests.scripted_server import answer, playing
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.connectors.mixi import MixiOnTheSandbox
from tests.syndication.connectors.network import a_post
from tests.syndication.connectors.twitter import TwitterOnTheSandbox

NETWORKS = [MastodonOnTheSandbox, MisskeyOnTheSandbox]
ODD = "https://m.example/p/1.2?x=" + "y" * 474


def test_a_picture_whose_id_has_a_dot_is_posted(sandbox):
    """snac names uploads by their files. Refused, each try left a picture behind."""
    upload = answer('{"id":"a1b2.jpg","url":"https://m.example/a1b2.jpg"}')
    made = answer('{"id":"hanako/p.1","url":"https://m.example/1"}')
    with playing(upload, made) as server:
        connector = MastodonOnTheSandbox(sandbox).scripted(server)
        receipt = connector.publish(a_post("photo"), idempotency_key="k")
    assert receipt.remote_id == "hanako/p.1"
    assert b'"media_ids":["a1b2.jpg"]' in server.received[1]


def test_an_id_is_one_part_of_a_path(sandbox):
    with playing(answer("", "204 No Content")) as server:
        MastodonOnTheSandbox(sandbox).scripted(server).retract(Receipt("hanako/p.1?x#y"))
    assert server.received[0].startswith(b"DELETE /api/v1/statuses/hanako%2Fp.1%3Fx%23y HTTP")


@pytest.mark.parametrize("network", NETWORKS)
def test_a_friend_with_an_id_of_500_characters_comes(sandbox, network):
    net = network(sandbox)
    page = net.friend_page.replace(net.friend_uid, ODD).replace("{next}", "")
    assert ODD in page
    with playing(answer(json.dumps(json.loads(page)))) as server:
        assert ODD in [friend.uid for friend in net.scripted(server).friends()]


def test_the_ids_and_times_of_old_pleroma_and_pixelfed_are_read(sandbox):
    """Numbers, and times without a zone; one's own post is found by them, too."""
    account = {"id": 5, "acct": "mika"}
    said = {"id": 77, "created_at": "2026-11-29T10:00:00", "content": "<p>x</p>"}
    listed = json.dumps([said | {"account": account}])
    with playing(answer(listed), answer(listed)) as server:
        mastodon = MastodonOnTheSandbox(sandbox).scripted(server)
        [item] = mastodon.feed()
        found = mastodon.look_up(a_post("status", text="x"), since=1.0, idempotency_key="k")
    assert (item.remote_id, item.author.uid, item.created_at) == ("77", "5", 1795946400.0)
    assert [copy.remote_id for copy in found.exact] == ["77"]


@pytest.mark.parametrize(
    "network", [*NETWORKS, TwitterOnTheSandbox, GnusocialOnTheSandbox, MixiOnTheSandbox]
)
def test_an_own_post_that_cannot_be_read_may_be_the_copy(sandbox, network):
    odd = [{"id": {}, "text": "x", "content": "x"}]
    page = {"data": odd, "meta": {}} if network is TwitterOnTheSandbox else odd
    with playing(answer(json.dumps(page))) as server:
        connector = network(sandbox).scripted(server)
        found = connector.look_up(a_post("status", text="x"), since=1.0, idempotency_key="k")
    assert not found.exact
    assert not found.is_conclusive


@pytest.mark.parametrize(
    "value", ["", ".", "..", "../evil", "a b", "a\n", "é", "x" * 501, None, True, -5, 5.0]
)
def test_what_is_no_id_is_none(value):
    assert parsing.valid_id(value) == ""
