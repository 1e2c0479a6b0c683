"""The sandbox's Bluesky does what a real server was seen to do: see tests/pds."""

from __future__ import annotations

import pytest
import requests

from accounts.crypto import dpop
from syndication.sandbox.bluesky import es256
from syndication.sandbox.bluesky.values import cid, count_graphemes, did_of
from syndication.sandbox.network import DEFAULT_PASSWORD

HANAKO = did_of("hanako")
POST = "app.bsky.feed.post"


class Caller:
    """Somebody with the app password of `name`."""

    def __init__(self, sandbox, name: str = "hanako") -> None:
        self.root = sandbox.root("bluesky")
        typed = {"identifier": f"{name}.test", "password": DEFAULT_PASSWORD}
        self.session = self.post("com.atproto.server.createSession", typed, token="").json()

    def post(self, method, content=None, *, token=None, **more):
        token = self.session["accessJwt"] if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        url = f"{self.root}/xrpc/{method}"
        return requests.post(url, json=content, headers=headers, timeout=10, **more)

    def get(self, method, **query):
        return requests.get(f"{self.root}/xrpc/{method}", params=query, timeout=10)

    def put(self, key="3k2222222222a", *, text="x", **more):
        record = {"$type": POST, "text": text, "createdAt": "2026-11-22T00:00:00Z"}
        record |= more.pop("record", {})
        content = {"repo": HANAKO, "collection": POST, "rkey": key, "record": record, **more}
        return self.post("com.atproto.repo.putRecord", content)


@pytest.fixture
def caller(sandbox):
    return Caller(sandbox)


def said(answer):
    return answer.status_code, answer.json().get("error")


# Records


def test_the_same_again_changes_nothing_and_other_words_are_an_edit(sandbox, caller):
    first, again = caller.put().json(), caller.put().json()
    assert (first["uri"], first["cid"]) == (again["uri"], again["cid"])
    assert "commit" not in again
    assert caller.put(text="y").json()["cid"] != first["cid"]
    [post] = sandbox.bluesky.statuses
    assert (post.text, post.edits) == ("y", 1)


def test_what_must_be_new_is_refused_where_something_stands(caller):
    assert caller.put(swapRecord=None).status_code == 200
    assert said(caller.put(text="y", swapRecord=None)) == (400, "InvalidSwap")


def test_creating_on_a_key_that_is_taken_breaks_as_the_real_one_does(caller):
    caller.put()
    record = {"$type": POST, "text": "z", "createdAt": "2026-11-22T00:00:00Z"}
    content = {"repo": HANAKO, "collection": POST, "rkey": "3k2222222222a", "record": record}
    answered = caller.post("com.atproto.repo.createRecord", content)
    assert said(answered) == (500, "InternalServerError")


def test_deleting_what_is_gone_is_no_error(caller):
    caller.put()
    name = {"repo": HANAKO, "collection": POST, "rkey": "3k2222222222a"}
    answers = [caller.post("com.atproto.repo.deleteRecord", name) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    found = caller.get("com.atproto.repo.getRecord", **name)
    assert said(found) == (400, "RecordNotFound")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"text": "花" * 301}, "grapheme too big (maximum 300, got 301)"),
        ({"text": "👨‍👩‍👧" * 200}, "string too big (maximum 3000, got 3600)"),
        ({"text": 5}, "text"),
        ({"createdAt": "nope"}, "createdAt"),
        ({"embed": {"images": [{"alt": "", "image": {}}] * 5}}, "array too big"),
        ({"facets": [{"index": {"byteStart": 3, "byteEnd": 3}}]}, "index"),
    ],
)
def test_what_the_lexicon_does_not_allow_is_refused_in_its_words(sandbox, caller, record, words):
    answered = caller.put(record=record)
    assert answered.status_code == 400
    assert words in answered.json()["message"]
    assert not sandbox.bluesky.statuses


def test_a_picture_is_too_big_only_when_a_record_names_it(caller):
    headers = {"Content-Type": "image/jpeg"}
    url = f"{caller.root}/xrpc/com.atproto.repo.uploadBlob"
    headers["Authorization"] = f"Bearer {caller.session['accessJwt']}"
    answered = requests.post(url, data=b"\xff\xd8\xff" + b"x" * 1_000_000, headers=headers)
    blob = answered.json()["blob"]
    assert blob["ref"]["$link"] == cid(b"\xff\xd8\xff" + b"x" * 1_000_000, 0x55)
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": blob}]}
    assert "blob too big" in caller.put(record={"embed": images}).json()["message"]
    lost = {"images": [{"alt": "", "image": {"ref": {"$link": "bafkrei"}}}]}
    assert said(caller.put(record={"embed": lost})) == (400, "BlobNotFound")


def test_nobody_writes_for_somebody_else(sandbox, caller):
    content = {"repo": did_of("taro"), "collection": POST, "rkey": "a", "record": {}}
    answered = caller.post("com.atproto.repo.putRecord", content)
    assert said(answered) == (401, "AuthenticationRequired")


# Sessions


def test_tokens_end_and_say_so(sandbox, caller):
    assert said(caller.post("com.atproto.repo.putRecord", {}, token="")) == (401, "AuthMissing")
    assert said(caller.post("com.atproto.repo.putRecord", {}, token="x")) == (400, "InvalidToken")
    sandbox.clock.advance(7201)
    assert said(caller.put()) == (400, "ExpiredToken")


def test_a_renewal_asked_for_again_gives_the_same_successor(sandbox, caller):
    refresh = caller.session["refreshJwt"]
    first, second = (
        caller.post("com.atproto.server.refreshSession", token=refresh).json() for _ in range(2)
    )
    assert first["refreshJwt"] == second["refreshJwt"] != refresh
    sandbox.clock.advance(7300)
    answered = caller.post("com.atproto.server.refreshSession", token=refresh)
    assert said(answered) == (400, "ExpiredToken")


def test_what_is_taken_back_lasts_to_its_end_and_is_not_renewed(sandbox, caller):
    sandbox.bluesky.revoke("hanako")
    assert caller.put().status_code == 200
    renewal = caller.post("com.atproto.server.refreshSession", token=caller.session["refreshJwt"])
    assert renewal.json() == {"error": "ExpiredToken", "message": "Token has been revoked"}


# Small things


def test_letters_are_counted_as_readers_count_them():
    counts = {
        "": 0,
        "abc": 3,
        "👨‍👩‍👧": 1,
        "🇯🇵🇺🇸": 2,
        "e\u0301": 1,
        "が\r\n": 2,
        "👍🏽": 1,
        "花見": 2,
    }
    assert {text: count_graphemes(text) for text in counts} == counts


def test_a_signature_by_another_key_or_of_other_words_is_none():
    key = dpop.new_private_key()
    token = dpop.sign_jwt(key, {}, {"a": 1})
    es256.check_signature(token, dpop.public_jwk(key))
    for bad in (token[:-3] + "AAA", token.replace(".", ".e30", 1), "x.y.z"):
        with pytest.raises(es256.BadToken):
            es256.check_signature(bad, dpop.public_jwk(key))
    with pytest.raises(es256.BadToken):
        es256.check_signature(token, {**dpop.public_jwk(key), "x": "AAAA"})
