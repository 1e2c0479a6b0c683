"""Bluesky: the contract, and what is Bluesky's alone."""

from __future__ import annotations

import json
import re
import time

import pytest

from accounts.crypto.dpop import base64url
from syndication.connectors.base import Credentials, OutgoingPost, Photo, Receipt
from syndication.connectors.bluesky import Bluesky
from syndication.connectors.bluesky.records import record_key
from syndication.connectors.bluesky.xrpc import jwt_expiry
from syndication.connectors.errors import (
    OutcomeUnknown,
    Rejected,
    TargetGone,
    TryLater,
    Unauthorized,
    Unsupported,
)
from syndication.connectors.values import PostActivity
from syndication.sandbox.bluesky.values import did_of
from tests.photographs import a_photo
from tests.scripted_server import answer, playing
from tests.syndication.connectors.bluesky import FRIEND, HANAKO, BlueskyByOAuth, BlueskyOnTheSandbox
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.network import a_post, a_reply

NOW = 1_795_000_000.0


class TestBluesky(ConnectorContract, RevokeContract, RepliesContract):
    network = BlueskyOnTheSandbox

    def test_what_answers_something_of_unknown_readers_goes_to_the_fewest(self, replying):
        """All is public there: what is not does not exist."""
        assert {replying.reply_visibility(each) for each in ("", "followers")} == {"public"}

    @pytest.mark.parametrize("shown", ["", "public", "unlisted", "followers", "direct"])
    def test_a_reply_never_has_more_readers_than_its_parent_or_than_was_shown(
        self, net, replying, shown
    ):
        reply = a_reply(replying.read_target(net.a_friends_post()), visibility=shown)
        if shown in ("", "public"):
            assert replying.publish(reply, idempotency_key="k").remote_id
            return
        with pytest.raises(Unsupported):
            replying.publish(reply, idempotency_key="k")
        assert net.copies("reply") == []

    def test_a_reply_to_what_is_gone_is_refused_and_nothing_is_posted(self, net, replying):
        """A server stores any record (200). So the target is read right before, which says so."""
        target = replying.read_target(net.a_friends_post())
        net.remove(target.remote_id)
        with pytest.raises(TargetGone):
            replying.read_target(target.remote_id)
        assert replying.publish(a_reply(target), idempotency_key="k").remote_id
        with pytest.raises(Rejected):
            list(replying.replies(PostActivity(target.remote_id)))


@pytest.fixture
def net(sandbox):
    return BlueskyOnTheSandbox(sandbox)


@pytest.fixture
def by_oauth(sandbox):
    return BlueskyByOAuth(sandbox)


def the_record(sandbox):
    [post] = [each for each in sandbox.bluesky.statuses if not each.is_deleted]
    return post.more["record"]


# Record keys


def test_a_delivery_has_one_record_key_that_tells_when_the_post_was_written():
    keys = [record_key(a_post("status", written_at=NOW + second), "k") for second in range(3)]
    assert keys == sorted(keys)
    assert keys[0] == record_key(a_post("note", text="other", written_at=NOW), "k")
    assert keys[0] != record_key(a_post("status", written_at=NOW), "l")
    assert all(re.fullmatch("[234567abcdefghij][2-7a-z]{12}", key) for key in keys)


@pytest.mark.parametrize("fault", ["500_after", "drop_after", "bad_json"])
def test_a_repeat_after_a_lost_answer_doubles_nothing(net, fault):
    connector, post = net.connector(), a_post("status", written_at=NOW)
    net.sandbox.faults.add("bluesky", fault, match="putRecord")
    with pytest.raises(OutcomeUnknown):
        connector.publish(post, idempotency_key="k")
    [found] = connector.look_up(post, since=time.time() - 5, idempotency_key="k").exact
    again = connector.publish(post, idempotency_key="k")
    assert again.remote_id == found.remote_id
    [copy] = net.sandbox.bluesky.statuses
    assert copy.edits == 0


def test_a_repeat_with_other_words_leaves_what_stands(net):
    connector = net.connector()
    first = connector.publish(a_post("status", text="one"), idempotency_key="k")
    assert connector.publish(a_post("status", text="two"), idempotency_key="k") == first
    assert net.copies("status") == [("", "one")]


# What a record holds


