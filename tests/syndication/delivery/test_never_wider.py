"""Whatever a member does in whatever order, nobody reads a copy whom the member did not name.

Counted at the networks: for each copy, the accounts that it is shown to, and whether it is shown to
anybody at all. mixi has two accounts of the member; on Slate, where copies can be changed, they have
a third. Three questions are asked of random sequences of steps:

- when a copy arrives, or other words for one: are its readers those that the member named, by the
  post's audience and the link's toggles as they stand at that moment?
- when nothing is on its way any more: does a copy still stand that is wider than its post is now?
  Only where the network cannot take it back, or the link is gone, and then the member was told.
- and does a copy that can be changed say what its post says? Or else an edit says why not.

`python -m tests.drills.without_guards` takes the guards out and sees this fail. Lives by lot
see a missing guard most of the times only, so each guard has a life of its own below.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.actions import friends
from accounts.models import Audience, Group, Member, Notice
from syndication.actions import links, photos, posts
from syndication.delivery import attempt, claimable, claims
from syndication.delivery.attempt import _execute
from syndication.delivery.leased_http import LeasedHttp
from syndication.delivery.outcomes import DeliveryRun
from syndication.models import Delivery, Link, Post, Toggle
from syndication.sandbox.mixi.seed import befriend
from tests.making import make_group, make_member
from tests.photographs import a_photo
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import SCOPES, Moving, grant
from tests.syndication.slate import Entry, Slate, on_slate

ANYBODY = "anybody at all"
ACCOUNTS = ("hanako", "momo")  # of one member, both on mixi
SLATE = "slate"
PHOTO = a_photo((32, 24))
TABLES = {"voice": "statuses", "diary": "diaries", "photo": "pictures"}


@dataclass
class OnSlate:
    """The member's account there, as mixi's accounts look."""

    id: str = SLATE
    name: str = SLATE
    friends: set[str] = field(default_factory=set)


@dataclass
class Clocks:
    """The time of both networks."""

    networks: tuple[Any, ...]

    @property
    def clock(self) -> Clocks:
        return self

    def advance(self, seconds: float) -> None:
        for network in self.networks:
            network.clock.advance(seconds)


@dataclass
class Life:
    """A member with three links, what they did so far, and the copies that were seen to arrive."""

    sandbox: TestSandbox
    slate: Slate
    now: Moving
    member: Member
    group: Group
    others: list[Member]
    posts: list[Post] = field(default_factory=list)
    seen: set[tuple[Any, ...]] = field(default_factory=set)
    on_slate: OnSlate = field(default_factory=OnSlate)
    numbers: Any = field(default_factory=itertools.count)

    # -- the steps

    def write(self, kind: str, audience: str) -> None:
        words = f"{kind} {next(self.numbers)}"
        draft = posts.NewPost(
            kind=kind,
            audience=audience,
            form_key=words,
            group=self.group if audience == Audience.GROUP else None,
            people=self.people(audience),
            title=words if kind == "note" else "",
            text=words,
            url="https://example.org/" if kind == "link" else "",
            photo=photos.keep_upload(PHOTO, by=self.member) if kind == "photo" else None,
            more_photos=(photos.keep_upload(PHOTO, by=self.member),) if kind == "photo" else (),
        )
        self.posts.append(posts.create_post(draft, by=self.member))

    def change_audience(self, which: int, audience: str) -> None:
        if post := self.one(which):
            people = self.people(audience)
            with suppress(posts.AudienceNotContained):  # for chosen people, and others by now
                posts.change_audience(post, audience, self.group, by=self.member, people=people)

    def people(self, audience: str) -> frozenset[int]:
        """All friends here, one at the least, where a post is for chosen people."""
        if audience != Audience.CHOSEN:
            return frozenset()
        friends.create_friendship(self.member, self.others[0])
        return frozenset(self.member.friendships.values_list("pk", flat=True))

    def edit(self, which: int) -> None:
        """Other words; the first two say which post it is."""
        if post := self.one(which):
            words = f"{post.form_key} edited {next(self.numbers)}"
            posts.edit_post(post, {"text": words}, by=self.member)

    def delete(self, which: int) -> None:
        if post := self.one(which):
            posts.delete_post(post, by=self.member)

    def toggle(self, account: str, kind: str, audience: str) -> None:
        if link := self.link_of(account):
            on = {(t.kind, t.audience) for t in Toggle.objects.filter(link=link, is_on=True)}
            links.set_toggles(link, on ^ {(kind, audience)}, by=self.member)

    def toggle_for(self, which: int) -> None:
        """The very switch that a post of theirs went by, on every link."""
        if post := self.one(which):
            for account in (*ACCOUNTS, SLATE):
                self.toggle(account, post.kind, post.audience)

    def link(self, account: str) -> None:
        if account == SLATE:
            if self.link_of(SLATE) is None:
                on_slate(self.member, uid=SLATE)
            return
        uid = self.sandbox.mixi.account(account).id
        held = grant(self.sandbox, account)
        row, _ = SocialAccount.objects.get_or_create(user=self.member, provider="mixi", uid=uid)
        given = {"access_token": held.access_token, "refresh_token": held.refresh_token}
        links.create_or_resume_link(row, {**given, "scopes": SCOPES, "expires_in": 900})

    def unlink(self, account: str) -> None:
        if link := self.link_of(account):
            links.unlink(link, by=self.member)

    def befriend(self, account: str, stranger: int) -> None:
        """A new friend there, and one here: each widens its own circle and not the other."""
        people = list(self.sandbox.mixi.state.accounts.values())
        other = people[stranger % len(people)]
        if account == SLATE:
            self.on_slate.friends.add(f"on slate {stranger}")
        elif other.name != account:
            befriend(self.sandbox.mixi.account(account), other)
        friends.create_friendship(self.member, self.others[stranger % len(self.others)])

    def lose_an_answer(self, kind: str) -> None:
        self.sandbox.faults.add("mixi", kind, match="POST /2/")

    def lose_one_of_slate(self, method: str, kind: str) -> None:
        self.slate.fail(method, kind)

    def deliver(self, which: int) -> None:
        """One row that is due; every copy that came of it is looked at at once."""
        due = list(claimable.claimable(self.now()).order_by("pk"))
        if due:
            attempt.attempt_delivery(due[which % len(due)].pk, now=self.now)
        self.look_at_arrivals()

    def deliver_with(self, which: int, between: Callable[[Life], None]) -> None:
        """Something else happens after the row was claimed and before its last look."""
        due = list(claimable.claimable(self.now()).order_by("pk"))
        held = (
            claims.claim_delivery(due[which % len(due)].pk, owner="a", now=self.now())
            if due
            else None
        )
        between(self)
        if held is not None:
            try:
                _execute(
                    DeliveryRun(held, self.now, LeasedHttp(attempt.outgoing_http(), held, self.now))
                )
            except claims.LostLease:
                claims.release_claim(held, self.now())
        self.look_at_arrivals()

    def wait(self, minutes: int) -> None:
        self.now.advance(minutes=minutes)

    # -- what is seen at the network

    def look_at_arrivals(self) -> None:
        for remote_id, entry in self.copies().items():
            if remote_id in self.seen:
                continue
            self.seen.add(remote_id)
            post, account = self.post_of(entry), self.account_of(entry)
            named = self.named(post, account)
            assert self.readers(entry) <= named, f"{remote_id} is wider than {post.audience}"
        for entry in self.slate.entries.values():
            words = (SLATE, entry.id, len(entry.said))
            if words in self.seen:
                continue
            self.seen.add(words)
            post = self.post_of(entry)
            named = self.named(post, self.on_slate, entry.audience)
            assert self.readers_on_slate(entry) <= named, f"{entry} is wider than {post.audience}"

    def come_to_rest(self) -> None:
        """Until nothing is due, whatever time that takes."""
        self.sandbox.faults.clear()
        self.slate.forget_faults()
        for _ in range(40):
            attempt.drain_due(now=self.now)
            self.look_at_arrivals()
            if not Delivery.objects.exclude(due_at=None).filter(state__in=ON_ITS_WAY).exists():
                return
            self.now.advance(minutes=3)
        raise AssertionError("it never came to rest")

    def look_at_what_stands(self) -> None:
        for remote_id, entry in self.copies().items():
            post = self.post_of(entry)
            wide = self.readers(entry) - self.allowed(post, self.account_of(entry))
            if entry.is_deleted or not wide:
                continue
            assert self.was_told(post), f"{remote_id} is still read by {wide}, and nobody was told"
        for entry in self.slate.entries.values():
            post = self.post_of(entry)
            if entry.is_deleted:
                continue
            wide = self.readers_on_slate(entry) - self.allowed(post, self.on_slate)
            assert not wide or self.was_told(post), f"{entry} is still read by {wide}"
            assert entry.text.endswith(self.end_of(post)) or wide or self.says_why_not(post), entry

    def end_of(self, post: Post) -> str:
        return post.url or post.text

    def was_told(self, post: Post) -> bool:
        told = Notice.objects.filter(key=f"still_out_there {post.pk}")
        asked = Delivery.objects.filter(post=post, state="unconfirmed", due_at=None)
        return told.exists() or asked.exists()

    def says_why_not(self, post: Post) -> bool:
        """The last edit did not change the copy and gives a reason, or a delete is about it."""
        rows = Delivery.objects.filter(post=post, link__network=SLATE).order_by("sequence")
        last = rows.last()
        return last is not None and (last.is_delete or bool(last.is_edit and last.reason))

    def copies(self) -> dict[tuple[str, str], Any]:
        mixi = self.sandbox.mixi
        listed = {"voice": mixi.statuses, "diary": mixi.diaries, "photo": mixi.photos}
        return {(kind, each.id): each for kind, found in listed.items() for each in found}

    def readers(self, entry: Any) -> set[str]:
        """Who can open the entry there, ANYBODY included where it is public."""
        state = self.sandbox.mixi.state
        entry = state.albums[entry.album] if getattr(entry, "album", "") else entry
        found = {uid for uid in state.accounts if state.can_see(uid, entry)}
        return found | ({ANYBODY} if entry.visibility == "everyone" else set())

    def readers_on_slate(self, entry: Entry) -> set[str]:
        found = {self.on_slate.id, *self.on_slate.friends}
        return found | ({ANYBODY} if entry.audience == "everyone" else set())

    def named(self, post: Post, account: Any, audience: str = "") -> set[str]:
        """Whom the member named: by the audience, and by the toggle of the link for it. `audience`
        is what a copy was made for, where other words for it arrive."""
        link = self.link_of(account.name)
        is_on = link and Toggle.objects.filter(
            link=link, kind=post.kind, audience=audience or post.audience, is_on=True
        )
        return self.allowed(post, account) if is_on and is_on.exists() else set()

    def allowed(self, post: Post, account: Any) -> set[str]:
        """Whom the audience alone lets read a copy there."""
        if post.deleted_at is not None:
            return set()
        if post.audience == Audience.EVERYONE:
            return {ANYBODY, account.id, *account.friends, *self.sandbox.mixi.state.accounts}
        return {account.id, *account.friends} if post.audience == Audience.FRIENDS else set()

    # -- finding things

    def one(self, which: int) -> Post | None:
        standing = [post for post in self.posts if post.deleted_at is None]
        return Post.objects.get(pk=standing[which % len(standing)].pk) if standing else None

    def link_of(self, account: str) -> Link | None:
        uid = SLATE if account == SLATE else self.sandbox.mixi.account(account).id
        return Link.objects.of(self.member).filter(uid=uid).first()

    def post_of(self, entry: Any) -> Post:
        """The post by its first two words, which are its form's key and never change."""
        words = entry.title if hasattr(entry, "title") else entry.text
        key = " ".join(words.split()[:2])
        return Post.objects.get(form_key=key)

    def account_of(self, entry: Any) -> Any:
        return self.sandbox.mixi.state.accounts[entry.owner]


