"""Replies and reactions on Misskey: what only this network does. The rest is the contract's.

Among it what others got wrong (networks.md, 11.8): answers to narrower notes that went out wider
(misskey-dev/misskey #15072, #13476, #3827), own answers that came back as somebody's
(snarfed/bridgy #1431: they bear the id of their receipt), and replies that go with a deleted note (#4863).
"""

from __future__ import annotations

import json
import time

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import PostActivity, Receipt
from syndication.connectors.errors import OutcomeUnknown, Rejected, TargetGone, Unauthorized
from syndication.connectors.misskey import Misskey
from syndication.connectors.values import Friend, ReplyTarget
from tests.scripted_server import answer, playing
from tests.syndication.connectors.misskey import PERMISSIONS, MisskeyOnTheSandbox
from tests.syndication.connectors.network import a_post

AUTHOR = Friend("u1", "A", handle="@a@here")


@pytest.fixture
def net(sandbox):
    return MisskeyOnTheSandbox(sandbox)


@pytest.fixture
def connector(net):
    return net.connector()


def written(net, name="momo", text="hi", **more):
    """A note by a friend; its id."""
    graph = net.there.state.graph
    return graph.write(graph.named(name).id, text, is_seeded=True, **more).id


def a_reply(target, text="そうだね", **more):
    return a_post("reply", permalink="", text=text, reply_to=target, **more)


def sent(net):
    return net.there.received()["statuses"][-1]


@pytest.mark.parametrize(
    ("parent", "shown", "goes"),
    [
        ("public", "public", "home"),
        ("public", "unlisted", "home"),
        ("public", "direct", "specified"),
        ("public", "", "home"),
        ("home", "followers", "specified"),
        ("home", "unlisted", "home"),
        ("followers", "public", "specified"),
        ("followers", "followers", "specified"),
        ("specified", "direct", "specified"),
    ],
)
def test_a_reply_goes_to_no_more_than_its_parent_whatever_was_shown(
    net, connector, parent, shown, goes
):
    ident = written(net, visibility=parent, told=[net.ident])
    target = connector.read_target(ident)
    receipt = connector.publish(a_reply(target, visibility=shown), idempotency_key="k")
    assert (receipt.parent_id, receipt.is_stray) == (ident, False)
    assert (sent(net)["visibility"], sent(net)["in_reply_to"]) == (goes, ident)
    there = net.there.state.graph.posts[receipt.remote_id]
    assert net.there.state.graph.sees(target.author.uid, there)


@pytest.mark.parametrize("field", [{"replyId": "other"}, {"replyId": None}, {}])
def test_a_reply_outside_of_its_thread_is_a_stray_where_the_server_says_so(net, field):
    made = answer(json.dumps({"createdNote": {"id": "n1", **field}}))
    with playing(made) as server:
        post = a_reply(ReplyTarget("p1", AUTHOR, visibility="public"), visibility="unlisted")
        receipt = net.scripted(server).publish(post, idempotency_key="k")
    assert receipt.is_stray is bool(field)
    assert receipt.parent_id == (field.get("replyId") or "")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("NO_SUCH_REPLY_TARGET", reasons.TARGET_GONE),
        ("CANNOT_REPLY_TO_AN_INVISIBLE_NOTE", reasons.TARGET_GONE),
        ("YOU_HAVE_BEEN_BLOCKED", reasons.TARGET_CLOSED),
        ("CANNOT_REPLY_TO_A_PURE_RENOTE", reasons.TARGET_CLOSED),
    ],
)
def test_a_target_that_takes_no_reply_ends_it(net, code, reason):
    no = answer(net.refusal_body.replace('"X"', f'"{code}"'), "400 x")
    post = a_reply(ReplyTarget("p1", AUTHOR))
    with playing(no) as server, pytest.raises(TargetGone) as refusal:
        net.scripted(server).publish(post, idempotency_key="k")
    assert refusal.value.reason == reason


