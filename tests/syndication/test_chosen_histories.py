"""Whatever happens between members, a post for chosen people is read by those who are left of them.

The oracle keeps plain sets: ticked at the press, struck by whatever ends a friendship, never added.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import friends, named_lists
from accounts.models import Audience, Block, Friendship, Member, NamedList
from syndication.actions import account_closure, post_readers, posts
from syndication.models import Comment, Post
from tests.making import make_comment, make_list, make_member

PEOPLE = ("a", "b", "c", "d")


@dataclass
class History:
    author: Member
    people: dict[str, Member]
    friends: set[str] = field(default_factory=set)
    blocks: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    chosen: dict[int, set[str]] = field(default_factory=dict)  # by post
    audience: dict[int, str] = field(default_factory=dict)
    was_chosen: set[int] = field(default_factory=set)  # posts that went on to another audience
    list_of: set[str] = field(default_factory=set)
    numbers: Any = field(default_factory=itertools.count)

    def befriend(self, who: str) -> None:
        if who not in self.blocks | self.closed:
            friends.create_friendship(self.author, self.people[who])
            self.friends.add(who)

    def unfriend(self, who: str, by_them: bool) -> None:
        one, other = self.author, self.people[who]
        friends.end_friendship(one if by_them else other, by=other if by_them else one)
        self.friends.discard(who)
        self._strike(who)

    def block(self, who: str, by_them: bool) -> None:
        one, other = self.author, self.people[who]
        friends.block_member(one if by_them else other, by=other if by_them else one)
        self.friends.discard(who)
        self._strike(who)
        self.blocks.add(who)

    def unblock(self, who: str) -> None:
        friends.unblock_member(self.people[who], by=self.author)
        friends.unblock_member(self.author, by=self.people[who])
        self.blocks.discard(who)

    def close(self, who: str) -> None:
        account_closure.close_account(by=self.people[who], takes_copies_back=False)
        self.closed.add(who)
        self._strike(who)

    def reopen(self, who: str) -> None:
        """Staff let them in again."""
        Member.objects.filter(pk=self.people[who].pk).update(is_active=True, closing_at=None)
        self.people[who].refresh_from_db()
        self.closed.discard(who)

    def write(self, names: set[str]) -> None:
        made = posts.NewPost(
            kind="status",
            text="x",
            audience=Audience.CHOSEN,
            people=self.ticks(names),
            form_key=str(next(self.numbers)),
        )
        left = names & self.friends - self.closed
        try:
            with transaction.atomic():
                post = posts.create_post(made, by=self.author)
        except post_readers.NobodyChosen:
            assert not left
            return
        self.chosen[post.pk], self.audience[post.pk] = left, Audience.CHOSEN

    def untick(self, which: int, who: str) -> None:
        if post := self.one(which):
            post_readers.remove_reader(post, self.people[who], by=self.author)
            self.chosen[post.pk].discard(who)

    def comment(self, which: int, who: str) -> None:
        if (post := self.one(which)) and who in self.readers(post.pk):
            make_comment(post, self.people[who])

    def change(self, which: int, audience: str, names: set[str]) -> None:
        """What is answered grows for nobody; what was for chosen people once gets no other ones."""
        if (post := self.one(which)) is None:
            return
        before = self.readers(post.pk)
        is_answered = Comment.objects.filter(post=post).exists()
        try:
            with transaction.atomic():
                posts.change_audience(post, audience, by=self.author, people=self.ticks(names))
        except (posts.AudienceNotContained, post_readers.NobodyChosen):
            return
        if audience != Audience.CHOSEN:
            self.chosen[post.pk] = set()
            self.was_chosen.add(post.pk)
        assert audience != Audience.CHOSEN or post.pk not in self.was_chosen
        self.audience[post.pk] = audience
        assert not is_answered or self.readers(post.pk) <= before

    def relist(self, names: set[str]) -> None:
        named_lists.change_list(NamedList.objects.get(), self.ticks(names), by=self.author)
        self.list_of = names & self.friends - self.closed

    def _strike(self, who: str) -> None:
        for those in (*self.chosen.values(), self.list_of):
            those.discard(who)

    def ticks(self, names: set[str]) -> frozenset[int]:
        rows = Friendship.objects.filter(member=self.author, friend__username__in=names)
        return frozenset(rows.values_list("pk", flat=True))

    def one(self, which: int) -> Post | None:
        keys = sorted(self.chosen)
        return Post.objects.get(pk=keys[which % len(keys)]) if keys else None

    def readers(self, pk: int) -> set[str]:
        audience = self.audience[pk]
        if audience == Audience.CHOSEN:
            return set(self.chosen[pk])
        return self.friends - self.closed if audience == Audience.FRIENDS else set()

    def look(self) -> None:
        for name, member in self.people.items():
            if name in self.closed:
                continue
            read = set(Post.objects.visible_to(member).values_list("pk", flat=True))
            assert read == {pk for pk in self.chosen if name in self.readers(pk)}, name
        on_list = NamedList.objects.get().listed.values_list("friendship__friend__username")
        assert {name for (name,) in on_list} == self.list_of


who = st.sampled_from(PEOPLE)
names = st.sets(who)
which = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("befriend"), who),
    st.tuples(st.just("befriend"), who),
    st.tuples(st.just("write"), names),
    st.tuples(st.just("write"), names),
    st.tuples(st.just("unfriend"), who, st.booleans()),
    st.tuples(st.just("block"), who, st.booleans()),
    st.tuples(st.just("unblock"), who),
    st.tuples(st.just("close"), who),
    st.tuples(st.just("reopen"), who),
    st.tuples(st.just("untick"), which, who),
    st.tuples(st.just("comment"), which, who),
    st.tuples(st.just("change"), which, st.sampled_from(("chosen", "friends", "only_me")), names),
    st.tuples(st.just("relist"), names),
)


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=4, max_size=14))
def test_who_is_left_of_the_chosen_reads_and_nobody_else(
    db: None, history: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        author = make_member("author")
        people = {name: make_member(name, email="") for name in PEOPLE}
        played = History(author, people)
        make_list(author)
        for name in PEOPLE[:3]:
            played.befriend(name)
        for verb, *arguments in history:
            getattr(played, verb)(*arguments)
            played.look()
        assert not Block.objects.filter(blocker=author, blocked__username__in=played.friends)
        transaction.set_rollback(True)
