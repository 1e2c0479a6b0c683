"""Closing an account, as far as people are concerned: nobody comes in, and nothing is left but a name.

What the member said, and where it went, is syndication.actions.closing's.
"""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import CASCADE, ForeignObjectRel
from django.utils import timezone

from accounts.actions import groups, profile, sessions
from accounts.models import Group, Member, Membership


class LastOfStaff(Exception):  # noqa: N818 - nothing is wrong with the program
    """Nobody else could give staff their rights afterwards."""


@transaction.atomic
def begin(*, by: Member, takes_copies_back: bool) -> None:
    """From now on nobody logs in as this member, and nobody sees them. Raises LastOfStaff.

    Groups that others are in go on without them (`heirs`).
    """
    Member.objects.select_for_update().get(pk=by.pk)
    others = Member.objects.filter(is_superuser=True, is_active=True).exclude(pk=by.pk)
    if by.is_superuser and not others.exists():
        raise LastOfStaff
    for group, heir in heirs(by):
        if heir is not None:
            groups.hand_over(group, heir, by=by)
        groups.leave(group, by=by)
    by.is_active = False
    by.closing_at = timezone.now()
    by.takes_copies_back = takes_copies_back
    by.save(update_fields=["is_active", "closing_at", "takes_copies_back"])
    sessions.end_others(by=by, current_key=None)


def heirs(member: Member) -> list[tuple[Group, Member | None]]:
    """The member's own groups, and who owns each without them: whoever has been in it longest."""
    found = []
    for group in Group.objects.filter(owner=member, closed_at=None).order_by("pk"):
        others = Membership.objects.joined().filter(group=group).exclude(member=member)
        next_one = others.select_related("member").order_by("joined_at", "pk").first()
        found.append((group, next_one.member if next_one else None))
    return found


@transaction.atomic
def wipe(member: Member) -> None:
    """All rows that hang on the member go, and all that the member's own row says but the name:
    nobody else may take that, and be taken for them."""
    profile.remove_picture(member)
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
