"""A post as its page shows it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import Member, picture_known_to
from accounts.models.compiled_query import CompiledQuery
from syndication.models import Post
from syndication.models.post import PostQuerySet
from syndication.queries.comments import with_likes_for


def find_post(
    pk: int, viewer: Member | AnonymousUser, *, with_pictures: bool = False
) -> Post | None:
    """The post if `viewer` may read it; for a member with the columns of its talk."""
    if isinstance(viewer, Member):
        return _POST.first(with_pictures, pk=pk, viewer=viewer)
    return _POST.first(False, pk=pk)


def find_post_with_open_talk(pk: int, member: Member) -> Post | None:
    """The post if the member may read what is said about it, with `may_comment`."""
    return _OPEN.first(pk=pk, member=member)


def _open(*, pk: int, member: Member) -> PostQuerySet:
    rows = Post.objects.with_talk_open_to(member).filter(pk=pk)
    return rows.select_related("author", "group")


def _post(with_pictures: bool, *, pk: int, viewer: Member | None = None) -> PostQuerySet:
    visible = Post.objects.visible_to(viewer).select_related("author", "group").filter(pk=pk)
    if with_pictures:
        visible = visible.annotate(shown_picture=picture_known_to(viewer, "author"))
    return with_likes_for(visible.with_talk_for(viewer), pk, viewer) if viewer else visible


_POST = CompiledQuery(_post)
_OPEN = CompiledQuery(_open)
