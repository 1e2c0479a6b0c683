"""Descriptions of a post's readers here, for pages that ask before they act."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Audience, Friendship, Group, Member, friends_to_choose

MOST_NAMED = 20  # of chosen people; the page that ticks them shows all


def readers_here(
    member: Member, audience: str, group: Group | None = None, people: Collection[int] = ()
) -> str:
    """Describe the readers here of a post by `member`; those on networks: eligibility.describe_readers.

    `people`: the friendships of chosen people.
    """
    if audience == Audience.CHOSEN:
        return describe_chosen(list(friends_to_choose(member).filter(pk__in=people)))
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


def describe_chosen(friends: Sequence[Friendship]) -> str:
    """Name chosen people, for who chose them."""
    if not friends:
        return _("nobody but you")
    names = pgettext("list", ", ").join(friend.shown_name for friend in friends[:MOST_NAMED])
    words = ngettext("%(n)s person: %(names)s", "%(n)s people: %(names)s", len(friends))
    left = len(friends) - MOST_NAMED
    if left > 0:
        words += " " + ngettext("and %(left)s more", "and %(left)s more", left)
    return words % {"n": len(friends), "names": names, "left": left}
