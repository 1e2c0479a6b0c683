"""Groups: nobody is added by force.

A membership begins as an invitation; only the invited member's own press makes it one that reads.
Every verb may be pressed twice.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Friendship, Group, Member, Membership


class NotAllowed(Exception):
    """Only the owner does this, only a member does this, or only a friend may be invited."""


class ClosesIt(Exception):
    """The last member leaves, which closes the group: asked about first."""


class HandOverFirst(Exception):
    """The owner leaves a group that others are in: it needs another owner, or is closed."""


@transaction.atomic
def make(name: str, *, by: Member) -> Group:
    """A new group with its owner alone in it."""
    group = Group.objects.create(name=name, owner=by)
    Membership.objects.create(group=group, member=by, invited_by=by, joined_at=timezone.now())
    return group


@transaction.atomic
def invite(group: Group, invited: Member, *, by: Member) -> Membership:
    """Any member invites their own friends. Who is in, or invited, stays as they are."""
    _fresh(group)
    if not is_in(group, by):
        raise NotAllowed
    if not Friendship.objects.filter(member=by, friend=invited).exists():
        raise NotAllowed
    membership, _ = Membership.objects.get_or_create(
        group=group, member=invited, defaults={"invited_by": by}
    )
    return membership


@transaction.atomic
def accept(group: Group, *, by: Member) -> bool:
    """Joins. False where there is no invitation (any more) and `by` is not in."""
    _fresh(group)
    mine = Membership.objects.filter(group=group, member=by)
    return bool(mine.invited().update(joined_at=timezone.now())) or mine.joined().exists()


def decline(group: Group, *, by: Member) -> None:
    Membership.objects.invited().filter(group=group, member=by).delete()


@transaction.atomic
def leave(group: Group, *, by: Member) -> None:
    """One press. An owner hands the group over first, or, alone in it, closes it.

    Raises HandOverFirst where others are in, ClosesIt where nobody is.
    """
    fresh = _fresh(group)
    if fresh.owner_id == by.pk and fresh.closed_at is None:
        others = Membership.objects.joined().filter(group=group).exclude(member=by)
        raise HandOverFirst if others.exists() else ClosesIt
    Membership.objects.filter(group=group, member=by).delete()


@transaction.atomic
def remove(group: Group, member: Member, *, by: Member) -> None:
    """The owner takes a member out, or an invitation back."""
    if _fresh(group).owner_id != by.pk or member == by:
        raise NotAllowed
    Membership.objects.filter(group=group, member=member).delete()


@transaction.atomic
def hand_over(group: Group, member: Member, *, by: Member) -> None:
    """Another member owns the group from now on; the old owner stays in."""
    owner = _fresh(group).owner_id
    if owner == member.pk and is_in(group, by):
        return
    if owner != by.pk or not is_in(group, member):
        raise NotAllowed
    Group.objects.filter(pk=group.pk).update(owner=member)


@transaction.atomic
def close(group: Group, *, by: Member) -> None:
    """Everybody is out; posts stay with those who wrote them, for nobody else to read."""
    if _fresh(group).owner_id != by.pk:
        raise NotAllowed
    _close(group)


def is_in(group: Group, member: Member) -> bool:
    return Membership.objects.joined().filter(group=group, member=member).exists()


def _close(group: Group) -> None:
    Group.objects.filter(pk=group.pk, closed_at=None).update(closed_at=timezone.now())
    Membership.objects.filter(group=group).delete()


def _fresh(group: Group) -> Group:
    """The row as it is now, locked: one verb at a time for a group."""
    return Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
