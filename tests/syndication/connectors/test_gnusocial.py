"""GNU social: the contract, and what is its alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndication.connectors.errors import OutcomeUnknown, Rejected, Unauthorized
from syndication.connectors.reasons import SAID_ALREADY
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.network import a_post


class TestGnusocial(ConnectorContract, RepliesContract):
    network = GnusocialOnTheSandbox

    def test_two_equal_posts_are_two_copies(self, net, connector):
        """Only after a minute: before it the second one could be the first one once more."""
        connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(OutcomeUnknown):
            connector.publish(a_post("status"), idempotency_key="l")
        assert len(net.copies("status")) == 1
        net.sandbox.gnusocial.configure({"dupe_seconds": 0})
        connector.publish(a_post("status"), idempotency_key="l")
        assert len(net.copies("status")) == 2

    def test_a_text_that_stood_there_for_long_is_refused_in_words(self, net, connector):
        net.sandbox.gnusocial.configure({"dupe_seconds": 7200})
        connector.publish(a_post("status"), idempotency_key="k")
        connector.clock = lambda: net.sandbox.clock.now().timestamp() + 1000
        with pytest.raises(Rejected) as refusal:
            connector.publish(a_post("status"), idempotency_key="l")
        assert refusal.value.reason == SAID_ALREADY

    @pytest.mark.parametrize("limit", [0, 500, 90])
    def test_the_server_tells_its_limit(self, net, connector, limit):
        net.sandbox.gnusocial.configure({"text_limit": limit})
        post = replace(a_post("status", text="花" * 400), terms=connector.terms())
        assert connector.preview(post).is_cut == (limit == 90)
        connector.publish(post, idempotency_key="k")
        assert len(net.copies("status")) == 1

    def test_a_text_that_is_too_long_after_all_is_refused(self, net, connector):
        net.sandbox.gnusocial.configure({"text_limit": 10})
        with pytest.raises(Rejected) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert refusal.value.status == 406

    def test_a_photo_goes_along(self, net, connector):
        connector.publish(a_post("photo"), idempotency_key="k")
        [status] = net.sandbox.gnusocial.received()["statuses"]
        assert [photo["type"] for photo in status["photos"]] == ["image/jpeg"]

    def test_a_signature_with_another_secret_opens_nothing(self, net):
        held = net.credentials()
        forged = replace(held, extra={**held.extra, "token_secret": "guessed"})
        with pytest.raises(Unauthorized):
            net.connector(forged).publish(a_post("status"), idempotency_key="k")
        assert net.copies("status") == []

    def test_no_two_requests_carry_one_signature(self, net):
        with playing(answer("[]"), answer("[]")) as server:
            connector = net.scripted(server)
            list(connector.feed())
            list(connector.feed())
        headers = [
            line
            for request in server.received
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"authorization")
        ]
        assert len(set(headers)) == 2
        assert not any(b"client-secret" in header for header in headers)
