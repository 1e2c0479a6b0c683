"""Edits on a network of the world: Mastodon's sandbox, written from Mastodon's own page."""

from pathlib import Path

import pytest

from accounts.models import Audience
from accounts.public_urls import public_url
from syndication.actions import photos, posts
from syndication.connectors.reasons import COPY_GONE, FOLLOWERS_NOT_APPROVED, PHOTO_DOES_NOT_FIT
from syndication.delivery import credentials
from syndication.models import Delivery, DeliveryState, Link
from tests.making import allow, make_link, make_member
from tests.noticing import the_notice
from tests.photographs import a_photo
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import planned, tried

pytestmark = pytest.mark.django_db

S = DeliveryState
PUT = "PUT /api/v1/statuses"


@pytest.fixture
def link(sandbox):
    net = MastodonOnTheSandbox(sandbox)
    held = net.credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    return link


def change(post, text, **words):
    posts.edit_post(post, {"text": text, **words}, by=post.author)
    return Delivery.objects.filter(post=post, operation="edit").order_by("sequence").last()


def copies(sandbox):
    graph = sandbox.mastodon.state.graph
    return [post for post in graph.posts.values() if not (post.is_deleted or post.is_seeded)]


def test_a_status_gets_the_new_words_and_keeps_its_address(sandbox, link):
    publish = tried(planned(link, "おはよ"))
    edit = tried(change(publish.post, "おはよう"))
    [copy] = copies(sandbox)
    assert (edit.state, copy.text, copy.edits) == (S.SENT, "おはよう", 1)
    assert (edit.remote_id, edit.remote_url) == (publish.remote_id, publish.remote_url)


def test_a_lost_answer_is_asked_again_and_is_one_edit_there(sandbox, link, now):
    publish = tried(planned(link, "一"), now)
    edit = change(publish.post, "二")
    sandbox.faults.add("mastodon", "drop_after", match=PUT)
    assert tried(edit, now).state == S.UNCONFIRMED
    now.advance(seconds=61)
    assert tried(edit, now).state == S.SENT
    [copy] = copies(sandbox)
    assert (copy.text, copy.edits) == ("二", 1)


def test_an_edit_while_the_publish_is_unconfirmed_changes_what_had_arrived(sandbox, link, now):
    sandbox.faults.add("mastodon", "drop_after", match="POST /api/v1/statuses")
    publish = tried(planned(link, "一"), now)
    edit = change(publish.post, "二")
    now.advance(seconds=61)
    assert tried(publish, now).state == S.SENT
    assert tried(edit, now).state == S.SENT
    [copy] = copies(sandbox)
    assert copy.text == "二"


def test_the_picture_stays_and_says_what_it_shows_in_the_new_words(sandbox, link):
    kept = photos.keep_upload(a_photo(), by=link.member)
    draft = posts.NewPost(
        kind="photo", audience="everyone", form_key="f" * 32, text="窓", photo=kept, photo_alt="?"
    )
    post = posts.create_post(draft, by=link.member)
    tried(Delivery.objects.get())
    edit = tried(change(post, "窓の外", photo_alt="雪"))
    [copy] = copies(sandbox)
    assert (edit.state, copy.text) == (S.SENT, "窓の外")
    assert [photo.alt for photo in copy.photos] == ["雪"]


def test_a_copy_without_its_picture_leads_here_with_the_new_words_too(sandbox, link):
    kept = photos.keep_upload(a_photo(), by=link.member)
    draft = posts.NewPost(
        kind="photo", audience="everyone", form_key="f" * 32, text="窓", photo=kept, photo_alt="?"
    )
    post = posts.create_post(draft, by=link.member)
    whole = Path(post.photo.path).read_bytes()
    Path(post.photo.path).write_bytes(b"damaged")
    publish = tried(Delivery.objects.get())
    [copy] = copies(sandbox)
    assert (publish.state, publish.reason, copy.photos) == (S.SENT, PHOTO_DOES_NOT_FIT, [])
    assert public_url("post_detail", post.pk) in copy.text
    Path(post.photo.path).write_bytes(whole)
    edit = tried(change(post, "窓の外"))
    [copy] = copies(sandbox)
    assert (edit.state, edit.reason) == (S.SENT, PHOTO_DOES_NOT_FIT)
    assert copy.text == f"窓の外 {public_url('post_detail', post.pk)}"


def test_a_copy_that_was_deleted_there_is_told(sandbox, link):
    publish = tried(planned(link))
    copies(sandbox)[0].is_deleted = True
    edit = tried(change(publish.post, "後"))
    assert (edit.state, edit.reason) == (S.CANCELLED, COPY_GONE)
    assert "no longer on Mastodon" in the_notice().in_words


def test_an_edit_goes_to_no_follower_whom_nobody_approved(sandbox, link):
    """The account let followers ask first when the copy was made; by now anybody may follow."""
    Link.objects.update(follows_approved=True)
    allow(link, "status", Audience.FRIENDS)
    publish = tried(planned(link, "友だちへ", audience=Audience.FRIENDS))
    assert [copy.visibility for copy in copies(sandbox)] == ["private"]
    sandbox.mastodon.state.graph.named("hanako").is_locked = False
    edit = tried(change(publish.post, "ひみつ"))
    assert (edit.state, edit.reason) == (S.FAILED, FOLLOWERS_NOT_APPROVED)
    assert [copy.text for copy in copies(sandbox)] == ["友だちへ"]


def test_an_edit_leaves_who_reads_the_copy_as_it_was(sandbox, link):
    Link.objects.update(follows_approved=True)
    allow(link, "status", Audience.FRIENDS)
    publish = tried(planned(link, "友だちへ", audience=Audience.FRIENDS))
    posts.change_audience(publish.post, Audience.EVERYONE, None, by=link.member)
    assert tried(change(publish.post, "みんなの投稿")).state == S.SENT
    [copy] = copies(sandbox)
    assert (copy.text, copy.visibility) == ("みんなの投稿", "private")
