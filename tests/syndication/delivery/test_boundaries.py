"""The engine's edges: the last that still counts, the first that does not, and what a row keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from accounts.models import Member, Notice
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Credentials, Friend, Receipt, RemoteFeedItem, Terms
from syndication.delivery import (
    claims,
    credentials,
    edits,
    feed_imports,
    import_schedule,
    planning,
    reauthorization,
    retry_policy,
    snapshots,
)
from syndication.models import Delivery, DeliveryOperation, DeliveryState, ImportKind
from syndication.models.errors import NotYours
from syndication.queries.copies import active_copies
from tests.making import make_link, make_member, make_post
from tests.syndication.delivering import linked, planned, remove, tried
from tests.syndication.slate import Slate, SlateConnector, on_slate

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


# --- Claims ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "deadline", "is_spared"),
    [
        (claims.RENEWED_RECENTLY - timedelta(milliseconds=1), claims.USUAL_DEADLINE, True),
        (claims.RENEWED_RECENTLY, claims.USUAL_DEADLINE, False),
        (timedelta(milliseconds=1), claims.USUAL_DEADLINE + 0.1, False),
    ],
)
def test_a_lease_is_renewed_unless_that_was_just_done(
    hanako: Member, since: timedelta, deadline: float, is_spared: bool
) -> None:
    delivery = planned(make_link(hanako))
    now = timezone.now()
    claim = claims.claim_delivery(delivery.pk, owner="me", now=now)
    assert claim is not None
    claims.mark_sending(claim, now, {})
    before = Delivery.objects.get().lease_until
    claims.renew_claim(claim, now + since, deadline=deadline)
    assert (Delivery.objects.get().lease_until == before) is is_spared


def test_a_delivery_is_poison_after_more_tries_than_are_allowed(hanako: Member) -> None:
    delivery = planned(make_link(hanako))
    begun = {"number": 1, "doing": "publish", "started_at": delivery.asked_at}
    for number in range(retry_policy.MAX_TRIES):
        delivery.attempts.create(**(begun | {"number": number + 1}))
    assert not claims.is_poison(delivery)
    before = delivery.asked_at - timedelta(seconds=1)
    delivery.attempts.create(**(begun | {"number": 98, "outcome": "sent"}))
    delivery.attempts.create(**(begun | {"number": 99, "started_at": before}))
    assert not claims.is_poison(delivery)
    delivery.attempts.create(**(begun | {"number": 100}))
    assert claims.is_poison(delivery)


# --- Copies ---------------------------------------------------------------------------------------


def test_a_copy_is_active_from_its_sending_until_its_delete_arrived(
    slate: Slate, hanako: Member
) -> None:
    delivery = planned(on_slate(hanako))
    assert active_copies(delivery.post) == []
    tried(delivery)
    assert len(active_copies(delivery.post)) == 1
    remove(delivery.post)
    delete = Delivery.objects.get(operation=DeliveryOperation.DELETE)
    assert len(active_copies(delivery.post)) == 1
    assert tried(delete).state == DeliveryState.SENT
    assert active_copies(delivery.post) == []


class AddressedSlateConnector(SlateConnector):
    """As if a delete needed the copy's address."""

    deleted: ClassVar[list[Receipt]] = []

    def publish(self, *args: Any, **kwargs: Any) -> Receipt:
        sent = super().publish(*args, **kwargs)
        return replace(sent, url=f"http://slate.example/{sent.remote_id}")

    def retract(self, receipt: Receipt) -> None:
        self.deleted.append(receipt)
        super().retract(receipt)


def test_a_delete_names_id_and_address_of_the_copy(slate: Slate, hanako: Member) -> None:
    CONNECTORS["slate"] = AddressedSlateConnector
    AddressedSlateConnector.deleted.clear()
    delivery = tried(planned(on_slate(hanako)))
    remove(delivery.post)
    tried(Delivery.objects.get(operation=DeliveryOperation.DELETE))
    assert AddressedSlateConnector.deleted == [Receipt("1", "http://slate.example/1")]


def test_an_edit_s_new_name_is_kept_as_far_as_the_row_has_room(hanako: Member) -> None:
    copy = planned(make_link(hanako))
    edits.store_remote_name(copy, Receipt("2" * 600, "http://mixi.example/" + "a" * 600))
    copy.refresh_from_db()
    assert (copy.remote_id, len(copy.remote_url)) == ("2" * 500, 500)
    edits.store_remote_name(copy, Receipt("3"))
    assert Delivery.objects.get().remote_id == "3"
    assert Delivery.objects.get().remote_url == copy.remote_url


# --- Planning -------------------------------------------------------------------------------------


