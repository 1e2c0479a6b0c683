"""Twitter: the contract, and what is Twitter's alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from syndication.connectors.errors import OutcomeUnknown, Rejected, TryLater, Unauthorized
from syndication.connectors.reasons import SAID_ALREADY
from syndication.connectors.twitter import reading
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.network import PERMALINK, a_post
from tests.syndication.connectors.twitter import TwitterOnTheSandbox


@pytest.mark.parametrize(
    ("username", "handle"), [("taro_x", "@taro_x"), ("taro @jack", ""), (None, ""), ("太郎", "")]
)
def test_a_handle_is_a_whole_user_name_or_none(username, handle):
    found = reading.parse_twitter_user({"id": "7", "name": "たろう", "username": username})
    assert found.handle == handle


class TestTwitter(ConnectorContract, RevokeContract):
    network = TwitterOnTheSandbox

    def test_two_equal_posts_are_two_copies(self, net, connector):
        """Not here: the second one is refused, since it could be the first one once more."""
        connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(OutcomeUnknown):
            connector.publish(a_post("status"), idempotency_key="l")
        assert len(net.copies("status")) == 1

    def test_a_text_that_stood_there_for_long_is_refused_in_words(self, net, connector):
        connector.publish(a_post("status"), idempotency_key="k")
        net.sandbox.clock.advance(1000)
        connector.clock = lambda: net.sandbox.clock.now().timestamp()
        with pytest.raises(Rejected) as refusal:
            connector.publish(a_post("status"), idempotency_key="l")
        assert refusal.value.reason == SAID_ALREADY

    def test_japanese_weighs_two_and_an_address_twenty_three(self, connector):
        fits = a_post("status", text="花" * 128 + " https://example.org/" + "a" * 90)
        assert not connector.preview(fits).is_cut
        assert connector.preview(replace(fits, text="花" + fits.text)).is_cut

    def test_a_photo_goes_with_its_words_for_who_cannot_see_it(self, net, connector):
        receipt = connector.publish(a_post("photo"), idempotency_key="k")
        [post] = net.sandbox.twitter.received()["statuses"]
        assert [photo["alt"] for photo in post["photos"]] == ["a picture"]
        found = connector.look_up(a_post("photo"), since=0, idempotency_key="k").exact
        assert [each.remote_id for each in found] == [receipt.remote_id]

    def test_an_address_reads_as_it_was_written(self, net, connector):
        post = a_post("link")
        receipt = connector.publish(post, idempotency_key="k")
        [found] = connector.look_up(post, since=0, idempotency_key="k").exact
        assert found.remote_id == receipt.remote_id
        assert post.url in found.text

    def test_nothing_left_in_the_window_is_waited_for_by_its_reset(self, net, connector):
        net.sandbox.twitter.configure({"rate_limit": 1})
        connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("status", text="another"), idempotency_key="l")
        assert 800 < delay.value.after <= 901

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            ("402 Payment Required", '{"title":"CreditsDepleted"}'),
            ("429 x", '{"type":"https://api.x.com/2/problems/usage-capped"}'),
            ("403 x", '{"type":"https://api.x.com/2/problems/client-forbidden"}'),
        ],
    )
    def test_what_the_site_may_no_longer_do_is_no_fault_of_the_members(self, net, status, body):
        with playing(answer(body, status)) as server, pytest.raises(TryLater) as delay:
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert delay.value.after == 3600

    def test_a_refresh_token_that_is_dead_is_known_by_its_words(self, net):
        words = (
            '{"error":"invalid_request",'
            '"error_description":"Value passed for the token was invalid."}'
        )
        with playing(answer(words, "400 x")) as server, pytest.raises(Unauthorized) as refusal:
            net.scripted(server).refresh()
        assert not refusal.value.expired

    def test_client_and_secret_go_by_basic_and_not_in_the_body(self, net):
        tokens = '{"access_token":"new","refresh_token":"newer","expires_in":7200}'
        with playing(answer(tokens)) as server:
            fresh = net.scripted(server).refresh()
        assert (fresh.access_token, fresh.refresh_token) == ("new", "newer")
        head, _, body = server.received[0].partition(b"\r\n\r\n")
        assert b"authorization: basic" in head.lower()
        assert b"client-secret-3" not in body

    def test_what_friends_wrote_is_brought_only_where_the_site_pays_for_it(self, net, connector):
        assert list(connector.feed())
        connector.app = replace(connector.app, more={})
        assert list(connector.feed()) == []

    def test_a_cut_copy_goes_without_our_address_where_the_member_likes_it(self, net, connector):
        post = a_post("status", text="花" * 300, never_permalink=True)
        shown = connector.preview(post)
        assert shown.is_cut
        assert PERMALINK not in shown.text
        assert shown.text.endswith("…")
        connector.publish(post, idempotency_key="k")
        assert net.copies("status") == [("", shown.text)]

    def test_the_body_says_nothing_but_the_text(self, net):
        with playing(answer('{"data":{"id":"9","text":"x"}}', "201 Created")) as server:
            receipt = net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert receipt.url == "https://x.com/i/status/9"
        body = server.received[0].partition(b"\r\n\r\n")[2]
        assert set(json.loads(body)) == {"text"}


@pytest.mark.parametrize(
    "includes",
    [{"users": True}, {"users": [{"id": "2", "name": "N"}], "media": [{"media_key": ["k"]}]}],
)
def test_an_included_part_of_another_shape_takes_no_timeline_with_it(includes):
    entry = {"id": "1", "author_id": "2", "text": "x", "created_at": "2026-11-29T10:00:00Z"}
    names = [
        item.author.name
        for item in reading.parse_twitter_feed({"data": [entry], "includes": includes})
    ]
    assert names == ([] if includes["users"] is True else ["N"])
