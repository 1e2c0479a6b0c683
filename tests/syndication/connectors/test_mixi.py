"""mixi: the contract, and what is mixi's alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syndication.connectors.base import Photo, Receipt
from syndication.connectors.errors import (
    OutcomeUnknown,
    Rejected,
    TryLater,
    Unauthorized,
    Unsupported,
)
from syndication.connectors.mixi import Mixi
from tests.photographs import a_photo
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract import ConnectorContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.mixi import MixiOnTheSandbox, played_by
from tests.syndication.connectors.network import JPEG, PERMALINK, a_post, a_reply


class TestMixi(ConnectorContract, RepliesContract):
    network = MixiOnTheSandbox

    def test_only_direct_answers_come_back_and_the_members_own_among_them(self, net, bringing):
        """There are no others: what answers a comment stands below the same Voice."""
        own = bringing.publish(a_post("status"), idempotency_key="k").remote_id
        first = net.answer(own, "一")
        ids = [first, net.answer(first, "二")]
        net.sandbox.clock.advance(2)
        target = bringing.read_target(first)
        ids.append(bringing.publish(a_reply(target), idempotency_key="l").remote_id)
        post = next(each for each in bringing.own_activity(since=0) if each.remote_id == own)
        found = list(bringing.replies(post))
        assert [each.remote_id for each in found] == ids
        assert {each.parent_id for each in found} == {own}

    def test_only_diaries_and_albums_hold_posts_for_friends(self):
        held = {kind: Mixi.audiences[kind] for kind in Mixi.kinds()}
        both, public = {"everyone", "friends"}, {"everyone"}
        assert held == {"status": public, "link": public, "note": both, "photo": both}

    def test_a_token_without_the_scope_is_parked_with_its_name(self, net):
        connector = net.connector(net.credentials(scope="r_profile r_voice"))
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert (refusal.value.scope, refusal.value.expired) == ("w_voice", False)

    def test_friends_pictures_are_those_that_everyone_may_see(self):
        with playing(answer('{"entry":[]}')) as server:
            list(played_by(server).friends())
        assert b"thumbnailPrivacy=everyone" in server.received[0]

    def test_a_token_with_a_type_is_renewed_and_shown_by_that_word(self, net):
        net.sandbox.mixi.state.settings.bearer_only = True
        renewed = net.connector(net.credentials()).refresh()
        assert renewed.token_type == "Bearer"
        assert net.connector(renewed).profile().uid

    def test_a_photo_for_friends_goes_into_one_album_of_theirs(self, net):
        connector = net.connector()
        first = connector.publish(a_post("photo", "friends"), idempotency_key="k")
        second = connector.publish(a_post("photo", "friends"), idempotency_key="l")
        public = connector.publish(a_post("photo"), idempotency_key="m")
        album, again = (receipt.remote_id.partition("/")[0] for receipt in (first, second))
        assert album == again != "photo:@default"
        assert public.remote_id.startswith("photo:@default/")

    def test_an_album_that_the_member_opened_to_everyone_is_used_no_more(self):
        albums = (
            '{"entry":[{"id":"a1","title":"Profile Link","privacy":{"visibility":"everyone"}}]}'
        )
        script = answer(albums), answer('{"id":"a2"}'), answer('{"id":"p1"}')
        with playing(answer('{"entry":[]}'), *script[1:]) as server:
            played_by(server).publish(a_post("photo", "friends"), idempotency_key="k")
        with playing(script[0], answer('{"entry":[]}'), *script[1:]) as server:
            receipt = played_by(server).publish(a_post("photo", "friends"), idempotency_key="k")
        assert receipt.remote_id == "photo:a2/p1"
        made = server.received[2]
        assert made.endswith(b"title=Profile+Link&description=&visibility=friends")

    def test_an_album_whose_making_got_no_answer_is_simply_tried_again(self):
        with (
            playing(answer('{"entry":[]}'), answer("", "500 x")) as server,
            pytest.raises(TryLater),
        ):
            played_by(server).publish(a_post("photo", "friends"), idempotency_key="k")

    def test_a_note_keeps_its_readers_and_its_photos(self, net):
        photos = tuple(Photo(a_photo((16, number))) for number in (7, 8, 9))
        net.connector().publish(a_post("note", "friends", photos=photos), idempotency_key="k")
        [diary] = net.sandbox.mixi.received()["diaries"]
        assert diary["visibility"] == "friends"
        assert len(diary["photos"]) == 3

    def test_a_fourth_photo_is_named_and_the_copy_shows_where_it_is(self, net):
        post = a_post("note", photos=(Photo(JPEG),) * 4)
        shown = Mixi.preview(post)
        assert (shown.photos, len(shown.dropped)) == (3, 1)
        assert shown.text.endswith(PERMALINK)
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("note", "friends", photos=(Photo(JPEG),) * 4))

    def test_a_photo_that_cannot_be_read_is_not_sent(self):
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("photo", photos=(Photo(b"GIF89a"),)))

    def test_a_note_without_a_title_is_called_by_its_first_line(self):
        shown = Mixi.preview(a_post("note", title="", text="一行目\n二行目"))
        assert (shown.title, shown.text, shown.is_cut) == ("一行目", "一行目\n二行目", False)
        long = Mixi.preview(a_post("note", "friends", title="", text="花" * 200))
        assert (len(long.title), long.text, long.is_cut) == (100, "花" * 200, False)

    def test_a_title_that_is_too_long_is_cut_only_where_the_permalink_may_stand(self):
        shown = Mixi.preview(a_post("note", title="花" * 101))
        assert shown.title == "花" * 99 + "…"
        assert shown.is_cut
        assert shown.text.endswith(PERMALINK)
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("note", "friends", title="花" * 101))

    def test_an_address_is_never_cut(self):
        address = "https://example.org/" + "a" * 100
        shown = Mixi.preview(a_post("link", url=address, text="花" * 100, permalink="http://t/1"))
        assert shown.text.endswith(f"… {address} http://t/1")
        assert len(shown.text) <= 150

    def test_an_address_that_cannot_fit_gives_way_to_the_permalink(self):
        shown = Mixi.preview(a_post("link", url="https://example.org/" + "a" * 200))
        assert shown.text.endswith(PERMALINK)
        assert "example.org" not in shown.text.replace(PERMALINK, "").split("link:")[-1]
        assert shown.dropped

    def test_a_copy_is_found_by_its_permalink_whatever_became_of_the_words(self):
        timeline = [
            {
                "id": "u-20110215234404",
                "created_at": "Tue Feb 15 14:44:04 +0000 2011",
                "text": f"花[e:731] {PERMALINK}",
                "user": {"id": "u"},
            }
        ]
        with playing(answer(json.dumps(timeline))) as server:
            found = played_by(server).look_up(
                a_post("status", text="花😀", always_permalink=True), since=0, idempotency_key="k"
            )
            assert [each.remote_id for each in found.exact] == ["voice:u-20110215234404"]

    def test_pictograms_of_phones_can_be_read(self):
        timeline = [
            {
                "id": "u-20110215234404",
                "created_at": "Tue Feb 15 14:44:04 +0000 2011",
                "text": "晴れ[i:1]きらきら[i:150][e:731]",
                "user": {"id": "u", "screen_name": "花[i:80]子", "url": "javascript:alert(1)"},
            },
            {"id": "../..", "created_at": "never", "user": 5},
            None,
        ]
        with playing(answer(json.dumps(timeline))) as server:
            [item] = played_by(server).feed(since="voice:u-1")
        assert item.text == "晴れ☀きらきら✨〓"
        assert (item.author.name, item.author.profile_url) == ("花♥子", "")
        assert b"since_id=u-1 " in server.received[0]

    def test_no_delete_of_a_diary_is_even_tried(self):
        with playing(answer()) as server, pytest.raises(Unsupported):
            played_by(server).retract(Receipt("diary:1"))
        assert server.received == []


@pytest.mark.parametrize(
    ("seconds_ago", "text", "error"),
    [(0, "別の", TryLater), (60, "別の", Rejected), (0, "花😀", OutcomeUnknown)],
)
def test_a_voice_refused_right_after_another_is_not_refused_for_good(seconds_ago, text, error):
    at = datetime.fromtimestamp(1_300_000_000 - seconds_ago, tz=UTC)
    shown = {"id": "u-1", "text": text, "created_at": at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
             "user": {"id": "u"}}  # fmt: skip
    no = answer('{"error":"unknown error. code:400"}', "400 Bad Request")
    with playing(no, answer(json.dumps([shown]))) as server:
        connector = played_by(server)
        connector.clock = lambda: 1_300_000_000.0
        with pytest.raises(error):
            connector.publish(a_post("status", text="花😀"), idempotency_key="k")
