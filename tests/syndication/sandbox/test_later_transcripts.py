"""Orkut, X, Mastodon and Misskey: the sandbox answers as the dossier's transcripts A12 to A15."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import requests
from oauthlib.oauth1 import Client

from syndication.sandbox.orkut.state import CLIENT_ID
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.connectors.twitter import TwitterOnTheSandbox
from tests.syndication.transcripts import Exchange, load


def sent(root: str, exchange: Exchange, text: str, **headers: str) -> requests.Response:
    """The transcript's request, its `…` filled in."""
    body = exchange.request.body.replace("…", text).encode()
    given = {**exchange.request.headers, **headers}
    url = root + exchange.request.target
    return requests.request(exchange.request.method, url, data=body, headers=given, timeout=10)


def assert_answered(exchange: Exchange, case: str, answer: requests.Response) -> Any:
    """As the case's answer shows it."""
    [shown] = [each for each in exchange.answers if each.when == case]
    assert answer.status_code in shown.statuses
    assert shown.fits(answer.text), answer.text
    return answer.json()


class TestOrkut:
    @pytest.fixture
    def call(self, sandbox):
        [exchange] = load("orkut", "a12")
        state = sandbox.orkut.state
        token = state.tokens.give(state.graph.named("hanako").id, CLIENT_ID)

        def call(case: str) -> Any:
            body = exchange.request.body.replace("…", "やあ")
            client = Client(
                CLIENT_ID,
                client_secret=state.secret,
                resource_owner_key=token,
                resource_owner_secret=state.tokens.tokens[token].secret,
                signature_type="QUERY",
            )
            url, headers, _ = client.sign(
                sandbox.root("orkut") + exchange.request.target,
                exchange.request.method,
                body=body,
                headers=dict(exchange.request.headers),
            )
            answer = requests.post(url, data=body.encode(), headers=headers, timeout=10)
            return assert_answered(exchange, case, answer)

        return call

    def test_a12_an_activity_is_taken_and_its_id_not_told(self, call):
        call("")

    @pytest.mark.parametrize("trouble", ["requiresCaptcha", "apiLimitExceeded"])
    def test_a12_an_error_comes_with_status_200(self, sandbox, call, trouble):
        sandbox.orkut.configure({"trouble": trouble})
        call(trouble)


def test_a13_a_post_a_twin_too_many_and_no_token(sandbox):
    [exchange] = load("twitter", "a13")
    root = sandbox.root("twitter")
    token = f"Bearer {TwitterOnTheSandbox(sandbox).credentials().access_token}"
    first = sent(root, exchange, "hello", Authorization=token)
    assert_answered(exchange, "", first)
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= {
        name.lower() for name in first.headers
    }
    assert_answered(exchange, "duplicate", sent(root, exchange, "hello", Authorization=token))
    sandbox.twitter.configure({"rate_limit": 1})
    assert_answered(exchange, "too many", sent(root, exchange, "more", Authorization=token))
    assert_answered(exchange, "no token", sent(root, exchange, "x", Authorization="Bearer no"))


def test_a14_a_status_its_replay_and_what_is_refused(sandbox):
    [exchange] = load("mastodon", "a14")
    root, net = sandbox.root("mastodon"), MastodonOnTheSandbox(sandbox)
    token = f"Bearer {net.credentials().access_token}"
    key = {"Authorization": token, "Idempotency-Key": str(uuid.uuid4())}
    first = assert_answered(exchange, "", sent(root, exchange, "hello", **key))
    again = assert_answered(exchange, "", sent(root, exchange, "hello", **key))
    assert first["id"] == again["id"]
    other = {**key, "Idempotency-Key": str(uuid.uuid4())}
    assert_answered(exchange, "blank", sent(root, exchange, "", **other))
    narrow = net.credentials(frozenset({"read"})).access_token
    refused = sent(root, exchange, "x", **{**other, "Authorization": f"Bearer {narrow}"})
    assert_answered(exchange, "another scope", refused)
    sandbox.mastodon.configure({"rate_limit": 1})
    assert_answered(exchange, "too many", sent(root, exchange, "x", **other))
    sandbox.mastodon.revoke("hanako")
    assert_answered(exchange, "revoked", sent(root, exchange, "x", **other))


def test_a15_a_consent_is_told_once_and_a_note_taken_by_its_token(sandbox):
    consent, note = load("misskey", "a15")
    root, session = sandbox.root("misskey"), str(uuid.uuid4())
    check = f"{root}{consent.request.target.replace('…', session)}"
    assert_answered(consent, "not granted", requests.post(check, json={}, timeout=10))
    page = f"{root}/miauth/{session}"
    shown = requests.get(page, params={"permission": "write:notes"}, timeout=10)
    key = shown.text.partition('name="key" value="')[2].partition('"')[0]
    form = {"key": key, "name": "hanako", "password": sandbox.people[0].password, "accept": "1"}
    assert requests.post(page, data=form, timeout=10).status_code == 200
    told = assert_answered(consent, "", requests.post(check, json={}, timeout=10))
    assert_answered(consent, "not granted", requests.post(check, json={}, timeout=10))

    def noted(text: str) -> requests.Response:
        fields = json.loads(note.request.body) | {"i": told["token"], "text": text}
        url = root + note.request.target
        return requests.post(url, json=fields, timeout=10)

    assert_answered(note, "", noted("hello"))
    assert_answered(note, "nothing in it", noted(""))
    sandbox.misskey.configure({"rate_limit": 1})
    assert_answered(note, "too many", noted("more"))
    assert MisskeyOnTheSandbox(sandbox).copies("status") == [("", "hello")]