def test_a_note_that_is_hidden_from_the_account_cannot_be_answered(net, connector):
    with pytest.raises(TargetGone):
        connector.read_target(written(net, visibility="specified"))
    with pytest.raises(TargetGone):
        connector.read_target("nothing")


def test_the_parents_warning_is_repeated_in_its_own_field_and_cut_at_100(net, connector):
    target = connector.read_target(written(net, warning="ネタバレ"))
    assert target.warning == "ネタバレ"
    connector.publish(a_reply(target, visibility="unlisted"), idempotency_key="k")
    assert (sent(net)["warning"], sent(net)["text"]) == ("ネタバレ", "そうだね")
    connector.publish(a_post("status", warning="花" * 101), idempotency_key="l")
    assert len(sent(net)["warning"]) == 100


def test_a_reply_is_found_by_looking_with_what_it_answers(net, connector):
    first, second = (connector.read_target(written(net)) for _ in range(2))
    now, receipts = time.time() - 1, []
    for target in (first, second):
        post = a_reply(target, visibility="unlisted")
        receipts.append(connector.publish(post, idempotency_key=target.remote_id))
    found = connector.look_up(a_reply(first), since=now, idempotency_key="k")
    assert {each.remote_id: each.parent_id for each in found.exact} == {
        receipts[0].remote_id: first.remote_id,
        receipts[1].remote_id: second.remote_id,
    }
    status = a_post("status", text="そうだね")
    assert connector.look_up(status, since=now, idempotency_key="k").exact == ()
    for receipt in receipts:
        connector.retract(receipt)
        connector.retract(receipt)
    assert net.copies("reply") == []


def test_liking_takes_its_own_right_and_says_which(net):
    connector = net.connector(net.credentials(PERMISSIONS - {"write:reactions"}))
    target = connector.read_target(written(net))
    for act in (
        lambda: connector.like(target, idempotency_key="k"),
        lambda: connector.unlike(target.remote_id, Receipt("")),
    ):
        with pytest.raises(Unauthorized) as refusal:
            act()
        assert refusal.value.scope == Misskey.needs_scope["like"] == "write:reactions"


def test_another_reaction_of_the_members_own_is_left_as_it_is(net, connector):
    ident = written(net)
    net.there.like_as("hanako", ident)
    net.there.state.graph.posts[ident].more["reactions"] = {
        net.ident: {"id": "r1", "createdAt": "2026-11-29T00:00:00.000Z", "type": "🎉"}
    }
    assert connector.like(connector.read_target(ident), idempotency_key="k") == Receipt("")
    assert net.there.state.reactions_to(net.there.state.graph.posts[ident]) == {"🎉": 1}
    connector.unlike(ident, Receipt(""))
    assert net.there.state.reactions_to(net.there.state.graph.posts[ident]) == {}


def test_a_like_answered_by_a_page_of_html_has_no_verdict(net):
    note = answer('{"id":"p1","user":{"id":"u1","username":"a"}}')
    with playing(note, answer("<html>ok</html>")) as server, pytest.raises(OutcomeUnknown):
        net.scripted(server).like(ReplyTarget("p1", AUTHOR), idempotency_key="k")


def test_a_server_without_reactions_has_taken_no_like(net):
    note = answer('{"id":"p1","user":{"id":"u1","username":"a"}}')
    no = answer(net.refusal_body.replace('"X"', '"NO_SUCH_API"'), "404 Not Found")
    with playing(note, no) as server, pytest.raises(Rejected):
        net.scripted(server).like(ReplyTarget("p1", AUTHOR), idempotency_key="k")


def test_own_notes_come_with_their_counts_replies_among_them(net, connector):
    status = connector.publish(a_post("status"), idempotency_key="k")
    target = connector.read_target(written(net))
    reply = connector.publish(a_reply(target, visibility="unlisted"), idempotency_key="l")
    net.there.reply_as("momo", status.remote_id, "いいね")
    net.there.like_as("momo", status.remote_id)
    found = list(connector.own_activity(since=time.time() - 60))
    assert found == [PostActivity(reply.remote_id, 0, 0), PostActivity(status.remote_id, 1, 1)]
    assert list(connector.own_activity(since=time.time() + 60)) == []


