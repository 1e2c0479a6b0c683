"""Orkut: the contract, and what is Orkut's alone."""

from __future__ import annotations

import json

import pytest

from syndication.connectors import reasons
from syndication.connectors.errors import (
    OutcomeUnknown,
    Rejected,
    TryLater,
    Unauthorized,
    Unsupported,
)
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.network import a_post
from tests.syndication.connectors.orkut import OrkutOnTheSandbox


class TestOrkut(ConnectorContract):
    network = OrkutOnTheSandbox

    def test_a_call_goes_as_the_vendors_client_sent_it(self, net):
        with (
            playing(answer('[{"id":"activities.create","result":{}}]')) as server,
            pytest.raises(OutcomeUnknown),
        ):
            net.scripted(server).publish(a_post("status", text="a < b"), idempotency_key="k")
        head, _, body = server.received[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /social/rpc")
        assert b"oauth_body_hash=" in head
        assert b"x-orkut-client-lib: 1.1" in head.lower()
        [call] = json.loads(body)
        assert call["method"] == "activities.create"
        assert call["params"]["userId"] == "@viewer"
        assert call["params"]["appId"] == "@app"
        assert call["params"]["activity"] == {"title": "a &lt; b"}

    def test_what_was_taken_but_is_not_to_be_seen_yet_has_no_verdict(self, net, connector):
        net.sandbox.orkut.configure({"timeline_lag": 60})
        with pytest.raises(OutcomeUnknown):
            connector.publish(a_post("status"), idempotency_key="k")
        net.sandbox.clock.advance(61)
        [found] = connector.look_up(a_post("status"), since=0, idempotency_key="k").exact
        assert found.remote_id.startswith("activity:")

    @pytest.mark.parametrize(
        ("trouble", "error", "reason"),
        [
            ("requiresCaptcha", TryLater, reasons.CAPTCHA),
            ("apiLimitExceeded", TryLater, reasons.SLOW_DOWN),
            ("tosNotAccepted", Unauthorized, reasons.TERMS_NOT_ACCEPTED),
            ("noPermissions", Rejected, reasons.REFUSED),
            ("500", OutcomeUnknown, reasons.NO_ANSWER),
        ],
    )
    def test_an_error_that_comes_with_status_200_is_one(
        self, net, connector, trouble, error, reason
    ):
        net.sandbox.orkut.configure({"trouble": trouble})
        with pytest.raises(error) as raised:
            connector.publish(a_post("status"), idempotency_key="k")
        assert raised.value.reason == reason
        assert net.copies("status") == []

    def test_nothing_but_photos_can_be_deleted(self, net, connector):
        for kind in ("status", "note", "link"):
            receipt = connector.publish(a_post(kind), idempotency_key=kind)
            with pytest.raises(Unsupported):
                connector.retract(receipt)

    def test_photos_go_into_one_album_of_ours(self, net, connector):
        first = connector.publish(a_post("photo"), idempotency_key="k")
        second = connector.publish(a_post("photo", text="another"), idempotency_key="l")
        assert len(net.sandbox.orkut.state.albums) == 1
        assert first.remote_id.rpartition("/")[0] == second.remote_id.rpartition("/")[0]

    def test_an_older_server_says_data_instead_of_result(self, net):
        page = net.friend_page.replace("result", "data").replace("{total}", "1")
        with playing(answer(page)) as server:
            assert [friend.name for friend in net.scripted(server).friends()] == ["A"]
