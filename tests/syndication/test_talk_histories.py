"""Any history of people who talk: no page, count, notice or mail reaches whom it may not at that moment.

Who may read what is said of a post is worked out a second time here, from sets of pairs, and compared
with what each member is given after each event. Mails go late: what may not be read any more when a
mail leaves is not in it.
"""

from __future__ import annotations

import itertools
import re
import secrets
from contextlib import suppress

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import account_closure, friends, groups
from accounts.models import (
    Audience,
    Block,
    Friendship,
    Group,
    GuessCount,
    Member,
    Membership,
    Notice,
)
from syndication.actions import comments, likes, posts, talk_notices
from syndication.models import Comment, Like, Post
from tests.mailing import send_mails, want_mails
from tests.making import befriend, join, make_group, make_member, make_post
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

PEOPLE = ("anna", "ben", "chie", "dai")
AUDIENCES = (
    *(Audience.EVERYONE, Audience.FRIENDS_OF_FRIENDS, Audience.FRIENDS),
    *(Audience.ONLY_ME, Audience.GROUP),
)
REFUSALS = (
    *(comments.TalkNotReadable, comments.CommentsClosed, posts.AudienceNotContained),
    *(groups.OwnerMustTransfer, groups.LastMemberLeaves, account_closure.LastSuperuser),
)


