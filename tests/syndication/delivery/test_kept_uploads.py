"""A picture is uploaded once, however often its post is tried: what no post names would stay as an orphan."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndication.actions import photos, posts
from syndication.delivery import credentials
from syndication.models import Delivery, DeliveryState, Link
from tests.making import make_link, make_member
from tests.photographs import a_photo
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import Moving, settled, tried

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def link(sandbox) -> Link:
    """On a server that names uploads by their files, as snac does."""
    sandbox.mastodon.configure({"dotted_media": True})
    held = MastodonOnTheSandbox(sandbox).credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    return link


@pytest.fixture
def delivery(sandbox, link) -> Delivery:
    """Of a photo; its first try uploads the picture and is then refused for the moment."""
    sandbox.faults.add("mastodon", "503", match="POST /api/v1/statuses", seconds=1)
    kept = photos.keep_upload(a_photo(), by=link.member)
    draft = posts.NewPost(
        kind="photo", audience="everyone", form_key="f" * 32, photo=kept, photo_alt="雪"
    )
    posts.create_post(draft, by=link.member)
    return tried(Delivery.objects.get())


def graph(sandbox):
    return sandbox.mastodon.state.graph


def copies(sandbox):
    return [each for each in graph(sandbox).posts.values() if not each.is_seeded]


def test_the_next_try_uses_what_the_first_uploaded(sandbox, delivery):
    assert (delivery.state, len(delivery.uploads)) == (S.WAITING, 1)
    settled(delivery, Moving(sandbox))
    [copy] = copies(sandbox)
    [upload] = graph(sandbox).uploads.values()
    assert copy.photos == [upload]
    assert "." in upload.id
    delivery.refresh_from_db()
    assert (delivery.state, delivery.uploads) == (S.SENT, {})


def test_what_the_server_has_deleted_is_uploaded_anew(sandbox, delivery):
    graph(sandbox).uploads.clear()
    settled(delivery, Moving(sandbox))
    [copy] = copies(sandbox)
    assert [photo.alt for photo in copy.photos] == ["雪"]


def test_what_is_too_old_is_uploaded_anew(sandbox, delivery):
    now = Moving(sandbox)
    now.advance(hours=21)
    Delivery.objects.update(due_at=now() - timedelta(seconds=1))
    tried(delivery, now)
    assert len(graph(sandbox).uploads) == 2
    assert len(copies(sandbox)) == 1
