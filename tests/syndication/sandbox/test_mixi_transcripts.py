"""The dossier's transcripts A1 to A11, sent to the sandbox and compared byte for byte.

Time, chance and the registered address are those of the transcripts; only the hosts differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from syndication.sandbox.clock import Clock
from syndication.sandbox.mixi.grants import MixiGrant
from tests.sandbox_server import TestSandbox, make_sandbox
from tests.syndication.sandbox.conftest import GIF, JPEG, PASSWORD, Caller
from tests.syndication.transcripts import Answer, Request, complete, load

AT = datetime(2011, 2, 15, 14, 44, 4, tzinfo=UTC)
CODE = "5fc3e68f53708f102f627cc854bbf832b3cc5a98"
REFRESH = "a6065549ec8e7be1b0505c31142ff200a7de8869"
ACCESS = "2199f67266d20a5d00dcb4fda135570957df205f"
SCOPES = frozenset({"r_profile", "w_diary", "w_voice"})


class Replay:
    """The transcripts' service before the sandbox, in the transcripts' own words."""

    def __init__(self, sandbox: TestSandbox) -> None:
        self.sandbox = sandbox
        self.root = sandbox.root("mixi")
        state = sandbox.mixi.state
        state.client = replace(
            state.client, redirect_uri="https://hub.example.jp/links/mixi/callback"
        )
        self.words = {
            "client_secret=…": f"client_secret={state.client.secret}",
            "2199f672…": ACCESS,
            "5fc3e…": CODE,
            "Zk3…": "Zk3k9",
        }

    def send(self, request: Request, *, token: str = "", jpeg: bytes = JPEG) -> requests.Response:
        """A transcript's request, with what it left out filled in."""
        headers = {key: complete(value, self.words) for key, value in request.headers.items()}
        headers.pop("Host", None)
        if token:
            headers["Authorization"] = f"OAuth {token}"
        body = complete(request.wire_body().decode(), self.words).encode()
        body = body.replace("…".encode(), jpeg)
        target = complete(request.target, self.words)
        return requests.request(
            request.method, self.root + target, headers=headers, data=body, allow_redirects=False
        )

    def give(self, user: str, scopes: frozenset[str] = SCOPES) -> str:
        """An access token for an account, as a consent and an exchange would have given."""
        grants, state = self.sandbox.mixi.state.grants, self.sandbox.mixi.state
        grant = MixiGrant(state.named(user).id, scopes)
        grants.give_refresh(grant)
        return grants.give_access(grant)

    def check(self, reply: requests.Response, answer: Answer) -> None:
        """That a reply is the transcript's answer, hosts apart."""
        assert reply.status_code in answer.statuses, (answer.when, reply.status_code, reply.text)
        self._check_headers(reply.headers, answer.headers)
        for vendor in ("http://profile.img.mixi.jp", "http://mixi.jp"):
            text = answer.body and answer.body.replace(vendor, self.root)
            answer = replace(answer, body=text)
        assert answer.fits(reply.text), (answer.when, reply.text, answer.body)

    def _check_headers(self, given: Mapping[str, str], shown: Mapping[str, str]) -> None:
        for name, value in shown.items():
            mine = given[name].replace(self.root, "")
            assert Answer("", (), {}, complete(value, self.words)).fits(mine), (name, mine)


@pytest.fixture
def replay() -> Iterator[Replay]:
    """The sandbox at the second of the transcripts, giving out the transcripts' tokens."""
    tokens = iter([CODE, REFRESH, ACCESS, *(f"{number:040x}" for number in range(100))])
    with make_sandbox(clock=Clock(AT), mint=lambda: next(tokens)) as sandbox:
        yield Replay(sandbox)


def consent(replay: Replay, button: str = "accept") -> requests.Response:
    page = replay.send(load("mixi", "a1")[0].request)
    caller = Caller(replay.sandbox)
    return caller.press(page, button, name="hanako", password=PASSWORD)


def test_a1_authorize(replay):
    request = load("mixi", "a1")[0].request
    to_login, form, accepted, refused, unknown = load("mixi", "a1")[0].answers
    replay.check(replay.send(request), form)
    replay.check(consent(replay), accepted)
    replay.check(consent(replay, "deny"), refused)
    wrong = replace(request, target=request.target.replace("w_voice", "w_all"))
    replay.check(replay.send(wrong), unknown)
    assert "エラー" in replay.send(wrong).text
    replay.sandbox.mixi.configure({"login_first": True})
    replay.check(replay.send(request), to_login)


