"""A member and their posts, as the profile page shows them to somebody."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import Member
from accounts.models.compiled_query import CompiledQuery
from accounts.models.member import MemberQuerySet
from syndication.models import Post
from syndication.models.post import PostQuerySet
from syndication.queries.post_lists import posts_of


def find_profile(name: str, viewer: Member | AnonymousUser) -> Member | None:
    """The member of that user name if `viewer` may see them, with the columns of the page."""
    if isinstance(viewer, Member):
        return _PROFILE.first(name=name, viewer=viewer)
    return _PROFILE.first(name=name)


def profile_posts(
    author: Member, viewer: Member | AnonymousUser, start: int, stop: int
) -> list[Post]:
    """The newest posts of `author` that `viewer` may read, from the one at `start` to before `stop`."""
    find = _POSTS.rows if start == 0 else _POSTS.rows_composed_now
    if not isinstance(viewer, Member):
        return find("visitor", start, stop, author=author)
    if viewer == author:
        return find("author", start, stop, author=author)
    return find("member", start, stop, author=author, viewer=viewer)


def _profile(*, name: str, viewer: Member | None = None) -> MemberQuerySet:
    seen = Member.objects.seen_by(viewer).with_profile_for(viewer).filter(username=name)
    return seen.with_relation_to(viewer) if viewer else seen


def _posts(
    who: str, start: int, stop: int, *, author: Member, viewer: Member | None = None
) -> PostQuerySet:
    reader = AnonymousUser() if who == "visitor" else viewer or author
    return posts_of(author, reader, most=stop)[start:stop]


_PROFILE = CompiledQuery(_profile)
_POSTS = CompiledQuery(_posts)
