"""The sandbox's AppView: which replies are in a thread, likes, and who may reply (networks.md, 11)."""

from __future__ import annotations

import pytest
import requests

from syndication.sandbox.bluesky.values import did_of
from tests.syndication.sandbox.test_bluesky import POST, Caller, said

LIKE = "app.bsky.feed.like"
GATE = "app.bsky.feed.threadgate"
AT = "2026-11-22T00:00:00Z"


class Talker(Caller):
    """Somebody who also reads what an AppView shows."""

    def __init__(self, sandbox, name: str) -> None:
        super().__init__(sandbox, name)
        self.did = did_of(name)

    def record(self, collection, key, record):
        name = {"repo": self.did, "collection": collection, "rkey": key}
        record = {"$type": collection, "createdAt": AT, **record}
        return self.post("com.atproto.repo.putRecord", {**name, "record": record})

    def say(self, key, text="x", **more):
        answered = self.record(POST, key, {"text": text, **more})
        assert answered.ok, answered.text
        made = answered.json()
        return {"uri": made["uri"], "cid": made["cid"]}

    def view(self, method, **query):
        headers = {"Authorization": f"Bearer {self.session['accessJwt']}"}
        url = f"{self.root}/xrpc/app.bsky.feed.{method}"
        return requests.get(url, params=query, headers=headers, timeout=10)

    def one(self, uri):
        [found] = self.view("getPosts", uris=uri).json()["posts"]
        return found

    def thread(self, uri):
        found = self.view("getPostThread", uri=uri, depth=1, parentHeight=0).json()["thread"]
        return [each["post"]["uri"] for each in found["replies"]]


@pytest.fixture
def hanako(sandbox):
    return Talker(sandbox, "hanako")


@pytest.fixture
def taro(sandbox):
    return Talker(sandbox, "taro")


def test_a_reply_names_its_parent_and_its_root(hanako, taro):
    first = hanako.say("3k2222222222a")
    second = taro.say("3k2222222222b", reply={"root": first, "parent": first})
    third = hanako.say("3k2222222222c", reply={"root": first, "parent": second})
    assert hanako.thread(first["uri"]) == [second["uri"]]
    assert hanako.thread(second["uri"]) == [third["uri"]]
    assert hanako.one(first["uri"])["replyCount"] == 1
    without_root = taro.record(POST, "3k2222222222d", {"text": "x", "reply": {"parent": first}})
    assert said(without_root) == (400, "InvalidRequest")
    assert 'Missing required key "root"' in without_root.json()["message"]


def test_a_wrong_root_is_counted_and_not_shown_nor_is_what_answers_it(hanako, taro):
    first, other = hanako.say("3k2222222222a"), hanako.say("3k2222222222b")
    stray = taro.say("3k2222222222c", reply={"root": other, "parent": first})
    below = hanako.say("3k2222222222d", reply={"root": first, "parent": stray})
    assert hanako.thread(first["uri"]) == []
    assert hanako.thread(stray["uri"]) == []
    assert hanako.one(first["uri"])["replyCount"] == 1
    assert below["uri"]


def test_a_reply_to_nothing_is_taken_and_stands_in_no_thread(hanako, taro):
    gone = {"uri": f"at://{hanako.did}/{POST}/3k2222222222a", "cid": "bafy"}
    taro.say("3k2222222222b", reply={"root": gone, "parent": gone})
    assert said(hanako.view("getPostThread", uri=gone["uri"])) == (400, "NotFound")
    assert hanako.view("getPosts", uris=gone["uri"]).json() == {"posts": []}


@pytest.mark.parametrize(
    ("allow", "may"),
    [
        (None, True),
        ([], False),
        ([{"$type": f"{GATE}#followingRule"}], True),
        ([{"$type": f"{GATE}#mentionRule"}], False),
    ],
)
def test_the_gate_of_the_roots_author_says_who_may_reply(hanako, taro, allow, may):
    first = hanako.say("3k2222222222a")
    gate = {"post": first["uri"], **({} if allow is None else {"allow": allow})}
    assert hanako.record(GATE, "3k2222222222a", gate).ok
    assert ("replyDisabled" in taro.one(first["uri"])["viewer"]) is not may
    assert "replyDisabled" not in hanako.one(first["uri"])["viewer"]
    reply = taro.say("3k2222222222b", reply={"root": first, "parent": first})
    assert hanako.thread(first["uri"]) == ([reply["uri"]] if may else [])
    assert hanako.one(first["uri"])["replyCount"] == int(may)