def test_a2_token(replay):
    exchange = load("mixi", "a2")[0]
    good, dead, wrong_secret, missing, unknown = exchange.answers
    consent(replay)

    def send(before: str = "", after: str = "") -> requests.Response:
        request = exchange.request
        return replay.send(replace(request, body=request.body.replace(before, after)))

    replay.check(send("client_secret=…", "client_secret=guessed"), wrong_secret)
    replay.check(send("&code=5fc3e…", ""), missing)
    replay.check(send("authorization_code", "password"), unknown)
    replay.check(send(), good)
    replay.check(send(), dead)


def test_a2_a_code_older_than_180_seconds(replay):
    consent(replay)
    replay.sandbox.clock.advance(181)
    exchange = load("mixi", "a2")[0]
    replay.check(replay.send(exchange.request), exchange.answers[1])


def test_a2_another_redirect_uri(replay):
    consent(replay)
    exchange = load("mixi", "a2")[0]
    body = exchange.request.body.replace("callback", "elsewhere")
    replay.check(replay.send(replace(exchange.request, body=body)), exchange.answers[1])


def test_a3_refresh(replay):
    consent(replay)
    replay.send(load("mixi", "a2")[0].request)
    exchange = load("mixi", "a3")[0]
    alive, dead = exchange.answers
    replay.check(replay.send(exchange.request), alive)
    replay.check(replay.send(exchange.request), dead)


def test_a4_friends(replay):
    mixi = replay.sandbox.mixi
    mixi.account("kei").friends = {mixi.account("hanako").id}
    token = replay.give("kei")
    exchange = load("mixi", "a4")[0]
    replay.check(replay.send(exchange.request, token=token), exchange.answer)


def test_a5_expired_token_and_retry(replay):
    consent(replay)
    replay.send(load("mixi", "a2")[0].request)
    first, refresh, second = load("mixi", "a5")
    replay.sandbox.clock.advance(901)
    replay.check(replay.send(first.request, token=ACCESS), first.answer)
    renewed = replay.send(load("mixi", "a3")[0].request)
    replay.check(renewed, refresh.answer)
    token = renewed.json()["access_token"]
    replay.check(replay.send(second.request, token=token), second.answer)


def test_a6_missing_scope(replay):
    token = replay.give("hanako", frozenset({"r_profile"}))
    exchange = load("mixi", "a6")[0]
    replay.check(replay.send(exchange.request, token=token), exchange.answer)


def test_a7_post_and_delete_voice(replay):
    token = replay.give("kei")
    post, delete = load("mixi", "a7")
    made, too_long = post.answers
    replay.check(replay.send(post.request, token=token), made)
    long = replace(post.request, body="status=" + "%E3%81%82" * 151)
    replay.check(replay.send(long, token=token), too_long)
    first, second = delete.answers
    replay.check(replay.send(delete.request, token=token), first)
    replay.check(replay.send(delete.request, token=token), second)


def test_a8_photo_voice(replay):
    token = replay.give("kei")
    exchange = load("mixi", "a8")[0]
    taken, gif = exchange.answers
    replay.check(replay.send(exchange.request, token=token), taken)
    replay.check(replay.send(exchange.request, token=token, jpeg=GIF), gif)
    status = replay.sandbox.mixi.statuses[0]
    assert status.text == "投稿なう"
    assert replay.sandbox.mixi.state.pictures[status.photo].content == JPEG


def test_a9_diary_with_photo(replay):
    token = replay.give("hanako")
    exchange = load("mixi", "a9")[0]
    made, too_long = exchange.answers
    replay.check(replay.send(exchange.request, token=token), made)
    diary = replay.sandbox.mixi.diaries[0]
    assert (diary.title, diary.visibility, diary.group) == ("日記のタイトル", "group", "10")
    assert replay.sandbox.mixi.state.pictures[diary.photos[0]].content == JPEG
    body = exchange.request.body.replace("日記のタイトル", "あ" * 101)
    replay.check(replay.send(replace(exchange.request, body=body), token=token), too_long)


def test_a10_throttle(replay):
    replay.sandbox.mixi.configure({"rate_limit": 1})
    token = replay.give("hanako")
    exchange = load("mixi", "a10")[0]
    assert replay.send(exchange.request, token=token).status_code == 200
    reply = replay.send(exchange.request, token=token)
    replay.check(reply, exchange.answer)
    assert reply.reason == "Service Temporarily Unavailable"


def test_a11_revoked_by_the_member(replay):
    consent(replay)
    replay.send(load("mixi", "a2")[0].request)
    replay.sandbox.mixi.revoke("hanako")
    for exchange in load("mixi", "a11"):
        replay.check(replay.send(exchange.request), exchange.answer)
