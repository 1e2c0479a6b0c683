"""Closing an account, as far as people are concerned: nobody comes in, and nothing is left but a name.

What the member said, and where it went, is syndication.actions.account_closure's.
"""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import CASCADE, ForeignObjectRel, Q
from django.utils import timezone

from accounts.actions import groups, profile, sessions
from accounts.models import Group, Member, Membership


class LastSuperuser(Exception):
    """Nobody else could give staff their rights afterwards."""


@transaction.atomic
def begin_account_closure(*, by: Member, takes_copies_back: bool) -> None:
    """From now on nobody logs in as this member, and nobody sees them. Raises LastSuperuser.

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
    by.is_active = False
    by.closing_at = timezone.now()
    by.takes_copies_back = takes_copies_back
    by.save(update_fields=["is_active", "closing_at", "takes_copies_back"])
    sessions.end_other_sessions(by=by, current_key=None)


def _leave_groups(member: Member) -> None:
    """All of them, invitations too: nobody hands a group over to who is on the way out."""
    for group, heir in group_successors(member):
        if heir is None:
            groups.close_group(group, by=member)
        else:
            groups.transfer_group(group, heir, by=member)
    Membership.objects.filter(member=member).delete()


def group_successors(member: Member) -> list[tuple[Group, Member | None]]:
    """The member's own groups, and who owns each without them: whoever has been in it longest."""
    found = []
    for group in Group.objects.filter(owner=member, closed_at=None).order_by("pk"):
        others = Membership.objects.joined().filter(group=group, member__is_active=True)
        others = others.exclude(member=member)
        next_one = others.select_related("member").order_by("joined_at", "pk").first()
        found.append((group, next_one.member if next_one else None))
    return found


@transaction.atomic
def erase_member(member: Member) -> None:
    """All rows that hang on the member go, and all that the member's own row says but the name:
    nobody else may take that, and be taken for them."""
    _leave_groups(member)  # one that was handed over to them at the moment of the press
    profile.remove_profile_picture(member)
    for relation in member._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.on_delete is not CASCADE:
            continue
        if relation.related_model is not LogEntry:  # what staff did stays known
            of_member = {relation.field.name: member}
            relation.related_model._base_manager.filter(**of_member).delete()
    for name in ("email", "first_name", "last_name", "display_name", "about", "language"):
        setattr(member, name, "")
    member.is_staff = member.is_superuser = member.is_listed = False
    member.last_login = None
    member.set_unusable_password()
    member.closed_at = timezone.now()
    member.save()
