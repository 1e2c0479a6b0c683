"""Groups: created, joined by invitation, left, handed over, closed.

A membership begins as an invitation; only the invited member's own press makes it one that reads.
Every verb may be pressed twice.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actions import notices, quotas
from accounts.actions.notices import NoticeEvent
from accounts.models import Friendship, Group, Member, Membership
from accounts.models.people_notices import GROUP_INVITATION

INVITES_AGAIN_AFTER = timedelta(days=1)  # earlier, an invitation to the same group is no new notice
MOST_GROUPS_OWNED = 100  # groups of one member


class GroupActionNotAllowed(Exception):
    """Only the owner may do this, only a member may, or only a friend may be invited."""


class LastMemberLeaves(Exception):
    """The last member leaves, which would close the group; ask first."""


class OwnerMustTransfer(Exception):
    """The owner of a group with other members must hand it over or close it first."""


class TooManyGroups(Exception):
    """The member owns MOST_GROUPS_OWNED groups that are not closed."""


@transaction.atomic
def create_group(name: str, *, by: Member) -> Group:
    """Create a group with its owner in it. Raises TooManyGroups, and quotas.QuotaUsedUp."""
    # First, since it locks the member's count: two presses at once are counted one after the other.
    quotas.spend_member_quota(by, quotas.GROUPS)
    if Group.objects.filter(owner=by, closed_at=None).count() >= MOST_GROUPS_OWNED:
        raise TooManyGroups
    group = Group.objects.create(name=name, owner=by)
    Membership.objects.create(group=group, member=by, invited_by=by, joined_at=timezone.now())
    return group


@transaction.atomic
def invite_to_group(group: Group, invited: Member, *, by: Member) -> Membership:
    """Invite a friend of `by`, a member. A membership or invitation that stands is kept."""
    _locked_group(group)
    if not is_group_member(group, by):
        raise GroupActionNotAllowed
    if not Friendship.objects.filter(member=by, friend=invited).exists():
        raise GroupActionNotAllowed
    membership, is_new = Membership.objects.get_or_create(
        group=group, member=invited, defaults={"invited_by": by}
    )
    if is_new:
        event = NoticeEvent(
            GROUP_INVITATION, subject=group.pk, actor=by, again_after=INVITES_AGAIN_AFTER
        )
        notices.notify([invited.pk], event)
    return membership


@transaction.atomic
def accept_group_invitation(group: Group, *, by: Member) -> bool:
    """Join. False where the invitation is gone and `by` is not in."""
    _locked_group(group)
    mine = Membership.objects.filter(group=group, member=by)
    return bool(mine.invited().update(joined_at=timezone.now())) or mine.joined().exists()


def decline_group_invitation(group: Group, *, by: Member) -> None:
    Membership.objects.invited().filter(group=group, member=by).delete()


@transaction.atomic
def leave_group(group: Group, *, by: Member) -> None:
    """Leave. An owner hands the group over first, or, alone in it, closes it.

    Raises OwnerMustTransfer where others are in, LastMemberLeaves where nobody is.
    """
    fresh = _locked_group(group)
    if fresh.owner_id == by.pk and fresh.closed_at is None:
        others = Membership.objects.joined().filter(group=group).exclude(member=by)
        raise OwnerMustTransfer if others.exists() else LastMemberLeaves
    Membership.objects.filter(group=group, member=by).delete()


@transaction.atomic
def remove_from_group(group: Group, member: Member, *, by: Member) -> None:
    """Remove a member or an invitation, as the owner."""
    if _locked_group(group).owner_id != by.pk or member == by:
        raise GroupActionNotAllowed
    Membership.objects.filter(group=group, member=member).delete()


@transaction.atomic
def transfer_group(group: Group, member: Member, *, by: Member) -> None:
    """Make another member the owner; the old owner stays in."""
    owner = _locked_group(group).owner_id
    if owner == member.pk and is_group_member(group, by):
        return
    if owner != by.pk or not is_group_member(group, member):
        raise GroupActionNotAllowed
    Group.objects.filter(pk=group.pk).update(owner=member)


@transaction.atomic
def close_group(group: Group, *, by: Member) -> None:
    """Close the group and remove everybody; posts stay, readable by their authors alone."""
    if _locked_group(group).owner_id != by.pk:
        raise GroupActionNotAllowed
    _close_locked(group)


def is_group_member(group: Group, member: Member) -> bool:
    return Membership.objects.joined().filter(group=group, member=member).exists()


def _close_locked(group: Group) -> None:
    Group.objects.filter(pk=group.pk, closed_at=None).update(closed_at=timezone.now())
    Membership.objects.filter(group=group).delete()


def _locked_group(group: Group) -> Group:
    """Return the row as it is now, locked: one action at a time for a group."""
    return Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