def test_addresses_tags_and_mentions_are_found_by_bytes(net):
    text = "👨‍👩‍👧花見 #花見 https://example.org/a?b=1、@taro.test @nobody.test @momo"
    net.connector().publish(a_post("status", text=text), idempotency_key="k")
    found = {}
    for facet in the_record(net.sandbox)["facets"]:
        place = facet["index"]
        shown = text.encode()[place["byteStart"] : place["byteEnd"]].decode()
        [feature] = facet["features"]
        found[shown] = next(value for name, value in feature.items() if name != "$type")
    assert found == {
        "#花見": "花見",
        "https://example.org/a?b=1": "https://example.org/a?b=1",
        "@taro.test": did_of("taro"),
    }


def test_a_link_post_shows_a_card_for_its_page(net):
    post = a_post("link", url_title="題 & <b>", text="見て")
    net.connector().publish(post, idempotency_key="k")
    record = the_record(net.sandbox)
    assert record["embed"]["external"] == {"uri": post.url, "title": "題 & <b>", "description": ""}
    assert post.url in record["text"]


def test_pictures_go_with_what_they_show_and_their_shape(net):
    photos = tuple(Photo(a_photo((160, 120)), alt=f"写真{number}") for number in range(2))
    net.connector().publish(a_post("note", photos=photos), idempotency_key="k")
    entries = the_record(net.sandbox)["embed"]["images"]
    assert [each["alt"] for each in entries] == ["写真0", "写真1"]
    assert entries[0]["aspectRatio"] == {"width": 160, "height": 120}


def test_a_fifth_picture_is_named_and_the_copy_shows_where_it_is(net):
    post = a_post("photo", photos=(Photo(a_photo()),) * 5)
    shown = Bluesky.preview(post)
    assert (shown.photos, len(shown.dropped)) == (4, 1)
    assert shown.text.endswith(post.permalink)


def test_letters_are_counted_as_readers_count_them_and_in_bytes():
    family = "👨‍👩‍👧"  # one character of 18 bytes
    assert not Bluesky.preview(a_post("status", text="é" * 300)).is_cut
    assert not Bluesky.preview(a_post("status", text=family * 166)).is_cut
    assert Bluesky.preview(a_post("status", text=family * 167)).is_cut
    assert Bluesky.preview(a_post("status", text="花" * 301)).is_cut


def test_no_copy_takes_other_words():
    assert Bluesky.can_edit == frozenset()


# Servers without an AppView


def test_at_home_follows_go_by_the_handles_in_their_documents(net):
    net.sandbox.bluesky.configure({"has_appview": False})
    connector = net.connector()
    names = {friend.uid: friend.name for friend in connector.friends()}
    assert names[did_of("taro")] == "taro.test"
    profile = connector.profile()
    assert (profile.handle, profile.display_name) == ("@hanako.test", "ザキ")
    assert list(connector.feed()) == []


def test_the_feed_is_what_others_wrote_without_answers_and_reposts():
    def entry(number, **more):
        uri = f"at://{FRIEND}/app.bsky.feed.post/3k222222222{number:02}"
        at = f"2026-11-22T00:00:{number:02}Z"
        author = {"did": FRIEND, "handle": "a.test"}
        record = {"text": f"post {number}", "createdAt": at}
        return {"post": {"uri": uri, "author": author, "record": record, "indexedAt": at}, **more}

    odd = [None, {}, {"post": {"uri": "javascript:1"}}]
    feed = [
        entry(9),
        entry(8, reason={}),
        entry(7, reason={"$type": "x"}),
        entry(6, reply={"x": 1}),
    ]
    own = entry(5)
    own["post"]["uri"] = own["post"]["uri"].replace(FRIEND, HANAKO)
    own["post"]["author"] = {"did": HANAKO, "handle": "hanako.test"}
    page = json.dumps({"feed": [*feed, *odd, own]})
    with playing(answer(page)) as server:
        network = BlueskyOnTheSandbox(None)
        items = list(network.scripted(server).feed())
    assert [item.text for item in items] == ["post 8", "post 9"]
    assert items[0].author.name == "a.test"


# The access


def test_by_oauth_each_request_is_signed_and_nothing_is_sent_twice(by_oauth):
    connector = by_oauth.connector()
    receipt = connector.publish(a_post("photo"), idempotency_key="k")
    assert len(by_oauth.copies("photo")) == 1
    assert len(list(connector.friends())) > 3
    by_oauth.sandbox.clock.advance(400)  # the nonce has turned twice
    connector.retract(receipt)
    assert by_oauth.copies("photo") == []


