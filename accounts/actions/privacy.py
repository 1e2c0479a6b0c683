""" "Posts by me": the audience that a new post has unless the member chooses another for it.

In 2010 one button changed it to Everyone, and nothing brought it back. Here the way back is kept.
What was written before is never touched by either.
"""

from __future__ import annotations

from accounts.models import Audience, Commenters, Member

# A group is chosen for a post, never for all that come.
DEFAULT_AUDIENCES = (
    Audience.EVERYONE,
    Audience.FRIENDS_OF_FRIENDS,
    Audience.FRIENDS,
    Audience.ONLY_ME,
)


class NotOwnSettings(Exception):
    """A member's settings are changed by that member alone."""


def change_posts_by_me(member: Member, audience: str, *, by: Member) -> None:
    """Set the default audience of new posts. A change to Everyone remembers the one before.

    Raises ValueError for what is no default, NotOwnSettings where `by` is somebody else.
    """
    if by != member:
        raise NotOwnSettings
    if audience not in DEFAULT_AUDIENCES:
        raise ValueError(audience)
    if audience == member.posts_by_me:
        return
    is_opening = audience == Audience.EVERYONE
    member.posts_by_me_before = member.posts_by_me if is_opening else ""
    member.posts_by_me = audience
    member.save(update_fields=["posts_by_me", "posts_by_me_before"])


def change_commenters(
    member: Member, commenters: str, group_commenters: str, *, by: Member
) -> None:
    """Set who may comment on the member's posts, also on those that stand. Comments stay.

    Raises NotOwnSettings where `by` is somebody else.
    """
    if by != member:
        raise NotOwnSettings
    member.commenters = Commenters(commenters)
    member.group_commenters = Commenters(group_commenters)
    member.save(update_fields=["commenters", "group_commenters"])


def change_searchable(member: Member, is_searchable: bool, *, by: Member) -> None:
    """Set whether others than friends find the member by search. Raises NotOwnSettings."""
    if by != member:
        raise NotOwnSettings
    member.is_searchable = is_searchable
    member.save(update_fields=["is_searchable"])


def restore_posts_by_me(member: Member, *, by: Member) -> bool:
    """Set "Posts by me" back to what it was before Everyone. False where nothing is stored."""
    if not member.posts_by_me_before:
        return False
    change_posts_by_me(member, member.posts_by_me_before, by=by)
    return True
