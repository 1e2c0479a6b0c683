"""The words of a post are listed once: each of them travels all the way, whatever is added to the list."""

from __future__ import annotations

import json

import pytest

from syndication.actions import posts
from syndication.connectors.base import OutgoingPost
from syndication.connectors.content import CONTENT, LONGEST, TYPED, content_of
from syndication.delivery import eligibility, snapshots
from syndication.models import Post, PostKind
from tests.accounts.admin.rows import address
from tests.making import make_link, make_member, make_post
from tests.phone import computer
from tests.syndication.exporting import export_of

WORDS = {name: f"https://example.org/{name}" for name in CONTENT}


def draft_of(kind: str = PostKind.NOTE, form_key: str = "0" * 32) -> posts.NewPost:
    return posts.NewPost(kind=kind, audience="everyone", form_key=form_key, **WORDS)


def test_a_post_has_a_column_for_each_word_as_long_as_the_word_may_be():
    for name in CONTENT:
        column = Post._meta.get_field(name)
        assert (column.max_length, column.blank, column.null) == (LONGEST[name], True, False)
    assert set(TYPED) < set(CONTENT)


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONTENT)
def test_each_word_of_a_draft_goes_out_with_the_post_and_is_found_again(name):
    hanako = make_member("hanako")
    post = posts.create_post(draft_of(), by=hanako)
    sent = eligibility.outgoing_post(post, make_link(hanako), "everyone")
    kept = json.loads(json.dumps(snapshots.snapshot_of(sent, version=1)))
    assert [getattr(one, name) for one in (post, sent, snapshots.post_from_snapshot(kept))] == [
        WORDS[name]
    ] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONTENT)
def test_each_word_is_edited_shown_to_staff_exported_and_wiped(name):
    hanako = make_member("hanako")
    post = make_post(author=hanako, kind=PostKind.NOTE, title="before")
    posts.edit_post(post, {name: WORDS[name]}, by=hanako)
    assert getattr(Post.objects.get(pk=post.pk), name) == WORDS[name]
    [row] = export_of(hanako).json("posts.json")["posts"]
    assert row[name] == WORDS[name]
    staff = computer(make_member("chief", is_staff=True, is_superuser=True))
    assert WORDS[name] in staff.get(address(Post, "change", post.pk)).content.decode()
    posts.delete_post(post, by=hanako)
    assert set(content_of(Post.objects.get(pk=post.pk)).values()) == {""}


@pytest.mark.django_db
def test_a_link_that_left_before_the_update_is_looked_for_with_the_title_of_its_page():
    before = {"kind": "link", "text": "", "title": "A page", "url": "https://example.org/"}
    assert snapshots.post_from_snapshot(before) == OutgoingPost(
        kind="link", url_title="A page", url="https://example.org/"
    )
