"""Of two who both speak on a post to Everyone, with a block between two people: who still finds whose
words, likes and counts, over HTTP. test_talk_matrix has the audiences.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from syndication.models import Comment
from tests.making import block, make_comment, make_like, make_member, make_post
from tests.phone import computer

pytestmark = pytest.mark.django_db

# By who is read: whose words and like each still finds.
ALL = {"author", "one", "other", "reader"}
BLOCKS: dict[tuple[str, str], dict[str, set[str]]] = {
    ("one", "other"): {"author": ALL, "one": ALL - {"other"}, "other": ALL - {"one"}, "reader": ALL},
    ("reader", "one"): {"author": ALL, "one": ALL - {"reader"}, "other": ALL, "reader": ALL - {"one"}},
    # Who is in a block with the author opens the post no more, and is heard by nobody there.
    ("author", "one"): {"author": ALL - {"one"}, "one": set(), "other": ALL - {"one"},
                        "reader": ALL - {"one"}},
}  # fmt: skip


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("pair", list(BLOCKS))
def test_a_block_hides_words_likes_and_counts(pair: tuple[str, str], is_turned: bool) -> None:
    people = {name: make_member(name, email="") for name in ALL}
    post = make_post(author=people["author"])
    for name, member in people.items():
        make_comment(post, member, f"words-of-{name}")
        make_like(post, member)
    left, right = (people[name] for name in (reversed(pair) if is_turned else pair))
    block(left, right)
    for reader, heard in BLOCKS[pair].items():
        browser = computer(people[reader])
        page = browser.get(reverse("post_detail", args=[post.pk]))
        assert {name for name in ALL if f"words-of-{name}" in page.text} == heard, reader
        assert (f"Likes: {len(heard)}" in page.text) is bool(heard)
        likes = browser.get(reverse("post_more", args=[post.pk]))
        assert {name for name in ALL if f"/@{name}/" in likes.text.partition("<ul>")[2]} == heard
        for comment in Comment.objects.all():
            address = reverse("comment_detail", args=[post.pk, comment.pk])
            is_there = browser.get(address).status_code == 200
            assert is_there is (comment.writer.username in heard)
        assert f"words-of-{reader}" in browser.get(reverse("comment_own_list")).text
