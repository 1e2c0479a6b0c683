"""Mastodon: the contract, and what is Mastodon's alone."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from syndication.connectors.base import Photo, Receipt, Terms
from syndication.connectors.errors import CopyGone, OutcomeUnknown, Rejected, TryLater, Unauthorized
from syndication.connectors.mastodon import Mastodon, reading
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_edit import EditContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.network import JPEG, PERMALINK, a_post


class TestMastodon(ConnectorContract, EditContract, RevokeContract, RepliesContract):
    network = MastodonOnTheSandbox

    def test_a_status_goes_as_json_with_its_key(self, net):
        with playing(answer('{"id":"7","url":"https://x.example/@a/7"}')) as server:
            receipt = net.scripted(server).publish(a_post("status"), idempotency_key="key-1")
        assert receipt == Receipt("7", url="https://x.example/@a/7")
        [request] = server.received
        head, _, body = request.partition(b"\r\n\r\n")
        assert b"\r\nidempotency-key: key-1\r\n" in head.lower().replace(b"key-1", b"key-1")
        assert b"content-type: application/json" in head.lower()
        assert json.loads(body)["visibility"] == "public"

    def test_the_same_key_is_the_same_status(self, net, connector):
        post = a_post("status")
        first = connector.publish(post, idempotency_key="k")
        assert connector.publish(post, idempotency_key="k") == first
        assert len(net.copies("status")) == 1

    def test_a_server_that_ignores_the_key_is_read_back(self, net, connector):
        net.sandbox.mastodon.configure({"idempotency": False})
        post = a_post("status")
        first = connector.publish(post, idempotency_key="k")
        found = connector.look_up(post, since=0, idempotency_key="k").exact
        assert [each.remote_id for each in found] == [first.remote_id]

    def test_a_photo_goes_with_its_words_for_who_cannot_see_it(self, net, connector):
        connector.publish(a_post("photo"), idempotency_key="k")
        [status] = net.sandbox.mastodon.received()["statuses"]
        assert [photo["alt"] for photo in status["photos"]] == ["a picture"]

    def test_a_photo_is_waited_for_until_it_is_ready(self, net, connector):
        net.sandbox.mastodon.configure({"media_polls": 3})
        pauses = []
        connector.pause = pauses.append
        connector.publish(a_post("photo"), idempotency_key="k")
        assert len(pauses) == 3
        assert len(net.copies("photo")) == 1

    def test_a_photo_that_is_never_ready_is_tried_later(self, net, connector):
        net.sandbox.mastodon.configure({"media_polls": 1000})
        connector.pause = lambda seconds: None
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("photo"), idempotency_key="k")
        assert delay.value.after == 60
        assert net.copies("photo") == []

    def test_friends_read_only_where_followers_are_approved(self, net, connector):
        net.sandbox.mastodon.state.graph.named("hanako").is_locked = False
        with pytest.raises(Rejected):
            connector.publish(a_post("status", "friends"), idempotency_key="k")
        assert net.copies("status") == []
        net.sandbox.mastodon.state.graph.named("hanako").is_locked = True
        connector.publish(a_post("status", "friends"), idempotency_key="k")
        [status] = net.sandbox.mastodon.received()["statuses"]
        assert status["visibility"] == "private"

    @pytest.mark.parametrize("has_v2", [True, False])
    def test_the_server_tells_its_limits(self, net, connector, has_v2):
        net.sandbox.mastodon.configure(
            {"instance_v2": has_v2, "max_characters": 3000, "reserved_per_url": 40}
        )
        terms = connector.terms()
        assert (terms.text, terms.address, terms.photos) == (3000, 40, 4)
        assert terms.approves_followers
        post = replace(a_post("status", text="花" * 2900), terms=terms)
        assert not connector.preview(post).is_cut
        connector.publish(post, idempotency_key="k")
        assert net.copies("status") == [("", "花" * 2900)]

    def test_a_server_that_allows_less_gets_less(self, net, connector):
        net.sandbox.mastodon.configure({"max_characters": 100})
        post = replace(a_post("status", text="花" * 200), terms=connector.terms())
        assert connector.preview(post).text.endswith(PERMALINK)
        connector.publish(post, idempotency_key="k")
        assert len(net.copies("status")) == 1

    @pytest.mark.parametrize("status", [400, 401, 422])
    def test_a_dead_token_is_known_however_the_server_says_it(self, net, connector, status):
        net.sandbox.mastodon.configure({"dead_token": status})
        net.revoke()
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert not refusal.value.scope

    @pytest.mark.parametrize("dead", [answer("", "401 x"), answer("Invalid Bearer token", "400 x")])
    def test_a_dead_token_without_json_is_known_where_the_api_speaks_otherwise(self, net, dead):
        speaks = answer('{"uri":"x","version":"4.0.0 (compatible)"}')
        with playing(dead, dead, speaks) as server, pytest.raises(Unauthorized):
            net.scripted(server).publish(a_post("status"), idempotency_key="k")

    def test_a_server_that_says_gone_with_a_page_is_believed_where_the_api_speaks(self, net):
        page, speaks = answer("<h1>404</h1>", "404 x"), answer('{"version":"4.0.0"}')
        with playing(page, speaks, page, page) as server:
            net.scripted(server).retract(Receipt("116"))
        with playing(page, speaks, page, page) as server, pytest.raises(CopyGone):
            net.scripted(server).amend(Receipt("116"), a_post("status"), idempotency_key="l")
        there = answer('{"id":"116"}')
        with playing(page, speaks, there) as server, pytest.raises(OutcomeUnknown):
            net.scripted(server).retract(Receipt("116"))

    def test_a_refused_post_parks_nothing(self, net, connector):
        with pytest.raises(Rejected):
            connector.publish(
                replace(a_post("status", text="花" * 900), terms=Terms(text=5000, address=23)),
                idempotency_key="k",
            )

    def test_a_token_without_the_scope_says_so(self, net):
        connector = net.connector(net.credentials(frozenset({"read"})))
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert refusal.value.scope

    def test_nothing_left_in_the_window_is_waited_for_by_its_reset(self, net, connector):
        net.sandbox.mastodon.configure({"rate_limit": 1})
        connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("status"), idempotency_key="l")
        assert 0 < delay.value.after <= 301  # its Date is cut to the second

    def test_a_copy_takes_other_words_and_keeps_its_picture(self, net, connector):
        receipt = connector.publish(a_post("photo"), idempotency_key="k")
        other = a_post("photo", text="other words", photos=(Photo(b"", alt="other"),))
        assert connector.amend(receipt, other, idempotency_key="l") == receipt
        [status] = net.sandbox.mastodon.received()["statuses"]
        assert status["text"] == "other words"
        assert [photo["alt"] for photo in status["photos"]] == ["other"]

    def test_the_feed_shows_what_was_passed_on_and_a_warning_instead_of_the_text(self, net):
        boost = {
            "id": "9",
            "created_at": "2026-01-02T03:04:05.000Z",
            "account": {"id": "1", "acct": "a"},
            "reblog": {
                "id": "5",
                "url": "https://x.example/@b/5",
                "content": "<p>one<br>two</p><p>three &amp; four</p>",
                "account": {"id": "2", "acct": "b@x.example", "display_name": "B"},
            },
        }
        warned = {
            "id": "8",
            "created_at": "2026-01-02T03:04:04.000Z",
            "spoiler_text": "food",
            "content": "<p>cake</p>",
            "account": {"id": "1", "acct": "a"},
        }
        with playing(answer(json.dumps([boost, warned]))) as server:
            items = list(net.scripted(server).feed())
        assert [(item.author.name, item.text) for item in items] == [
            ("a", "[food]"),
            ("B", "one\ntwo\n\nthree & four"),
        ]
        assert [item.sharer.uid if item.sharer else "" for item in items] == ["", "1"]

    def test_an_address_in_a_status_reads_whole_again(self, net, connector):
        long = "https://example.org/" + "a-long-way/" * 9
        post = a_post("status", text=f"look: {long}")
        receipt = connector.publish(post, idempotency_key="k")
        found = connector.look_up(post, since=0, idempotency_key="k").exact
        assert [each.remote_id for each in found] == [receipt.remote_id]


def test_every_kind_of_post_has_a_place_there():
    assert Mastodon.kinds() == {"status", "note", "photo", "link"}
    assert JPEG


def test_a_link_of_nothing_but_addresses_is_read_in_one_pass():
    """A server's answer may have a megabyte, and Python holds its lock while it searches."""
    endless = "<a" + ' href=""' * 100_000
    begun = time.process_time()
    assert reading.with_whole_addresses(endless) == endless
    assert time.process_time() - begun < 1
