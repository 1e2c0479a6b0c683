"""Search for members, and friends in common. What a search may not tell is left out of its rows here.

- A name is compared only where the viewer may read it; elsewhere the username is the name.
- Friends are found by the beginning of their name, username, or of the name's last word. Friends of
  friends, too, unless they chose not to be found; everybody else by the exact username, unless they did.
- Where a block stands between the two, or the account is closed, nobody is found (`seen_by`).

By prefix, since an index answers that. A part from the middle of a name would need a row for each character
of it (six times as many rows, written anew with every change), or trigrams, which only PostgreSQL has and
which do not help below three characters, when Japanese names are two. The last word has a column of its own
instead: of 山﨑 花子 both 山崎 and 花子 are beginnings.

The planner begins with whatever is fewer: the names that begin so, or the friends of the viewer's friends.
With a million members, 16,667 of whom bear the name, and 29 friends who have 29 each, a search reads 5,400
rows on PostgreSQL and 3,500 on SQLite; the circle decides, and not the number of members.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import prefix  # noqa: F401  registers the lookup
from accounts.models.audience import readable_by
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from accounts.models.friendship import Friendship
from accounts.models.member import Member, MemberQuerySet


def members_found(viewer: Member, folded: str) -> MemberQuerySet:
    """Members whom `viewer` finds by `folded` (accounts.name_folding.fold_name), friends first."""
    mine = Friendship.objects.filter(member=viewer).values("friend")
    names = _names_begin(viewer, folded)
    of_friends = Friendship.objects.filter(member__in=mine).values("friend")
    searchable = Member.objects.filter(is_searchable=True)
    # By OR, and not by a union, all members would be read.
    found = (
        searchable.filter(username=folded)
        .values("pk")
        .union(
            Member.objects.filter(names[0] | names[1] | names[2], pk__in=mine).values("pk"),
            *(searchable.filter(name, pk__in=of_friends).values("pk") for name in names),
        )
    )
    seen: MemberQuerySet = Member.objects.seen_by(viewer)
    return (
        seen.filter(pk__in=found)
        .exclude(pk=viewer.pk)
        .with_relation_to(viewer)
        .order_by(F("is_friend").desc(), F("shown_name"), "pk")
    )


def friend_name_begins(viewer: Member, folded: str, *, friend: str) -> Q:
    """Q of rows whose friend, in the column `friend`, is found by `folded` as in a search."""
    names = _names_begin(viewer, folded, friend)
    return names[0] | names[1] | names[2]


def friends_named(viewer: Member, folded: str) -> MemberQuerySet:
    """Friends whose whole name is `folded`, where the viewer may read it."""
    is_readable = readable_by(viewer, owner="pk", audience="display_name_audience")
    seen: MemberQuerySet = Member.objects.seen_by(viewer).friends_of(viewer)
    return seen.filter(is_readable, folded_name=folded) if folded else seen.none()


def _names_begin(viewer: Member, folded: str, person: str = "") -> list[Q]:
    """The three names by whose beginning a member is found, of the member in the column `person`."""
    column = f"{person}__" if person else ""
    is_readable = readable_by(
        viewer, owner=person or "pk", audience=f"{column}display_name_audience"
    )
    return [
        Q(**{f"{column}username__prefix": folded}),
        Q(**{f"{column}folded_name__prefix": folded}) & is_readable,
        Q(**{f"{column}folded_last_word__prefix": folded}) & is_readable,
    ]


def mutual_friends(viewer: Member, other: Member) -> MemberQuerySet:
    """Friends of both whom `viewer` may see: of other people's friends only one's own are told."""
    seen: MemberQuerySet = Member.objects.seen_by(viewer)
    is_theirs = Exists(Friendship.objects.filter(member=OuterRef("pk"), friend=other))
    return seen.friends_of(viewer).filter(is_theirs).order_by(F("shown_name"), "pk")


def count_mutual_friends(viewer: Member, others: Iterable[Member]) -> dict[int, int]:
    """How many friends `viewer` has in common with each of `others`, by their keys; 0 is left out."""
    keys = numbered_keys(other.pk for other in others)
    return dict(_MUTUAL.rows(len(keys), viewer=viewer, **keys))


def _count_mutual(_: int, *, viewer: Member, **others: int) -> QuerySet[Any, Any]:
    mine = Member.objects.seen_by(viewer).friends_of(viewer).values("pk")
    common = Friendship.objects.filter(member__in=mine, friend__in=others.values())
    return common.values_list("friend").annotate(count=Count("pk")).order_by()


_MUTUAL: CompiledQuery[tuple[int, int]] = CompiledQuery(_count_mutual)