ON_ITS_WAY = ("waiting", "sending", "unconfirmed")

kinds = st.sampled_from(("status", "note", "photo", "link"))
audiences = st.sampled_from(Audience.values)
likely = st.sampled_from((Audience.EVERYONE, Audience.EVERYONE, Audience.FRIENDS))
which = st.integers(0, 5)
accounts = st.sampled_from((*ACCOUNTS, SLATE))
writing = st.tuples(st.just("write"), kinds, likely | audiences)
narrowing = st.tuples(st.just("change_audience"), which, audiences)
editing = st.tuples(st.just("edit"), which)
deleting = st.tuples(st.just("delete"), which)
toggling = st.tuples(st.just("toggle"), accounts, kinds, likely)
toggling_for = st.tuples(st.just("toggle_for"), which)
linking = st.tuples(st.just("link"), accounts)
unlinking = st.tuples(st.just("unlink"), accounts)
befriending = st.tuples(st.just("befriend"), accounts, st.integers(0, 12))
losing = st.tuples(
    st.just("lose_an_answer"), st.sampled_from(("drop_after", "500_after", "500_before", "429"))
)
losing_on_slate = st.tuples(
    st.just("lose_one_of_slate"),
    st.sampled_from(("POST", "PUT", "PUT", "DELETE")),
    st.sampled_from(("drop_after", "500_after", "500_before", "429")),
)
delivering = st.tuples(st.just("deliver"), which)
waiting = st.tuples(st.just("wait"), st.sampled_from((1, 3, 60)))
between = st.one_of(narrowing, deleting, editing, toggling_for, unlinking)
racing = st.tuples(st.just("deliver_with"), which, between)
step = st.one_of(
    writing,
    narrowing,
    editing,
    editing,
    deleting,
    toggling,
    toggling_for,
    linking,
    unlinking,
    befriending,
    losing,
    losing_on_slate,
    delivering,
    delivering,
    delivering,
    racing,
    racing,
    waiting,
)
lives = st.builds(
    lambda written, then: [*written, *then],  # most ways to go wrong begin with something written
    st.lists(writing, min_size=1, max_size=3),
    st.lists(step, min_size=4, max_size=12),
)


