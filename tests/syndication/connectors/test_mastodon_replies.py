"""Replies and likes on Mastodon, beyond the contract: what its servers do differently."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import Friend, PostActivity, Receipt, ReplyTarget
from syndication.connectors.errors import Rejected, TargetGone, TryLater, Unauthorized
from syndication.connectors.mastodon import reading
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract_replies import what_is_read
from tests.syndication.connectors.mastodon import SCOPES, MastodonOnTheSandbox
from tests.syndication.connectors.network import a_post, a_reply

GONE = '{"error":"The post you are trying to reply to does not appear to exist."}'
VERSION = answer('{"version":"4.5.2"}')
MOMO = {"id": "9", "acct": "momo", "display_name": "もも"}
STATUS = {
    "id": "116",
    "created_at": "2026-11-29T14:08:13.515Z",
    "content": "<p>はい</p>",
    "visibility": "public",
    "account": MOMO,
}


@pytest.fixture
def net(sandbox):
    return MastodonOnTheSandbox(sandbox)


@pytest.fixture
def connector(net):
    return net.connector()


def status(**changes) -> bytes:
    return answer(json.dumps({**STATUS, **changes}))


def sent(request: bytes) -> dict[str, object]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


# Sending


@pytest.mark.parametrize(
    ("parent", "shown", "written"),
    [
        ("public", "unlisted", "unlisted"),
        ("public", "", "unlisted"),
        ("unlisted", "unlisted", "unlisted"),
        ("unlisted", "direct", "direct"),  # it was narrower when the member wrote
        ("followers", "unlisted", "direct"),  # narrower by now
        ("direct", "", "direct"),
        ("", "public", "direct"),
    ],
)
def test_a_reply_names_its_parent_and_its_author_alone(net, parent, shown, written):
    target = replace(net.a_target(), visibility=parent)
    with playing(status(in_reply_to_id="116")) as server:
        reply = a_reply(target, "@jiro はい", visibility=shown)
        receipt = net.scripted(server).publish(reply, idempotency_key="k")
    [request] = server.received
    assert sent(request) == {
        "status": "@momo@server.example jiro はい",
        "visibility": written,
        "in_reply_to_id": "116",
        "allowed_mentions": ["9"],
        "media_ids": [],
    }
    assert receipt == Receipt("116", parent_id="116")


def test_a_direct_reply_without_a_handle_would_reach_nobody_and_is_not_sent(net):
    nameless = ReplyTarget("116", Friend("9", "もも"), visibility="direct")
    with playing(status()) as server, pytest.raises(TargetGone) as refusal:
        net.scripted(server).publish(a_reply(nameless), idempotency_key="k")
    assert refusal.value.reason == reasons.TARGET_CLOSED
    assert server.received == []


@pytest.mark.parametrize(
    ("told", "parent", "is_stray"),
    [
        ({"in_reply_to_id": None}, "", True),
        ({"in_reply_to_id": "115"}, "115", True),
        ({"in_reply_to_id": 116}, "116", False),  # old Pleroma and Pixelfed write numbers
        ({}, "", False),  # it does not say
    ],
)
def test_the_answer_says_whether_a_reply_stands_in_the_thread(net, told, parent, is_stray):
    with playing(status(id="200", **told)) as server:
        receipt = net.scripted(server).publish(a_reply(net.a_target()), idempotency_key="k")
    assert (receipt.parent_id, receipt.is_stray) == (parent, is_stray)


# Of the answers of real servers to a top-level post (29 November 2026), what concerns the thread.
REAL = {
    "GoToSocial 0.20": (
        '{"id":"01M8KSSHG795K37XRBVN4EMA8S","in_reply_to_id":null,"in_reply_to_account_id":null,'
        '"visibility":"public","replies_count":0,"favourites_count":0,"account":'
        '{"id":"01T4GC42Q8BMHYTG96TF870ZCT","acct":"gonhanako","username":"gonhanako"}}'
    ),
    "Hollo 0.6": (
        '{"id":"01a2279e-6248-72f8-a9b8-896236401bea","in_reply_to_id":null,"visibility":"public",'
        '"account":{"id":"69d13a28-8d9a-4aaf-b21b-3c0f34915d4d","acct":"hanako"}}'
    ),
    "Takahē 0.11": (
        '{"id": "649869209433795904", "account": {"id": "649859971928462234", "acct": '
        '"hanako@127.0.0.1:18010"}, "visibility": "public", "replies_count": 0, '
        '"in_reply_to_id": null, "in_reply_to_account_id": null}'
    ),
}


@pytest.mark.parametrize("server_kind", sorted(REAL))
def test_a_real_top_level_post_is_a_stray_where_a_reply_was_sent(net, server_kind):
    with playing(answer(REAL[server_kind])) as server:
        connector = net.scripted(server)
        receipt = connector.publish(a_reply(net.a_target()), idempotency_key="k")
        target = connector.read_target(receipt.remote_id)
    assert receipt.is_stray
    assert target.visibility == "public"
    assert target.author.handle.startswith(("@gonhanako@127.0.0.1:", "@hanako@127.0.0.1:"))


def test_a_404_of_a_parent_that_is_still_there_comes_in_passing(net):
    plays = (answer(GONE, "404 Not Found"), VERSION, status())
    with playing(*plays) as server, pytest.raises(TryLater):
        net.scripted(server).publish(a_reply(net.a_target()), idempotency_key="k")


def test_a_parent_that_takes_no_reply_of_this_account_is_closed(net):
    words = "you do not have permission to reply to this status"
    no = answer(json.dumps({"error": f"Forbidden: {words}"}), "403 Forbidden")
    plays = (no, answer('{"id":"7"}'), VERSION)
    with playing(*plays) as server, pytest.raises(TargetGone) as refusal:
        net.scripted(server).publish(a_reply(net.a_target()), idempotency_key="k")
    assert refusal.value.reason == reasons.TARGET_CLOSED
    assert words in refusal.value.message


def test_a_reply_that_would_tell_others_is_refused_by_the_server(net, connector):
    target = connector.read_target(net.a_friends_post())
    other = replace(target.author, uid=net.there.state.graph.named("taro").id)
    with pytest.raises(Rejected) as refusal:
        connector.publish(a_reply(replace(target, author=other)), idempotency_key="k")
    assert not isinstance(refusal.value, TargetGone)
    assert net.there.received()["statuses"] == []


def test_the_author_reads_a_direct_reply_and_nobody_else(net, connector):
    target = connector.read_target(net.a_friends_post("direct"))
    remote_id = connector.publish(a_reply(target), idempotency_key="k").remote_id
    graph = net.there.state.graph
    readers = {one.name for one in graph.accounts.values() if graph.seen(one.id, remote_id)}
    assert readers == {"hanako", "momo"}


def test_a_reply_repeats_the_warning_of_its_parent(net, connector):
    post = net.a_friends_post()
    net.there.state.graph.posts[post].warning = "ネタバレ"
    target = connector.read_target(post)
    remote_id = connector.publish(a_reply(target), idempotency_key="k").remote_id
    assert net.reply_row(remote_id)["warning"] == "ネタバレ"


# Looking up


def test_a_direct_reply_that_no_list_shows_may_exist(net, connector):
    net.there.configure({"lists_private": False})
    target = connector.read_target(net.a_friends_post("direct"))
    seen = connector.look_up(a_reply(target), since=0, idempotency_key="k")
    assert not seen.is_conclusive
    public = connector.read_target(net.a_friends_post())
    assert connector.look_up(a_reply(public), since=0, idempotency_key="k").is_conclusive


def test_a_stray_is_found_with_no_parent(net, connector):
    net.there.configure({"drops_unknown_parents": True})
    target = connector.read_target(net.a_friends_post())
    net.remove(target.remote_id)
    stray = connector.publish(a_reply(target), idempotency_key="k")
    [found] = connector.look_up(a_reply(target), since=0, idempotency_key="k").exact
    assert (found.remote_id, found.parent_id) == (stray.remote_id, "")


@pytest.mark.parametrize("shown", ["@momo", "@momo@server.example", "@Momo"])
def test_a_reply_is_found_however_its_mention_is_shown(net, shown):
    mine = {**STATUS, "content": f"<p>{shown} はい</p>", "in_reply_to_id": "116", "id": "200"}
    with playing(answer(json.dumps([mine]))) as server:
        seen = net.scripted(server).look_up(
            a_reply(net.a_target(), "はい"), since=0, idempotency_key="k"
        )
    assert [each.parent_id for each in seen.exact] == ["116"]


# Targets


def test_a_boost_is_answered_where_the_boosted_status_stands(net):
    boosted = {**STATUS, "id": "77", "visibility": "unlisted"}
    boost = {**STATUS, "account": {"id": "8", "acct": "ken@far.example"}, "reblog": boosted}
    item = reading.parse_mastodon_feed_item(boost, "server.example")
    assert (item.remote_id, item.target_id, item.visibility) == ("116", "77", "unlisted")
    assert item.author.handle == "@momo@server.example"
    with playing(answer(json.dumps(boost))) as server:
        target = net.scripted(server).read_target("116")
    assert (target.remote_id, target.visibility) == ("77", "unlisted")


def test_a_boost_of_what_has_no_name_takes_neither():
    boost = {**STATUS, "reblog": {**STATUS, "id": None}}
    assert reading.parse_mastodon_feed_item(boost).target_id == "none"


@pytest.mark.parametrize(
    ("acct", "handle"),
    [
        ("momo", "@momo@server.example"),
        ("momo@far.example", "@momo@far.example"),
        ("momo@127.0.0.1:18010", "@momo@127.0.0.1:18010"),  # snac and Takahē, of their own
        ("momo@far.example @taro", ""),
        ("momo\n@taro", ""),
        ("@momo", ""),
        (None, ""),
        ("", ""),
        ("m" * 300, ""),
    ],
)
def test_a_handle_is_whole_or_none(acct, handle):
    friend = reading.parse_mastodon_account({**MOMO, "acct": acct}, "server.example")
    assert friend.handle == handle


@pytest.mark.parametrize("word", ["local", "limited", "mutuals_only", None, 7, ["public"]])
def test_a_visibility_that_nobody_knows_is_answered_directly(connector, word):
    item = reading.parse_mastodon_feed_item({**STATUS, "visibility": word})
    assert item.visibility == ""
    assert connector.reply_visibility(item.visibility) == "direct"


@pytest.mark.parametrize("found", ["[]", "{}", '{"id":"116"}', '{"id":"116","account":{}}'])
def test_a_target_that_cannot_be_read_is_tried_later(net, found):
    with playing(answer(found)) as server, pytest.raises(TryLater):
        net.scripted(server).read_target("116")


def test_a_404_page_of_snac_is_a_verdict_where_it_answers_the_account_itself(net):
    page = answer("<h1>404 Not Found</h1>", "404 Not Found")
    plays = (page, answer('{"id":"7"}'), VERSION, page)
    with playing(*plays) as server, pytest.raises(TargetGone):
        net.scripted(server).read_target("116")


# Likes


def test_a_like_without_its_scope_asks_for_it(net):
    narrow = net.connector(net.credentials(SCOPES - {"write:favourites"}))
    target = narrow.read_target(net.a_friends_post())
    for press in (
        lambda: narrow.like(target, idempotency_key="k"),
        lambda: narrow.unlike(target.remote_id, Receipt("")),
    ):
        with pytest.raises(Unauthorized) as refusal:
            press()
        assert refusal.value.scope == narrow.needs_scope["like"] == "write:favourites"


def test_who_likes_is_asked_once_and_bounded(net):
    people = [{"id": str(number), "acct": f"a{number}"} for number in range(900)]
    with playing(answer(json.dumps(people))) as server:
        found = list(net.scripted(server).likes(PostActivity("116")))
    assert len(server.received) == 1
    assert len(found) == 200
    assert found[0].handle == f"@a0@{server.authority}"


# What comes back


def test_direct_answers_are_told_by_the_parents_id_alone(net):
    rows = [
        {**STATUS, "id": "1", "in_reply_to_id": "116", "in_reply_to_account_id": None},
        {**STATUS, "id": "2", "in_reply_to_id": "1", "in_reply_to_account_id": "7"},
        {**STATUS, "id": "3", "in_reply_to_id": None, "in_reply_to_account_id": "7"},
        {"id": "4", "in_reply_to_id": "116"},
        "nonsense",
    ]
    with playing(answer(json.dumps({"descendants": rows}))) as server:
        found = list(net.scripted(server).replies(PostActivity("116")))
    assert [each.remote_id for each in found] == ["1"]
    assert found[0].author.handle == f"@momo@{server.authority}"


def test_a_reply_with_a_warning_shows_that_alone(net):
    row = {**STATUS, "id": "1", "in_reply_to_id": "116", "spoiler_text": "虫"}
    with playing(answer(json.dumps({"descendants": [row]}))) as server:
        [back] = net.scripted(server).replies(PostActivity("116"))
    assert (back.text, back.attached) == ("[虫]", ())


def test_a_context_beyond_all_measure_tells_nothing(net):
    with playing(answer(b'{"descendants":[' + b" " * 9_000_000 + b"]}")) as server:
        assert what_is_read(net.scripted(server), PostActivity("116")) == ([], False)


@pytest.mark.parametrize(
    ("direct", "deeper", "counted", "is_whole"),
    [
        (30, 0, 90, True),  # followers-only answers are not counted, deleted ones still may be
        (30, 20, 90, False),
        (50, 0, 90, False),
        (50, 0, None, False),
        (50, 10, 50, True),
        (600, 0, 600, False),  # only the newest are taken
    ],
)
def test_a_thread_that_a_server_may_have_cut_is_not_whole(net, direct, deeper, counted, is_whole):
    """Takahe stops at about fifty, and does not say so."""
    rows = [{**STATUS, "id": f"{n}", "in_reply_to_id": "116"} for n in range(direct)]
    rows += [{**STATUS, "id": f"x{n}", "in_reply_to_id": "0"} for n in range(deeper)]
    with playing(answer(json.dumps({"descendants": rows}))) as server:
        read = what_is_read(net.scripted(server), PostActivity("116", replies=counted))
    assert (len(read[0]), read[1]) == (min(direct, 500), is_whole)


def test_a_post_that_is_gone_has_no_thread(net, connector):
    own = connector.publish(a_post("status"), idempotency_key="k").remote_id
    net.remove(own)
    for read in (connector.replies, connector.likes):
        with pytest.raises(TargetGone):
            list(read(PostActivity(own)))


def test_own_posts_take_one_request_and_no_boosts(net):
    old = {**STATUS, "id": "1", "created_at": "2020-01-01T00:00:00.000Z"}
    rows = [
        {**STATUS, "id": "3", "replies_count": 2, "favourites_count": "x"},
        {**STATUS, "id": "2", "reblog": STATUS},
        {"id": "9"},
        old,
    ]
    link = {"Link": '<http://evil.example/?max_id=1>; rel="next"'}
    with playing(answer(json.dumps(rows), headers=link)) as server:
        found = list(net.scripted(server).own_activity(since=1_700_000_000))
    assert found == [PostActivity("3", replies=2)]
    [request] = server.received
    assert b"exclude_reblogs=true" in request


def test_a_list_of_own_posts_goes_on_on_this_server(net):
    link = {"Link": '<http://evil.example/x?max_id=1>; rel="next"'}
    with playing(answer(json.dumps([STATUS]), headers=link), answer("[]")) as server:
        list(net.scripted(server).own_activity(since=0))
    assert [b"max_id=1" in each for each in server.received] == [False, True]


# Content warning and language


def test_a_warning_and_a_language_go_in_their_own_fields(net, connector):
    post = a_post("status", warning="ネタバレ", language="ja")
    connector.publish(post, idempotency_key="k")
    [row] = net.there.received()["statuses"]
    assert (row["warning"], row["language"]) == ("ネタバレ", "ja")
    assert row["text"] == connector.preview(post).text
    assert "ネタバレ" not in row["text"]


def test_an_edit_keeps_changes_and_drops_a_warning(net, connector):
    post = a_post("status", warning="ネタバレ", language="ja")
    receipt = connector.publish(post, idempotency_key="k")
    for warning in ("ネタバレ", "犬", ""):
        connector.amend(receipt, replace(post, warning=warning), idempotency_key="l")
        [row] = net.there.received()["statuses"]
        assert (row["warning"], row["language"]) == (warning, "ja")
    assert row["edits"] == 2  # the first changed nothing
