"""Lists of one author's posts, and of posts that were chosen for one reader, each read by its index.

A post for chosen people has a row for each reader. Looked up by these, such posts cost those whom they
are not for nothing; walking through all posts of an author would read each.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull

from accounts.models import Member
from syndication.models import Post, PostReader
from syndication.models.newest import Keys, OneOfAll
from syndication.models.post import PostQuerySet


def chosen_for(reader: Member) -> QuerySet[PostReader]:
    """The rows of `reader`, of posts for chosen people that they may read, newest first."""
    post = Post.objects.visible_to(reader).filter(pk=OuterRef("post")).values("pk")
    rows = PostReader.objects.filter(IsNull(Subquery(post[:1]), False), reader=reader)
    return rows.order_by("-written_at", "-post")


def posts_of(author: Member, viewer: Member | AnonymousUser, *, most: int) -> PostQuerySet:
    """At least the `most` newest posts of `author` that `viewer` may read, newest first."""
    visible = Post.objects.visible_to(viewer)
    if viewer == author:
        return visible.by(author).newest_first()
    open_posts = visible.by(author).filter(chosen_at=None).newest_first()
    parts = [Keys(open_posts.values("pk")[:most])]
    if isinstance(viewer, Member):
        chosen = chosen_for(viewer).filter(friendship__member=author, friendship__friend=viewer)
        parts.append(Keys(chosen.values("post")[:most]))
    return visible.filter(pk__in=OneOfAll(*parts)).newest_first()
