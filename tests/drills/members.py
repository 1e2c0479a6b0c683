"""The people of a drill, as a process: `python -m tests.drills.members <network> …`.

They link, write, delete some of it soon after, look at the network where they are asked whether a
copy arrived, and link again where the access is gone. All by the product's own actions, as its
pages call them. When nothing is on its way any more they print what they wrote.
"""

from __future__ import annotations

import argparse
import json
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

from accounts.models import Member  # noqa: E402
from syndication.actions import links, photos, posts, presses  # noqa: E402
from syndication.actions.errors import NotNow  # noqa: E402
from syndication.models import (  # noqa: E402
    Delivery,
    DeliveryState,
    Link,
    LinkState,
    Notice,
    Post,
)
from tests.drills.counting import Written  # noqa: E402
from tests.photographs import a_photo  # noqa: E402

KINDS = ("status", "status", "status", "status", "link", "photo", "photo", "note", "note", "note")
SHARED = 0.05
DELETED = 0.1
ON_ITS_WAY = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCONFIRMED)
LOOKED_AT = {
    "status": ("statuses", "text"),
    "note": ("diaries", "title"),
    "photo": ("photos", "title"),
}


@dataclass
class People:
    """All members of one drill."""

    network: str
    random: random.Random
    members: dict[str, Member] = field(default_factory=dict)
    photo: bytes = field(default_factory=lambda: a_photo((64, 48)))
    pressed: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)  # copies that a member said are theirs

    # -- writing

    def join(self, name: str) -> None:
        member = Member.objects.create(username=name, email="")
        self.members[name] = member
        self.link(name)

    def link(self, name: str) -> None:
        """What the callback of a consent does."""
        given = asked(f"{self.network}/_grant", {"user": name})
        account, _ = SocialAccount.objects.get_or_create(
            user=self.members[name], provider="mixi", uid=given["uid"]
        )
        links.take_in(account, given)

    def write(self, number: int) -> Post:
        name = self.random.choice(list(self.members))
        kind = self.random.choice(KINDS)
        is_shared = self.random.random() < SHARED
        words = f"同じことば {kind}" if is_shared else f"{kind} その{number}"
        address = f"https://example.org/{'shared' if is_shared else number}"
        member = self.members[name]
        draft = posts.Draft(
            kind=kind,
            audience="everyone",
            form_key=f"drill-{number}",
            title=words if kind == "note" else "",
            text="" if kind == "link" else words,
            url=address if kind == "link" else "",
            photo=photos.keep(self.photo, by=member) if kind == "photo" else None,
            photo_alt="青緑",
        )
        return posts.write(draft, by=member)

    # -- minding what was written

    def mind(self) -> None:
        """Answer what the pages ask."""
        for link in Link.objects.filter(state=LinkState.PARKED).select_related("member"):
            self.link(link.member.username)
            self.pressed["linked_again"] += 1
        asked_of = Delivery.objects.filter(state=DeliveryState.UNCONFIRMED, due_at=None)
        for delivery in asked_of.select_related("post", "link__member"):
            self.look(delivery)

    def look(self, delivery: Delivery) -> None:
        """Look at the network, and say what is there."""
        if "there" not in presses.offered(delivery) or self._is_moving(delivery):
            return
        member = delivery.link.member
        copy = self._unclaimed(delivery)
        press = presses.confirm_it_is_there if copy else presses.send_again
        try:
            press(delivery, by=member)
        except NotNow as no:
            self.pressed[f"not now: {no}"] += 1
            if delivery.post.deleted_at is not None and not copy:
                presses.dismiss(delivery, by=member)
            return
        if copy:
            self.held.add(copy)
        self.pressed[press.__name__] += 1

    def _is_moving(self, delivery: Delivery) -> bool:
        """Whether another post with these words is on its way: then nobody could tell by looking."""
        others = Delivery.objects.filter(
            link=delivery.link_id,
            kind="publish",
            post__kind=delivery.post.kind,
            state__in=[DeliveryState.WAITING, DeliveryState.SENDING],
        ).exclude(pk=delivery.pk)
        return any(_words(each) == _words(delivery) for each in others)

    def _unclaimed(self, delivery: Delivery) -> str:
        kind = "status" if delivery.post.kind == "link" else delivery.post.kind
        listed, words = LOOKED_AT[kind]
        prefix = {"status": "voice:", "note": "diary:", "photo": "photo:"}[kind]
        taken = {
            each.rpartition("/")[2].removeprefix(prefix)
            for each in Delivery.objects.filter(link=delivery.link_id).values_list(
                "remote_id", flat=True
            )
        }
        for each in asked(f"{self.network}/mixi/_received")[listed]:
            mine = each["user"] == delivery.link.member.username
            if mine and each[words] == _words(delivery) and each["id"] not in taken | self.held:
                return str(each["id"])
        return ""


def asked(url: str, fields: dict[str, Any] | None = None) -> Any:
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
    """The words by which a member knows the copy; a deleted post is known by what left."""
    stored = delivery.sent_as or {}
    post = delivery.post
    if post.kind == "link":
        return str(stored.get("url") or post.url)
    if post.kind == "note":
        return str(stored.get("title") or post.title)
    return str(stored.get("text") or post.text)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("network")
    parser.add_argument("--deliveries", type=int, required=True)
    parser.add_argument("--links", type=int, required=True)
    parser.add_argument("--over", type=float, required=True, help="seconds of writing")
    parser.add_argument("--within", type=float, required=True, help="seconds for all of it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    people = People(options.network, random.Random(options.seed))
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
                "rest": [str(row) for row in _rest()[:20]],
                "states": dict(Counter(Delivery.objects.values_list("state", flat=True))),
            }
        )
    )


def _rest() -> Any:
    return Delivery.objects.filter(Q(state__in=ON_ITS_WAY) | Q(state=DeliveryState.PARKED))


def _live(people: People, options: argparse.Namespace) -> list[Written]:
    """Write at random moments, delete some at once and some a little later, and mind the rest."""
    start, dice = time.monotonic(), people.random
    moments = sorted(dice.uniform(0, options.over) for _ in range(options.deliveries))
    doomed: list[tuple[float, Post]] = []
    wrote: list[tuple[Post, str, str]] = []  # the post, and its words before they were wiped
    minded = 0.0
    while time.monotonic() - start < options.within:
        now = time.monotonic() - start
        while moments and moments[0] <= now:
            moments.pop(0)
            post = people.write(len(wrote))
            words = post.url if post.kind == "link" else post.title or post.text
            wrote.append((post, post.kind, words))
            if dice.random() < DELETED:
                doomed.append((now + dice.choice((0.0, 0.2, 1.0, 5.0, 20.0)), post))
        for moment, post in [each for each in doomed if each[0] <= now]:
            doomed.remove((moment, post))
            posts.delete(Post.objects.get(pk=post.pk), by=post.author)
        if now - minded > 1.0:
            minded = now
            people.mind()
            if not moments and not doomed and not _rest().exists():
                break
        time.sleep(0.02)
    return [_entry(*each) for each in wrote]


def _entry(post: Post, kind: str, words: str) -> Written:
    post.refresh_from_db()
    told = Notice.objects.filter(incident=f"still_out_there {post.pk}")
    return Written(
        user=post.author.username,
        kind="status" if kind == "link" else kind,
        words=words,
        is_deleted=post.deleted_at is not None,
        is_told=told.exists(),
    )


if __name__ == "__main__":
    main()