def test_likes_are_records_one_counts_and_the_last_taken_back_ends_it(sandbox, hanako, taro):
    first = hanako.say("3k2222222222a")
    for key in ("3k2222222222b", "3k2222222222c"):
        assert taro.record(LIKE, key, {"subject": first}).ok
    assert hanako.one(first["uri"])["likeCount"] == 1
    assert taro.one(first["uri"])["viewer"]["like"] == f"at://{taro.did}/{LIKE}/3k2222222222c"
    [like] = hanako.view("getLikes", uri=first["uri"]).json()["likes"]
    assert (like["actor"]["handle"], like["createdAt"]) == ("taro.test", AT)
    assert sandbox.bluesky.received()["likes"] == [{"user": "taro", "to": first["uri"]}]
    name = {"repo": taro.did, "collection": LIKE}
    for key in ("3k2222222222b", "3k2222222222c", "3k2222222222c"):
        assert taro.post("com.atproto.repo.deleteRecord", {**name, "rkey": key}).ok
    assert hanako.one(first["uri"])["likeCount"] == 0
    assert sandbox.bluesky.received()["likes"] == []


def test_a_like_made_anew_replaces_the_older_one(hanako, taro):
    first = hanako.say("3k2222222222a")
    content = {"repo": taro.did, "collection": LIKE}
    record = {"$type": LIKE, "subject": first, "createdAt": AT}
    for _ in range(2):
        answered = taro.post("com.atproto.repo.createRecord", {**content, "record": record})
        assert answered.ok
    listed = taro.get("com.atproto.repo.listRecords", repo=taro.did, collection=LIKE).json()
    assert len(listed["records"]) == 1


def test_a_like_has_a_timestamp_for_its_key_and_names_a_version(hanako):
    first = hanako.say("3k2222222222a")
    assert said(hanako.record(LIKE, "mine", {"subject": first})) == (400, "InvalidRequest")
    bare = {"subject": {"uri": first["uri"]}}
    assert said(hanako.record(LIKE, "3k2222222222b", bare)) == (400, "InvalidRequest")


def test_an_authors_feed_has_replies_where_the_filter_says(hanako, taro):
    first = taro.say("3k2222222222a")
    hanako.say("3k2222222222b")
    hanako.say("3k2222222222c", reply={"root": first, "parent": first})

    def keys(**query):
        feed = taro.view("getAuthorFeed", actor=hanako.did, **query).json()["feed"]
        return [each["post"]["uri"].rpartition("/")[2] for each in feed]

    assert keys(filter="posts_with_replies") == ["3k2222222222c", "3k2222222222b"]
    assert keys(filter="posts_no_replies") == ["3k2222222222b"]
    assert keys(limit=1) == ["3k2222222222c"]


def test_without_an_appview_nothing_is_shown(sandbox, hanako):
    sandbox.bluesky.configure({"has_appview": False})
    answered = hanako.view("getAuthorFeed", actor=hanako.did)
    assert said(answered) == (400, "InvalidRequest")
    words = "No service configured for app.bsky.feed.getAuthorFeed"
    assert answered.json()["message"] == words


def test_friends_answer_and_like_by_control(sandbox, hanako, taro):
    first = hanako.say("3k2222222222a")
    second = sandbox.bluesky.reply_as("taro", first["uri"], "re")
    third = sandbox.bluesky.reply_as("momo", second, "re re")
    assert hanako.thread(second) == [third]
    for _ in range(2):
        sandbox.bluesky.like_as("momo", first["uri"])
    assert hanako.one(first["uri"])["likeCount"] == 1
    sandbox.bluesky.unlike_as("momo", first["uri"])
    assert hanako.one(first["uri"])["likeCount"] == 0
