"""Rows of a soak, as a process that reads orders (tests.drills.worker): members before it, counts after it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts.models import Audience, Member  # noqa: E402
from syndication.models import (  # noqa: E402
    Comment,
    Delivery,
    DeliveryOperation,
    Like,
    LinkState,
    Post,
    RemoteReply,
)
from syndication.sandbox.network import DEFAULT_PASSWORD  # noqa: E402
from tests.drills.counting import identifying_mark  # noqa: E402
from tests.drills.members import ON_ITS_WAY, DrillMembers, _rest  # noqa: E402
from tests.drills.soak_members import is_private  # noqa: E402
from tests.drills.worker_rows import answer_orders  # noqa: E402
from tests.making import befriend, make_member  # noqa: E402

FRIENDS = 3  # of each member, next to it in a ring

_people: list[DrillMembers] = []


def seed(address: str, network: str, count: int, number: int) -> None:
    """Members with friends and a link each."""
    people = DrillMembers(address, network, random.Random(number))
    _people.append(people)
    members = []
    for place in range(count):
        audience = Audience.FRIENDS if is_private(place) else Audience.EVERYONE
        members.append(
            make_member(f"m{place}", password=DEFAULT_PASSWORD, email="", posts_by_me=audience)
        )
    for place, member in enumerate(members):
        people.members[member.username] = member
        people.link(member.username)
        for step in range(1, min(FRIENDS, (count - 1) // 2) + 1):
            befriend(member, members[(place + step) % count])


def mind() -> int:
    """Answer what pages ask where no member did; how much is still on its way."""
    connection.close()  # its server was started anew meanwhile
    _people[0].mind()
    # Whether a copy arrived is not asked for ever: who unlinked meanwhile has nothing to look with.
    return int(_rest().exclude(link__state=LinkState.ENDED, due_at=None).count())


def counts() -> dict[str, Any]:
    """What stands here: how often each mark."""
    posts = [(each, identifying_mark(each.title, each.text)) for each in Post.objects.all()]
    return {
        "posts": Counter(mark for _, mark in posts),
        "standing": [mark for post, mark in posts if post.deleted_at is None],
        "comments": Counter(Comment.objects.values_list("text", flat=True)),
        "likes": [
            f"{name} {post}" for name, post in Like.objects.values_list("member__username", "post")
        ],
        "replies": Counter(RemoteReply.objects.values_list("remote_id", flat=True)),
        "replies_sent": {
            row.interaction.text: [row.state, row.reason]
            for row in Delivery.objects.filter(operation=DeliveryOperation.PUBLISH)
            .exclude(interaction=None)
            .select_related("interaction")
        },
        "rest": [str(row) for row in Delivery.objects.filter(state__in=ON_ITS_WAY)[:20]],
        "states": Counter(Delivery.objects.values_list("state", flat=True)),
        "members": Member.objects.count(),
    }


if __name__ == "__main__":
    answer_orders({each.__name__: each for each in (seed, mind, counts)})
