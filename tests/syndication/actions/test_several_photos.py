"""Up to four photos of a post: stored in their order, shown, fed and sent with what each shows."""

from __future__ import annotations

import re

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from syndication.actions import photos, posts
from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS
from syndication.connectors.errors import Rejected
from syndication.delivery import eligibility
from syndication.models import KeptPhoto, Post, PostPhoto, photos_of
from tests.making import make_link, make_member
from tests.photographs import a_photo
from tests.syndication.actions.test_photos import picture, stored

pytestmark = pytest.mark.django_db

COLOURS = ("red", "lime", "blue", "white")
WORDS = ("one", "two", "three", "four")


def make_album(author: Member, count: int = MAX_PHOTOS, **fields: str) -> Post:
    """A post whose photos have the colours and the words of their places."""
    kept = tuple(photos.keep_upload(a_photo(colour=one), by=author) for one in COLOURS[:count])
    words = dict(zip(PHOTO_ALTS, WORDS[:count], strict=False))
    given = {"kind": "photo", "audience": "everyone", "form_key": "f" * 32, **words, **fields}
    first = next(iter(kept), None)
    return posts.create_post(posts.NewPost(photo=first, more_photos=kept[1:], **given), by=author)


def colour_of(content: bytes) -> str:
    red, green, blue = (part > 128 for part in picture(content).getpixel((5, 5)))
    return {(True, False, False): "red", (False, True, False): "lime"}.get(
        (red, green, blue), "white" if red and green else "blue"
    )


def test_four_photos_are_stored_in_their_order_in_both_sizes():
    post = Post.objects.get(pk=make_album(make_member("hanako")).pk)
    found = photos_of(post)
    assert [(one.place, colour_of(stored(one.file)), one.alt) for one in found] == [
        *zip((1, 2, 3, 4), COLOURS, WORDS, strict=True)
    ]
    assert [colour_of(stored(one.photo_small)) for one in post.more_photos.all()] == [*COLOURS[1:]]
    assert not KeptPhoto.objects.exists()


def test_the_page_shows_them_in_their_order_with_their_words():
    post = make_album(make_member("hanako"), 3)
    browser = Client()
    page = browser.get(reverse("post_detail", args=[post.pk])).text
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', page)
    assert [colour_of(browser.get(source).content) for source, _alt in shown] == [*COLOURS[:3]]
    assert [alt for _source, alt in shown] == [*WORDS[:3]]
    large = [browser.get(reverse("post_photo", args=[post.pk, place])) for place in (1, 2, 3)]
    assert [colour_of(each.content) for each in large] == [*COLOURS[:3]]


def test_the_address_that_photos_had_shows_the_first():
    post = make_album(make_member("hanako"), 2)
    for name in ("post_photo", "post_photo_small"):
        assert colour_of(Client().get(reverse(name, args=[post.pk])).content) == "red"


@pytest.mark.parametrize("place", [0, 3, 5, 10**17])
def test_a_place_without_photo_answers_404(place: int):
    post = make_album(make_member("hanako"), 2)
    assert Client().get(reverse("post_photo", args=[post.pk, place])).status_code == 404


def test_the_feed_has_all_of_them(django_assert_max_num_queries):
    hanako = make_member("hanako")
    first = make_album(hanako, 2)
    make_album(hanako, 3, form_key="e" * 32)
    with django_assert_max_num_queries(4):
        feed = Client().get(reverse("profile_feed", args=["hanako"])).text
    assert feed.count("&lt;img") == 5
    assert f"/posts/{first.pk}/photo/2" in feed


def test_links_ask_once_for_the_photos_of_a_post(django_assert_num_queries):
    post = Post.objects.get(pk=make_album(make_member("hanako")).pk)
    links = [make_link(post.author, "mastodon", host=f"m{n}.example", uid=str(n)) for n in range(3)]
    handles = {}  # type: ignore[var-annotated]
    with django_assert_num_queries(1):
        sent = [
            eligibility.outgoing_post(post, link, "everyone", handles=handles) for link in links
        ]
    assert {tuple(photo.alt for photo in each.photos) for each in sent} == {WORDS}


def test_a_post_without_photo_asks_for_none(django_assert_num_queries):
    post = make_album(make_member("hanako"), 0, kind="status", text="a")
    with django_assert_num_queries(0):
        assert photos_of(Post(photo="")) == photos_of(post) == []


def test_the_network_gets_the_pictures_in_their_order():
    post = make_album(make_member("hanako"))
    link = make_link(post.author)
    sent = eligibility.outgoing_post(post, link, "everyone", with_photo=True)
    assert [colour_of(photo.content) for photo in sent.photos] == [*COLOURS]


def test_nothing_is_sent_while_one_of_the_files_is_gone():
    post = make_album(make_member("hanako"))
    default_storage.delete(PostPhoto.objects.get(place=3).photo.name)
    with pytest.raises(Rejected):
        eligibility.outgoing_post(post, make_link(post.author), "everyone", with_photo=True)


@pytest.mark.django_db(transaction=True)
def test_all_files_go_with_the_post():
    hanako = make_member("hanako")
    post = make_album(hanako)
    names = [
        name for one in (post, *post.more_photos.all()) for name in (one.photo, one.photo_small)
    ]
    names = [file.name for file in names]
    assert len(names) == 8
    assert all(default_storage.exists(name) for name in names)
    posts.delete_post(post, by=hanako)
    assert not any(default_storage.exists(name) for name in names)
    assert not PostPhoto.objects.exists()
