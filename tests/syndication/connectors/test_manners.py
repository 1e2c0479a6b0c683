"""What single makes of servers do that others do not: seen on real ones, played by the sandbox or a script."""

from __future__ import annotations

import html
import json
from dataclasses import replace

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import Receipt
from syndication.connectors.bluesky import Bluesky
from syndication.connectors.bluesky.nonces import NonceCache
from syndication.connectors.errors import Rejected, TextRejected, TryLater
from tests.scripted_server import answer, playing
from tests.syndication.connectors.bluesky import BlueskyByOAuth
from tests.syndication.connectors.contract_edit import other_words
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.network import PERMALINK, a_post

V1 = answer('{"uri":"x","version":"4.0.0","max_toot_chars":1000}')
ME = answer('{"id":"7","acct":"a","locked":true}')


@pytest.fixture
def mastodon(sandbox):
    return MastodonOnTheSandbox(sandbox)


# GoToSocial: 422 to an edit said twice


@pytest.mark.parametrize("kind", ["status", "photo"])
def test_an_edit_that_stands_there_already_is_not_said_again(mastodon, kind):
    mastodon.there.configure({"edit_twice_is_422": True})
    connector = mastodon.connector()
    receipt = connector.publish(a_post(kind), idempotency_key="k")
    for _ in range(2):
        connector.amend(receipt, other_words(kind), idempotency_key="l")
    assert mastodon.copies(kind) == [("", connector.preview(other_words(kind)).text)]


def test_a_422_to_words_that_the_server_shows_in_another_way_is_no_refusal(mastodon):
    mastodon.there.configure({"edit_twice_is_422": True, "text_style": "markdown"})
    connector = mastodon.connector()
    receipt = connector.publish(a_post("status"), idempotency_key="k")
    post = other_words("status", text="- 卵\n- パン")
    for _ in range(2):
        assert connector.amend(receipt, post, idempotency_key="l") == receipt


def test_a_422_to_other_words_is_a_refusal(mastodon):
    standing = answer('{"id":"116","content":"<p>before</p>","media_attachments":[]}')
    with playing(standing, answer('{"error":"no"}', "422 x")) as server, pytest.raises(Rejected):
        mastodon.scripted(server).amend(Receipt("116"), other_words("status"), idempotency_key="l")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("Validation failed: Text character limit of 500 exceeded", TextRejected), ("no", Rejected)],
)
def test_a_422_to_another_warning_is_a_refusal_though_the_words_are_the_same(
    mastodon, words, expected
):
    post = other_words("status", warning="ネタバレ")
    said = mastodon.connector().preview(replace(post, warning="")).text
    standing = answer(json.dumps({"id": "116", "content": html.escape(said)}))
    refusal = answer(json.dumps({"error": words}), "422 x")
    with playing(standing, refusal) as server, pytest.raises(Rejected) as refused:
        mastodon.scripted(server).amend(Receipt("116"), post, idempotency_key="l")
    assert type(refused.value) is expected


# /api/v2/instance that does not work


@pytest.mark.parametrize(
    "broken",
    [
        answer("<!DOCTYPE html><title>AttributeError</title>", "500 x"),
        answer("<html>", "403 x"),
        answer('{"error":"x"}', "401 x"),
        answer("<html>", "404 x"),
        answer("[]"),
    ],
)
def test_limits_are_read_from_v1_where_v2_is_broken(mastodon, broken):
    with playing(broken, V1, ME) as server:
        terms = mastodon.scripted(server).terms()
    assert (terms.text, terms.approves_followers) == (1000, True)


def test_an_instance_that_nobody_may_read_says_nothing_of_the_access(mastodon):
    with playing(answer('{"error":"x"}', "401 x")) as server, pytest.raises(TryLater):
        mastodon.scripted(server).terms()


def test_a_limit_may_be_written_as_text(mastodon):
    told = answer('{"id":"7","configuration":{"statuses":{"max_characters":"1000"}}}')
    with playing(told) as server:
        assert mastodon.scripted(server).terms().text == 1000


# Servers without pictures


@pytest.mark.parametrize("audience", ["everyone", "friends"])
def test_a_server_that_takes_no_pictures_gets_none_and_the_preview_says_so(mastodon, audience):
    mastodon.there.configure({"max_media": 0})
    connector = mastodon.connector()
    post = replace(a_post("photo", audience), terms=connector.terms())
    if audience == "friends":
        with pytest.raises(Exception, match=reasons.NO_PHOTOS_AT_ALL):
            connector.preview(post)
        return
    shown = connector.preview(post)
    assert (shown.photos, shown.dropped) == (0, (reasons.NO_PHOTOS,))
    connector.publish(post, idempotency_key="k")
    [(_, text)] = mastodon.copies("photo")
    assert text == shown.text
    assert text.endswith(PERMALINK)
    assert not mastodon.there.state.graph.uploads


def test_a_server_that_does_not_say_how_many_pictures_takes_some(mastodon):
    with playing(answer('{"id":"7","version":"4.0.0"}')) as server:
        post = replace(a_post("photo"), terms=mastodon.scripted(server).terms())
    assert mastodon.connector_class.preview(post).photos == 1


# GNU social 2.0: no status says where people see it


def test_a_status_without_an_address_is_seen_by_its_number(sandbox):
    net = GnusocialOnTheSandbox(sandbox)
    net.there.configure({"tells_address": False})
    connector = net.connector()
    receipt = connector.publish(a_post("status"), idempotency_key="k")
    seen_at = f"{sandbox.root('gnusocial')}/notice/{receipt.remote_id}"
    [found] = connector.look_up(a_post("status"), since=0, idempotency_key="k").exact
    assert (receipt.url, found.url) == (seen_at, seen_at)
    assert all(item.url for item in connector.feed())


# Bluesky: the nonce that each request signs along


class Counting:
    """A way out that counts."""

    def __init__(self, http):
        self._http, self.count = http, 0
        self.NotSent, self.MaybeSent = http.NotSent, http.MaybeSent

    def request(self, method, url, **parts):
        self.count += 1
        return self._http.request(method, url, **parts)


def test_a_nonce_lasts_beyond_one_connector(sandbox):
    net = BlueskyByOAuth(sandbox)
    http, held = Counting(net.http()), net.credentials()
    for text in ("first", "second", "third"):
        connector = Bluesky(held, http=http, app=net.app())
        connector.publish(a_post("status", text=text), idempotency_key=text)
    assert http.count <= 4
    assert len(net.copies("status")) == 3


def test_nonces_are_kept_by_origin_and_not_without_end():
    nonces = NonceCache(most=2)
    for origin in ("a", "b", "c"):
        nonces.keep(origin, f"nonce of {origin}")
    nonces.keep("b", "x" * 501)
    assert [nonces.newest(each) for each in "abc"] == ["", "nonce of b", "nonce of c"]
