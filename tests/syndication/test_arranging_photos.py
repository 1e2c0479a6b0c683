"""The photos of a post that stands: moved and removed, here and in copies that can be edited."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from syndication.actions import photos, posts
from syndication.actions.post_photos import arrange_photos
from syndication.delivery import credentials
from syndication.models import Delivery, DeliveryState, Link, Post, photos_of
from tests.making import make_link, make_member
from tests.phone import log_in_phone
from tests.syndication.actions.test_photos import stored
from tests.syndication.actions.test_several_photos import COLOURS, colour_of, make_album
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import tried

pytestmark = pytest.mark.django_db

S = DeliveryState
PUT = "PUT /api/v1/statuses"


def standing(post: Post) -> list[tuple[str, str]]:
    """Colour and words of each photo."""
    found = photos_of(Post.objects.get(pk=post.pk))
    return [(colour_of(stored(one.file)), one.alt) for one in found]


def files_of(post: Post) -> list[str]:
    rows = (post, *post.more_photos.all())
    return [file.name for row in rows for file in (row.photo, row.photo_small)]


@pytest.fixture
def link(sandbox) -> Link:
    held = MastodonOnTheSandbox(sandbox).credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    return link


def there(sandbox) -> list[tuple[str, str]]:
    graph = sandbox.mastodon.state.graph
    [copy] = [one for one in graph.posts.values() if not (one.is_deleted or one.is_seeded)]
    return [(colour_of(each.content), each.alt) for each in copy.photos]


def edit_of(post: Post) -> Delivery:
    return Delivery.objects.filter(post=post, operation="edit").latest("sequence")


# --- here ---------------------------------------------------------------------------------------
def test_photos_are_moved_and_removed_by_presses_and_one_save():
    hanako = make_member("hanako")
    post = make_album(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_change", args=[post.pk]))
    assert "6 Photos" in phone.page
    page = phone.get(reverse("post_photos", args=[post.pk]))
    assert "Save" not in [label for label, _name, _value in page.form("Remove", set()).buttons]
    phone.submit("Move up")  # the second
    form = phone.page.form("Remove", set())
    fields = form.fields | {"photo_remove_3": ["Remove"]}
    phone.post(reverse("post_photos", args=[post.pk]), fields)
    assert standing(post) == [*zip(COLOURS, ("one", "two", "three", "four"), strict=True)]
    phone.submit("Save")
    assert standing(post) == [("lime", "two"), ("red", "one"), ("white", "four")]
    fresh = Post.objects.get(pk=post.pk)
    assert (fresh.version, fresh.photos_version, fresh.photo_alt_4) == (2, 2, "")


@pytest.mark.django_db(transaction=True)
def test_the_files_of_what_is_removed_go_and_all_others_stay():
    post = make_album(make_member("hanako"))
    names = files_of(post)
    arrange_photos(post, [4, 2], by=post.author, version=1)
    post = Post.objects.get()
    assert files_of(post) == [*names[6:], *names[2:4]]
    assert [default_storage.exists(name) for name in names] == [False] * 2 + [True] * 2 + [
        False
    ] * 2 + [True] * 2
    posts.delete_post(post, by=post.author)
    assert not any(default_storage.exists(name) for name in names)


def test_a_photo_post_keeps_one_and_a_note_none():
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    album = make_album(hanako, 1)
    page = phone.get(reverse("post_photos", args=[album.pk]))
    assert not page.forms or "Remove" not in str(page.forms[0].buttons)
    assert arrange_photos(album, [], by=hanako, version=1) is None
    note = make_album(hanako, 2, kind="note", title="t", text="x", form_key="e" * 32)
    arrange_photos(note, [], by=hanako, version=1)
    assert standing(note) == []
    assert phone.get(reverse("post_detail", args=[note.pk])).status == 200


def test_an_order_that_is_none_changes_nothing_that_it_does_not_name():
    post = make_album(make_member("hanako"), 3)
    assert arrange_photos(post, [1, 2, 3], by=post.author, version=1) is None
    arrange_photos(post, [3, 3, 9, 1], by=post.author, version=1)
    assert standing(post) == [("blue", "three"), ("red", "one")]


def test_a_post_that_was_edited_meanwhile_is_left_as_it_is():
    post = make_album(make_member("hanako"), 2)
    posts.edit_post(post, {"photo_alt_2": "other"}, by=post.author)
    with pytest.raises(posts.EditedMeanwhile):
        arrange_photos(post, [2, 1], by=post.author, version=1)
    assert standing(post) == [("red", "one"), ("lime", "other")]


def test_nobody_else_sees_or_changes_them():
    post = make_album(make_member("hanako"), 2)
    taro = log_in_phone(make_member("taro"))
    address = reverse("post_photos", args=[post.pk])
    assert taro.get(address).status == 404
    taro.get(reverse("home"))
    assert taro.post(address, {"save": "1", "order": "1", "version": "1"}).status in (403, 404)
    assert len(standing(post)) == 2


# --- on networks --------------------------------------------------------------------------------
def test_a_copy_gets_the_photos_in_the_new_order_and_no_other(sandbox, link):
    post = make_album(link.member)
    tried(Delivery.objects.get())
    arrange_photos(post, [3, 1], by=link.member, version=1)
    assert tried(edit_of(post)).state == S.SENT
    assert there(sandbox) == [("blue", "three"), ("red", "one")]


def test_words_that_are_edited_afterwards_stand_with_their_photos(sandbox, link):
    post = make_album(link.member, 3)
    tried(Delivery.objects.get())
    arrange_photos(post, [3, 1], by=link.member, version=1)
    tried(edit_of(post))
    uploads = len(sandbox.mastodon.state.graph.uploads)
    posts.edit_post(post, {"photo_alt": "first", "photo_alt_2": "second"}, by=link.member)
    assert tried(edit_of(post)).state == S.SENT
    assert there(sandbox) == [("blue", "first"), ("red", "second")]
    assert len(sandbox.mastodon.state.graph.uploads) == uploads


def test_an_edit_that_takes_the_place_of_one_unsent_takes_its_photos_along(sandbox, link):
    post = make_album(link.member, 3)
    tried(Delivery.objects.get())
    arrange_photos(post, [2], by=link.member, version=1)
    posts.edit_post(post, {"photo_alt": "alone"}, by=link.member)
    assert tried(edit_of(post)).state == S.SENT
    assert there(sandbox) == [("lime", "alone")]


def test_a_lost_answer_leaves_the_photos_as_they_should_be(sandbox, link, now):
    post = make_album(link.member, 3)
    tried(Delivery.objects.get(), now)
    arrange_photos(post, [3, 2, 1], by=link.member, version=1)
    sandbox.faults.add("mastodon", "drop_after", match=PUT)
    edit = edit_of(post)
    assert tried(edit, now).state == S.UNCONFIRMED
    now.advance(seconds=61)
    assert tried(edit, now).state == S.SENT
    assert there(sandbox) == [("blue", "three"), ("lime", "two"), ("red", "one")]


def test_a_post_that_waits_goes_with_what_stays(sandbox, link):
    post = make_album(link.member, 3)
    arrange_photos(post, [2], by=link.member, version=1)
    tried(Delivery.objects.get(operation="publish"))
    assert there(sandbox) == [("lime", "two")]
    assert photos.delete_old_kept_photos() == 0


def test_the_page_says_of_each_copy_what_becomes_of_it(sandbox, link):
    post = make_album(link.member, 2)
    tried(Delivery.objects.get())
    phone = log_in_phone(link.member)
    phone.get(reverse("post_photos", args=[post.pk]))
    page = phone.submit("Move up")
    assert "The copy is edited, too." in page
    assert "What is removed is deleted for good." in page