def test_by_oauth_a_token_is_nothing_without_its_key(by_oauth):
    credentials = by_oauth.credentials()
    stolen = Credentials(credentials.access_token, uid=HANAKO)
    for robbed in (stolen, by_oauth.credentials(signs_as="another")):
        with pytest.raises(Unauthorized):
            by_oauth.connector(robbed).publish(a_post("status"), idempotency_key="k")
    assert by_oauth.copies("status") == []


def test_by_oauth_an_expired_token_is_renewed_once(by_oauth):
    credentials = by_oauth.credentials()
    by_oauth.sandbox.clock.advance(1801)
    with pytest.raises(Unauthorized) as refusal:
        by_oauth.connector(credentials).publish(a_post("status"), idempotency_key="k")
    assert refusal.value.expired
    fresh = by_oauth.connector(credentials).refresh()
    by_oauth.connector(fresh).publish(a_post("status"), idempotency_key="k")
    assert len(by_oauth.copies("status")) == 1
    with pytest.raises(Unauthorized) as refusal:
        by_oauth.connector(credentials).refresh()
    assert not refusal.value.expired


def test_tokens_for_another_account_are_never_taken():
    other = json.dumps({"accessJwt": "a", "refreshJwt": "b", "did": FRIEND})
    with playing(answer(other)) as server, pytest.raises(Unauthorized):
        BlueskyOnTheSandbox(None).scripted(server).refresh()


@pytest.mark.parametrize("error", ["AccountTakedown", "AccountDeactivated", "AccountSuspended"])
def test_an_account_that_is_no_more_ends_the_access(error):
    body = f'{{"error":"{error}","message":"Account has been taken down"}}'
    with playing(answer(body, "401 Unauthorized")) as server, pytest.raises(Unauthorized) as told:
        BlueskyOnTheSandbox(None).scripted(server).publish(a_post("status"), idempotency_key="k")
    assert not told.value.expired


def test_when_the_points_of_the_hour_are_spent_it_waits_for_the_next(net):
    net.sandbox.bluesky.configure({"points": 4})
    connector = net.connector()
    connector.publish(a_post("status"), idempotency_key="k")
    with pytest.raises(TryLater) as delay:
        connector.publish(a_post("status"), idempotency_key="l")
    assert 3500 < delay.value.after <= 3601


@pytest.mark.parametrize(
    "remote_id",
    ["", "3k2222222222a", f"at://{FRIEND}/app.bsky.feed.post/3k2222222222a", "at://x/../y/z"],
)
def test_only_one_s_own_posts_are_ever_deleted(remote_id):
    with playing(answer("{}")) as server, pytest.raises(Rejected):
        BlueskyOnTheSandbox(None).scripted(server).retract(Receipt(remote_id))
    assert server.received == []


def test_a_post_says_when_it_was_sent_in_the_form_of_the_lexicon(net):
    net.connector().publish(OutgoingPost("status", text="時刻"), idempotency_key="k")
    at = the_record(net.sandbox)["createdAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at)


# A token's end


@pytest.mark.parametrize(
    "end", ["1e400", "-1e400", "NaN", "1" + "0" * 400, "1e300", '"soon"', "[]", "0", "[" * 100_000]
)
def test_a_token_that_ends_when_no_calendar_can_say_does_not_say_when_it_ends(end):
    claims = '{"exp":' + end + "}"
    assert jwt_expiry(f"x.{base64url(claims.encode())}.x") is None


def test_a_token_says_when_it_ends():
    claims = base64url(b'{"exp":1795000000}')
    assert jwt_expiry(f"x.{claims}.x") == NOW


@pytest.mark.parametrize(
    ("typed", "uids", "is_told"),
    [
        ("@taro", {"@momo.test": "momo"}, True),
        ("@taro", {"@momo.test": "kenji"}, False),  # its server claims a handle of somebody else
        ("@taro", {}, False),
        ("@momo.test", {}, True),  # typed whole
    ],
)
def test_a_mention_tells_the_account_that_is_meant_and_no_other(net, typed, uids, is_told):
    accounts = {handle: did_of(name) for handle, name in uids.items()}
    post = a_post(
        "status",
        text=f"with {typed} today",
        mentions={"@taro": "@momo.test"},
        mention_uids=accounts,
    )
    net.connector().publish(post, idempotency_key="k")
    facets = the_record(net.sandbox).get("facets") or []
    told = [feature.get("did") for facet in facets for feature in facet["features"]]
    assert (did_of("momo") in told) == is_told
