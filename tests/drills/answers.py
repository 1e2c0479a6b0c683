"""Replies and likes of a drill's members, and what of them is counted at the network.

A reply carries a mark in its words as a post does ("reply その7"), a like is known by its member and
what is liked. The posts that are answered are made by somebody else on the network, for readers of every
width; a reply that more people can read than its parent is `wider`, one outside of a thread is
`strayed`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tests.drills.counting import Copy, Written

if TYPE_CHECKING:
    from accounts.models import Member
    from syndication.models import FeedItem, Interaction

SHARE = 0.5  # of what is written, where the network takes replies
LIKED = 0.4  # of these
TAKEN_BACK = 0.25
SOON = (0.0, 0.2, 1.0, 5.0, 20.0)
# Who reads a post, from all to those that it names; each network has names of its own.
READERS = (
    ("public", "everyone"),
    ("unlisted", "home", "friends_of_friends"),
    ("private", "followers", "friends"),
    ("direct", "specified"),
)
# What the drill asks a network for, and how connectors name it.
PARENTS = {
    "mastodon": {"public": "public", "unlisted": "unlisted", "private": "followers"},
    "misskey": {"public": "public", "home": "unlisted", "followers": "followers"},
    "mixi": {"everyone": "public", "friends": "followers"},
    "bluesky": {"public": "public"},
    "gnusocial": {"public": "public"},
}
AUTHOR = "taro"


@dataclass
class DrillAnswer:
    """One reply or like, its mark, and when it is taken back."""

    interaction: Interaction
    words: str
    kind: str
    moments: list[tuple[float, str]] = field(default_factory=list)


@dataclass
class DrillTalk:
    """The posts of others that the members of a drill answer."""

    key: str
    tell: Callable[[str, dict[str, Any]], Any]
    dice: random.Random
    parents: list[dict[str, Any]] = field(default_factory=list)
    liked: set[tuple[int, str]] = field(default_factory=set)

    def begin(self) -> None:
        """Let somebody else write what is answered."""
        for visibility, known in PARENTS.get(self.key, {}).items():
            for _ in range(3):
                order = {"network": self.key, "user": AUTHOR, "visibility": visibility}
                self.parents.append({**self.tell("/_friends_post", order), "visibility": known})

    def answer(self, member: Member, number: int, now: float) -> DrillAnswer:
        """A reply or a like by `member`, and by lot the moment at which it is taken back."""
        from accounts.models.guess_count import GuessCount  # noqa: PLC0415 - needs Django
        from syndication.actions import interactions  # noqa: PLC0415
        from syndication.queries.interaction_targets import target_of_item  # noqa: PLC0415

        GuessCount.objects.all().delete()  # members of a drill do not pause for five seconds
        item = self._item(member)
        pair = (item.link_id, item.remote_id)
        if self.dice.random() < LIKED and pair not in self.liked:
            self.liked.add(pair)
            made = interactions.like(target_of_item(item), by=member)
            answer = DrillAnswer(made, f"like {item.remote_id}", "like")
        else:
            words = f"reply その{number}"
            made = interactions.reply_to_feed_item(
                item, words, by=member, form_key=f"drill-{number}"
            )
            answer = DrillAnswer(made, words, "reply")
        if self.dice.random() < TAKEN_BACK:
            answer.moments.append((now + self.dice.choice(SOON), "delete"))
        return answer

    def _item(self, member: Member) -> FeedItem:
        from syndication.models import FeedItem, Link  # noqa: PLC0415

        parent = self.dice.choice(self.parents)
        link = Link.objects.of(member).get()
        fields = {
            "author_uid": parent["author"],
            "author_name": AUTHOR,
            "author_handle": f"@{AUTHOR}@{link.host}",
            "visibility": parent["visibility"],
            "written_at": timezone.now(),
        }
        item, _ = FeedItem.objects.get_or_create(link=link, remote_id=parent["id"], defaults=fields)
        return item


def take_back(answer: DrillAnswer) -> None:
    from syndication.actions import interactions  # noqa: PLC0415

    interactions.take_back(answer.interaction, by=answer.interaction.link.member)


def written_answer(answer: DrillAnswer) -> Written:
    from accounts.models import Notice  # noqa: PLC0415

    made = answer.interaction
    made.refresh_from_db()
    told = Notice.objects.filter(key=f"{answer.kind}_still_out_there {made.pk}")
    return Written(
        user=made.link.member.username,
        words=answer.words,
        is_deleted=made.deleted_at is not None,
        is_told=told.exists(),
        kind=answer.kind,
    )


def likes_received(received: dict[str, Any], members: Iterable[str]) -> list[Copy]:
    """The likes of the drill's members that stand on the network."""
    names = set(members)
    return [
        Copy(each["user"], f"like {each['to']}", is_deleted=False)
        for each in received.get("likes", [])
        if each["user"] in names
    ]


def count_misplaced(received: dict[str, Any], parents: dict[str, str]) -> dict[str, int]:
    """`wider`: replies that more people may read than their parent; `strayed`: outside of a thread.

    `parents` are the visibilities of what was answered, by id, in the network's words.
    """
    wider = strayed = 0
    for each in [*received.get("statuses", []), *received.get("comments", [])]:
        if "reply その" not in each["text"] or each["deleted"]:
            continue
        parent = parents.get(each["in_reply_to"])
        strayed += parent is None
        wider += parent is not None and _width(each["visibility"]) < _width(parent)
    return {"wider": wider, "strayed": strayed}


def _width(visibility: str) -> int:
    """The place in READERS; what answers something for followers may reach those it names alone."""
    return next(place for place, names in enumerate(READERS) if visibility in names)
