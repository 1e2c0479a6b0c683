"""Friend requests, friendships and blocks.

Every verb may be pressed twice: what already stands is left standing, and nothing is an error that
already is as it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actions import notices, quotas
from accounts.actions.notices import NoticeEvent
from accounts.models import Block, FriendRequest, Friendship, Member, Membership, Refusal
from accounts.models.member_locks import lock_members
from accounts.models.people_notices import FRIEND_ACCEPTED, FRIEND_REQUEST

ASKS_AGAIN_AFTER = timedelta(days=1)  # earlier, a request of the same member is no new notice


class MemberUnavailable(Exception):
    """The other member is blocked either way, inactive, or the actor themselves."""


class NoFriendRequest(Exception):
    """The request was withdrawn, or is too old."""


@transaction.atomic
def request_friendship(asked: Member, *, by: Member) -> bool:
    """Ask for a friendship. True where it stands: they were friends, or `asked` had asked.

    Two requests that cross make the friendship; nobody has to answer what both want, not even after
    declining. To whom declined lately the request does not come, which the asker cannot tell: the same
    is counted and written. Raises MemberUnavailable, and quotas.QuotaUsedUp where a day's requests are
    used up, also those that were taken back.
    """
    lock_members(asked.pk, by.pk)
    if asked == by or not asked.is_active or Block.objects.between(asked, by).exists():
        raise MemberUnavailable
    if _are_friends(asked, by):
        return True
    if FriendRequest.objects.open().filter(asker=asked, asked=by).exists():
        create_friendship(asked, by)
        notify_accepted(asked, by)
        return True
    mine = FriendRequest.objects.filter(asker=by, asked=asked)
    if not mine.open().exists():
        quotas.spend_member_quota(by, quotas.FRIEND_REQUESTS)
        mine.delete()  # one that is too old
        refused = Refusal.objects.in_force().filter(member=asked, asker=by)
        FriendRequest.objects.create(asker=by, asked=asked, is_silent=refused.exists())
        # Of a silent one, too, which nobody can read: the same work takes the same time.
        event = NoticeEvent(FRIEND_REQUEST, subject=by.pk, actor=by, again_after=ASKS_AGAIN_AFTER)
        notices.notify([asked.pk], event)
    return False


def request_friendships(asked: Iterable[Member], *, by: Member) -> tuple[int, int]:
    """Ask each of `asked`, as `request_friendship`. Return how many were asked, and for how many
    nothing was left of the day's requests; who cannot be asked any more is in neither."""
    sent = left = 0
    for member in asked:
        try:
            request_friendship(member, by=by)
            sent += 1
        except MemberUnavailable:
            continue
        except quotas.QuotaUsedUp:
            left += 1
    return sent, left


@transaction.atomic
def accept_friend_request(asker: Member, *, by: Member) -> None:
    """Accept `asker`'s request, also after declining. Raises NoFriendRequest unless they asked or are
    friends."""
    lock_members(asker.pk, by.pk)
    if _are_friends(asker, by):
        return
    if not FriendRequest.objects.open().filter(asker=asker, asked=by).exists():
        raise NoFriendRequest
    create_friendship(asker, by)
    notify_accepted(asker, by)


@transaction.atomic
def decline_friend_request(asker: Member, *, by: Member) -> None:
    """Decline without telling: to the asker the request stands until it is too old, and asking again
    within SILENT_FOR reaches nobody."""
    lock_members(asker.pk, by.pk)
    if FriendRequest.objects.reaching().filter(asker=asker, asked=by).update(is_silent=True):
        when = {"declined_at": timezone.now()}
        Refusal.objects.update_or_create(member=by, asker=asker, defaults=when)


def withdraw_friend_request(asked: Member, *, by: Member) -> None:
    FriendRequest.objects.filter(asker=by, asked=asked).delete()


@transaction.atomic
def end_friendship(friend: Member, *, by: Member) -> None:
    """Delete the friendship from both sides, without telling the other."""
    lock_members(friend.pk, by.pk)
    Friendship.objects.filter(_both_ways("member", "friend", friend, by)).delete()


@transaction.atomic
def block_member(blocked: Member, *, by: Member) -> None:
    """Block a member; deletes the friendship, requests and group invitations between the two."""
    lock_members(blocked.pk, by.pk)
    if blocked == by:
        raise MemberUnavailable
    Friendship.objects.filter(_both_ways("member", "friend", blocked, by)).delete()
    FriendRequest.objects.filter(_both_ways("asker", "asked", blocked, by)).delete()
    Membership.objects.invited().filter(_both_ways("member", "invited_by", blocked, by)).delete()
    Block.objects.get_or_create(blocker=by, blocked=blocked)


def unblock_member(blocked: Member, *, by: Member) -> None:
    """Remove the block. The friendship does not come back by itself."""
    Block.objects.filter(blocker=by, blocked=blocked).delete()


def notify_accepted(asker: Member, accepter: Member) -> None:
    """Tell the asker that the friendship stands. For actions alone."""
    event = NoticeEvent(
        FRIEND_ACCEPTED, subject=accepter.pk, actor=accepter, again_after=ASKS_AGAIN_AFTER
    )
    notices.notify([asker.pk], event)


def create_friendship(one: Member, other: Member) -> None:
    """Write both rows and delete requests between the two. For actions alone."""
    Friendship.objects.bulk_create(
        [Friendship(member=one, friend=other), Friendship(member=other, friend=one)],
        ignore_conflicts=True,
    )
    FriendRequest.objects.filter(_both_ways("asker", "asked", one, other)).delete()
    Refusal.objects.filter(_both_ways("asker", "member", one, other)).delete()


def _are_friends(one: Member, other: Member) -> bool:
    return Friendship.objects.filter(member=one, friend=other).exists()


def _both_ways(left: str, right: str, one: Member, other: Member) -> Q:
    return Q(**{left: one, right: other}) | Q(**{left: other, right: one})
