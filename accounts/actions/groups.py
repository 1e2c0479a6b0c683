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
from accounts.models import Friendship, Group, Member, Membership, Refusal
from accounts.models.group import MembershipQuerySet
from accounts.models.people_notices import GROUP_INVITATION, GROUP_JOINED

INVITES_AGAIN_AFTER = timedelta(days=1)  # earlier, an invitation to the same group is no new notice
MAX_GROUPS_OWNED = 100  # groups of one member


class GroupActionNotAllowed(Exception):
    """Only the owner may do this, only a member may, or only a friend may be invited."""


class LastMemberLeaves(Exception):
    """The last member leaves, which would close the group; ask first."""


class OwnerMustTransfer(Exception):
    """The owner of a group with other members must hand it over or close it first."""


class TooManyGroups(Exception):
    """The member owns MAX_GROUPS_OWNED groups that are not closed."""


@transaction.atomic
def create_group(name: str, *, by: Member) -> Group:
    """Create a group with its owner in it. Raises TooManyGroups, and quotas.QuotaUsedUp."""
    # First, since it locks the member's count: two presses at once are counted one after the other.
    quotas.spend_member_quota(by, quotas.GROUPS)
    if Group.objects.filter(owner=by, closed_at=None).count() >= MAX_GROUPS_OWNED:
        raise TooManyGroups
    group = Group.objects.create(name=name, owner=by)
    Membership.objects.create(group=group, member=by, invited_by=by, joined_at=timezone.now())
    return group


@transaction.atomic
def invite_to_group(group: Group, invited: Member, *, by: Member) -> Membership:
    """Invite a friend of `by`, a member. A membership or invitation that stands is kept.

    To whom declined lately the invitation does not come, which nobody can tell. Raises
    GroupActionNotAllowed, and quotas.QuotaUsedUp.
    """
    _locked_group(group)
    if not is_group_member(group, by):
        raise GroupActionNotAllowed
    if not Friendship.objects.filter(member=by, friend=invited).exists():
        raise GroupActionNotAllowed
    place = Membership.objects.filter(group=group, member=invited)
    if standing := (place.joined() | place.invited()).first():
        return standing
    quotas.spend_member_quota(by, quotas.GROUP_INVITATIONS)
    place.delete()  # an invitation that is too old
    refused = Refusal.objects.in_force().filter(member=invited, group=group)
    membership = Membership.objects.create(
        group=group, member=invited, invited_by=by, is_silent=refused.exists()
    )
    # Of a silent one, too, which nobody can read: the same work takes the same time.
    event = NoticeEvent(
        GROUP_INVITATION, subject=group.pk, actor=by, again_after=INVITES_AGAIN_AFTER
    )
    notices.notify([invited.pk], event)
    return membership


@transaction.atomic
def accept_group_invitation(group: Group, *, by: Member) -> bool:
    """Join, also after declining, and tell who invited. False where the invitation is gone and `by`
    is not in."""
    _locked_group(group)
    mine = Membership.objects.filter(group=group, member=by)
    inviter = mine.invited().values_list("invited_by", flat=True).first()
    if not mine.invited().update(joined_at=timezone.now(), is_silent=False):
        return mine.joined().exists()
    Refusal.objects.filter(member=by, group=group).delete()
    if inviter is not None:
        key = f"{GROUP_JOINED} {by.pk}"
        notices.notify([inviter], NoticeEvent(GROUP_JOINED, subject=group.pk, actor=by, key=key))
    return True


@transaction.atomic
def decline_group_invitation(group: Group, *, by: Member) -> None:
    """Decline without telling: to the group's owner the invitation stands until it is too old, and
    another one within SILENT_FOR reaches nobody."""
    _locked_group(group)
    mine = Membership.objects.reaching().filter(group=group, member=by)
    if mine.update(is_silent=True):
        when = {"declined_at": timezone.now()}
        Refusal.objects.update_or_create(member=by, group=group, defaults=when)


@transaction.atomic
def leave_group(group: Group, *, by: Member) -> None:
    """Leave. An owner hands the group over first; whoever is the last one closes it.

    Raises OwnerMustTransfer where others are in, LastMemberLeaves where nobody is.
    """
    fresh = _locked_group(group)
    if fresh.closed_at is None and may_close_group(fresh, by):
        raise OwnerMustTransfer if _others_in(group, by).exists() else LastMemberLeaves
    Membership.objects.filter(group=group, member=by).delete()


@transaction.atomic
def remove_from_group(group: Group, member: Member, *, by: Member) -> None:
    """Remove a member or an invitation, as the owner."""
    if _locked_group(group).owner_id != by.pk or member == by:
        raise GroupActionNotAllowed
    Membership.objects.filter(group=group, member=member).delete()


@transaction.atomic
def withdraw_group_invitation(group: Group, member: Member, *, by: Member) -> None:
    """Take an invitation back, as the owner. Who has joined meanwhile stays in."""
    if _locked_group(group).owner_id != by.pk:
        raise GroupActionNotAllowed
    Membership.objects.filter(group=group, member=member, joined_at=None).delete()


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
    """Close the group and remove everybody; posts stay, readable by their authors alone.

    For the owner, and for the last member of a group whose owner is gone.
    """
    if not may_close_group(_locked_group(group), by):
        raise GroupActionNotAllowed
    _close_locked(group)


@transaction.atomic
def close_group_by_staff(group: Group) -> None:
    """The same, decided by staff (whose right the caller asks)."""
    _close_locked(_locked_group(group))


def may_close_group(group: Group, member: Member) -> bool:
    """Whether the group is the member's, or nobody's and they are the last one in it."""
    if group.owner_id is not None:
        return group.owner_id == member.pk
    return is_group_member(group, member) and not _others_in(group, member).exists()


def is_group_member(group: Group, member: Member) -> bool:
    return Membership.objects.joined().filter(group=group, member=member).exists()


def _others_in(group: Group, member: Member) -> MembershipQuerySet:
    return Membership.objects.joined().filter(group=group).exclude(member=member)


def _close_locked(group: Group) -> None:
    Group.objects.filter(pk=group.pk, closed_at=None).update(closed_at=timezone.now())
    Membership.objects.filter(group=group).delete()


def _locked_group(group: Group) -> Group:
    """Return the row as it is now, locked: one action at a time for a group."""
    return Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
