"""Bluesky: the sandbox answers as a real server did (transcript A16)."""

from __future__ import annotations

from typing import Any

import requests

from syndication.sandbox.bluesky.values import did_of
from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.syndication.transcripts import Exchange, load


def sent(root: str, exchange: Exchange, *words: str, **headers: str) -> requests.Response:
    """The transcript's request with its `…` filled in, one by one."""
    body = exchange.request.body
    for word in words:
        body = body.replace("…", word, 1)
    given = {**exchange.request.headers, **headers}
    url = root + exchange.request.target
    return requests.request("POST", url, data=body.encode(), headers=given, timeout=10)


def assert_answered(exchange: Exchange, case: str, answer: requests.Response) -> Any:
    [shown] = [each for each in exchange.answers if each.when == case]
    assert answer.status_code in shown.statuses
    assert shown.fits(answer.text), answer.text
    return answer.json()


def test_a16_a_session_and_a_record_that_is_put_once(sandbox):
    session, post = load("bluesky", "a16")
    root, did = sandbox.root("bluesky"), did_of("hanako")
    assert_answered(session, "wrong password", sent(root, session, did, "wrong"))
    opened = assert_answered(session, "", sent(root, session, did, DEFAULT_PASSWORD))
    token = {"Authorization": f"Bearer {opened['accessJwt']}"}
    who = did.removeprefix("did:plc:")
    assert_answered(post, "", sent(root, post, who, "hello", **token))
    assert_answered(post, "the same again", sent(root, post, who, "hello", **token))
    assert_answered(post, "other words", sent(root, post, who, "changed", **token))
    assert_answered(post, "too long", sent(root, post, who, "花" * 301, **token))
    assert_answered(post, "no token", sent(root, post, who, "x"))
    none = {"Authorization": "Bearer no"}
    assert_answered(post, "a token that is none", sent(root, post, who, "x", **none))
    sandbox.clock.advance(7201)
    assert_answered(post, "a token that has ended", sent(root, post, who, "x", **token))
