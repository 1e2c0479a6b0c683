"""Whatever happens in any order, what is said reaches nobody who may not read what it is about then.

After each step every reader is compared with plain sets that know no SQL (talk_model): posts, comments,
likes and notices by the queries that all pages start from, and one member's pages by HTTP, in turn; at the
end all of them, with feeds and staff's list. A mail is compared at the moment of its handing over, and what
it leads to is opened.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail as outbox
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Member, Notice
from accounts.models.compiled_query import CompiledQuery
from syndication.models import Comment, Like, Post
from tests.mailing import want_mails
from tests.making import make_group, make_link, make_member
from tests.phone import computer
from tests.syndication.talk_model import AUDIENCES, GROUP, Village
from tests.syndication.talk_played import BACK, ITEM, NETWORK, POST, SAID, Played, class_of, numbers

pytestmark = pytest.mark.django_db

# What every page, count and mail starts from; kept as the pages keep it, or a history would take a minute.
POSTS = CompiledQuery(lambda *, member: Post.objects.visible_to(member).values_list("pk"))
COMMENTS = CompiledQuery(lambda *, member: Comment.objects.visible_to(member).values_list("pk"))
LIKES = CompiledQuery(
    lambda *, member: Like.objects.visible_to(member).values_list("post", "member")
)
NOTICES = CompiledQuery(lambda *, member: Notice.objects.visible_to(member))
PEOPLE = ("ann", "ben", "cat", "dan")
OUTSIDE = "testserver"


class Look:
    """What everybody is shown, beside what they should be."""

    def __init__(self, played: Played) -> None:
        self.played, self.village = played, played.village
        self.post_of = {pk: number for number, pk in played.post_keys.items()}
        self.comment_of = {pk: number for number, pk in played.comment_keys.items()}
        self.post_of_copy = {copy.pk: number for number, copy in played.copies.items()}
        self.name_of = {member.pk: name for name, member in played.members.items()}

    def rows(self) -> None:
        """By the queries that every page, count and mail starts from."""
        for who in self.village.people:
            if who not in self.village.gone:
                self._rows_of(who, self.played.members[who])
        public = Post.objects.visible_to(AnonymousUser()).values_list("pk", flat=True)
        assert self._posts(public) == {n for n in self.village.posts if self.village.is_public(n)}

    def _rows_of(self, who: str, member: Member) -> None:
        v = self.village
        read = (pk for (pk,) in POSTS.rows(member=member))
        assert self._posts(read) == {n for n in v.posts if v.reads_post(who, n)}, who
        said = {self.comment_of[pk] for (pk,) in COMMENTS.rows(member=member)}
        assert said == {n for n in v.comments if v.reads_comment(who, n)}, who
        counted = LIKES.rows(member=member)
        likes = {(self.post_of[post], self.name_of[by]) for post, by in counted}
        assert likes == {(n, by) for n, by in v.likes if v.counts_like(who, n, by)}, who
        told = {self._key(notice) for notice in NOTICES.rows(member=member)}
        assert told == v.notices_of(who), who

    def _posts(self, keys: Any) -> set[int]:
        return {self.post_of[pk] for pk in keys}

    def _key(self, notice: Notice) -> tuple[tuple[str, object], int]:
        """The notice as the sets have it."""
        code, subject, detail = notice.code, notice.subject, notice.detail
        about = {
            "comment": lambda: (self.comment_of[detail], self.comment_of[detail]),
            "comment_after_mine": lambda: (self.post_of[subject], self.comment_of[detail]),
            "liked": lambda: (self.post_of[subject], self.post_of[subject]),
            "chosen_post": lambda: (self.post_of[subject], self.post_of[subject]),
            "group_posts": lambda: ("", self.post_of[detail]),
            "network_reply": lambda: (self.post_of_copy[subject],) * 2,
            "friend_accepted": lambda: (self.name_of[subject], 0),
        }
        which, what = about.get(code, lambda: (subject, 0))()
        return (code, which), what

    # By HTTP
    def pages(self, who: str, posts: list[int]) -> None:
        """Home with its count, notices, what they said themselves, and these posts."""
        v, browser = self.village, self.played.browsers[who]
        home = browser.get(reverse("home")).text
        if who in v.gone:
            assert not POST.search(home)
            return
        circle = {who} | {one for one in v.people if v.are_friends(who, one)}
        assert numbers(POST, home) == {
            n for n, post in v.posts.items() if v.reads_post(who, n) and post.author in circle
        }
        assert numbers(ITEM, home) == {n for n in v.items if v.reads_item(who, n)}
        for number, pk in self.played.item_keys.items():
            if v.items[number][0] != who:
                assert browser.get(reverse("feed_item", args=[pk])).status_code == 404
        readable = v.notices_of(who)
        counted = re.search(r"Notices: (\d+) new", home)
        assert int(counted[1] if counted else 0) == len(readable)
        self._notices(browser, who)
        own = browser.get(reverse("comment_own_list")).text
        mine = sorted(n for n in self.played.comment_keys if self._is_still_of(n, who))[-10:]
        assert numbers(SAID, own) == set(mine)
        for number in posts:
            self._post(browser, who, number, with_names=len(posts) == 1)

    def _is_still_of(self, number: int, who: str) -> bool:
        said = self.village.comments.get(number)
        return said is not None and said.writer == who

    def _notices(self, browser: Client, who: str) -> None:
        v = self.village
        page = browser.get(reverse("notice_list")).text
        # Looking makes nothing old here: home's count is all that may be read.
        Member.objects.filter(username=who).update(notices_seen_at=None)
        about = {key[0]: set() for key, _what in v.notices_of(who)}
        for (code, _subject), what in v.notices_of(who):
            about[code].add(what)
        said = about.get("comment", set()) | about.get("comment_after_mine", set())
        assert numbers(SAID, page) <= said
        assert all(v.reads_post(who, number) for number in numbers(POST, page))
        assert all(v.reads_back(who, number) for number in numbers(BACK, page))
        if len(v.notices_of(who)) <= 10:
            assert numbers(SAID, page) == said

    def _post(self, browser: Client, who: str, number: int, *, with_names: bool) -> None:
        v, pk = self.village, self.played.post_keys[number]
        answer = browser.get(reverse("post_detail", args=[pk]))
        assert (answer.status_code == 200) is v.reads_post(who, number), (who, number)
        readable = [n for n, one in v.comments.items() if one.post == number]
        readable = sorted(n for n in readable if v.reads_comment(who, n))
        assert numbers(SAID, answer.text) == set(readable[-10:])
        liked = {by for post, by in v.likes if post == number and v.counts_like(who, number, by)}
        counted = re.search(r"Likes: (\d+)", answer.text)
        assert int(counted[1] if counted else 0) == len(liked)
        back = browser.get(reverse("post_replies", args=[pk]))
        assert (
            back.status_code == 200 or who != v.posts[number].author or v.posts[number].is_deleted
        )
        assert numbers(BACK, back.text) == {
            n for n, (post, _by) in v.backs.items() if post == number and v.reads_back(who, n)
        }
        assert not BACK.search(answer.text)
        if with_names:
            more = browser.get(reverse("post_more", args=[pk]))
            assert (more.status_code == 200) is v.is_in_audience(who, number)
            named = re.findall(r'/@(\w+)/">', more.text.partition("<ul>")[2])
            assert set(named) == liked

    def everything(self) -> None:
        v = self.village
        for number, who in enumerate(v.people):
            self.pages(who, sorted(v.posts)[number :: len(v.people)])
            if who not in v.gone:
                self._group_and_profile(who, v.people[number - 1])
        self.feeds()
        staff = computer(self.played.staff).get("/admin/syndication/comment/").text
        open_posts = {n for n, post in v.posts.items() if post.audience == "everyone"}
        said = {n for n, one in v.comments.items() if one.post in open_posts}
        assert numbers(SAID, staff) <= said

    def _group_and_profile(self, who: str, author: str) -> None:
        v, browser = self.village, self.played.browsers[who]
        page = browser.get(reverse("group_posts", args=[self.played.group.pk]))
        assert (page.status_code == 200) is (who in v.in_group)
        in_group = {n for n, post in v.posts.items() if post.audience == GROUP}
        if who in v.in_group:
            shown = {n for n in in_group if v.reads_post(who, n)}
            assert numbers(POST, page.text) == shown
        profile = browser.get(reverse("profile", args=[author])).text
        of = {n for n, post in v.posts.items() if post.author == author}
        assert numbers(POST, profile) <= {n for n in of if v.reads_post(who, n)}
        assert not SAID.search(profile)
        assert not ITEM.search(profile)

    def feeds(self) -> None:
        """What visitors get."""
        v = self.village
        for author in v.people:
            feed = Client().get(reverse("profile_feed", args=[author])).text
            of = {n for n, post in v.posts.items() if post.author == author}
            assert numbers(POST, feed) == {n for n in of if v.is_public(n)}
            assert not SAID.search(feed)
            for number in sorted(of)[:1]:
                page = Client().get(reverse("post_detail", args=[self.played.post_keys[number]]))
                assert (page.status_code == 200) is v.is_public(number)
                assert not SAID.search(page.text)

    # Mails
    def mails(self, new: list[Any]) -> None:
        """They went just now: each tells its reader what they may read now, and leads to a page of it."""
        for message in new:
            who = message.to[0].partition("@")[0]
            if "List-Unsubscribe" in message.extra_headers:
                assert (who, class_of(message)) not in self.village.ended_mails, message.subject
            self._mail(who, f"{message.subject}\n{message.body}")
        due = Notice.objects.filter(mail_due_at__isnull=False, mailed_at=None)
        left = set(due.values_list("pk", flat=True))
        for who in set(self.village.people) - self.village.gone:
            readable = {notice.pk for notice in NOTICES.rows(member=self.played.members[who])}
            assert not readable & left, who

    def _mail(self, who: str, text: str) -> None:
        v = self.village
        assert who not in v.gone
        assert all(v.reads_comment(who, n) for n in numbers(SAID, text)), text
        assert not any(words.search(text) for words in (POST, ITEM, BACK)), text
        path = re.search(rf"http://{OUTSIDE}(/\S+)", text)
        assert path is not None
        assert self.played.browsers[who].get(path[1]).status_code == 200, text
        named = {name for name in v.people if re.search(rf"\b{name}\b", text)} - {who}
        assert named <= self._may_be_named(who, path[1]), text

    def _may_be_named(self, who: str, path: str) -> set[str]:
        """Who said or liked what the mail leads to, as far as its reader knows of it."""
        v = self.village
        found = re.match(r"/posts/(\d+)/", path)
        if found is None:
            return {one for one in v.people if v.are_friends(who, one)}
        number = self.post_of[int(found[1])]
        said = {one.writer for n, one in v.comments.items() if v.reads_comment(who, n)}
        liked = {by for post, by in v.likes if post == number and v.counts_like(who, number, by)}
        return said | liked | {v.posts[number].author}


def stage() -> Played:
    """Four members, some of them friends, three in a group, and a post of each audience, answered."""
    members = {name: make_member(name, answers_by_mail=True) for name in PEOPLE}
    for member in members.values():
        want_mails(member)
        make_link(member, NETWORK, is_findable=True)
    keeper = make_member("keeper", email="")
    staff = make_member("staff", email="", is_staff=True, is_superuser=True)
    browsers = {name: computer(member) for name, member in members.items()}
    played = Played(members, staff, make_group(keeper), browsers, Village(PEOPLE))
    for one, other in (("ann", "ben"), ("ann", "cat"), ("ben", "dan")):
        played.play("befriend", one, other)
    for name in ("ann", "ben", "cat"):
        played.play("join", name)
    for audience in AUDIENCES:
        played.play("write", "ann", audience, {"ben", "cat"})
    for which in range(len(AUDIENCES)):
        played.play("comment", "ben", which)
        played.play("comment", "cat", which)
        played.play("like", "ben", which, True)
    return played


who = st.sampled_from(PEOPLE)
which = st.integers(0, 7)
audience = st.sampled_from(AUDIENCES)
names = st.sets(who)
yes = st.booleans()
COMMANDS = ("hide", "show", "remove", "suspend", "suspend", "restore")
STEPS = st.one_of(
    st.tuples(st.just("befriend"), who, who),
    st.tuples(st.just("unfriend"), who, who),
    st.tuples(st.just("block"), who, who),
    st.tuples(st.just("unblock"), who, who),
    st.tuples(st.just("join"), who),
    st.tuples(st.just("leave"), who),
    st.tuples(st.just("close"), who),
    st.tuples(st.just("write"), who, audience, names),
    st.tuples(st.just("move"), which, audience, names),
    st.tuples(st.just("delete"), which),
    st.tuples(st.just("close_comments"), which, yes),
    st.tuples(st.just("let_comment"), who, yes),
    st.tuples(st.just("comment"), who, which),
    st.tuples(st.just("comment"), who, which),
    st.tuples(st.just("like"), who, which, yes),
    st.tuples(st.just("delete_comment"), which, yes),
    st.tuples(st.just("staff"), st.sampled_from(COMMANDS), yes, which),
    st.tuples(st.just("bring"), who, who),
    st.tuples(st.just("answer_there"), which, who),
    st.tuples(st.just("clear"), who),
    st.tuples(st.just("stop"), which),
    st.tuples(st.just("mail_claimed"), who),
    st.tuples(st.just("mail")),
    st.tuples(st.just("mail")),
    st.tuples(st.just("answer"), which),
    st.tuples(st.just("answer"), which),
)


@pytest.fixture
def played() -> Played:
    return stage()


@settings(
    max_examples=max(settings.default.max_examples // 5, 1),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a history reads as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(STEPS, min_size=3, max_size=12))
def test_what_is_said_reaches_nobody_who_may_not_read_what_it_is_about(
    played: Played, history: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        outbox.outbox.clear()
        one = played_anew(played)
        for number, (verb, *arguments) in enumerate([*history, ("mail",)]):
            one.play(verb, *arguments) if verb != "mail" else Look(one).mails(one.on_mail())
            look = Look(one)
            look.rows()
            person = PEOPLE[number % len(PEOPLE)]
            some = sorted(one.village.posts)[number % len(one.village.posts) :][:1]
            look.pages(person, some)
        Look(one).everything()
        transaction.set_rollback(True)


def played_anew(played: Played) -> Played:
    """The same people at the same moment, for one more history."""
    again = copy.copy(played)
    again.village = copy.deepcopy(played.village)
    again.post_keys, again.comment_keys = dict(played.post_keys), dict(played.comment_keys)
    again.item_keys, again.copies = dict(played.item_keys), dict(played.copies)
    again.members = {
        name: Member.objects.get(pk=member.pk) for name, member in played.members.items()
    }
    again.replies, again.ways_out, again.mails_before, again.rounds = [], [], 0, 0
    return again
