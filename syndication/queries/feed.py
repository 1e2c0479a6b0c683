"""Friends' posts on networks: which of them a member sees, and which of them as posts of this site.

An item that is the copy of a member's post is judged by that post, so that it stands on home once:

| writer and reader | the post | what stands on home |
| --- | --- | --- |
| friends here, or one person | any | the post alone, if the reader may read it |
| not friends here | taken back from the copy's readers | nothing |
| not friends here | readable, its writer findable there | the post, where the item would stand |
| not friends here | else | the item: the reader is entitled on the network alone |

Findable means that the writer agreed to be found by that network. Nobody else may learn whose
account it is: neither from a merged row, nor from a row that vanishes after a block.

Conditions on items look other tables up row by row (`_only`): a join leaves a database the choice to
read all items of a link and sort them, where the index has them in order.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    Exists,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)

from accounts.models import Friendship, Member
from syndication.models import Delivery, FeedItem, Link, Post
from syndication.models.newest import Column, compiled
from syndication.queries.copies import copy_is_active, copy_is_covered

_NO_COPY = Q(writer=None, is_hidden=False)
# Callers name the writer: PostgreSQL would take IS NOT NULL beside it for far fewer rows.
_COPY = Q(is_hidden=False)


def network_items(member: Member) -> QuerySet[FeedItem]:
    """Items that are no copies, without accounts that are hidden or known to be a blocked member's."""
    return _without_blocked(FeedItem.objects.filter(_NO_COPY), member)


def copies_of_strangers(member: Member) -> QuerySet[FeedItem]:
    """Copies of posts by members who are no friends of `member` here; for a post that is shown as
    such the first of its copies.

    The caller leaves out friends' items: `writers_not_friends`.
    """
    items = _kept_copies(member)
    earlier = _kept_copies(member).filter(
        link__in=Link.objects.of(member),
        writer=OuterRef("writer"),
        copy__post__deliveries=OuterRef("copy"),
        pk__lt=OuterRef("pk"),
    )
    as_post = Q(_is_readable(member)) & Q(_is_found())
    return _only(items, ~(as_post & Q(Exists(earlier.filter(as_post)))))


def openable_items(member: Member) -> QuerySet[FeedItem]:
    """Every item that the member may open, each with `post_here`."""
    mine = FeedItem.objects.filter(link__in=Link.objects.of(member), is_hidden=False)
    items = _without_blocked(mine, member)
    is_kept = Q(writer__isnull=False) & Q(_is_there()) & ~_is_of_friend(member)
    return with_post(items, member).filter(_NO_COPY | is_kept | Q(post_here__isnull=False))


def with_post(items: QuerySet[FeedItem], member: Member) -> QuerySet[FeedItem]:
    """Annotate `post_here`: the key of the post as which the item is shown, else None."""
    is_known = Q(_is_found()) | _is_of_friend(member)
    as_post = When(Q(_is_readable(member)) & is_known, then=F("copy__post"))
    shown = Case(as_post, default=None, output_field=IntegerField())
    return items.annotate(post_here=shown)  # type: ignore[no-redef]  # FeedItem says its type


class WritersNotFriends(Expression):
    """A subquery: of each member who is no friend here and of whose posts copies came by a link of
    `member`, and each such link, the key of one item.

    The writers are found by skipping from one to the next in the index, so that as many rows are
    read as there are writers, however much they wrote.
    """

    def __init__(self, member: Member) -> None:
        super().__init__(output_field=IntegerField())
        self.member = member

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        copies = FeedItem.objects.filter(_COPY)
        first = copies.filter(link=Column("links.pk"), writer__isnull=False)
        after = copies.filter(link=Column("pairs.link"), writer__gt=Column("pairs.writer"))
        one = copies.filter(link=Column("pairs.link"), writer=Column("pairs.writer"))
        friends = Friendship.objects.filter(member=self.member, friend=Column("pairs.writer"))
        parts = [
            compiled(Link.objects.of(self.member).values("pk")),
            compiled(first.order_by("writer").values("writer")[:1]),
            compiled(after.order_by("writer").values("writer")[:1]),
            compiled(one.order_by("-written_at", "-pk").values("pk")[:1]),
            ("%s", (self.member.pk,)),
            compiled(friends.values("pk")[:1]),
        ]  # in the order of the statement
        links, first_sql, after_sql, one_sql, me, friends_sql = (sql for sql, _values in parts)
        sql = (
            f"WITH RECURSIVE links(pk) AS ({links}),"  # noqa: S608 - names of ours
            f" pairs(link, writer) AS (SELECT pk, ({first_sql}) FROM links"
            f" UNION ALL SELECT pairs.link, ({after_sql}) FROM pairs WHERE pairs.writer IS NOT NULL)"
            f" SELECT ({one_sql}) FROM pairs WHERE pairs.writer IS NOT NULL"
            f" AND pairs.writer <> {me} AND NOT EXISTS ({friends_sql})"
        )
        return sql, tuple(value for _sql, values in parts for value in values)


def items_beside(item: Column) -> dict[str, Column]:
    """A condition on items: of the same link and writer as the item of that key."""
    own = f"(SELECT x.%s FROM {FeedItem._meta.db_table} x WHERE x.id = {item.sql})"  # noqa: S608
    return {"link": Column(own % "link_id"), "writer": Column(own % "writer_id")}


def _kept_copies(member: Member) -> QuerySet[FeedItem]:
    return _without_blocked(_only(FeedItem.objects.filter(_COPY), Q(_is_there())), member)


def _is_there() -> Exists:
    """Whether the network still shows the copy to the readers for whom it was made."""
    copies = Delivery.objects.filter(copy_is_covered() & copy_is_active())
    return Exists(copies.filter(pk=OuterRef("copy")))


def _without_blocked(items: QuerySet[FeedItem], member: Member) -> QuerySet[FeedItem]:
    """Without what accounts known to be a blocked member's wrote or boosted."""
    accounts = (OuterRef("author_uid"), OuterRef("sharer_uid"))
    blocked = Link.objects.findable_of_blocked(member.pk)
    blocked = blocked.filter(network=Subquery(_NETWORK[:1]), uid__in=accounts)
    return _only(items, ~Q(Exists(blocked)))


def _only(items: QuerySet[FeedItem], condition: Q) -> QuerySet[FeedItem]:
    """Filter by a condition that PostgreSQL cannot turn into a join, as it does with EXISTS."""
    return items.filter(Case(When(condition, then=True), default=False))


def _is_readable(member: Member) -> Exists:
    return Exists(Post.objects.visible_to(member).filter(deliveries=OuterRef("copy")))


def _is_found() -> Exists:
    """Whether the writer agreed to be found by the account that the item names."""
    return Exists(Link.objects.findable().filter(**_ACCOUNT_OF_ITEM, member=OuterRef("writer")))


def _is_of_friend(member: Member) -> Q:
    friends = Friendship.objects.filter(member=member, friend=OuterRef("writer"))
    return Q(Exists(friends)) | Q(writer=member.pk)


_NETWORK = Link.objects.filter(pk=OuterRef(OuterRef("link"))).values("network")
_ACCOUNT_OF_ITEM = {"network": Subquery(_NETWORK[:1]), "uid": OuterRef("author_uid")}
