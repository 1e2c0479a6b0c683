"""The people of a drill, as a process: `python -m tests.drills.members <address> …`.

They link, write, edit and delete some of it soon after, look at the network where they are asked
whether a copy arrived, and link again where the access is gone. All by the product's own actions, as its
pages call them. When nothing is on its way any more they print what they wrote.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import django
import requests

django.setup()

from allauth.socialaccount.models import SocialAccount  # noqa: E402
from django.db.models import Q  # noqa: E402

from accounts.models import Member, Notice  # noqa: E402, Notice
from syndication.actions import commands, links, photos, posts  # noqa: E402
from syndication.connectors import CONNECTORS  # noqa: E402
from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS  # noqa: E402
from syndication.models import (  # noqa: E402
    Attempt,
    Delivery,
    DeliveryState,
    KeptPhoto,
    Link,
    LinkState,
    Post,
)
from syndication.models.errors import NotNow  # noqa: E402
from tests.drills.answers import (  # noqa: E402
    SHARE,
    DrillAnswer,
    DrillTalk,
    take_back,
    written_answer,
)
from tests.drills.counting import (  # noqa: E402
    Written,
    copies_received,
    identifying_mark,
    words_of_photo,
)
from tests.photographs import a_photo  # noqa: E402

KINDS = ("status", "status", "status", "status", "link", "photo", "photo", "note", "note", "note")
PICTURED = ("photo", "note")
# What a server may show in another way than it was sent.
REWRITTEN = (" ＃花見", " @taro@other.example", "\n- 卵\n- 牛乳", " *とても*")
IS_REWRITTEN = 0.3
SHARED = float(os.environ.get("DRILL_SHARED", "0.05"))
REFUSE_DUPLICATES = ("twitter", "gnusocial")  # the second of two equal posts is refused there
DELETED = 0.1
EDITED = 0.1
SOON = (0.0, 0.2, 1.0, 5.0, 20.0)  # seconds after writing
ON_ITS_WAY = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCONFIRMED)
# Where mixi keeps what, and how its remote ids begin: its lists count each for itself.
ON_MIXI = {
    "status": ("statuses", "voice:"),
    "link": ("statuses", "voice:"),
    "note": ("diaries", "diary:"),
    "photo": ("photos", "photo:"),
    "reply": ("comments", "reply:"),
}


@dataclass
class DrillPost:
    """One post, its mark, and what is to become of it (`moments`: epoch of the drill, and what)."""

    post: Post
    words: str
    kind: str
    moments: list[tuple[float, str]] = field(default_factory=list)
    edits: int = 0
    photos: int = 0  # that the network takes


@dataclass
class DrillMembers:
    """All members of one drill."""

    address: str  # of the networks
    key: str
    random: random.Random
    members: dict[str, Member] = field(default_factory=dict)
    pressed: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)  # copies that a member said are theirs
    talk: DrillTalk = field(init=False)

    def __post_init__(self) -> None:
        self.talk = DrillTalk(
            self.key,
            lambda path, fields: fetch_from_network(f"{self.address}{path}", fields),
            self.random,
        )
        if CONNECTORS[self.key].can_reply():
            self.talk.begin()

    # -- writing

    def join(self, name: str) -> None:
        member = Member.objects.create(username=name, email="")
        self.members[name] = member
        self.link(name)

    def link(self, name: str) -> None:
        """What the callback of a consent does."""
        given = fetch_from_network(f"{self.address}/_grant", {"user": name, "network": self.key})
        account, _ = SocialAccount.objects.get_or_create(
            user=self.members[name], provider=self.key, uid=given["uid"]
        )
        links.create_or_resume_link(account, given)

    @property
    def kinds(self) -> list[str]:
        """What the network carries for everyone."""
        holds = CONNECTORS[self.key].audiences
        return [kind for kind in KINDS if "everyone" in holds.get(kind, ())]  # type: ignore[call-overload]

    def write(self, number: int, now: float) -> DrillPost | DrillAnswer:
        """A post, and by lot the moments at which it is edited and deleted; or an answer."""
        dice = self.random
        member = self.members[dice.choice(list(self.members))]
        if self.talk.parents and dice.random() < SHARE and self._is_linked(member):
            return self.talk.answer(member, number, now)
        kind = dice.choice(self.kinds)
        is_shared = dice.random() < SHARED and self.key not in REFUSE_DUPLICATES
        words = f"同じことば {kind}" if is_shared else f"{kind} その{number}"
        tail = dice.choice(REWRITTEN) if dice.random() < IS_REWRITTEN else ""
        address = f"https://example.org/{'shared' if is_shared else number}"
        shown = 1 if is_shared else dice.randint(1, MAX_PHOTOS)
        pictures = self._photos(shown, member) if kind in PICTURED else []
        draft = posts.NewPost(
            kind=kind,
            audience="everyone",
            form_key=f"drill-{number}",
            title=words if kind == "note" else "",
            text="" if kind == "link" else words + tail,
            url=address if kind == "link" else "",
            photo=next(iter(pictures), None),
            more_photos=tuple(pictures[1:]),
            **{name: words_of_photo(place) for place, name in enumerate(PHOTO_ALTS, start=1)},
        )
        written = DrillPost(
            posts.create_post(draft, by=member),
            address if kind == "link" else words,
            kind,
            photos=min(len(pictures), CONNECTORS[self.key].limits[kind].photos),
        )
        if dice.random() < EDITED and not is_shared:
            times = dice.choice((1, 2))
            written.moments += [(now + dice.choice(SOON), "edit") for _ in range(times)]
        if dice.random() < DELETED:
            written.moments.append((now + dice.choice(SOON), "delete"))
        return written

    def _photos(self, count: int, member: Member) -> list[KeptPhoto]:
        """Each is larger than the one before, by which the network's own list shows their order."""
        return [
            photos.keep_upload(a_photo((64 * place, 48 * place)), by=member)
            for place in range(1, count + 1)
        ]

    def _is_linked(self, member: Member) -> bool:
        """Pages let nobody answer by a link that has to be linked again."""
        return Link.objects.active().filter(member=member).exists()

    def change(self, entry: DrillPost | DrillAnswer, what: str) -> None:
        if isinstance(entry, DrillAnswer):
            take_back(entry)
            return
        post = Post.objects.get(pk=entry.post.pk)
        if what == "delete":
            posts.delete_post(post, by=post.author)
        elif post.deleted_at is None:
            entry.edits += 1
            title = f"{entry.words} 改{entry.edits}" if post.kind == "note" else ""
            words = f"{entry.words if post.kind != 'link' else ''} 改{entry.edits}".strip()
            posts.edit_post(post, {"title": title, "text": words}, by=post.author)

    # -- minding what was written

    def mind(self) -> None:
        """Answer what the pages ask."""
        for link in Link.objects.filter(state=LinkState.PARKED).select_related("member"):
            self.link(link.member.username)
            self.pressed["linked_again"] += 1
        asked_of = Delivery.objects.filter(state=DeliveryState.UNCONFIRMED, due_at=None)
        for delivery in asked_of.select_related("post", "interaction", "link__member"):
            self.look(delivery)

    def look(self, delivery: Delivery) -> None:
        """Look at the network, and say what is there."""
        if "there" not in commands.available_commands(delivery) or self._is_moving(delivery):
            return
        member = delivery.link.member
        copy = self._unclaimed(delivery)
        press = commands.confirm_copy_exists if copy else commands.resend_delivery
        try:
            press(delivery, by=member)
        except NotNow as no:
            self.pressed[f"not now: {no}"] += 1
            if delivery.subject.deleted_at is not None and not copy:
                commands.dismiss_delivery(delivery, by=member)
            return
        if copy:
            self.held.add(copy)
        self.pressed[press.__name__] += 1

    def _is_moving(self, delivery: Delivery) -> bool:
        """Whether another post with these words is on its way: then nobody could tell by looking."""
        others = Delivery.objects.filter(
            link=delivery.link_id,
            operation="publish",
            state__in=[DeliveryState.WAITING, DeliveryState.SENDING],
        ).exclude(pk=delivery.pk)
        if delivery.post is not None:
            others = others.filter(post__kind=delivery.post.kind)
        else:
            others = others.filter(interaction__kind="reply")
        return any(_words(each) == _words(delivery) for each in others)

    def _unclaimed(self, delivery: Delivery) -> str:
        """The id of a copy with these words that no delivery is known to hold."""
        listed, prefix = ON_MIXI[delivery.subject_kind] if self.key == "mixi" else ("", "")
        remote_ids = Delivery.objects.filter(link=delivery.link_id).values_list(
            "remote_id", flat=True
        )
        taken = {each.rpartition("/")[2].removeprefix(prefix) for each in remote_ids} | self.held
        for copy in copies_received(
            fetch_from_network(f"{self.address}/{self.key}/_received"), filter(None, [listed])
        ):
            is_like_it = copy.key == (delivery.link.member.username, _words(delivery))
            if is_like_it and copy.id.rpartition("/")[2] not in taken:
                return copy.id
        return ""


