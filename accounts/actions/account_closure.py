"""Account closure for people: end log-ins, hand groups over, erase all but the username.

What the member said, and where it went, is syndication.actions.account_closure's.
"""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import CASCADE, ForeignObjectRel, Q
from django.utils import timezone

from accounts.actions import groups, named_lists, profile, sessions
from accounts.models import Group, Member, Membership


class LastSuperuser(Exception):
    """No other active superuser would remain to manage staff."""


@transaction.atomic
def begin_account_closure(*, by: Member, takes_copies_back: bool) -> None:
    """Deactivate the member, leave their groups and end their sessions. Raises LastSuperuser.

    Groups that others are in go on without them (`heirs`).
    """
    staff = Q(is_superuser=True, is_active=True)
    rows = Member.objects.select_for_update(no_key=True).filter(staff | Q(pk=by.pk)).order_by("pk")
    locked = {row.pk: row for row in rows}  # of two who are the last of the staff, one stays
    if not locked[by.pk].is_active:  # pressed on two devices: the first counts
        return
    if by.is_superuser and len(locked) == 1:
        raise LastSuperuser
    _leave_groups(by)
    named_lists.strike_from_lists(by)
    by.is_active = False
    by.closing_at = timezone.now()
    by.takes_copies_back = takes_copies_back
    by.save(update_fields=["is_active", "closing_at", "takes_copies_back"])
    sessions.end_other_sessions(by=by, current_key=None)


def _leave_groups(member: Member) -> None:
    """Hand over or close the member's groups, and delete memberships and invitations."""
    for group, heir in group_successors(member):
        if heir is None:
            groups.close_group(group, by=member)
        else:
            groups.transfer_group(group, heir, by=member)
    Membership.objects.filter(member=member).delete()


def group_successors(member: Member) -> list[tuple[Group, Member | None]]:
    """Pair each group that the member owns with its next owner: the longest-standing other member."""
    found = []
    for group in Group.objects.filter(owner=member, closed_at=None).order_by("pk"):
        others = Membership.objects.joined().filter(group=group, member__is_active=True)
        others = others.exclude(member=member)
        next_one = others.select_related("member").order_by("joined_at", "pk").first()
        found.append((group, next_one.member if next_one else None))
    return found


@transaction.atomic
def erase_member(member: Member) -> None:
    """Delete all rows that cascade from the member, and clear their own row but for the username:
    nobody else may take that, and be taken for them.
    """
    _leave_groups(member)  # one that was handed over to them at the moment of the press
    profile.remove_profile_picture(member)
    for relation in member._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.on_delete is not CASCADE:
            continue
        if relation.related_model is not LogEntry:  # what staff did stays known
            of_member = {relation.field.name: member}
            relation.related_model._base_manager.filter(**of_member).delete()
    for name in ("email", "first_name", "last_name", *profile.TEXT_FIELDS, "language"):
        setattr(member, name, "")
    member.display_name_before, member.display_name_before_at = "", None
    member.is_staff = member.is_superuser = member.is_listed = False
    member.last_login = None
    member.set_unusable_password()
    member.closed_at = timezone.now()
    member.save()