# A status, and its three copies.
EVERYWHERE = [("write", "status", "everyone"), *[("deliver", 0)] * 3]


def take(life: Life, step: tuple[Any, ...]) -> None:
    name, *arguments = step
    if name == "deliver_with":
        place, other = arguments
        life.deliver_with(place, lambda each: take(each, other))
    else:
        getattr(life, name)(*arguments)


@pytest.mark.django_db
@given(taken=lives)
@example(taken=[("write", "status", "everyone"), ("toggle_for", 0), ("deliver", 0)])
@example(taken=[("write", "note", "everyone"), ("deliver_with", 0, ("toggle_for", 0))])
@example(taken=[("write", "status", "everyone"), ("deliver", 0), ("change_audience", 0, "friends")])
@example(taken=[("write", "note", "everyone"), ("deliver", 0), ("delete", 0)])
@example(
    taken=[
        ("write", "photo", "everyone"),
        ("lose_an_answer", "drop_after"),
        ("deliver", 0),
        ("delete", 0),
    ]
)
@example(  # an edit was claimed, and the post is for fewer before it leaves
    taken=[
        *EVERYWHERE,
        ("edit", 0),
        ("deliver_with", 0, ("change_audience", 0, "friends")),
    ]
)
@example(taken=[*EVERYWHERE, ("edit", 0), ("deliver_with", 0, ("toggle_for", 0))])
@example(taken=[*EVERYWHERE, ("change_audience", 0, "friends"), ("edit", 0), ("deliver", 0)])
@example(taken=[("lose_one_of_slate", "POST", "drop_after"), *EVERYWHERE, ("edit", 0)])
@example(taken=[("lose_one_of_slate", "PUT", "drop_after"), *EVERYWHERE, ("edit", 0), ("edit", 0)])
@example(  # a copy for friends of a post that is for Everyone by now: its readers stay friends
    taken=[
        ("toggle", "slate", "note", "friends"),
        ("write", "note", "friends"),
        ("deliver", 0),
        ("change_audience", 0, "everyone"),
        ("edit", 0),
        ("deliver", 0),
    ]
)
@settings(
    max_examples=50,
    derandomize=True,  # the same lives in every run: a guard taken out is missed by none or by all
    phases=(Phase.explicit, Phase.generate),  # fifteen steps can be read as they are
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nobody_reads_a_copy_whom_the_member_did_not_name(sandbox, slate, taken):
    with transaction.atomic():  # each sequence begins with nothing
        sandbox.reset()
        slate.reset()
        sandbox.mixi.state.settings.change({"rate_limit": 100_000})
        member = make_member("hanako")
        others = [make_member(f"friend{number}", email="") for number in range(3)]
        now = Moving(Clocks((sandbox, slate)))
        life = Life(sandbox, slate, now, member, make_group(member, *others), others)
        for account in (*ACCOUNTS, SLATE):
            life.link(account)
        for step in taken:
            take(life, step)
        life.come_to_rest()
        life.look_at_what_stands()
        transaction.set_rollback(True)
