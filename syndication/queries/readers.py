"""Descriptions of a post's readers here, for pages that ask before they act."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, QuerySet, Window
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Audience, Friendship, Group, Member, friends_to_choose
from syndication.models import Post, PostReader
from syndication.models.errors import NotYours

MAX_NAMED = 20  # of chosen people; the page that ticks them shows all


def readers_here(
    member: Member, audience: str, group: Group | None = None, people: Collection[int] = ()
) -> str:
    """Describe the readers here of a post by `member`; those on networks: eligibility.describe_readers.

    `people`: the friendships of chosen people.
    """
    if audience == Audience.CHOSEN:
        return describe_chosen(friends_to_choose(member).filter(pk__in=people))
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


def chosen_readers(post: Post, *, by: Member) -> QuerySet[Friendship]:
    """Who reads the post, for its author: friendships with `shown_name`, by name."""
    if post.author_id != by.pk:
        raise NotYours(post)
    chosen = PostReader.objects.filter(post=post).values("friendship")
    return friends_to_choose(by).filter(pk__in=chosen)


def describe_chosen(friends: QuerySet[Friendship]) -> str:
    """Name the first of the chosen people, for who chose them, and count all: in one query."""
    first = list(friends.annotate(chosen_count=Window(Count("pk")))[:MAX_NAMED])
    if not first:
        return _("nobody but you")
    count = first[0].chosen_count
    names = pgettext("list", ", ").join(friend.shown_name for friend in first)
    words = ngettext("%(n)s person: %(names)s", "%(n)s people: %(names)s", count)
    left = count - MAX_NAMED
    if left > 0:
        words += " " + ngettext("and %(left)s more", "and %(left)s more", left)
    return words % {"n": count, "names": names, "left": left}
