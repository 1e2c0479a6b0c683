"""Friend matches: members on an imported friend list who agreed to be found by that network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import Block, FriendRequest, Friendship, Member
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from accounts.models.member import MemberQuerySet
from syndication.models import Link, NetworkFriend
from syndication.models.link import MAX_FRIENDS
from syndication.queries.comments import CountUpTo


def _findable(link: Link) -> QuerySet[Link]:
    """Findable links on the same network, without members blocked either way."""
    others = Link.objects.findable().filter(network=link.network).exclude(member=link.member_id)
    return others.exclude(
        Exists(Block.objects.filter(blocker=link.member_id, blocked=OuterRef("member")))
    ).exclude(Exists(Block.objects.filter(blocker=OuterRef("member"), blocked=link.member_id)))


def friends_here(link: Link, viewer: Member) -> MemberQuerySet:
    """Members behind accounts on the imported list, by names that `viewer`, whose link it is, knows.

    Each carries `shown_name` (here, as MemberQuerySet.seen_by says), `name_there` (on the network) and
    the relation to the viewer (with_relation_to).
    """
    uids = _findable(link).filter(uid__in=link.friends.values("uid"))
    accounts = _findable(link).filter(member=OuterRef(OuterRef("pk")))
    there = link.friends.filter(uid__in=accounts.values("uid")).values("name")
    seen: MemberQuerySet = Member.objects.seen_by(viewer)
    return (
        seen.with_relation_to(viewer)
        .filter(pk__in=uids.values("member"))
        .annotate(name_there=Subquery(there[:1]))
        .order_by("username")
    )


def first_friends_here(link: Link, viewer: Member, most: int) -> list[Member]:
    """The first of them."""
    return _FIRST.rows(most, link=link.pk, network=link.network, viewer=viewer)


def count_friends_here(link: Link, viewer: Member) -> int:
    """How many they are; a link keeps MAX_FRIENDS at most."""
    return _COUNT.first(link=link.pk, network=link.network, viewer=viewer) or 0


def _first(most: int, *, link: int, network: str, viewer: Member) -> MemberQuerySet:
    return friends_here(_linked(link, network, viewer), viewer)[:most]


def _count(*, link: int, network: str, viewer: Member) -> QuerySet[Member, int]:
    here = CountUpTo(friends_here(_linked(link, network, viewer), viewer), MAX_FRIENDS)
    return Member.objects.filter(pk=viewer.pk).values_list(here, flat=True)


def _linked(pk: int, network: str, viewer: Member) -> Link:
    return Link(pk=pk, network=network, member_id=viewer.pk)


_FIRST, _COUNT = CompiledQuery(_first), CompiledQuery(_count)


def friends_to_ask(link: Link, viewer: Member) -> MemberQuerySet:
    """Those of `friends_here` who are no friends of the viewer's here and were not asked."""
    are_friends = Exists(Friendship.objects.filter(member=viewer, friend=OuterRef("pk")))
    is_asked = Exists(FriendRequest.objects.open().filter(asker=viewer, asked=OuterRef("pk")))
    return friends_here(link, viewer).filter(~are_friends, ~is_asked)


def friend_names_on_networks(
    viewer: Member, friends: Iterable[Member]
) -> dict[int, list[tuple[str, str]]]:
    """What the viewer's friends here are called on networks, by their keys: name and network's key.

    Only of accounts on the viewer's own imported lists whose members agreed to be found there. Asked from
    the friends' links, which are few, and not from the lists.
    """
    keys = numbered_keys(friend.pk for friend in friends)
    found: dict[int, list[tuple[str, str]]] = {}
    for member, network, name in _NAMES_THERE.rows(len(keys), viewer=viewer, **keys):
        if name is not None:
            found.setdefault(member, []).append((name, network))
    return found


def _names_there(_: int, *, viewer: Member, **friends: int) -> QuerySet[Any, Any]:
    of_viewer = NetworkFriend.objects.filter(
        link__in=Link.objects.of(viewer), link__network=OuterRef("network"), uid=OuterRef("uid")
    )
    accounts = Link.objects.findable().filter(member__in=friends.values())
    named = accounts.annotate(there=Subquery(of_viewer.values("name")[:1])).order_by("pk")
    return named.values_list("member", "network", "there")


_NAMES_THERE: CompiledQuery[tuple[int, str, str | None]] = CompiledQuery(_names_there)


def friends_not_here(link: Link, viewer: Member, start: int, stop: int) -> list[NetworkFriend]:
    """Friends on the network without an account here, whom the member could invite.

    Accounts that the member may know to be those of members whom they blocked are left out.
    """
    return _OTHERS.page(start, stop, link=link.pk, network=link.network, viewer=viewer)


def _others(
    start: int, stop: int, *, link: int, network: str, viewer: Member
) -> QuerySet[NetworkFriend]:
    mine = _linked(link, network, viewer)
    blocked = Link.objects.findable_of_blocked(mine.member_id).filter(network=network)
    others = mine.friends.exclude(Exists(_findable(mine).filter(uid=OuterRef("uid"))))
    others = others.exclude(Exists(blocked.filter(uid=OuterRef("uid"))))
    return others.order_by("name", "pk")[start:stop]


_OTHERS = CompiledQuery(_others)