def fetch_from_network(url: str, fields: dict[str, Any] | None = None) -> Any:
    """The answer of the drill's network, which is away now and then."""
    for _ in range(60):
        try:
            if fields is None:
                return requests.get(url, timeout=30).json()
            return requests.post(url, json=fields, timeout=30).json()
        except (OSError, ValueError):
            time.sleep(0.5)
    raise RuntimeError(f"{url} does not answer")


def _words(delivery: Delivery) -> str:
    """The mark by which a member knows the copy; a deleted post is known by what left."""
    stored, subject = delivery.sent_as or {}, delivery.subject
    fields = ("title", "text", "url")
    words = (str(stored.get(name) or getattr(subject, name, "")) for name in fields)
    return identifying_mark(*words)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--network", default="mixi")
    parser.add_argument("--deliveries", type=int, required=True)
    parser.add_argument("--links", type=int, required=True)
    parser.add_argument("--over", type=float, required=True, help="seconds of writing")
    parser.add_argument("--within", type=float, required=True, help="seconds for all of it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    people = DrillMembers(options.address, options.network, random.Random(options.seed))
    for number in range(options.links):
        people.join(f"m{number}")
    print("READY", file=sys.stderr, flush=True)
    ledger = _live(people, options)
    is_over = not _rest().exists()
    print(
        json.dumps(
            {
                "written": [asdict(each) for each in ledger],
                "is_over": is_over,
                "pressed": dict(people.pressed),
                "not_read_back": sum(
                    each.kind not in CONNECTORS[people.key].can_reconcile for each in ledger
                ),
                "rest": [str(row) for row in _rest()[:20]],
                "states": dict(Counter(Delivery.objects.values_list("state", flat=True))),
                "outcomes": dict(Counter(Attempt.objects.values_list("outcome", flat=True))),
            }
        )
    )


def _rest() -> Any:
    return Delivery.objects.filter(Q(state__in=ON_ITS_WAY) | Q(state=DeliveryState.PARKED))


def _live(people: DrillMembers, options: argparse.Namespace) -> list[Written]:
    """Write at random moments, edit and delete what is to be, and mind the rest."""
    start = time.monotonic()
    moments = sorted(people.random.uniform(0, options.over) for _ in range(options.deliveries))
    wrote: list[DrillPost | DrillAnswer] = []
    minded = 0.0
    while time.monotonic() - start < options.within:
        now = time.monotonic() - start
        while moments and moments[0] <= now:
            moments.pop(0)
            wrote.append(people.write(len(wrote), now))
        is_more_to_come = _change_what_is_due(people, wrote, now) or bool(moments)
        if now - minded > 1.0:
            minded = now
            people.mind()
            if not is_more_to_come and not _rest().exists():
                break
        time.sleep(0.02)
    return [_written(people, each) for each in wrote]


def _change_what_is_due(
    people: DrillMembers, wrote: list[DrillPost | DrillAnswer], now: float
) -> bool:
    """Whether something is still to be changed."""
    for entry in wrote:
        for moment in sorted(each for each in entry.moments if each[0] <= now):
            entry.moments.remove(moment)
            people.change(entry, moment[1])
    return any(entry.moments for entry in wrote)


def _written(people: DrillMembers, entry: DrillPost | DrillAnswer) -> Written:
    if isinstance(entry, DrillAnswer):
        return written_answer(entry)
    post = entry.post
    post.refresh_from_db()
    told = Notice.objects.filter(key=f"still_out_there {post.pk}")
    return Written(
        user=post.author.username,
        words=entry.words,
        is_deleted=post.deleted_at is not None,
        is_told=told.exists(),
        edits=entry.edits if entry.kind in CONNECTORS[people.key].can_edit else 0,
        kind=entry.kind,
        photos=entry.photos,
    )


if __name__ == "__main__":
    main()
