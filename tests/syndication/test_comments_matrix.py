"""Who reads what is said about a post: sixteen people, each audience, over HTTP, from one table.

Of each pair: the post's page; comments and likes on it, their counts and names, the pages that hold them;
whether a comment and a like of one's own are taken. A cell that is missing here is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import friends
from accounts.models import Audience, Group, Member, Membership
from syndication.actions import post_readers
from syndication.models import Comment, Like, Post
from tests.making import (
    befriend,
    block,
    join,
    make_chosen_post,
    make_comment,
    make_group,
    make_like,
    make_member,
    make_post,
)
from tests.phone import computer

pytestmark = pytest.mark.django_db

PEOPLE = (
    "author", "friend", "friend_of_friend", "stranger", "group_member", "invited", "former_member",
    "former_friend", "blocked_by_author", "blocks_author", "visitor", "staff",
    "chosen", "unticked", "friended_again", "chosen_and_blocked",
)  # fmt: skip
A = Audience
KNOWN = {"author", "friend", "chosen", "unticked", "friended_again"}
# Who is logged in and not in a block with the author; staff is a stranger on the site itself.
ANYBODY = set(PEOPLE) - {"visitor", "blocked_by_author", "blocks_author", "chosen_and_blocked"}
# Who reads what is said, and may answer.
TALKS: dict[tuple[str, bool], set[str]] = {
    (A.EVERYONE, True): ANYBODY,
    (A.FRIENDS_OF_FRIENDS, True): KNOWN | {"friend_of_friend"},
    (A.FRIENDS, True): KNOWN,
    (A.CHOSEN, True): {"author", "chosen"},
    (A.GROUP, True): {"author", "group_member"},
    (A.GROUP, False): {"group_member"},  # the author left the group
    (A.ONLY_ME, True): {"author"},
}
# Who opens the post without what is said.
READS_ONLY: dict[tuple[str, bool], set[str]] = {
    (A.EVERYONE, True): {"visitor"},
    (A.GROUP, False): {"author"},
}
CELLS = [(audience, is_in, person) for audience, is_in in TALKS for person in PEOPLE]
CHOSEN = ("chosen", "unticked", "friended_again", "chosen_and_blocked")  # all of them at first
POST, SAID, NAME = "what-the-post-says", "what-was-said", "who-spoke"


@dataclass
class Stage:
    post: Post
    comment: Comment
    people: dict[str, Member | None]

    def browser(self, person: str) -> Client:
        member = self.people[person]
        return computer(member) if member else Client()


def stage(audience: str, *, is_author_in: bool, has_mail: bool = False) -> Stage:
    """The author's post with one comment and one like, both by a member who is in every circle."""
    mail = "%s@example.com" if has_mail else "%.0s"
    people: dict[str, Member | None] = {
        name: make_member(
            name, email=mail % name, is_staff=name == "staff", is_superuser=name == "staff"
        )
        for name in PEOPLE
        if name != "visitor"
    }
    people["visitor"] = None
    author = people["author"]
    speaker = make_member("speaker", email=mail % "speaker", display_name=NAME)
    befriend(author, speaker)
    befriend(author, people["friend"])
    befriend(people["friend"], people["friend_of_friend"])
    for name in ("blocked_by_author", "blocks_author", *CHOSEN):
        befriend(author, people[name])
    block(author, people["chosen_and_blocked"])
    block(author, people["blocked_by_author"])
    block(people["blocks_author"], author)
    group = _group(author, speaker, people, is_author_in=is_author_in)
    if audience == A.CHOSEN:
        post = make_chosen_post(author, speaker, *(people[name] for name in CHOSEN), text=POST)
        post_readers.remove_reader(post, people["unticked"], by=author)
    else:
        in_group = group if audience == A.GROUP else None
        post = make_post(author=author, text=POST, audience=audience, group=in_group)
    friends.end_friendship(people["friended_again"], by=author)
    friends.create_friendship(people["friended_again"], author)
    make_like(post, speaker)
    return Stage(post, make_comment(post, speaker, SAID), people)


