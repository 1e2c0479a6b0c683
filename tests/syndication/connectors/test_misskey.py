"""Misskey: the contract, and what is Misskey's alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from syndication.connectors.errors import Rejected, TryLater, Unauthorized
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.connectors.network import a_post


class TestMisskey(ConnectorContract, RepliesContract):
    network = MisskeyOnTheSandbox

    def test_a_note_says_who_may_read_it(self, net, connector):
        connector.publish(a_post("status"), idempotency_key="k")
        connector.publish(a_post("status", "friends"), idempotency_key="l")
        kinds = [each["visibility"] for each in net.sandbox.misskey.received()["statuses"]]
        assert kinds == ["public", "followers"]

    def test_friends_read_only_where_followers_are_approved(self, net, connector):
        net.sandbox.misskey.state.graph.named("hanako").is_locked = False
        with pytest.raises(Rejected):
            connector.publish(a_post("status", "friends"), idempotency_key="k")
        assert net.copies("status") == []
        assert not connector.terms().approves_followers

    def test_a_photo_goes_with_its_words_and_a_repeat_fills_no_drive(self, net, connector):
        connector.publish(a_post("photo"), idempotency_key="k")
        connector.publish(a_post("photo"), idempotency_key="l")
        first, second = net.sandbox.misskey.received()["statuses"]
        assert [photo["alt"] for photo in first["photos"]] == ["a picture"]
        assert second["photos"] == first["photos"]
        assert len(net.sandbox.misskey.state.graph.uploads) == 1

    def test_the_server_tells_its_limit(self, net, connector):
        net.sandbox.misskey.configure({"max_note_text_length": 200})
        post = replace(a_post("status", text="花" * 300), terms=connector.terms())
        assert connector.preview(post).is_cut
        connector.publish(post, idempotency_key="k")
        [(_, text)] = net.copies("status")
        assert len(text) <= 200

    def test_a_note_that_is_too_long_after_all_is_refused(self, net, connector):
        net.sandbox.misskey.configure({"max_note_text_length": 10})
        with pytest.raises(Rejected):
            connector.publish(a_post("status"), idempotency_key="k")

    def test_what_was_not_allowed_says_so(self, net):
        connector = net.connector(net.credentials(frozenset({"read:account"})))
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert refusal.value.scope

    def test_an_account_that_was_suspended_is_parked(self, net):
        words = '{"error":{"message":"x","code":"YOUR_ACCOUNT_SUSPENDED","id":"x"}}'
        with (
            playing(answer(words, "403 Forbidden")) as server,
            pytest.raises(Unauthorized) as refusal,
        ):
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert not refusal.value.scope

    def test_the_hours_notes_are_counted(self, net, connector):
        net.sandbox.misskey.configure({"rate_limit": 1})
        connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("status"), idempotency_key="l")
        assert delay.value.after

    def test_a_renote_shows_what_was_passed_on(self, net):
        renote = {
            "id": "r1",
            "createdAt": "2026-01-02T03:04:05.000Z",
            "text": None,
            "user": {"id": "u1", "username": "a"},
            "renote": {
                "text": "passed on",
                "user": {"id": "u2", "username": "b", "host": "x.example"},
            },
        }
        with playing(answer(json.dumps([renote]))) as server:
            [item] = net.scripted(server).feed()
        assert (item.author.name, item.text) == ("@b@x.example", "passed on")
        assert item.author.profile_url == f"{server.url}/@b@x.example"
        assert item.sharer.uid == "u1"

    def test_a_note_of_another_server_has_its_address_there(self, net):
        there = "https://x.example/notes/9"
        users = [{"id": "u1", "username": "a"}, {"id": "u2", "username": "b", "host": "x.example"}]
        notes = [
            {"id": f"n{at}", "createdAt": "2026-01-02T03:04:05.000Z", "text": "x", "user": user,
             "uri": there}
            for at, user in enumerate(users)
        ]  # fmt: skip
        with playing(answer(json.dumps(notes))) as server:
            items = list(net.scripted(server).feed())
        assert {item.url for item in items} == {f"{server.url}/notes/n0", there}