class Village:
    """Four members; anna's group holds ben. Each event is an action, refused or not."""

    def __init__(self) -> None:
        for model in (Post, Notice, Block, Friendship, Group, GuessCount, Member):
            model.objects.all().delete()
        mail.outbox.clear()
        self.people = [make_member(name) for name in PEOPLE]
        for member in self.people:
            want_mails(member)
        befriend(self.people[0], self.people[1])
        befriend(self.people[1], self.people[2])
        self.group = make_group(self.people[0], self.people[1])
        self.post = self.write(0, Audience.FRIENDS)
        self.days = 0

    def write(self, author: int, audience: str) -> Post:
        of_group = {"group": self.group} if audience == Audience.GROUP else {}
        self.post = make_post(author=self.people[author], audience=audience, **of_group)
        talk_notices.notify_of_group_post(self.post)
        return self.post

    # --- what happens --------------------------------------------------------------------------
    def happens(self, what: str, who: int, whom: int) -> None:
        GuessCount.objects.all().delete()
        author = Member.objects.get(pk=self.post.author_id)
        one, other = (Member.objects.get(pk=self.people[each].pk) for each in (who, whom))
        with suppress(*REFUSALS):
            getattr(self, f"on_{what}")(one, other, author, whom)

    def on_write(self, one: Member, other: Member, author: Member, number: int) -> None:
        if one.is_active:
            self.write(PEOPLE.index(one.username), AUDIENCES[number])

    def on_comment(self, one: Member, *_: object) -> None:
        if one.is_active:
            words = f"said-{Comment.objects.count()}-{secrets.token_hex(4)}."
            comments.create_comment(self.post, words, by=one, form_key=secrets.token_hex(16))

    def on_like(self, one: Member, *_: object) -> None:
        if one.is_active:
            likes.like_post(self.post, by=one)

    def on_audience(self, one: Member, other: Member, author: Member, number: int) -> None:
        group = self.group if AUDIENCES[number] == Audience.GROUP else None
        posts.change_audience(self.post, AUDIENCES[number], group, by=author)

    def on_block(self, one: Member, other: Member, *_: object) -> None:
        if one != other:
            friends.block_member(other, by=one)

    def on_unblock(self, one: Member, other: Member, *_: object) -> None:
        friends.unblock_member(other, by=one)

    def on_friend(self, one: Member, other: Member, *_: object) -> None:
        pairs = Friendship.objects.filter(member=one, friend=other)
        if one != other and not pairs.exists():
            befriend(one, other)

    def on_unfriend(self, one: Member, other: Member, *_: object) -> None:
        friends.end_friendship(other, by=one)

    def on_join(self, one: Member, *_: object) -> None:
        if not groups.is_group_member(self.group, one):
            join(self.group, one)

    def on_leave(self, one: Member, *_: object) -> None:
        groups.leave_group(self.group, by=one)

    def on_close(self, one: Member, *_: object) -> None:
        account_closure.begin_account_closure(by=one, takes_copies_back=False)

    def on_delete(self, one: Member, other: Member, author: Member, number: int) -> None:
        posts.delete_post(self.post, by=author)

    def on_mails(self, *_: object) -> None:
        self.days += 1
        mail.outbox.clear()
        self.note()
        readable = {member.email: self.words_for(member) for member in self.people}
        send_mails(self.days)
        for message in mail.outbox:
            said = set(re.findall(r"said-[\w-]+\.", str(message.body)))
            assert said <= readable[message.to[0]], "a mail tells what may not be read now"

    # --- who may read, worked out again ----------------------------------------------------------
    def note(self) -> None:
        """Who is friends with whom, blocks whom, is in the group and still here, as it stands now."""
        self.pairs = set(Friendship.objects.values_list("member", "friend"))
        self.blocks = set(Block.objects.values_list("blocker", "blocked"))
        joined = Membership.objects.joined().filter(group=self.group)
        self.joined = set(joined.values_list("member", flat=True))
        self.here = set(Member.objects.filter(is_active=True).values_list("pk", flat=True))
        self.said = list(Comment.objects.select_related("post"))

    def is_blocked(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & self.blocks)

    def friends_of(self, member: int) -> set[int]:
        return {friend for one, friend in self.pairs if one == member}

    def reads(self, reader: Member, post: Post) -> bool:
        author, me = post.author_id, reader.pk
        if post.deleted_at or author not in self.here:
            return False
        if author != me and self.is_blocked(author, me):
            return False
        if post.audience == Audience.GROUP:
            return me in self.joined
        near = self.friends_of(author)
        further = set().union(*(self.friends_of(each) for each in near)) if near else set()
        readers = {
            Audience.EVERYONE: {me},
            Audience.FRIENDS_OF_FRIENDS: near | further,
            Audience.FRIENDS: near,
        }
        return me == author or me in readers.get(Audience(post.audience), set())

    def hears(self, reader: Member, speaker: int, post: Post) -> bool:
        if not self.reads(reader, post) or speaker not in self.here:
            return False
        if speaker == reader.pk:
            return True
        is_apart = speaker != post.author_id and self.is_blocked(speaker, post.author_id)
        return not is_apart and not self.is_blocked(speaker, reader.pk)

    def words_for(self, reader: Member) -> set[str]:
        return {each.text for each in self.said if self.hears(reader, each.writer_id, each.post)}

    # --- what they are given ---------------------------------------------------------------------
    def check(self) -> None:
        self.note()
        for member in Member.objects.filter(is_active=True):
            right = self.words_for(member)
            given_to = set(Comment.objects.visible_to(member).values_list("text", flat=True))
            assert given_to == right, member.username
            liked = {
                (each.post_id, each.member_id)
                for each in Like.objects.select_related("post")
                if self.hears(member, each.member_id, each.post)
            }
            counted = set(Like.objects.visible_to(member).values_list("post_id", "member_id"))
            assert counted == liked, member.username
            texts = " ".join(each.in_words for each in Notice.objects.visible_to(member))
            assert set(re.findall(r"said-[\w-]+\.", texts)) <= right

    def look(self) -> None:
        """The same as pages: the newest post, and the notices."""
        self.note()
        for member in Member.objects.filter(is_active=True):
            phone, right = log_in_phone(member), self.words_for(member)
            pages = [reverse("post_detail", args=[self.post.pk]), "/notices/", reverse("home")]
            shown = " ".join(phone.get(page).text for page in pages)
            assert set(re.findall(r"said-[\w-]+\.", shown)) <= right
            if self.reads(member, self.post):
                of_post = Comment.objects.filter(post=self.post)
                heard = {each.text for each in of_post if each.text in right}
                assert len(heard) > 10 or heard <= set(re.findall(r"said-[\w-]+\.", shown))


WHAT = (
    *("write", "comment", "comment", "comment", "like", "audience", "audience", "block"),
    *("unblock", "friend", "unfriend", "join", "leave", "close", "delete", "mails", "mails"),
)
EVENTS = st.tuples(st.sampled_from(WHAT), st.integers(0, 3), st.integers(0, 3))


@given(events=st.lists(EVENTS, min_size=4, max_size=14))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_talk_reaches_its_audience_and_nobody_else(
    db: None, events: list[tuple[str, int, int]]
) -> None:
    village = Village()
    village.happens("comment", 1, 0)
    for event in itertools.chain(events, [("mails", 0, 0)]):
        village.happens(*event)
        village.check()
    village.look()
