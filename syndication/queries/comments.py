"""Comments and likes as pages show them: ten a page, oldest first, counted no further than is shown.

Pages are addressed by the comment before or after them: no query counts rows, and what this reader may
not see leaves no gap. A count stops at COUNTED, since every row of it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery

from accounts.models import Member, picture_known_to
from accounts.models.compiled_query import CompiledQuery, numbered_keys
from syndication.models import Comment, Like, Post
from syndication.models.comment import CommentQuerySet
from syndication.models.post import PostQuerySet

PAGE = 10
NEIGHBOURS = 2
COUNTED = 20


@dataclass(frozen=True)
class CommentPage:
    """Comments in their order, and whether there are others before and after them."""

    comments: list[Comment]
    has_earlier: bool
    has_later: bool


class _Part(NamedTuple):
    """How many comments a statement reads, and whether with pictures."""

    most: int
    with_pictures: bool = False


class _Given(TypedDict):
    post: int
    author: int
    member: Member


class CountUpTo(Subquery):
    """The number of rows, at most `most` + 1."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], most: int = COUNTED) -> None:
        super().__init__(rows.order_by().values("pk")[: most + 1])


def with_likes_for(posts: PostQuerySet, pk: int, member: Member) -> PostQuerySet:
    """Annotate the post `pk` with `like_count` (at most COUNTED + 1) and `is_liked` by the member.

    Meant for posts whose talk is open to the member.
    """
    heard = Like.objects.readable_on(pk, member, author=OuterRef(OuterRef("author")))
    return posts.annotate(
        like_count=CountUpTo(heard),
        is_liked=Exists(Like.objects.filter(post=pk, member=member)),
    )


def count_comments(post: Post, member: Member) -> int:
    """The number of comments that the member may read, at most COUNTED + 1."""
    return len(
        Comment.objects.readable_on(post, member).order_by().values_list("pk")[: COUNTED + 1]
    )


def count_in_words(count: int) -> str:
    """`20+` for more than are counted."""
    return str(count) if count <= COUNTED else f"{COUNTED}+"


def newest_comments(post: Post, member: Member, *, with_pictures: bool = False) -> CommentPage:
    """The last page."""
    found = _NEWEST.rows(with_pictures, post=post.pk, author=post.author_id, member=member)
    return _as_page_before(found, has_later=False)


def comments_page(
    post: Post, member: Member, *, before: int = 0, after: int = 0, with_pictures: bool = False
) -> CommentPage:
    """The page that ends before the comment `before`, or begins after `after`; else the first one."""
    given: _Given = {"post": post.pk, "author": post.author_id, "member": member}
    part = _Part(PAGE + 1, with_pictures)
    if before:
        found = _BEFORE.rows(part, at=before, **given)
        return _as_page_before(found, has_later=True)
    found = _AFTER.rows(part, at=after, **given)
    return CommentPage(found[:PAGE], has_earlier=after > 0, has_later=len(found) > PAGE)


def comment_with_neighbours(comment: Comment, post: Post, member: Member) -> CommentPage:
    """The comment with the two before and after it."""
    given: _Given = {"post": post.pk, "author": post.author_id, "member": member}
    part = _Part(NEIGHBOURS + 1)
    before = _BEFORE.rows(part, at=comment.pk, **given)
    after = _AFTER.rows(part, at=comment.pk, **given)
    return CommentPage(
        [*before[NEIGHBOURS - 1 :: -1], comment, *after[:NEIGHBOURS]],
        has_earlier=len(before) > NEIGHBOURS,
        has_later=len(after) > NEIGHBOURS,
    )


def readable_among(comments: Iterable[Comment], member: Member) -> set[int]:
    """The keys of those comments that the member may open at their posts."""
    keys = numbered_keys((comment.pk for comment in comments), to=10)
    return set(_READABLE.rows(len(keys), member=member, **keys)) if keys else set()


def _readable(_: int, *, member: Member, **keys: int) -> QuerySet[Comment, int]:
    rows = Comment.objects.visible_to(member).filter(pk__in=keys.values())
    return rows.values_list("pk", flat=True)


_READABLE = CompiledQuery(_readable)


def _readable_on(post: int, author: int, member: Member, with_pictures: bool) -> CommentQuerySet:
    """Comments, each with `shown_picture` where the page has pictures."""
    rows = Comment.objects.readable_on(Post(pk=post, author_id=author), member)
    if with_pictures:
        rows = rows.annotate(shown_picture=picture_known_to(member, "writer"))
    return rows


def _newest(with_pictures: bool, *, post: int, author: int, member: Member) -> CommentQuerySet:
    return _readable_on(post, author, member, with_pictures).order_by("-pk")[: PAGE + 1]


def _before(part: _Part, *, post: int, author: int, member: Member, at: int) -> CommentQuerySet:
    rows = _readable_on(post, author, member, part.with_pictures)
    return rows.filter(pk__lt=at).order_by("-pk")[: part.most]


def _after(part: _Part, *, post: int, author: int, member: Member, at: int) -> CommentQuerySet:
    rows = _readable_on(post, author, member, part.with_pictures)
    return rows.filter(pk__gt=at).order_by("pk")[: part.most]


_NEWEST, _BEFORE, _AFTER = CompiledQuery(_newest), CompiledQuery(_before), CompiledQuery(_after)


def _as_page_before(found: list[Comment], *, has_later: bool) -> CommentPage:
    return CommentPage(found[:PAGE][::-1], has_earlier=len(found) > PAGE, has_later=has_later)