def _group(
    author: Member, speaker: Member, people: dict[str, Member | None], *, is_author_in: bool
) -> Group:
    group = make_group(speaker, people["group_member"])
    if is_author_in:
        join(group, author)
    for name in ("blocked_by_author", "blocks_author"):
        join(group, people[name])
    Membership.objects.create(group=group, member=people["invited"], invited_by=speaker)
    join(group, people["former_member"]).delete()
    return group


def former_friend(all_of_them: Stage) -> None:
    """They were friends, and said something then."""
    author, former = all_of_them.people["author"], all_of_them.people["former_friend"]
    befriend(author, former)
    make_comment(all_of_them.post, former, "said-as-a-friend")
    author.friendships.filter(friend=former).delete()
    former.friendships.filter(friend=author).delete()


@pytest.mark.parametrize(("audience", "is_author_in", "person"), CELLS)
def test_what_is_said_is_read_by_the_audience_and_nobody_else(
    audience: str, is_author_in: bool, person: str
) -> None:
    all_of_them = stage(audience, is_author_in=is_author_in)
    former_friend(all_of_them)
    post, browser = all_of_them.post, all_of_them.browser(person)
    talks = person in TALKS[audience, is_author_in]
    reads = talks or person in READS_ONLY.get((audience, is_author_in), set())

    page = browser.get(reverse("post_detail", args=[post.pk]))
    assert (page.status_code == 200, POST in page.text) == (reads, reads)
    assert (SAID in page.text, NAME in page.text, "Likes: 1" in page.text) == (talks,) * 3
    for name in ("comment_list", "comment_new", "post_more"):
        assert (browser.get(reverse(name, args=[post.pk])).status_code == 200) is talks
    whole = browser.get(reverse("comment_detail", args=[post.pk, all_of_them.comment.pk]))
    assert (whole.status_code == 200, SAID in whole.text) == (talks, talks)
    who_liked = browser.get(reverse("post_more", args=[post.pk]))
    assert (NAME in who_liked.text) is talks

    browser.post(reverse("comment_new", args=[post.pk]), {"text": "mine", "form_key": "a" * 32})
    browser.post(reverse("post_like", args=[post.pk]), {"like": "1"})
    assert Comment.objects.filter(text="mine").exists() is talks
    assert (Like.objects.count() == 2) is talks
    if talks:
        assert "Likes: 2" in browser.get(reverse("post_detail", args=[post.pk])).text

    if not talks and person != "visitor":  # who is asked to log in, whatever stands there
        same_answers(browser, post.pk, all_of_them.comment.pk)
    for place in ("home", "comment_own_list"):
        assert SAID not in browser.get(reverse(place)).text
    for name in ("profile", "profile_feed"):
        shown = browser.get(reverse(name, args=["author"])).text
        assert SAID not in shown
        assert NAME not in shown


def same_answers(browser: Client, post: int, comment: int) -> None:
    """What is forbidden and what never was cannot be told apart."""
    pairs = [(reverse(name, args=[post]), reverse(name, args=[post + 1000]))
             for name in ("comment_list", "comment_new", "post_more")]  # fmt: skip
    pairs += [(reverse("comment_detail", args=[post, comment]),
               reverse("comment_detail", args=[post, comment + 1000]))]  # fmt: skip
    for hidden, missing in (map(browser.get, pair) for pair in pairs):
        assert (hidden.status_code, hidden.content) == (404, missing.content)
    for like in "10":
        hidden, missing = (
            browser.post(reverse("post_like", args=[one]), {"like": like})
            for one in (post, post + 1000)
        )
        assert (hidden.status_code, hidden.content) == (404, missing.content)


# Of two who both speak on a post to Everyone: whose words and like each still finds there.
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
