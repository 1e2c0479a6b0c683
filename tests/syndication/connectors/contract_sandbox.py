"""The contract's first part: against the sandbox, which others wrote from the vendor's pages."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import replace
from itertools import product

import pytest

from syndication.connectors.base import OutgoingPost, Photo
from syndication.connectors.errors import OutcomeUnknown, TryLater, Unauthorized, Unsupported
from syndication.connectors.text import UNITS
from syndication.connectors.uploads import KeptUploads
from tests.syndication.connectors.network import (
    AUDIENCES,
    KINDS,
    PERMALINK,
    Impatient,
    a_post,
    several_photos,
)


class SandboxContract:
    """What must hold against the sandbox. Needs the fixtures `net` and `connector`."""

    # Sending

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("audience", AUDIENCES)
    def test_a_copy_reads_as_the_preview_said_or_is_refused_beforehand(
        self, net, connector, kind, audience
    ):
        post = a_post(kind, audience)
        if audience in connector.audiences.get(kind, frozenset()):
            shown = connector.preview(post)
            receipt = connector.publish(post, idempotency_key="k")
            assert receipt.remote_id
            assert net.copies(kind) == [(shown.title, shown.text)]
            assert shown.photos == len(post.photos)
        else:
            with pytest.raises(Unsupported) as refusal:
                connector.preview(post)
            with pytest.raises(Unsupported):
                connector.publish(post, idempotency_key="k")
            assert refusal.value.reason
            assert net.copies(kind) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_text_that_is_too_long_is_cut_and_ends_in_the_permalink(self, net, connector, kind):
        post = a_post(kind, text="花" * (connector.limits[kind].text + 1))
        shown = connector.preview(post)
        connector.publish(post, idempotency_key="k")
        assert shown.is_cut
        assert shown.text.endswith(PERMALINK)
        assert "…" in shown.text
        assert post.url in shown.text
        limits = connector.limits[kind]
        assert UNITS[limits.unit](shown.text) <= limits.text
        assert net.copies(kind) == [(shown.title, shown.text)]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_text_is_cut_only_where_one_more_character_would_not_fit(self, connector, kind):
        limits = connector.limits[kind]
        count = UNITS[limits.unit]

        def is_cut(length):
            return connector.preview(a_post(kind, text="花" * length)).is_cut

        fits = bisect_left(range(limits.text + 1), True, key=is_cut) - 1
        whole = connector.preview(a_post(kind, text="花" * fits))
        assert not whole.is_cut
        assert "花" * fits in whole.text
        assert PERMALINK not in whole.text
        assert 0 <= limits.text - count(whole.text) < count("花")

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_permalink_goes_always_where_the_member_likes_it(self, net, connector, kind):
        post = a_post(kind, always_permalink=True)
        connector.publish(post, idempotency_key="k")
        [(title, text)] = net.copies(kind)
        assert text.endswith(PERMALINK)
        assert text.startswith(post.text if title else post.title or post.text)
        assert post.text in text

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_for_fewer_readers_is_never_cut_and_carries_no_permalink(
        self, net, connector, kind
    ):
        for audience in connector.audiences[kind] - {"everyone"}:
            leaky = a_post(kind, audience, permalink=PERMALINK, always_permalink=True)
            assert PERMALINK not in connector.preview(leaky).text
            long = replace(leaky, text="花" * (connector.limits[kind].text + 1))
            with pytest.raises(Unsupported):
                connector.publish(long, idempotency_key="k")
        assert net.copies(kind) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_at_all_is_refused_beforehand(self, connector, kind):
        with pytest.raises(Unsupported):
            connector.preview(OutgoingPost(kind=kind, text=" \r\n ", permalink=PERMALINK))

    @pytest.mark.parametrize("kind", KINDS)
    def test_odd_characters_break_nothing(self, net, connector, kind):
        post = a_post(kind, text="a\x00b\ud83dc\r\nd\u2028e\x1b[0m")
        connector.publish(post, idempotency_key="k")
        [(_, text)] = net.copies(kind)
        assert "abc\nd\ne[0m" in text

    # Deleting and reading back

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_is_deleted_and_deleting_it_again_is_no_error(self, net, connector, kind):
        receipt = connector.publish(a_post(kind), idempotency_key="k")
        if kind not in connector.can_delete:
            with pytest.raises(Unsupported):
                connector.retract(receipt)
            assert len(net.copies(kind)) == 1
            return
        connector.retract(receipt)
        assert net.copies(kind) == []
        connector.retract(receipt)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_is_found_again_by_looking(self, connector, kind):
        post, now = a_post(kind), time.time()
        receipt = connector.publish(post, idempotency_key="k")
        if kind not in connector.can_reconcile:
            with pytest.raises(Unsupported):
                connector.look_up(post, since=now, idempotency_key="k")
            return
        kept = replace(post, photos=tuple(Photo(b"", alt=photo.alt) for photo in post.photos))
        seen = connector.look_up(kept, since=now, idempotency_key="k")
        found = seen.exact or seen.alike
        assert [entry.remote_id for entry in found] == [receipt.remote_id]
        assert connector.look_up(post, since=now + 60, idempotency_key="k").exact == ()
        other = replace(post, text="something else")
        assert connector.look_up(other, since=now, idempotency_key="k").exact == ()

    def test_a_copy_is_found_however_the_server_shows_its_text(self, net, connector):
        long = "https://example.org/" + "a-long-way/" * 4
        texts = (f"見て {long}", "@taro@other.example と ＃花見", "- 卵\n- 乳")
        for number, (manner, text) in enumerate(product(net.manners, texts)):
            net.there.configure(manner)
            post = a_post("status", text=text)
            receipt = connector.publish(post, idempotency_key=f"k{number}")
            found = connector.look_up(post, since=0, idempotency_key="k")
            assert receipt.remote_id in [each.remote_id for each in found.exact + found.alike]
            connector.retract(receipt)

    def test_a_photo_goes_comes_back_and_is_deleted_whatever_the_servers_manner(self, net):
        for number, manner in enumerate(net.sending_manners):
            net.there.reset()
            net.there.configure(manner)
            connector = net.connector()
            connector.pause = lambda seconds: None
            post = replace(a_post("photo", text=f"photo {number}"), terms=connector.terms())
            receipt = connector.publish(post, idempotency_key=f"k{number}")
            assert net.copies("photo") == [("", connector.preview(post).text)]
            assert receipt.url
            found = connector.look_up(post, since=0, idempotency_key=f"k{number}")
            assert [each.remote_id for each in found.exact] == [receipt.remote_id]
            connector.retract(receipt)
            assert net.copies("photo") == []

    @pytest.mark.parametrize("kind", ["note", "photo"])
    def test_the_first_photos_go_in_their_order_as_many_as_the_network_takes(
        self, net, connector, kind
    ):
        photos = several_photos(5)
        post = a_post(kind, photos=photos)
        shown = connector.preview(post)
        connector.publish(post, idempotency_key="k")
        most = connector.limits[kind].photos
        assert shown.photos == min(most, len(photos))
        assert bool(shown.dropped) == (most < len(photos))
        assert net.pictures() == [photo.content for photo in photos[:most]]
        assert (PERMALINK in shown.text) == bool(shown.dropped)

    @pytest.mark.parametrize("kind", ["note", "photo"])
    def test_a_copy_for_fewer_readers_leaves_no_photo_out(self, net, connector, kind):
        for audience in connector.audiences.get(kind, frozenset()) - {"everyone"}:
            most = connector.limits[kind].photos
            with pytest.raises(Unsupported):
                connector.preview(a_post(kind, audience, photos=several_photos(most + 1)))
            assert (
                connector.preview(a_post(kind, audience, photos=several_photos(most))).photos
                == most
            )

    def test_no_picture_of_several_is_uploaded_again(self, net):
        most = min(net.connector_class.limits["photo"].photos, 3)
        if not net.posts_at or most < 2:
            return
        kept: dict[str, object] = {}
        photos = several_photos(most)
        net.sandbox.faults.add(net.connector_class.key, "503", match=net.posts_at, seconds=1)
        for is_last in (False, True):
            connector = net.connector(net.credentials())
            connector.uploads = KeptUploads(kept, kept.__setitem__, kept.clear)
            post = a_post("photo", photos=photos)
            if is_last:
                connector.publish(post, idempotency_key="k")
                continue
            with pytest.raises(TryLater):
                connector.publish(post, idempotency_key="k")
            assert len(kept) == most
        assert len(net.there.state.graph.uploads) == most
        assert net.pictures() == [photo.content for photo in photos]

    def test_a_second_try_uploads_no_picture_again(self, net):
        if not net.posts_at:
            return
        kept: dict[str, object] = {}
        net.sandbox.faults.add(net.connector_class.key, "503", match=net.posts_at, seconds=1)
        for is_last in (False, True):
            connector = net.connector(net.credentials())
            connector.uploads = KeptUploads(kept, kept.__setitem__, kept.clear)
            if is_last:
                connector.publish(a_post("photo"), idempotency_key="k")
                continue
            with pytest.raises(TryLater):
                connector.publish(a_post("photo"), idempotency_key="k")
        assert connector.upload_lifetime > 0
        assert connector.uploads.was_used
        assert len(net.copies("photo")) == 1
        assert len(kept) == 1

    def test_a_copy_for_fewer_readers_is_found_and_deleted_too(self, net, connector):
        for kind in connector.can_reconcile & connector.can_delete:
            for audience in connector.audiences[kind] - {"everyone"}:
                post, now = a_post(kind, audience), time.time()
                receipt = connector.publish(post, idempotency_key=kind + audience)
                found = connector.look_up(post, since=now, idempotency_key="k").exact
                assert [entry.remote_id for entry in found] == [receipt.remote_id]
                connector.retract(receipt)
                assert net.copies(kind) == []

    def test_two_equal_posts_are_two_copies(self, net, connector):
        first, second = [
            connector.publish(a_post("status"), idempotency_key=key) for key in ("k", "l")
        ]
        assert first.remote_id != second.remote_id
        assert len(net.copies("status")) == 2

    # Reading

    def test_all_friends_come_over_several_pages(self, net, connector):
        count = net.friends(230)
        found = list(connector.friends())
        assert len(found) == count
        assert len({friend.uid for friend in found}) == count
        assert all(friend.name for friend in found)

    def test_a_friend_list_goes_on_from_what_any_page_named(self, net, connector):
        count = net.friends(230)
        pages = list(connector.friend_pages())
        before: set[str] = set()
        for page in pages:
            before |= {friend.uid for friend in page.friends}
            if page.following:
                rest = net.connector().friend_pages(page.following)
                after = {friend.uid for each in rest for friend in each.friends}
                assert len(before | after) == count
        assert len(before) == count
        assert pages[-1].following == ""

    def test_the_profile_has_an_id_and_a_name(self, connector):
        profile = connector.profile()
        assert profile.uid
        assert profile.name

    def test_the_feed_goes_on_where_it_ended(self, connector):
        items = list(connector.feed())
        assert [item.created_at for item in items] == sorted(item.created_at for item in items)
        if items:
            middle = len(items) // 2
            after = list(connector.feed(since=items[middle].remote_id))
            assert [item.remote_id for item in after] == [
                item.remote_id for item in items[middle + 1 :]
            ]

    # The access

    def test_an_expired_token_asks_for_a_refresh_and_works_after_it(self, net):
        if not net.can_refresh:
            pytest.skip("the network's tokens do not expire")
        credentials = net.credentials()
        net.expire()
        with pytest.raises(Unauthorized) as refusal:
            net.connector(credentials).publish(a_post("status"), idempotency_key="k")
        assert refusal.value.expired
        fresh = net.connector(credentials).refresh()
        assert fresh.access_token != credentials.access_token
        net.connector(fresh).publish(a_post("status"), idempotency_key="k")
        assert len(net.copies("status")) == 1

    def test_an_access_that_was_taken_back_is_gone_for_good(self, net):
        connector = net.connector()
        net.revoke()
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert refusal.value.expired != net.ends_at_once
        if net.can_refresh:
            with pytest.raises(Unauthorized):
                connector.refresh()

    # A network in trouble

    @pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "bad_json", "slow"])
    def test_a_write_without_a_clear_answer_has_no_verdict(self, net, kind):
        connector = net.connector_class(
            net.credentials(), http=Impatient(net.http(), 0.5), app=net.app()
        )
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=1)
        with pytest.raises(OutcomeUnknown):
            connector.publish(a_post("status"), idempotency_key="k")

    @pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "bad_json", "slow"])
    def test_a_read_without_a_clear_answer_is_tried_later(self, net, kind):
        connector = net.connector_class(
            net.credentials(), http=Impatient(net.http(), 0.5), app=net.app()
        )
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=1)
        with pytest.raises(TryLater):
            list(connector.friends())

    @pytest.mark.parametrize("kind", ["429", "503"])
    def test_a_network_that_asks_us_to_slow_down_is_tried_later(self, net, connector, kind):
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=7)
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("status"), idempotency_key="k")
        assert delay.value.after
        assert net.copies("status") == []
