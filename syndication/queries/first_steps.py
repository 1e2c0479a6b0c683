"""First steps of a new member: the home page offers those not done while it shows little else.

The steps that are done are rows of the one query of queries.waiting: home has no query left for them.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, QuerySet, Value

from accounts.models import FriendRequest, Friendship, Member, PhoneLogin
from syndication.connectors import CONNECTORS
from syndication.models import Link
from syndication.queries.capabilities import is_set_up

FIRST_NETWORK = "mixi"  # what this site is named for; any other where mixi is not set up
FRIEND, PHONE, LINK = "step friend", "step phone", "step link"


@dataclass(frozen=True)
class FirstSteps:
    """Steps that are left. `network` is the key of the one to link, "" where a link is there."""

    needs_picture: bool
    needs_friend: bool
    needs_phone: bool
    network: str
    network_name: str

    def __bool__(self) -> bool:
        return self.needs_picture or self.needs_friend or self.needs_phone or bool(self.network)


def done_steps(member: Member) -> list[QuerySet[Member, tuple[str]]]:
    """For each step that `member` has done, a query of one row that names it. Who asked somebody to be
    friends has done that step: the rest is the other's."""
    conditions = {
        FRIEND: Exists(Friendship.objects.filter(member=member))
        | Exists(FriendRequest.objects.filter(asker=member)),
        PHONE: Exists(PhoneLogin.objects.filter(member=member, used_at__isnull=False)),
        LINK: Exists(Link.objects.of(member)),
    }
    me = Member.objects.filter(pk=member.pk)
    return [me.filter(is_done).values_list(Value(step)) for step, is_done in conditions.items()]


def first_steps(member: Member, done: Container[str]) -> FirstSteps:
    """The steps that are left. `done` are those that the queries of `done_steps` found."""
    network = "" if LINK in done else _first_network()
    return FirstSteps(
        needs_picture=not member.picture,
        needs_friend=FRIEND not in done,
        needs_phone=PHONE not in done,
        network=network,
        network_name=CONNECTORS[network].name if network else "",
    )


def _first_network() -> str:
    keys = [key for key in settings.NETWORKS if is_set_up(key)]
    return FIRST_NETWORK if FIRST_NETWORK in keys else next(iter(keys), "")