def test_counts_of_odd_shape_are_none_and_reactions_are_added_up(net):
    note = {"id": "n1", "createdAt": "2026-11-29T00:00:00.000Z", "text": "x"}
    odd = [
        {**note, "repliesCount": -1, "reactions": {"❤": 2, "🎉": 1, "x": "many"}},
        {**note, "id": "n2", "repliesCount": 10**30, "reactionCount": True},
        {**note, "id": "n3", "repliesCount": "5", "reactions": [1]},
        {"id": "../..", "createdAt": "never"},
        None,
    ]
    with playing(answer(json.dumps(odd)), answer("[]")) as server:
        found = list(net.scripted(server).own_activity(since=0))
    assert found == [
        PostActivity("n1", None, 3),
        PostActivity("n2", 2**31 - 1, None),
        PostActivity("n3", None, None),
    ]


def test_replies_come_back_with_author_readers_and_warning(net, connector):
    status = connector.publish(a_post("status"), idempotency_key="k").remote_id
    net.there.reply_as("momo", status, "**いいね**")
    net.there.reply_as("kenji", status, "ないしょ", visibility="specified")
    posts = net.there.state.graph.posts
    posts[net.there.reply_as("taro", status, "結末")].warning = "ネタバレ"
    found = list(connector.replies(PostActivity(status)))
    host = net.sandbox.root("misskey").removeprefix("http://")
    assert [(each.author.handle, each.text, each.visibility) for each in found] == [
        (f"@taro@{host}", "[ネタバレ]", "public"),
        (f"@kenji@{host}", "ないしょ", "direct"),
        (f"@momo@{host}", "いいね", "public"),
    ]
    assert {each.parent_id for each in found} == {status}


def test_an_own_answer_comes_back_under_the_id_of_its_receipt_and_goes_with_its_note(
    net, connector
):
    status = connector.publish(a_post("status"), idempotency_key="k")
    target = connector.read_target(status.remote_id)
    receipt = connector.publish(a_reply(target, visibility="unlisted"), idempotency_key="l")
    [own] = connector.replies(PostActivity(status.remote_id))
    assert (own.remote_id, own.author.uid) == (receipt.remote_id, net.ident)
    alike = a_post("status", text="そうだね")
    assert connector.look_up(alike, since=0, idempotency_key="k").exact == ()
    connector.retract(status)
    assert list(connector.replies(PostActivity(status.remote_id))) == []
    with pytest.raises(TargetGone):
        connector.read_target(receipt.remote_id)
    connector.retract(receipt)


def test_a_hidden_reply_and_one_to_another_note_are_left_out(net):
    base = {"createdAt": "2026-11-29T00:00:00.000Z", "user": {"id": "u1", "username": "a"}}
    rows = [
        {**base, "id": "n1", "replyId": "p1", "text": "x"},
        {**base, "id": "n2", "replyId": "p1", "text": None, "isHidden": True},
        {**base, "id": "n3", "replyId": "p2", "text": "x"},
    ]
    with playing(answer(json.dumps(rows)), answer("[]")) as server:
        found = list(net.scripted(server).replies(PostActivity("p1")))
    assert [each.remote_id for each in found] == ["n1"]


def test_who_liked_comes_in_one_request(net, connector):
    status = connector.publish(a_post("status"), idempotency_key="k").remote_id
    for name in ("momo", "kenji"):
        net.there.like_as(name, status)
    assert [each.name for each in connector.likes(PostActivity(status))] == [
        "けんじ＠札幌",
        "もも",
    ]


def test_a_renote_in_the_feed_is_answered_and_liked_at_its_original(net, connector):
    original = written(net, "kenji", visibility="home")
    renote = written(net, "momo", "", more={"renote": original})
    item = [each for each in connector.feed() if each.remote_id == renote][0]
    assert (item.target_id, item.visibility) == (original, "unlisted")
