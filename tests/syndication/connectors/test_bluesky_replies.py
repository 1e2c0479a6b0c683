"""Replies and likes on Bluesky: what only this network does. The rest is the contract's.

Among it what others got wrong (networks.md, 11.8): an answer to an answer with the wrong references
(snarfed/bridgy #1696), none at all (getindiekit/indiekit #946), a root without its version
(mauricerenck/mastodon-to-bluesky #16), `reply` as null (Linus2punkt0/bluesky-crossposter #4), an answer
posted twice (snarfed/bridgy-fed #1161), and answers that a gate hides (snarfed/bridgy-fed #1098).
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import PostActivity, Receipt
from syndication.connectors.bluesky import Bluesky
from syndication.connectors.bluesky.records import LIKES
from syndication.connectors.errors import (
    ConnectorError,
    Rejected,
    TargetGone,
    TryLater,
    Unauthorized,
    Unsupported,
)
from syndication.connectors.values import Friend, Photo, ReplyTarget
from syndication.sandbox.bluesky.values import GATE, POST
from tests.scripted_server import answer, playing
from tests.syndication.connectors.bluesky import FRIEND, HANAKO, BlueskyOnTheSandbox
from tests.syndication.connectors.network import JPEG, a_post

GONE = f"at://{FRIEND}/{POST}/3k2222222222a"
CID = "bafyreibijhvvxvdgvuifgg7lclso3fl3psvsmz5uctar6swnyqn6imigwa"
TARGET = ReplyTarget(GONE, Friend(FRIEND, "A", handle="@a.test"), "public", version=CID)
NO_APPVIEW = answer('{"error":"InvalidRequest","message":"No service configured for x"}', "400 x")


@pytest.fixture
def net(sandbox):
    return BlueskyOnTheSandbox(sandbox)


@pytest.fixture
def connector(net):
    return net.connector()


@pytest.fixture
def first(net):
    """A friend's post that answers nothing."""
    graph = net.there.state.graph
    return next(each.id for each in graph.standing(graph.named("momo").id))


def a_reply(target, text="そうだね", **more):
    return a_post("reply", permalink="", text=text, reply_to=target, visibility="public", **more)


def record(net, receipt):
    return net.there.state.graph.posts[receipt.remote_id].more["record"]


def shut(net, uri, allow=()):
    """The gate of a thread."""
    owner, _, key = uri.removeprefix("at://").partition(f"/{POST}/")
    net.there.state.keep_record(owner, GATE, key, {"post": uri, "allow": list(allow)})


def test_a_reply_names_its_parent_and_the_root_of_the_thread(net, connector, first):
    second = net.there.reply_as("taro", first, "re")
    target = connector.read_target(second)
    assert (target.root_id, target.visibility) == (first, "public")
    receipt = connector.publish(a_reply(target), idempotency_key="k")
    reply = record(net, receipt)["reply"]
    assert (reply["root"]["uri"], reply["parent"]["uri"]) == (first, second)
    assert all(each["cid"] for each in reply.values())
    assert (receipt.parent_id, receipt.is_stray) == (second, False)
    thread = connector.replies(PostActivity(second))
    assert [each.remote_id for each in thread] == [receipt.remote_id]


def test_a_first_post_is_its_own_root(net, connector, first):
    receipt = connector.publish(a_reply(connector.read_target(first)), idempotency_key="k")
    reply = record(net, receipt)["reply"]
    assert reply["root"] == reply["parent"]


def test_a_repeat_makes_no_second_reply_and_is_found_with_its_parent(net, connector, first):
    post, now = a_reply(connector.read_target(first)), time.time() - 1
    receipts = [connector.publish(post, idempotency_key="k") for _ in range(2)]
    assert receipts[0] == receipts[1]
    [found] = connector.look_up(post, since=now, idempotency_key="k").exact
    assert (found.remote_id, found.parent_id) == (receipts[0].remote_id, first)
    for _ in range(2):
        connector.retract(receipts[0])
    assert list(connector.replies(PostActivity(first))) == []


