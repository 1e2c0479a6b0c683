"""For connectors whose `can_edit` names a kind: a copy takes other words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndication.connectors.base import Photo, Receipt
from syndication.connectors.errors import (
    CopyGone,
    OutcomeUnknown,
    Rejected,
    TryLater,
    Unauthorized,
    Unreachable,
    Unsupported,
)
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract_wire import UNCLEAR
from tests.syndication.connectors.network import (
    KINDS,
    PERMALINK,
    SECRETS,
    a_post,
    several_photos,
    told_by,
)


def other_words(kind, audience="everyone", **changes):
    """The same post with other words, as `amend` gets it: of its pictures what they show, no bytes."""
    post = a_post(kind, audience, **{"text": "別の言葉 & <i>😀</i>", **changes})
    return replace(post, photos=tuple(Photo(b"", alt=photo.alt) for photo in post.photos))


def change(connector, net):
    """Other words to a copy that some server has."""
    connector.amend(Receipt(net.receipt_id), other_words("status"), idempotency_key="l")


class EditContract:
    """What must hold where a copy can be changed. Needs the fixtures `net` and `connector`."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_changed_copy_reads_as_the_preview_said(self, net, connector, kind):
        for audience in connector.audiences[kind]:
            receipt = connector.publish(a_post(kind, audience), idempotency_key=audience)
            post = other_words(kind, audience)
            changed = connector.amend(receipt, post, idempotency_key="l")
            shown = connector.preview(post)
            assert net.copies(kind) == [(shown.title, shown.text)]
            connector.retract(changed)
            assert net.copies(kind) == []

    def test_each_of_several_pictures_gets_its_own_words(self, net, connector):
        photos = several_photos(3)
        receipt = connector.publish(a_post("photo", photos=photos), idempotency_key="k")
        changed = tuple(replace(photo, alt=f"other {photo.alt}") for photo in photos)
        connector.amend(receipt, other_words("photo", photos=changed), idempotency_key="l")
        *_earlier, copy = net.there.state.graph.posts.values()
        assert [each.alt for each in copy.photos] == [photo.alt for photo in changed]
        assert net.pictures() == [photo.content for photo in photos]

    def test_pictures_that_were_moved_and_removed_take_the_place_of_those_there(
        self, net, connector
    ):
        one, two, three = photos = several_photos(3)
        receipt = connector.publish(a_post("photo", photos=photos), idempotency_key="k")
        for left in ((three, one), (two,), ()):
            post = a_post("note", photos=left, replaces_photos=True)
            for key in ("l", "again"):  # a lost answer is asked for again
                receipt = connector.amend(receipt, post, idempotency_key=key)
            assert net.pictures() == [photo.content for photo in left]
            *_earlier, copy = net.there.state.graph.posts.values()
            assert [each.alt for each in copy.photos] == [photo.alt for photo in left]

    @pytest.mark.parametrize("kind", KINDS)
    def test_words_that_have_become_too_many_are_cut(self, net, connector, kind):
        receipt = connector.publish(a_post(kind), idempotency_key="k")
        post = other_words(kind, text="花" * (connector.limits[kind].text + 1))
        connector.amend(receipt, post, idempotency_key="l")
        [(_, text)] = net.copies(kind)
        assert text == connector.preview(post).text
        assert text.endswith(PERMALINK)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_for_fewer_readers_is_not_cut_but_stays_as_it_was(self, net, connector, kind):
        for audience in connector.audiences[kind] - {"everyone"}:
            receipt = connector.publish(a_post(kind, audience), idempotency_key=audience)
            before = net.copies(kind)
            post = other_words(kind, audience, text="花" * (connector.limits[kind].text + 1))
            with pytest.raises(Unsupported):
                connector.amend(receipt, post, idempotency_key="l")
            assert net.copies(kind) == before

    def test_the_same_words_said_twice_leave_one_copy(self, net, connector):
        receipt = connector.publish(a_post("status"), idempotency_key="k")
        post = other_words("status")
        for _ in range(2 if connector.is_edit_idempotent else 1):
            receipt = connector.amend(receipt, post, idempotency_key="l")
        assert net.copies("status") == [("", connector.preview(post).text)]

    def test_odd_characters_break_no_copy(self, net, connector):
        receipt = connector.publish(a_post("status"), idempotency_key="k")
        odd = other_words("status", text="a\x00b\ud83dc\r\nd")
        connector.amend(receipt, odd, idempotency_key="l")
        assert net.copies("status") == [("", "abc\nd")]

    def test_a_copy_that_is_gone_takes_no_words(self, net, connector):
        receipt = connector.publish(a_post("status"), idempotency_key="k")
        connector.retract(receipt)
        with pytest.raises(CopyGone):
            connector.amend(receipt, other_words("status"), idempotency_key="l")
        assert net.copies("status") == []

    def test_an_access_that_was_taken_back_changes_nothing(self, net, connector):
        receipt = connector.publish(a_post("status"), idempotency_key="k")
        before = net.copies("status")
        net.revoke()
        with pytest.raises(Unauthorized):
            connector.amend(receipt, other_words("status"), idempotency_key="l")
        assert net.copies("status") == before

    # A server that no sandbox would be

    @pytest.mark.parametrize("play", UNCLEAR)
    def test_whatever_a_change_is_answered_no_verdict_is_made_up(self, net, play):
        with playing(*net.amending(play)) as server, pytest.raises(OutcomeUnknown):
            change(net.scripted(server, seconds=0.5), net)

    @pytest.mark.parametrize("status", ["400 Bad Request", "413 x", "422 x"])
    def test_a_definite_no_to_a_change_is_a_refusal_with_the_networks_words(self, net, status):
        no = answer(net.refusal_body.replace("{words}", "本文が長すぎます"), status)
        with playing(*net.amending(no)) as server, pytest.raises(Rejected) as refusal:
            change(net.scripted(server), net)
        assert not isinstance(refusal.value, CopyGone)
        assert refusal.value.message == "本文が長すぎます"

    def test_a_change_is_slowed_down_as_the_network_asks(self, net):
        slow_down = answer("", "429 Too Many Requests", {"Retry-After": "120"})
        with playing(*net.amending(slow_down)) as server, pytest.raises(TryLater) as delay:
            change(net.scripted(server), net)
        assert delay.value.after == 120

    def test_without_a_connection_no_change_was_sent(self, net):
        with playing(answer()) as server:
            connector = net.scripted(server)
        with pytest.raises(Unreachable):
            change(connector, net)

    @pytest.mark.parametrize("status", ["200 OK", "400 x", "401 x", "403 x", "429 x", "500 x"])
    def test_no_error_of_a_change_holds_a_secret(self, net, status):
        echo = f'{{"error":"{" ".join(SECRETS)}","error_description":"{" ".join(SECRETS)}"}}'
        with playing(*net.amending(answer(echo, status))) as server:
            connector = net.scripted(server)
            told = told_by(lambda: change(connector, net))
        assert told
        assert not [secret for secret in SECRETS if secret in told]
