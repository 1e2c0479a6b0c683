"""Replies, favourites and commands on GNU social, beyond the contract."""

from __future__ import annotations

import json

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import PostActivity, Receipt
from syndication.connectors.errors import OutcomeUnknown, TargetGone, TryLater, Unsupported
from syndication.connectors.gnusocial import reading
from syndication.connectors.gnusocial.commands import is_command
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract_replies import what_is_read
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.network import PERMALINK, a_post, a_reply

NOTICE = {
    "id": 116,
    "created_at": "Sun Nov 29 14:08:13 +0000 2026",
    "text": "はい",
    "statusnet_conversation_id": 5,
    "user": {"id": 9, "screen_name": "momo", "statusnet_profile_url": "https://far.example/momo"},
}
COMMANDS = [
    "stop",
    " Off\n",
    "ON",
    "join us",
    "Follow me",
    "sub  momo",
    "get",
    "rt https://example.org/",
    "r momo こんにちは",
    "tag momo a b c",
    "d momo 内緒だよ",
    "fav momo",
]
WORDS = [
    "stop it",
    "join us now",
    "follow",
    "onward",
    "on　これ",
    "help me",
    "r momo",
    "はい",
    "rts x",
]


@pytest.fixture
def net(sandbox):
    return GnusocialOnTheSandbox(sandbox)


@pytest.fixture
def connector(net):
    return net.connector()


def notice(**changes) -> bytes:
    return answer(json.dumps({**NOTICE, **changes}))


# Commands


@pytest.mark.parametrize("text", COMMANDS)
def test_a_text_that_the_server_would_carry_out_is_refused_beforehand(net, connector, text):
    target = connector.read_target(net.a_friends_post())
    for post in (a_post("status", text=text), a_reply(target, text)):
        with pytest.raises(Unsupported) as refusal:
            connector.publish(post, idempotency_key="k")
        assert refusal.value.reason == reasons.READ_AS_COMMAND
    assert net.there.received()["statuses"] == []


@pytest.mark.parametrize("text", WORDS)
def test_words_that_only_begin_like_a_command_are_posted(net, connector, text):
    connector.publish(a_post("status", text=text), idempotency_key="k")
    assert [each["text"] for each in net.there.received()["statuses"]] == [text.strip()]


def test_what_is_sent_decides_and_not_what_was_typed(connector):
    post = a_post("status", text="join us", always_permalink=True)
    assert connector.preview(post).text == f"join us {PERMALINK}"
    with pytest.raises(Unsupported):
        connector.preview(a_post("link", text="rt", url="https://example.org/"))


def test_a_command_that_only_that_server_knows_is_no_copy(net):
    old = notice(text="むかしの投稿", in_reply_to_status_id=None)
    with playing(old) as server, pytest.raises(OutcomeUnknown):
        net.scripted(server).publish(a_post("status", text="frob momo"), idempotency_key="k")


@pytest.mark.parametrize("text", ["", " ", "\n", "@momo on"])
def test_nothing_is_no_command(text):
    assert not is_command(text)


# Replies


def test_a_reply_says_what_it_answers_and_names_nobody(net):
    with playing(notice(text="jiro はい", in_reply_to_status_id=116, id=200)) as server:
        receipt = net.scripted(server).publish(
            a_reply(net.a_target(), "@jiro はい"), idempotency_key="k"
        )
    assert b"in_reply_to_status_id=116" in server.received[0]
    assert b"status=jiro" in server.received[0]
    assert (receipt.remote_id, receipt.parent_id, receipt.is_stray) == ("200", "116", False)


def test_a_reply_outside_of_the_thread_is_a_stray(net):
    with playing(notice(text="はい", in_reply_to_status_id=None, id=200)) as server:
        receipt = net.scripted(server).publish(a_reply(net.a_target(), "はい"), idempotency_key="k")
    assert (receipt.parent_id, receipt.is_stray) == ("", True)


def test_a_parent_that_the_account_may_not_answer_is_closed(net, connector):
    target = connector.read_target(net.a_friends_post())
    post = net.there.state.graph.posts[target.remote_id]
    post.visibility, post.told = "private", []
    with pytest.raises(TargetGone) as refusal:
        connector.publish(a_reply(target), idempotency_key="k")
    assert refusal.value.reason == reasons.TARGET_CLOSED