def test_a_reply_mentions_the_parents_author_alone(net, connector, first):
    target = connector.read_target(first)
    assert target.author.handle == "@momo.test"
    text = "@momo.test @taro.test どう？"
    shown = record(net, connector.publish(a_reply(target, text), idempotency_key="k"))
    dids = [feature["did"] for each in shown["facets"] for feature in each["features"]]
    assert dids == [target.author.uid]
    status = connector.publish(a_post("status", text=text), idempotency_key="l")
    assert len(record(net, status)["facets"]) == 2


def test_a_gated_thread_takes_no_reply_and_can_be_liked(net, connector, first):
    shut(net, first)
    second = net.there.reply_as("momo", first, "own thread")
    for uri in (first, second):
        target = connector.read_target(uri)
        with pytest.raises(TargetGone) as refusal:
            connector.publish(a_reply(target), idempotency_key="k")
        assert refusal.value.reason == reasons.TARGET_CLOSED
        connector.like(target, idempotency_key=uri)
    assert len(net.there.received()["likes"]) == 2
    assert net.copies("reply") == []


def test_what_is_gone_cannot_be_answered(connector, net, first):
    net.there.state.graph.posts[first].is_deleted = True
    for uri in (first, GONE, f"at://{FRIEND}/{LIKES}/3k2222222222a", "nonsense"):
        with pytest.raises(TargetGone) as refusal:
            connector.read_target(uri)
        assert refusal.value.reason == reasons.TARGET_GONE


@pytest.mark.parametrize("root", [None, {"uri": GONE}, {"uri": "x", "cid": CID}, "at://"])
def test_a_reply_with_an_unreadable_root_takes_no_reply(net, root):
    view = {
        "uri": GONE,
        "cid": CID,
        "author": {"did": FRIEND, "handle": "a.test"},
        "record": {"text": "x", "reply": {"root": root, "parent": {}}},
    }
    with playing(answer(json.dumps({"posts": [view]}))) as server:
        assert net.scripted(server).read_target(GONE).is_closed


@pytest.mark.parametrize(
    "view",
    [
        {"uri": GONE},
        {"uri": GONE, "author": {"did": HANAKO}, "cid": CID},
        {"uri": GONE, "author": {"did": FRIEND}, "cid": 5},
        {"uri": GONE, "author": {"did": FRIEND}},
    ],
)
def test_a_view_that_cannot_be_read_is_asked_for_again(net, view):
    with playing(answer(json.dumps({"posts": [view]}))) as server, pytest.raises(TryLater):
        net.scripted(server).read_target(GONE)


# Likes


