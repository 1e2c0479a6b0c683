"""Members on one network never echo each other: what is pulled, answered or sent makes nothing by itself.

Two members, friends here and there, pull each other's posts and replies, answer and like them, in any
order. What stands on the network afterwards is what they wrote and answered, once each; here stand
the posts that they wrote.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.models import Audience, Member
from accounts.models.guess_count import GuessCount
from syndication.actions import interactions, posts
from syndication.connectors.base import Credentials
from syndication.delivery import attempt
from syndication.models import Delivery, FeedItem, Interaction, Link, Post
from syndication.models.errors import NotNow
from syndication.queries.feed import openable_items
from syndication.queries.interaction_targets import target_of_item
from syndication.sandbox.oauth2 import Grant
from tests.making import befriend, make_member
from tests.syndication.connectors.misskey import PERMISSIONS, MisskeyOnTheSandbox
from tests.syndication.delivering import Moving
from tests.syndication.importing import import_feed
from tests.syndication.networks import linked_on

NAMES = ("hanako", "momo")


class AccountOnMisskey(MisskeyOnTheSandbox):
    """Of whichever member of the sandbox."""

    def __init__(self, sandbox: Any, name: str) -> None:
        super().__init__(sandbox)
        self.name = name

    def credentials(self, permissions: frozenset[str] = PERMISSIONS) -> Credentials:
        state = self.sandbox.misskey.state
        account = state.graph.named(self.name)
        value = f"token-{state.graph.number()}"
        state.tokens.give(state.tokens.access, Grant(account.id, permissions), text=value)
        return Credentials(value, uid=f"{self.sandbox.root('misskey')}/{account.id}")


@dataclass
class Neighbours:
    sandbox: Any
    members: list[Member]
    links: list[Link]
    now: Moving
    written: int = 0
    made: list[Interaction] = field(default_factory=list)
    numbers: Any = field(default_factory=itertools.count)

    def write(self, who: int) -> None:
        words = f"ことば {next(self.numbers)}"
        draft = posts.NewPost(
            kind="status", audience=Audience.EVERYONE, form_key=secrets.token_hex(16), text=words
        )
        posts.create_post(draft, by=self.members[who])
        self.written += 1

    def pull(self, who: int) -> None:
        import_feed(self.links[who].pk)

    def item(self, who: int, which: int) -> FeedItem | None:
        items = list(openable_items(self.members[who]).select_related("link").order_by("pk"))
        return items[which % len(items)] if items else None

    def answer(self, who: int, which: int) -> None:
        item = self.item(who, which)
        if item is None:
            return
        GuessCount.objects.all().delete()
        words = f"返事 {next(self.numbers)}"
        self.made.append(
            interactions.reply_to_feed_item(
                item, words, by=self.members[who], form_key=secrets.token_hex(16)
            )
        )

    def like(self, who: int, which: int) -> None:
        item = self.item(who, which)
        if item is not None:
            try:
                interactions.like(target_of_item(item), by=self.members[who])
            except NotNow:
                return

    def deliver(self) -> None:
        attempt.drain_due(now=self.now)

    def look(self) -> None:
        self.now.advance(minutes=5)
        for _ in range(6):
            self.deliver()
            self.now.advance(minutes=5)
        for who in range(len(NAMES)):
            self.pull(who)
        self.deliver()
        replies = len(self.made)
        received = self.sandbox.misskey.received()["statuses"]
        assert len(received) == self.written + replies
        assert len({each["text"] for each in received}) == len(received)
        assert Post.objects.count() == self.written
        assert Delivery.objects.filter(post__isnull=False).count() == self.written
        assert Interaction.objects.filter(kind="reply").count() == replies
        assert not FeedItem.objects.filter(copy__interaction__isnull=False).exists()


who, which = st.integers(0, 1), st.integers(0, 5)
step = st.one_of(
    st.tuples(st.just("write"), who),
    st.tuples(st.just("pull"), who),
    st.tuples(st.just("pull"), who),
    st.tuples(st.just("answer"), who, which),
    st.tuples(st.just("answer"), who, which),
    st.tuples(st.just("like"), who, which),
    st.tuples(st.just("deliver")),
)
BEGUN = [("write", 0), ("deliver",), ("pull", 1), ("answer", 1, 0), ("deliver",), ("pull", 0)]


@pytest.mark.django_db
@given(taken=st.lists(step, min_size=6, max_size=14))
@example(taken=[*BEGUN, ("answer", 0, 0), ("deliver",), ("pull", 1), ("answer", 1, 1)])
@settings(
    max_examples=12,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.parametrize("are_friends", [True, False])
def test_two_members_of_one_network_never_echo_each_other(sandbox, are_friends, taken):
    with transaction.atomic():
        sandbox.reset()
        graph = sandbox.misskey.state.graph
        for one, other in (NAMES, NAMES[::-1]):
            graph.named(one).follows = [graph.named(other).id]
        members = [make_member(name) for name in NAMES]
        if are_friends:
            befriend(*members)
        links = [
            linked_on(AccountOnMisskey(sandbox, name), m)
            for name, m in zip(NAMES, members, strict=True)
        ]
        life = Neighbours(sandbox, members, links, Moving(sandbox))
        for name, *arguments in taken:
            getattr(life, name)(*arguments)
        life.look()
        transaction.set_rollback(True)
