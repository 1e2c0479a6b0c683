"""A reply is read by nobody who does not read what it answers, whatever happens in whatever order.

First by every network's own rule, for every visibility of a parent at the preview and at the sending;
then counted at Slate, through random lives in which parents become narrower or wider, answers are
lost, accounts are hidden and replies taken back.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.models import Member, Notice
from accounts.models.guess_count import GuessCount
from syndication.actions import interactions
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Visibility
from syndication.delivery import attempt, claimable
from syndication.delivery.interactions import narrower_visibility
from syndication.models import Delivery, FeedItem, Interaction, InteractionKind, Link
from syndication.models.errors import NotNow
from syndication.queries.interaction_targets import target_of_item
from tests.making import make_member
from tests.syndication.delivering import Moving
from tests.syndication.slate import Slate, on_slate
from tests.syndication.slate_talk import LIKE_RIGHT, pulled

WIDTHS = ("direct", "followers", "unlisted", "public")
KNOWN = ("public", "unlisted", "followers", "direct")
# What may answer a post of each visibility: a followers-only reply reaches one's own followers.
ALLOWED = {
    "public": {"public", "unlisted", "followers", "direct", "inherited"},
    "unlisted": {"unlisted", "direct", "inherited"},
    "followers": {"direct", "inherited"},
    "direct": {"direct", "inherited"},
    "inherited": {"direct", "inherited"},
    "": {"direct", "inherited"},
}
# As what a network's posts are read, where that is less than all: on Bluesky all are public.
READ_THERE = {"bluesky": ("public",)}


@pytest.mark.parametrize("at_preview", get_args(Visibility))
@pytest.mark.parametrize("at_sending", get_args(Visibility))
def test_no_network_s_rule_lets_a_reply_be_wider(at_preview: Visibility, at_sending: Visibility):
    answerable = [each for each in CONNECTORS.values() if each.can_reply()]
    assert answerable
    for connector in answerable:
        if at_sending not in READ_THERE.get(connector.key, get_args(Visibility)):
            continue
        shown = connector.reply_visibility(at_preview)
        sent = narrower_visibility(shown, connector.reply_visibility(at_sending))
        assert sent in ALLOWED[at_sending], connector.key
        assert sent == shown or _width(sent) < _width(shown), connector.key


def _width(visibility: str) -> int:
    return len(WIDTHS) if visibility == "inherited" else WIDTHS.index(visibility)


@dataclass
class Life:
    """A member who answers friends' posts on Slate, and what the network saw."""

    slate: Slate
    now: Moving
    member: Member
    link: Link
    items: list[FeedItem] = field(default_factory=list)
    made: list[Interaction] = field(default_factory=list)
    replies: dict[int, Interaction] = field(default_factory=dict)
    numbers: Any = field(default_factory=itertools.count)

    def pull(self, visibility: str) -> None:
        self.items.append(pulled(self.link, self.slate, visibility))

    def answer(self, which: int) -> None:
        if self.items:
            item = FeedItem.objects.get(pk=self.items[which % len(self.items)].pk)
            GuessCount.objects.all().delete()
            number, key = next(self.numbers), secrets.token_hex(16)
            words = f"返事 {number}"
            shown = target_of_item(item).reply_visibility
            try:
                made = interactions.reply_to_feed_item(
                    item, words, by=self.member, form_key=key, shown=shown
                )
            except NotNow:
                return
            self.made.append(made)
            self.replies[number] = made

    def like(self, which: int) -> None:
        if self.items:
            item = FeedItem.objects.get(pk=self.items[which % len(self.items)].pk)
            try:
                self.made.append(interactions.like(target_of_item(item), by=self.member))
            except NotNow:
                return

    def set_parent(self, which: int, visibility: str) -> None:
        """The author changes who reads the post; nobody here has seen it yet."""
        if self.items:
            remote_id = self.items[which % len(self.items)].remote_id
            self.slate.entries[remote_id].visibility = visibility

    def see_again(self, which: int) -> None:
        """A later import has the post's present visibility."""
        if self.items:
            item = self.items[which % len(self.items)]
            seen = self.slate.entries[item.remote_id].visibility
            FeedItem.objects.filter(pk=item.pk).update(visibility=seen)

    def lose_parent(self, which: int) -> None:
        if self.items:
            self.slate.entries[self.items[which % len(self.items)].remote_id].is_deleted = True

    def drop_parents(self, does: bool) -> None:
        self.slate.drops_parents = does

    def hide(self) -> None:
        self.link.hidden_accounts.get_or_create(uid="taro", name="太郎")

    def take_back(self, which: int) -> None:
        if self.made:
            interactions.take_back(self.made[which % len(self.made)], by=self.member)

    def lose_an_answer(self, method: str, kind: str) -> None:
        self.slate.fail(method, kind)

    def deliver(self, which: int) -> None:
        due = list(claimable.claimable(self.now()).order_by("pk"))
        if due:
            attempt.attempt_delivery(due[which % len(due)].pk, now=self.now)
        self.look()

    def wait(self, minutes: int) -> None:
        self.now.advance(minutes=minutes)

    def look(self) -> None:
        """Every reply that ever came in, at the visibility that its parent had at that moment."""
        for entry in self.slate.entries.values():
            if entry.parent:
                allowed = ALLOWED[entry.parent_visibility]
                assert entry.visibility in allowed, entry
                assert entry.visibility in ALLOWED_OF_SHOWN[self.of(entry.text).visibility], entry

    def of(self, text: str) -> Interaction:
        """The reply by the number in its words."""
        return self.replies[int(text.split()[-1])]

    def come_to_rest(self) -> None:
        self.slate.forget_faults()
        for _ in range(40):
            attempt.drain_due(now=self.now)
            self.look()
            if not Delivery.objects.filter(due_at__isnull=False).exists():
                return
            self.now.advance(minutes=13)
        raise AssertionError("it never came to rest")

    def look_at_what_stands(self) -> None:
        own = [each for each in self.slate.entries.values() if not each.author]
        for entry in own:
            made = self.of(entry.text)
            made.refresh_from_db()
            told = Notice.objects.filter(key=f"reply_still_out_there {made.pk}").exists()
            asked = made.deliveries.filter(state="unconfirmed").exists()
            is_stray = not entry.parent
            if (made.deleted_at is not None or is_stray) and not (told or asked):
                assert entry.is_deleted, entry
        standing = [each.text for each in own if not each.is_deleted]
        assert len(standing) == len(set(standing)), "doubled"
        for made in {each.pk: each for each in self.made}.values():
            made.refresh_from_db()
            if made.kind == InteractionKind.LIKE and made.deleted_at is not None:
                assert not self.slate.entries[made.target_id].likes or self.is_gone(made)

    def is_gone(self, made: Interaction) -> bool:
        return self.slate.entries[made.target_id].is_deleted