def test_a_repeated_like_is_one_and_is_taken_back(net, connector, first):
    target = connector.read_target(first)
    receipts = [connector.like(target, idempotency_key="k") for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert net.there.received()["likes"] == [{"user": "hanako", "to": first}]
    for _ in range(2):
        connector.unlike(first, receipts[0])
    assert net.there.state.others == {}


def test_a_like_of_the_members_own_is_left_alone_and_taken_back_by_name(net, connector, first):
    net.there.like_as("hanako", first)
    assert connector.like(connector.read_target(first), idempotency_key="k") == Receipt("")
    assert len(net.there.state.others) == 1
    connector.unlike(first, Receipt(""))
    assert net.there.state.others == {}
    connector.unlike(first, Receipt(""))


def test_two_deliveries_are_two_likes_with_timestamps_for_keys(net, connector, first):
    target = connector.read_target(first)
    keys = set()
    for key in ("k", "l"):
        receipt = connector.like(target, idempotency_key=key)
        keys.add(receipt.remote_id)
        connector.unlike(first, receipt)
    assert len(keys) == 2


def test_a_right_that_is_missing_for_a_like_is_named(net):
    posts = answer(json.dumps({"posts": [{"uri": GONE}]}))
    no = answer('{"error":"ScopeMissingError","message":"Missing required scope"}', "403 x")
    with playing(posts, no) as server, pytest.raises(Unauthorized) as refusal:
        net.scripted(server).like(TARGET, idempotency_key="k")
    assert refusal.value.scope == "repo:app.bsky.feed.like"


# Back


def test_own_posts_come_with_counts_without_reposts(net, connector, first):
    status = connector.publish(a_post("status"), idempotency_key="k").remote_id
    reply = connector.publish(a_reply(connector.read_target(first)), idempotency_key="l").remote_id
    net.there.reply_as("momo", status, "いいね")
    net.there.like_as("taro", status)
    found = list(connector.own_activity(since=time.time() - 60))
    assert found == [PostActivity(reply, 0, 0), PostActivity(status, 1, 1)]
    assert list(connector.own_activity(since=time.time() + 60)) == []


def test_odd_entries_of_a_feed_are_passed_over(net):
    mine = {"did": HANAKO, "handle": "hanako.test"}
    at, uri = "2026-11-29T00:00:00Z", f"at://{HANAKO}/{POST}/3k222222222"
    post = {"author": mine, "record": {"text": "x"}, "indexedAt": at}
    feed = [
        {"post": {**post, "uri": f"{uri}aa"}, "reason": {"$type": "#reasonPin"}},
        {"post": {**post, "uri": GONE, "author": {"did": FRIEND}}},
        {"post": {**post, "uri": f"{uri}ab", "replyCount": -1, "likeCount": 10**20}},
        {"post": None, "reply": None},
        None,
    ]
    with playing(answer(json.dumps({"feed": feed}))) as server:
        found = list(net.scripted(server).own_activity(since=0))
    assert found == [PostActivity(f"{uri}ab", None, 2**31 - 1)]


def test_what_the_member_hid_and_what_is_blocked_does_not_come_back(net):
    reply = {"root": {"uri": GONE, "cid": CID}, "parent": {"uri": GONE, "cid": CID}}

    def entry(number, **more):
        uri = f"at://{FRIEND}/{POST}/3k222222222b{number}"
        said = {"text": f"re {number}", "reply": {**reply, **more}}
        author = {"did": FRIEND, "handle": "a.test"}
        at = "2026-11-29T00:00:00Z"
        return {"post": {"uri": uri, "author": author, "record": said, "indexedAt": at}}

    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": GONE, "blocked": True}
    other = {"uri": GONE.replace("a" * 24, "b" * 24), "cid": CID}
    hidden = entry(2)["post"]["uri"]
    replies = [entry(1), entry(2), blocked, entry(3, parent=other), {"post": None}, None]
    told = {
        "thread": {"post": {}, "replies": replies},
        "threadgate": {"record": {"hiddenReplies": [hidden, 5]}},
    }
    with playing(answer(json.dumps(told))) as server:
        found = list(net.scripted(server).replies(PostActivity(GONE)))
    assert [(each.text, each.visibility) for each in found] == [("re 1", "public")]


@pytest.mark.parametrize(
    "told",
    [
        '{"thread":{"post":{},"replies":null}}',
        '{"thread":{"post":{}}}',
        '{"thread":{"post":{}},"threadgate":{"record":{"hiddenReplies":5}}}',
    ],
)
def test_a_thread_without_replies_has_none(net, told):
    with playing(answer(told)) as server:
        assert list(net.scripted(server).replies(PostActivity(GONE))) == []


@pytest.mark.parametrize("told", ["{}", '{"thread":[]}', '{"thread":{"replies":[]}}'])
def test_an_answer_without_the_post_is_no_thread(net, told):
    with playing(answer(told)) as server, pytest.raises(TryLater):
        list(net.scripted(server).replies(PostActivity(GONE)))


@pytest.mark.parametrize("word", ["notFound", "blocked"])
def test_a_post_that_is_not_found_or_blocked_is_gone(net, word):
    told = answer(json.dumps({"thread": {"uri": GONE, word: True}}))
    with playing(told) as server, pytest.raises(TargetGone):
        list(net.scripted(server).replies(PostActivity(GONE)))


def test_a_thread_that_is_gone_is_not_without_replies(net, connector):
    with pytest.raises(ConnectorError):
        list(connector.replies(PostActivity(GONE)))
    no = answer('{"error":"InvalidRequest","message":"x"}', "400 x")
    with playing(no) as server, pytest.raises(Rejected):
        list(net.scripted(server).replies(PostActivity(GONE)))


def test_who_likes_is_told(net, connector):
    status = connector.publish(a_post("status"), idempotency_key="k").remote_id
    for name in ("momo", "kenji"):
        net.there.like_as(name, status)
    found = list(connector.likes(PostActivity(status)))
    assert [each.handle for each in found] == ["@kenji.test", "@momo.test"]


# Without an AppView


def test_without_an_appview_nothing_comes_back_and_nothing_fails(net, connector):
    net.there.configure({"has_appview": False})
    status = connector.publish(a_post("status"), idempotency_key="k").remote_id
    assert list(connector.own_activity(since=0)) == []
    assert list(connector.feed()) == []
    for read in (connector.replies, connector.likes):
        with pytest.raises(Unsupported):
            list(read(PostActivity(status)))


def test_an_appview_that_does_not_answer_is_an_outage(net):
    no = answer('{"error":"UpstreamFailure","message":"x"}', "502 Bad Gateway")
    acts = (
        lambda each: list(each.own_activity(since=0)),
        lambda each: list(each.replies(PostActivity(GONE))),
        lambda each: each.read_target(GONE),
    )
    for act in acts:
        with playing(no) as server, pytest.raises(TryLater):
            act(net.scripted(server))


def test_without_an_appview_records_of_the_same_server_are_answered_and_liked(
    net, connector, first
):
    second = net.there.reply_as("taro", first, "re")
    net.there.configure({"has_appview": False})
    target = connector.read_target(second)
    assert (target.root_id, target.author.handle) == (first, "@taro.test")
    receipt = connector.publish(a_reply(target), idempotency_key="k")
    assert record(net, receipt)["reply"]["root"]["uri"] == first
    like = connector.like(target, idempotency_key="l")
    assert net.there.received()["likes"] == [{"user": "hanako", "to": second}]
    connector.unlike(second, Receipt(""))
    assert net.there.received()["likes"] == []
    connector.unlike(second, like)
    with pytest.raises(TargetGone):
        connector.read_target(GONE)


def test_a_record_of_another_server_is_out_of_reach(net):
    no = answer('{"error":"InvalidRequest","message":"Could not locate record"}', "400 x")
    with playing(NO_APPVIEW, no) as server, pytest.raises(TargetGone):
        net.scripted(server).read_target(GONE)


# Warning and language


def test_the_language_is_told_and_a_warning_leads_the_text(net, connector):
    post = a_post("status", warning="ネタバレ", language="ja")
    shown = record(net, connector.publish(post, idempotency_key="k"))
    assert (shown["langs"], "labels" in shown) == (["ja"], False)
    assert shown["text"].startswith("[ネタバレ]\n")
    odd = record(net, connector.publish(a_post("status", language="??"), idempotency_key="l"))
    assert "langs" not in odd


def test_pictures_are_labelled_where_the_warning_is_a_word_for_it(net, connector):
    photo = a_post("photo", warning="NSFW", photos=(Photo(JPEG),))
    shown = record(net, connector.publish(photo, idempotency_key="k"))
    assert shown["labels"]["values"] == [{"val": "sexual"}]
    assert shown["text"].startswith("[NSFW]\n")
    plain = replace(photo, warning="花粉")
    assert "labels" not in record(net, connector.publish(plain, idempotency_key="l"))
    words_only = a_post("status", warning="NSFW")
    assert "labels" not in record(net, connector.publish(words_only, idempotency_key="m"))


def test_all_is_public_there():
    assert {Bluesky.reply_visibility(each) for each in ("public", "")} == {"public"}
