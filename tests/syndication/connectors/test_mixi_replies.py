"""Comments and likes on mixi: what only this network does. The rest is the contract's."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import PostActivity, Receipt
from syndication.connectors.errors import OutcomeUnknown, Rejected, TargetGone, TryLater
from syndication.connectors.mixi import Mixi
from syndication.connectors.values import Friend, ReplyTarget
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract_replies import what_is_read
from tests.syndication.connectors.mixi import ACCESS, MixiOnTheSandbox, played_by
from tests.syndication.connectors.network import a_post, a_reply
from tests.syndication.sandbox.conftest import Caller

VOICE = "voice:u-20110215234404"
TARGET = ReplyTarget(VOICE, Friend("u", "A"))
NO = '{"error":"unknown error. code:%d"}'
AT = 1_300_000_000


@pytest.fixture
def net(sandbox):
    return MixiOnTheSandbox(sandbox)


@pytest.fixture
def connector(net):
    return net.connector()


def no(status):
    return answer(NO % status, f"{status} x")


def a_voice(**more):
    return {
        "id": VOICE.removeprefix("voice:"),
        "text": "x",
        "created_at": "Tue Feb 15 14:44:04 +0000 2011",
        "user": {"id": "u"},
        **more,
    }


def comment(ident, text, *, at=AT, user="u"):
    written = datetime.fromtimestamp(at, tz=UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")
    return {"id": ident, "text": text, "created_at": written, "user": {"id": user}}


def test_a_comment_is_named_by_its_voice_and_deleted_by_that(net, connector):
    target = connector.read_target(net.a_friends_post())
    receipt = connector.publish(a_reply(target), idempotency_key="k")
    voice = target.remote_id.removeprefix("voice:")
    assert receipt.remote_id.startswith(f"reply:{voice}/{voice}-{net.ident}-")
    assert receipt.parent_id == target.remote_id
    connector.retract(Receipt(receipt.remote_id))
    assert list(connector.replies(PostActivity(target.remote_id))) == []


def test_what_answers_a_comment_stands_below_the_same_voice(net, connector):
    own = connector.publish(a_post("status"), idempotency_key="k").remote_id
    target = connector.read_target(net.answer(own, "いいね"))
    assert (target.author.name, target.visibility) == ("もも", "inherited")
    reply, now = a_reply(target), time.time() - 1
    receipt = connector.publish(reply, idempotency_key="l")
    assert receipt.parent_id == target.remote_id
    assert net.parent_of(receipt.remote_id) == own
    [found] = connector.look_up(reply, since=now, idempotency_key="l").exact
    assert (found.remote_id, found.parent_id) == (receipt.remote_id, target.remote_id)


def test_comments_of_others_with_the_same_words_are_not_ours(net, connector):
    target = connector.read_target(net.a_friends_post())
    net.sandbox.mixi.reply_as("taro", target.remote_id, a_reply(target).text)
    found = connector.look_up(a_reply(target), since=0, idempotency_key="k")
    assert (found.exact, found.is_conclusive) == ((), True)


def test_a_comment_that_cannot_be_read_leaves_doubt():
    odd = [comment("../..", "いいですね 😀"), None]
    with playing(answer(json.dumps(odd))) as server:
        found = played_by(server).look_up(a_reply(TARGET), since=0, idempotency_key="k")
    assert not found.is_conclusive


@pytest.mark.parametrize("status", [403, 404])
def test_a_voice_that_cannot_be_read_leaves_doubt_about_a_comment(status):
    """It may be in passing: a comment that is not found then would go twice."""
    with playing(no(status)) as server:
        found = played_by(server).look_up(a_reply(TARGET), since=0, idempotency_key="k")
    assert (found.exact, found.alike, found.is_conclusive) == ((), (), False)


@pytest.mark.parametrize("target_id", ["reply:u-1/u-1-2", "comment:a/1/2", "photo:a/1", "diary:1"])
def test_only_a_voice_takes_a_like(target_id):
    assert not Mixi.can_like_target(target_id)
    assert Mixi.can_like_target(VOICE)


@pytest.mark.parametrize(
    ("seconds_ago", "text", "user", "error"),
    [
        (0, "別の", "u", TryLater),
        (60, "別の", "u", Rejected),
        (0, "いいですね 😀", "u", OutcomeUnknown),
        (0, "いいですね 😀", "other", Rejected),
    ],
)
def test_a_comment_refused_right_after_another_is_not_refused_for_good(
    seconds_ago, text, user, error
):
    there = [comment("u-1", text, at=AT - seconds_ago, user=user)]
    with playing(no(400), answer(json.dumps(there))) as server:
        connector = played_by(server)
        connector.clock = lambda: float(AT)
        with pytest.raises(error) as refusal:
            connector.publish(a_reply(TARGET), idempotency_key="k")
    assert type(refusal.value) is error


@pytest.mark.parametrize(
    ("status", "reason"), [(404, reasons.TARGET_GONE), (403, reasons.TARGET_CLOSED)]
)
def test_a_voice_that_takes_no_comment_ends_it(status, reason):
    with playing(no(status)) as server, pytest.raises(TargetGone) as refusal:
        played_by(server).publish(a_reply(TARGET), idempotency_key="k")
    assert refusal.value.reason == reason


@pytest.mark.parametrize("status", [403, 404])
def test_a_voice_that_cannot_be_read_is_gone(status):
    with playing(no(status)) as server, pytest.raises(TargetGone) as refusal:
        played_by(server).read_target(VOICE)
    assert refusal.value.reason == reasons.TARGET_GONE


@pytest.mark.parametrize("remote_id", ["diary:1", "photo:@default/1", "", "reply:a", "reply:../b"])
def test_what_takes_no_comment_says_so_without_asking(remote_id):
    with playing(answer()) as server:
        connector = played_by(server)
        with pytest.raises(TargetGone):
            connector.read_target(remote_id)
        with pytest.raises(TargetGone):
            connector.like(ReplyTarget(remote_id, Friend("u", "A")), idempotency_key="k")
        connector.unlike(remote_id, Receipt(""))
        assert server.received == []


def test_a_comment_of_150_letters_goes_and_no_more(net, connector):
    target = connector.read_target(net.a_friends_post())
    assert connector.publish(a_reply(target, "花" * 150), idempotency_key="k").remote_id
    assert Mixi.seconds_between_posts["reply"] >= 1


def test_a_warning_leads_a_comment(net, connector):
    target = connector.read_target(net.a_friends_post())
    receipt = connector.publish(a_reply(target, warning="ネタバレ"), idempotency_key="k")
    assert net.reply_row(receipt.remote_id)["text"].startswith("[ネタバレ]\n")


# Likes


def test_ones_own_voice_takes_no_like(connector):
    own = connector.publish(a_post("status"), idempotency_key="k").remote_id
    with pytest.raises(TargetGone) as refusal:
        connector.like(connector.read_target(own), idempotency_key="l")
    assert refusal.value.reason == reasons.TARGET_CLOSED


def test_a_repeat_that_is_refused_has_been_said(net):
    person, shown = answer('{"entry":{"id":"me"}}'), answer(json.dumps(a_voice()))
    liked = answer(json.dumps(a_voice(favorited=True)))
    with playing(shown, person, no(400), liked) as server:
        connector = net.scripted(server)
        assert connector.like(TARGET, idempotency_key="k") == Receipt("")
        assert len(server.received) == 4
    with playing(shown, person, no(400), shown) as server, pytest.raises(Rejected):
        net.scripted(server).like(TARGET, idempotency_key="k")


def test_a_like_that_stands_after_a_refused_unlike_is_not_gone():
    shown, liked = (answer(json.dumps(a_voice(favorited=each))) for each in (False, True))
    with playing(no(400), shown) as server:
        played_by(server).unlike(VOICE, Receipt(""))
    with playing(no(400), liked) as server, pytest.raises(Rejected):
        played_by(server).unlike(VOICE, Receipt(""))


# Back


def test_counts_are_strings_and_absent_at_none():
    rows = [
        a_voice(),
        a_voice(id="u-20110215234405", reply_count="11", favorite_count=3),
        a_voice(id="u-20110215234406", reply_count="-1", favorite_count="9" * 12),
        {"id": "../..", "created_at": "never", "user": 5},
        None,
    ]
    no_album = answer('{"entry":[],"totalResults":0}')
    with playing(answer(json.dumps(rows)), no_album) as server:
        found = list(played_by(server).own_activity(since=0))
    assert found == [
        PostActivity(VOICE, 0, 0),
        PostActivity("voice:u-20110215234405", 11, 3),
        PostActivity("voice:u-20110215234406", 0, 0),
    ]


@pytest.mark.parametrize("audience", ["everyone", "friends"])
def test_a_photo_brings_its_comments_and_likes_back(net, connector, audience):
    own = connector.publish(a_post("photo", audience), idempotency_key="k").remote_id
    reply = net.answer(own, "きれい[i:150]")
    net.like(own)
    [post] = [each for each in connector.own_activity(since=0) if each.remote_id == own]
    assert (post.replies, post.likes) == (1, 1)
    [back] = connector.replies(post)
    assert (back.remote_id, back.parent_id, back.text) == (reply, own, "きれい✨")
    assert [each.name for each in connector.likes(post)] == ["もも"]
    target = connector.read_target(reply)
    receipt = connector.publish(a_reply(target), idempotency_key="l")
    assert net.parent_of(receipt.remote_id) == own
    connector.retract(receipt)
    connector.retract(receipt)
    assert [each.remote_id for each in connector.replies(post)] == [reply]
    connector.retract(Receipt(own))
    for read in (connector.replies, connector.likes):
        with pytest.raises(Rejected):
            list(read(post))


def test_only_photos_of_that_time_are_listed_even_of_a_large_album(net, connector):
    net.there.configure({"rate_limit": 1000})
    for number in range(120):
        connector.publish(a_post("photo", text=f"{number}"), idempotency_key=f"{number}")
    found = [each.remote_id for each in connector.own_activity(since=0)]
    assert len(found) == len(set(found)) == 120
    assert list(connector.own_activity(since=time.time() + 60)) == []


def test_without_the_right_to_read_photos_voices_come_back_alone(net):
    caller = Caller(net.sandbox).login("hanako", "r_profile r_voice w_voice")
    credentials = net.credentials()
    connector = net.connector(type(credentials)(caller.access, refresh_token=caller.refresh))
    own = connector.publish(a_post("status"), idempotency_key="k").remote_id
    assert [each.remote_id for each in connector.own_activity(since=0)] == [own]


def test_a_diary_brings_nothing(net, connector):
    own = connector.publish(a_post("note"), idempotency_key="k").remote_id
    assert own not in [each.remote_id for each in connector.own_activity(since=0)]
    assert list(connector.replies(PostActivity(own))) == []
    assert "note" not in Mixi.brings_replies


def test_no_more_comments_are_read_than_a_thousand():
    page = [comment(f"u-{n}", "x") for n in range(100)]
    with playing(*[answer(json.dumps(page))] * 30) as server:
        found, is_whole = what_is_read(played_by(server), PostActivity(VOICE))
    assert (len(found), is_whole) == (1000, False)
    assert ACCESS.encode() in server.received[0]