ALLOWED_OF_SHOWN = {"unlisted": {"unlisted", "direct"}, "direct": {"direct"}}

which = st.integers(0, 4)
visibilities = st.sampled_from(KNOWN)
faults = st.sampled_from(("drop_after", "500_after", "500_before", "429"))
pulling = st.tuples(st.just("pull"), visibilities)
answering = st.tuples(st.just("answer"), which)
delivering = st.tuples(st.just("deliver"), which)
step = st.one_of(
    pulling,
    answering,
    answering,
    st.tuples(st.just("like"), which),
    st.tuples(st.just("set_parent"), which, visibilities),
    st.tuples(st.just("set_parent"), which, visibilities),
    st.tuples(st.just("see_again"), which),
    st.tuples(st.just("lose_parent"), which),
    st.tuples(st.just("hide")),
    st.tuples(st.just("drop_parents"), st.booleans()),
    st.tuples(st.just("take_back"), which),
    st.tuples(st.just("lose_an_answer"), st.sampled_from(("POST", "GET", "DELETE")), faults),
    delivering,
    delivering,
    st.tuples(st.just("wait"), st.sampled_from((1, 3, 60))),
)
lives = st.builds(
    lambda begun, then: [*begun, *then],
    st.lists(st.one_of(pulling, answering), min_size=2, max_size=4),
    st.lists(step, min_size=4, max_size=12),
)


@pytest.mark.django_db
@given(taken=lives)
@example(taken=[("pull", "public"), ("answer", 0), ("set_parent", 0, "followers"), ("deliver", 0)])
@example(taken=[("pull", "direct"), ("answer", 0), ("set_parent", 0, "public"), ("deliver", 0)])
@example(
    taken=[
        ("pull", "public"),
        ("answer", 0),
        ("lose_an_answer", "POST", "500_before"),
        ("deliver", 0),
        ("set_parent", 0, "direct"),
        ("wait", 60),
    ]
)
@example(
    taken=[
        ("pull", "public"),
        ("answer", 0),
        ("lose_an_answer", "POST", "drop_after"),
        ("deliver", 0),
        ("take_back", 0),
    ]
)
@settings(
    max_examples=40,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_reply_is_ever_wider_than_its_parent_or_than_was_shown(talk, taken):
    with transaction.atomic():  # each life begins with nothing
        talk.reset()
        talk.drops_parents = False
        member = make_member("hanako")
        link = on_slate(member, scopes=f"write {LIKE_RIGHT}")
        life = Life(talk, Moving(talk), member, link)
        for name, *arguments in taken:
            getattr(life, name)(*arguments)
        life.come_to_rest()
        life.look_at_what_stands()
        transaction.set_rollback(True)
