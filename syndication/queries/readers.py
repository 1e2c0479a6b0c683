"""Descriptions of a post's readers here, for pages that ask before they act."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Audience, Group, Member


def readers_here(member: Member, audience: str, group: Group | None = None) -> str:
    """Describe the readers here of a post by `member`; those on networks: eligibility.describe_readers."""
    if audience == Audience.EVERYONE:
        return _("Everyone, with or without an account here")
    if audience == Audience.FRIENDS_OF_FRIENDS:
        return _("your friends here, and their friends")
    if audience == Audience.FRIENDS:
        count = member.friendships.count()
        return ngettext("your %(n)s friend here", "your %(n)s friends here", count) % {"n": count}
    if audience == Audience.GROUP and group is not None:
        count = group.memberships.joined().count()
        words = ngettext("the %(n)s member of %(name)s", "the %(n)s members of %(name)s", count)
        return words % {"n": count, "name": group.name}
    return _("you alone")
