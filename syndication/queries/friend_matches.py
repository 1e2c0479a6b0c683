"""Friend matches: members on an imported friend list who agreed to be found by that network."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import Block, Friendship, Member
from syndication.models import Link, NetworkFriend


def _findable(link: Link) -> QuerySet[Link]:
    """Findable links on the same network, without members blocked either way."""
    others = Link.objects.findable().filter(network=link.network).exclude(member=link.member_id)
    return others.exclude(
        Exists(Block.objects.filter(blocker=link.member_id, blocked=OuterRef("member")))
    ).exclude(Exists(Block.objects.filter(blocker=OuterRef("member"), blocked=link.member_id)))


def friends_here(link: Link, viewer: Member) -> QuerySet[Member]:
    """Members behind accounts on the pulled list, by names that `viewer`, whose link it is, knows.

    Each carries `shown_name` (here, as MemberQuerySet.seen_by says), `name_there` (on the network) and
    `is_friend`: whether they are friends here.
    """
    uids = _findable(link).filter(uid__in=link.friends.values("uid"))
    accounts = _findable(link).filter(member=OuterRef(OuterRef("pk")))
    there = link.friends.filter(uid__in=accounts.values("uid")).values("name")
    return (
        Member.objects.seen_by(viewer)
        .filter(pk__in=uids.values("member"))
        .annotate(
            name_there=Subquery(there[:1]),
            is_friend=Exists(
                Friendship.objects.filter(member=link.member_id, friend=OuterRef("pk"))
            ),
        )
        .order_by("username")
    )


def friends_not_here(link: Link) -> QuerySet[NetworkFriend]:
    """Friends on the network without an account here, whom the member could invite.

    Accounts that the member may know to be those of members whom they blocked are left out.
    """
    found = _findable(link).filter(uid=OuterRef("uid"))
    blocked = Link.objects.findable_of_blocked(link.member_id).filter(network=link.network)
    others = link.friends.exclude(Exists(found))
    return others.exclude(Exists(blocked.filter(uid=OuterRef("uid")))).order_by("name", "pk")
