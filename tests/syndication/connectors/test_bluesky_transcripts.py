"""Bluesky: what the connector makes of the answers that a real server gave (transcript A16)."""

from __future__ import annotations

import json

import pytest

from syndication.connectors.base import OutgoingPost
from syndication.connectors.bluesky.records import record_key
from syndication.connectors.errors import Rejected, Unauthorized
from tests.scripted_server import answer, playing
from tests.syndication.connectors.bluesky import HANAKO, BlueskyOnTheSandbox
from tests.syndication.transcripts import load

POST = OutgoingPost("status", text="到着", written_at=1_795_000_000.0)
KEY = record_key(POST, "k")


def played(case: str):
    """What the connector does with the answer, and the request that it sent."""
    exchange = load("bluesky", "a16")[1]
    [shown] = [each for each in exchange.answers if each.when == case]
    body = shown.body.replace("did:plc:…", HANAKO).replace("3l2222222222a", KEY)
    with playing(answer(body, f"{shown.statuses[0]} x")) as server:
        connector = BlueskyOnTheSandbox(None).scripted(server)
        try:
            return connector.publish(POST, idempotency_key="k"), exchange, server.received
        except (Rejected, Unauthorized) as error:
            return error, exchange, server.received


@pytest.mark.parametrize("case", ["", "the same again", "other words"])
def test_what_stands_under_the_key_is_the_copy(case):
    receipt, _, _ = played(case)
    assert receipt.remote_id == f"at://{HANAKO}/app.bsky.feed.post/{KEY}"


@pytest.mark.parametrize("case", ["a token that is none", "a token that has ended", "no token"])
def test_a_token_that_is_no_good_asks_for_a_renewal(case):
    error, _, _ = played(case)
    assert isinstance(error, Unauthorized)
    assert error.expired


def test_what_is_too_long_is_refused_in_the_server_s_words():
    error, _, _ = played("too long")
    assert isinstance(error, Rejected)
    assert error.message.endswith("grapheme too big (maximum 300, got 301) at $.record.text")


def test_the_request_has_the_fields_of_the_transcript_and_no_others():
    _, exchange, received = played("")
    head, _, sent = received[0].partition(b"\r\n\r\n")
    assert head.startswith(f"{exchange.request.method} {exchange.request.target}".encode())
    told, ours = json.loads(exchange.request.body), json.loads(sent)
    assert told.keys() == ours.keys()
    assert told["record"].keys() == ours["record"].keys()
    assert (ours["repo"], ours["rkey"], ours["swapRecord"]) == (HANAKO, KEY, None)
