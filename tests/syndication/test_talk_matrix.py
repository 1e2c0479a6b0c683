"""Who sees a post and what is said about it: sixteen people, each audience, over HTTP, from one table.

Each audience is set up once, and everybody is asked everything: the post's page, comments and likes, their
counts and names, whether a comment and a like of one's own are taken; notices, mails, feeds, one's own data,
staff's pages. Before the last ones each person is told once, and speaks once, as if the rules had let
them: what they may not read now reaches them by no way any more. What the table leaves out is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actions import friends
from accounts.models import Audience, Group, ListedFriend, Member, Membership, Notice
from syndication.actions import post_readers
from syndication.models import Comment, Like, Post
from tests.mailing import send_mails, want_mails
from tests.making import (
    befriend,
    block,
    join,
    make_chosen_post,
    make_comment,
    make_group,
    make_like,
    make_list,
    make_member,
    make_post,
)
from tests.noticing import make_notice
from tests.phone import computer
from tests.syndication.exporting import export_of

pytestmark = pytest.mark.django_db

PEOPLE = (
    "author", "friend", "friend_of_friend", "stranger", "group_member", "invited", "former_member",
    "former_friend", "blocked_by_author", "blocks_author", "visitor", "staff",
    "chosen", "unticked", "friended_again", "chosen_and_blocked",
)  # fmt: skip
MEMBERS = set(PEOPLE) - {"visitor"}
A = Audience
KNOWN = {"author", "friend", "chosen", "unticked", "friended_again"}
# Who is logged in and not in a block with the author; staff is a stranger on the site itself.
ANYBODY = MEMBERS - {"blocked_by_author", "blocks_author", "chosen_and_blocked"}
LIST, LEFT_GROUP = "a list", "a group that its author left"
# Who reads what is said, and may answer.
TALKS: dict[str, set[str]] = {
    A.EVERYONE: ANYBODY,
    A.FRIENDS_OF_FRIENDS: KNOWN | {"friend_of_friend"},
    A.FRIENDS: KNOWN,
    A.CHOSEN: {"author", "chosen"},
    LIST: {"author", "chosen"},
    A.GROUP: {"author", "group_member"},
    LEFT_GROUP: {"group_member"},
    A.ONLY_ME: {"author"},
}
# Who opens the post without what is said.
READS_ONLY: dict[str, set[str]] = {A.EVERYONE: {"visitor"}, LEFT_GROUP: {"author"}}
CHOSEN = ("chosen", "unticked", "friended_again", "chosen_and_blocked")  # all of them at first
CODES = ("comment", "comment_after_mine", "liked")
POST, SAID, NAME = "what-the-post-says", "what-was-said", "who-spoke"


def table(audience: str) -> dict[str, set[str]]:
    """Who sees, or may do, each thing."""
    talks = TALKS[audience]
    return {
        "page": talks | READS_ONLY.get(audience, set()),
        **dict.fromkeys(("comment", "speaker", "count", "pages of talk", "who likes"), talks),
        **dict.fromkeys(("may comment", "may like", "count after"), talks),
        **dict.fromkeys(("count of notices", "notice", "mail", "comment in mail"), talks),
        "said elsewhere": set(),  # home, one's own comments, profile, feed
        "own words in export": MEMBERS,
        "others' words in export": set(),
        "admin": {"staff"},
        "comment in admin": {"staff"} if audience == A.EVERYONE else set(),
    }


@pytest.mark.parametrize("audience", TALKS)
def test_a_post_and_what_is_said_is_seen_by_its_audience_and_nobody_else(audience: str) -> None:
    stage = make_stage(audience)
    seen = stage.read() | stage.answer()
    stage.tell_everybody()
    seen |= stage.told() | stage.mailed() | stage.taken_away()
    assert seen == table(audience)


@dataclass
class Stage:
    post: Post
    comment: Comment
    people: dict[str, Member | None]
    browsers: dict[str, Client]

    def read(self) -> dict[str, set[str]]:
        """The pages of the post. What is forbidden and what never was cannot be told apart."""
        cells: dict[str, dict[str, bool]] = {}
        pk = self.post.pk
        pages = [reverse(name, args=[pk]) for name in ("comment_list", "comment_new", "post_more")]
        pages.append(reverse("comment_detail", args=[pk, self.comment.pk]))
        for who, browser in self.browsers.items():
            page = browser.get(reverse("post_detail", args=[pk]))
            answers = [browser.get(path) for path in pages]
            opened = {answer.status_code == 200 for answer in answers}
            assert len(opened) == 1, who
            assert (page.status_code == 200) is (POST in page.text), who
            is_said = [SAID in page.text, SAID in answers[0].text, SAID in answers[3].text]
            assert len(set(is_said)) == 1, who
            cells[who] = {
                "page": POST in page.text,
                "comment": is_said[0],
                "speaker": NAME in page.text,
                "count": "Likes: 1" in page.text,
                "pages of talk": opened == {True},
                "who likes": NAME in answers[2].text,
                "said elsewhere": self._is_said_elsewhere(browser),
            }
            if opened == {False} and who != "visitor":  # who is asked to log in, whatever it is
                same_answers(browser, pk, self.comment.pk)
        return by_column(cells)

    def _is_said_elsewhere(self, browser: Client) -> bool:
        own = [browser.get(reverse(name)).text for name in ("home", "comment_own_list")]
        of = [browser.get(reverse(n, args=["author"])).text for n in ("profile", "profile_feed")]
        return any(SAID in text for text in (*own, *of)) or any(NAME in text for text in of)

    def answer(self) -> dict[str, set[str]]:
        """Everybody comments and presses Like."""
        cells, page, likes = {}, reverse("post_detail", args=[self.post.pk]), 1
        for who, browser in self.browsers.items():
            form = {"text": f"words-of-{who}.", "form_key": "a" * 32}
            browser.post(reverse("comment_new", args=[self.post.pk]), form)
            browser.post(reverse("post_like", args=[self.post.pk]), {"like": "1"})
            likes += (is_taken := Like.objects.count() > likes)
            cells[who] = {
                "may comment": Comment.objects.filter(text=form["text"]).exists(),
                "may like": is_taken,
                "count after": f"Likes: {likes}" in browser.get(page).text,
            }
        return by_column(cells)

    def tell_everybody(self) -> None:
        """Each person has spoken and is told, as if the rules had let them before."""
        Notice.objects.all().delete()
        for who, member in self.people.items():
            if member is None:
                continue
            want_mails(member)
            for code in CODES:
                detail, actor = (self.comment.pk, self.comment.writer)
                if code == "liked":
                    detail, actor = 0, None
                make_notice(
                    member, code, subject=self.post.pk, detail=detail, actor=actor, key=f"{code} x"
                )
            if not Comment.objects.filter(text=f"words-of-{who}.").exists():
                make_comment(self.post, member, f"words-of-{who}.")
                make_like(self.post, member)

    def told(self) -> dict[str, set[str]]:
        cells = {}
        for who, browser in self.browsers.items():
            count, page = browser.get(reverse("home")).text, browser.get("/notices/").text
            assert (SAID in page) is (NAME in page), who
            cells[who] = {"count of notices": "3 new" in count, "notice": SAID in page}
        return by_column(cells)

    def mailed(self) -> dict[str, set[str]]:
        send_mails()
        assert all(POST not in str(message.body) for message in mail.outbox)
        sent = [(message.to[0].partition("@")[0], str(message.body)) for message in mail.outbox]
        heard = {who for who, body in sent if SAID in body}
        return {"mail": {who for who, _body in sent}, "comment in mail": heard}

    def taken_away(self) -> dict[str, set[str]]:
        """One's own data, and staff's pages."""
        cells = {}
        for who, browser in self.browsers.items():
            admin = browser.get("/admin/syndication/comment/")
            is_open = admin.status_code == 200
            cells[who] = {"admin": is_open, "comment in admin": is_open and SAID in admin.text}
            if member := self.people[who]:
                got = export_of(member).all_bytes.decode(errors="replace")
                others = any(f"words-of-{one}." in got for one in self.people if one != who)
                cells[who]["own words in export"] = f"words-of-{who}." in got
                cells[who]["others' words in export"] = others or SAID in got
        return by_column(cells)


def by_column(cells: dict[str, dict[str, bool]]) -> dict[str, set[str]]:
    names = {name for of_one in cells.values() for name in of_one}
    return {name: {who for who in cells if cells[who].get(name)} for name in names}


def same_answers(browser: Client, post: int, comment: int) -> None:
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


# --- Setting up ----------------------------------------------------------------------------------
def make_stage(audience: str) -> Stage:
    """The author's post with one comment and one like, both by a member who is in every circle."""
    people: dict[str, Member | None] = {
        name: make_member(name, is_staff=name == "staff", is_superuser=name == "staff")
        for name in PEOPLE
        if name != "visitor"
    }
    people["visitor"] = None
    author = people["author"]
    speaker = make_member("speaker", display_name=NAME)
    befriend(author, speaker)
    befriend(people["friend"], people["friend_of_friend"])
    for name in ("friend", "former_friend", "blocked_by_author", "blocks_author", *CHOSEN):
        befriend(author, people[name])
    block(author, people["chosen_and_blocked"])
    block(author, people["blocked_by_author"])
    block(people["blocks_author"], author)
    group = _group(author, speaker, people, is_author_in=audience != LEFT_GROUP)
    post = _post(author, audience, group, [speaker, *(people[name] for name in CHOSEN)])
    if audience in (A.CHOSEN, LIST):
        post_readers.remove_reader(post, people["unticked"], by=author)
    make_comment(post, people["former_friend"], "said-as-a-friend")
    for name in ("former_friend", "friended_again"):
        friends.end_friendship(people[name], by=author)
    friends.create_friendship(people["friended_again"], author)
    make_like(post, speaker)
    comment = make_comment(post, speaker, SAID)
    browsers = {name: computer(one) if one else Client() for name, one in people.items()}
    return Stage(post, comment, people, browsers)


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


def _post(author: Member, audience: str, group: Group, chosen: list[Member]) -> Post:
    if audience == A.CHOSEN:
        return make_chosen_post(author, *chosen, text=POST)
    if audience == LIST:
        return _post_to_a_list(author, chosen)
    if audience in (A.GROUP, LEFT_GROUP):
        return make_post(author=author, text=POST, audience=A.GROUP, group=group)
    return make_post(author=author, text=POST, audience=audience)


def _post_to_a_list(author: Member, chosen: list[Member]) -> Post:
    """Sent to those who are on the list then; who is put on it later reads nothing."""
    kept = make_list(author, *chosen)
    form = {"text": POST, "audience": f"list_{kept.pk}", "form_key": "b" * 32, "send": "1"}
    computer(author).post(reverse("post_new"), form)
    later = author.friendships.get(friend__username="friend")
    ListedFriend.objects.create(named_list=kept, friendship=later)
    return Post.objects.get()