def test_a_404_of_a_parent_that_is_still_there_is_no_end_of_the_parent(net):
    no = answer('{"error":"Parent notice not found.","request":"/x"}', "404 Not Found")
    with playing(no, notice()) as server, pytest.raises(TryLater):
        net.scripted(server).publish(a_reply(net.a_target()), idempotency_key="k")


def test_a_reply_has_the_readers_of_its_parent(net, connector):
    assert {connector.reply_visibility(each) for each in ("", "public", "followers")} == {
        "inherited"
    }
    target = connector.read_target(net.a_friends_post("private"))
    remote_id = connector.publish(a_reply(target), idempotency_key="k").remote_id
    assert net.reply_row(remote_id)["visibility"] == "private"


def test_a_repeat_is_answered_where_the_repeated_notice_stands(net):
    repeat = {**NOTICE, "id": 200, "retweeted_status": NOTICE}
    item = reading.parse_gnusocial_feed_item(repeat, "https://here.example")
    assert (item.remote_id, item.target_id) == ("200", "116")
    assert item.author.handle == "@momo@far.example"
    assert item.sharer == item.author  # of one's own
    with playing(answer(json.dumps(repeat))) as server:
        assert net.scripted(server).read_target("200").remote_id == "116"


@pytest.mark.parametrize(
    "changes",
    [{"screen_name": "momo @taro"}, {"screen_name": None}, {"statusnet_profile_url": "nonsense"}],
)
def test_a_handle_is_whole_or_none(changes):
    assert reading.parse_gnusocial_user({**NOTICE["user"], **changes}).handle == ""


# What comes back


def test_a_thread_is_found_by_the_number_of_its_conversation(net):
    rows = [
        {**NOTICE, "id": 120, "in_reply_to_status_id": 118},
        {**NOTICE, "id": 119, "in_reply_to_status_id": 116},
        {**NOTICE, "id": 118, "in_reply_to_status_id": "116"},
        {**NOTICE, "id": 117, "in_reply_to_status_id": None},
    ]
    with playing(answer(json.dumps(rows))) as server:
        found = list(net.scripted(server).replies(PostActivity("116", thread="5")))
    assert [each.remote_id for each in found] == ["118", "119"]
    assert [each.parent_id for each in found] == ["116", "116"]
    [request] = server.received
    assert b"GET /api/statusnet/conversation/5.json?" in request
    assert b"since_id=116" in request


def test_a_server_without_conversations_has_no_replies_to_read(net):
    with playing(answer('{"id":116}')) as server:
        assert list(net.scripted(server).replies(PostActivity("116"))) == []
    assert len(server.received) == 1


def test_a_long_conversation_is_read_for_its_newest_notices_alone(net):
    with playing(*net.thread_of(10_000)) as server:
        found, is_whole = what_is_read(net.scripted(server), PostActivity(net.target_id))
    assert (len(found), len(server.received), is_whole) == (500, 6, False)


def test_own_notices_take_one_request_and_no_repeats(net):
    old = {**NOTICE, "id": 1, "created_at": "Sun Nov 29 14:08:13 +0000 2020"}
    rows = [{**NOTICE, "id": 9, "retweeted_status": NOTICE}, NOTICE, "nonsense", old] + [old] * 30
    with playing(answer(json.dumps(rows))) as server:
        found = list(net.scripted(server).own_activity(since=1_700_000_000))
    assert found == [PostActivity("116", thread="5")]
    assert len(server.received) == 1


# Favourites


def test_a_repeat_is_known_by_the_notice_and_not_by_the_servers_words(net):
    no = answer('{"error":"すでにお気に入りです。","request":"/x"}', "403 Forbidden")
    with playing(no, notice(favorited=True)) as server:
        net.scripted(server).like(net.a_target(), idempotency_key="k")
    with playing(no, notice(favorited=False)) as server:
        net.scripted(server).unlike("116", Receipt(""))
    with playing(no, notice(favorited=False)) as server, pytest.raises(TargetGone) as refusal:
        net.scripted(server).like(net.a_target(), idempotency_key="k")
    assert refusal.value.reason == reasons.TARGET_CLOSED
