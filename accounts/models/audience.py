"""Audiences, and the one place that turns them into a query.

`readable_by` is asked by `Post.objects.visible_to` and by the profile's fields, `in_audience` by what is
said about a post. No view, template or action compares audiences by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import IsNull, Lookup
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.friendship import Block, Friendship
from accounts.models.group import Membership

if TYPE_CHECKING:
    from accounts.models.member import Member


class Audience(models.TextChoices):
    """Widest first. The order is the one that pages show."""

    EVERYONE = "everyone", _("Everyone")
    FRIENDS_OF_FRIENDS = "friends_of_friends", _("Friends of friends")
    FRIENDS = "friends", pgettext_lazy("audience", "Friends")
    CHOSEN = "chosen", pgettext_lazy("audience", "Chosen people")
    GROUP = "group", _("A group")
    ONLY_ME = "only_me", _("Only me")


_CIRCLES = (
    Audience.EVERYONE,
    Audience.FRIENDS_OF_FRIENDS,
    Audience.FRIENDS,
    Audience.CHOSEN,
    Audience.ONLY_ME,
)


def contained_audiences(audience: str) -> frozenset[str]:
    """The audiences of which every reader is one of `audience`, itself included."""
    if audience == Audience.GROUP:
        return frozenset({Audience.GROUP, Audience.ONLY_ME})
    return frozenset(_CIRCLES[_CIRCLES.index(Audience(audience)) :])


def narrowest_audience(audiences: Iterable[str]) -> str:
    """The last of them in the order of Audience: what is kept for all of them together is for no more
    people. Everyone where there is none."""
    return max(audiences, key=Audience.values.index, default=Audience.EVERYONE)


class Commenters(models.TextChoices):
    """Who of a post's readers may comment on it."""

    READERS = "readers", _("Everybody who can read them")
    FRIENDS = "friends", pgettext_lazy("audience", "Friends")
    NOBODY = "nobody", _("Nobody")


def name_known_to(viewer: Member | AnonymousUser | None, person: str) -> Case:
    """The name of the member in the column `person`: the display name where its audience lets
    `viewer` read it, the username elsewhere."""
    known = readable_by(viewer, owner=person, audience=f"{person}__display_name_audience")
    is_set = ~Q(**{f"{person}__display_name": ""})
    name, username = F(f"{person}__display_name"), F(f"{person}__username")
    return Case(When(known & is_set, then=name), default=username)


def picture_known_to(viewer: Member | AnonymousUser | None, person: str) -> Case:
    """The username of the member in the column `person` where `viewer` may see their picture; else ""."""
    shown = readable_by(viewer, owner=person, audience=f"{person}__picture_audience")
    is_set = ~Q(**{f"{person}__picture": ""})
    return Case(When(shown & is_set, then=F(f"{person}__username")), default=Value(""))


def readable_by(
    viewer: Member | AnonymousUser | None,
    *,
    owner: str,
    audience: str = "audience",
    group: str = "",
    chosen: Lookup[Any] | None = None,
) -> Q:
    """Q of rows that `viewer` may read. `owner`, `audience`, `group` name the columns; `chosen` is the
    condition that a row's owner chose `viewer` for it.

    A block, in either direction, hides everything of the owner from the viewer.
    """
    if viewer is None or not viewer.is_authenticated:
        return Q(**{audience: Audience.EVERYONE})
    return Q(**{owner: viewer.pk}) | _shared_with(viewer, owner, audience, group, chosen)


def in_audience(
    viewer: Member | AnonymousUser | None,
    *,
    owner: str,
    audience: str = "audience",
    group: str = "",
    chosen: Lookup[Any] | None = None,
) -> Q:
    """Q of rows whose audience holds `viewer`: as `readable_by`, but owning a row is not enough.

    The owner is in each audience but a group's: who left the group reads there no more.
    """
    if viewer is None or not viewer.is_authenticated:
        return Q(**{audience: Audience.EVERYONE})
    own = Q(**{owner: viewer.pk}) & ~Q(**{audience: Audience.GROUP})
    return own | _shared_with(viewer, owner, audience, group, chosen)


def _shared_with(
    viewer: Member, owner: str, audience: str, group: str, chosen: Lookup[Any] | None
) -> Q:
    mine = Friendship.objects.filter(member=viewer)
    is_friend = Exists(mine.filter(friend=OuterRef(owner)))
    # A plain subquery: for EXISTS PostgreSQL reads everybody's friendships into a hash. (Not for the
    # others, which name the viewer: it would take what stands behind a NOT for hardly any rows.)
    of_friend = Subquery(mine.filter(friend__friendships__friend=OuterRef(owner)).values("pk")[:1])
    is_friend_of_friend = IsNull(of_friend, False)
    readable = Q(**{audience: Audience.EVERYONE})
    readable |= Q(is_friend, **{f"{audience}__in": [Audience.FRIENDS, Audience.FRIENDS_OF_FRIENDS]})
    readable |= Q(is_friend_of_friend, **{audience: Audience.FRIENDS_OF_FRIENDS})
    if group:
        in_group = Exists(Membership.objects.joined().filter(member=viewer, group=OuterRef(group)))
        readable |= Q(in_group, **{audience: Audience.GROUP})
    if chosen is not None:
        readable |= Q(chosen, **{audience: Audience.CHOSEN})
    blocked = Exists(Block.objects.filter(blocker=OuterRef(owner), blocked=viewer)) | Exists(
        Block.objects.filter(blocker=viewer, blocked=OuterRef(owner))
    )
    return readable & ~Q(blocked)
