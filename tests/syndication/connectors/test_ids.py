"""Ids are a server's own: dots, slashes, 500 characters; as a part of a path they are quoted."""

from __future__ import annotations

import json

import pytest

from syndication.connectors import checked
from syndication.connectors.base import Receipt
from tests.scripted_server import answer, playing
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.connectors.network import a_post

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


@pytest.mark.parametrize("value", ["", ".", "..", "../evil", "a b", "a\n", "é", "x" * 501, 5, None])
def test_what_is_no_id_is_none(value):
    assert checked.ident(value) == ""