def test_only_the_writer_sends_a_copy_and_only_by_a_link_of_theirs(hanako: Member) -> None:
    taro = make_member("taro")
    mine, theirs = make_post(author=hanako), make_link(taro)
    for post, link, by in [
        (mine, theirs, hanako),
        (mine, make_link(hanako), taro),
        (make_post(author=taro), theirs, hanako),
    ]:
        with pytest.raises(NotYours) as refused:
            planning.send_copy(post, link, by=by)
        assert refused.value.thing == post
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("version", ["0.1", "now"])
def test_what_an_older_version_kept_of_a_link_is_read_as_it_meant(version: str) -> None:
    """It kept the title of the address as the post's title."""
    stored = {"kind": "link", "text": "見て", "url": "http://a.example/", "title": "題"}
    if version == "now":
        stored["url_title"] = ""
    post = snapshots.post_from_snapshot(stored)
    assert (post.title, post.url_title) == (("", "題") if version == "0.1" else ("題", ""))
    note = snapshots.post_from_snapshot({"kind": "note", "title": "題", "text": "本文"})
    assert (note.title, note.url_title) == ("題", "")


def test_limits_of_a_server_and_words_of_pictures_come_back_from_what_was_kept() -> None:
    stored = {"kind": "photo", "text": "", "terms": {"text": 140}, "photo_alts": ["猫", ""]}
    post = snapshots.post_from_snapshot(stored)
    assert post.terms == Terms(text=140)
    assert [(photo.content, photo.alt) for photo in post.photos] == [(b"", "猫"), (b"", "")]


# --- Links and tokens -----------------------------------------------------------------------------


def test_credentials_are_taken_over_whole_and_what_is_missing_is_empty() -> None:
    now = timezone.now()
    bare = credentials.credentials_from_signal("u1", {"access_token": "a"}, now)
    assert bare == Credentials("a", uid="u1")
    given = {
        "access_token": "a",
        "refresh_token": "r",
        "expires_in": "900",
        "scopes": ["x", "y"],
        "token_type": "Bearer",
        "host": "a.example",
        "extra": {"key": "k"},
    }
    assert credentials.credentials_from_signal("u1", given, now) == Credentials(
        "a", "r", now.timestamp() + 900, ("x", "y"), "u1", "a.example", {"key": "k"}, "Bearer"
    )


def test_who_asks_for_an_import_is_served_now_whatever_failed_before(hanako: Member) -> None:
    link, now = make_link(hanako, "mastodon", host="new.example"), timezone.now()
    link_import = import_schedule.get_or_create_link_import(link, ImportKind.FEED)
    later = now + timedelta(hours=9)
    link.imports.filter(pk=link_import.pk).update(due_at=later, failures=7, host="old.example")
    import_schedule.request_imports(link, now)
    assert set(link.imports.values_list("kind", "due_at", "failures", "host")) == {
        (kind, now, 0, "new.example") for kind in ImportKind
    }


def test_the_notice_of_a_scope_that_is_too_narrow_names_its_link(hanako: Member) -> None:
    link = make_link(hanako)
    reauthorization.notify_scope_missing(link)
    assert Notice.objects.get().subject == link.pk


class Endless:
    """A feed without an end, of which `most` items are there."""

    def __init__(self, most: int) -> None:
        self.most, self.read = most, 0

    def feed(self, *, since: str) -> Any:
        for number in range(self.most):
            self.read += 1
            yield RemoteFeedItem(
                remote_id=str(number),
                author=Friend("f1", "もも"),
                text="あ",
                created_at=timezone.now().timestamp() - 1,
            )


@pytest.mark.parametrize(
    ("items", "is_soon"), [(feed_imports.MANY_ITEMS - 1, False), (feed_imports.MANY_ITEMS, True)]
)
def test_where_many_items_came_more_are_asked_for_soon(
    sandbox: Any, items: int, is_soon: bool
) -> None:
    link_import = import_schedule.get_or_create_link_import(linked(sandbox), ImportKind.FEED)
    due_at = feed_imports.import_feed_items(link_import, Endless(items))  # type: ignore[arg-type]
    assert (due_at < timezone.now() + 2 * feed_imports.SOON) is is_soon


def test_a_feed_without_an_end_is_read_so_far(sandbox: Any) -> None:
    link_import = import_schedule.get_or_create_link_import(linked(sandbox), ImportKind.FEED)
    feed = Endless(feed_imports.FEED_AT_ONCE + 50)
    feed_imports.import_feed_items(link_import, feed)  # type: ignore[arg-type]
    assert feed.read == feed_imports.FEED_AT_ONCE
