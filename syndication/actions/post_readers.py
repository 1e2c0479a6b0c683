"""The readers of posts for chosen people: chosen once, when the post is written, and removed later."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.models import Member, friends_to_choose
from syndication.actions.comments import lock_post
from syndication.models import Post, PostReader
from syndication.models.errors import NotYours


class NobodyChosen(Exception):
    """Nobody of those who were chosen is a friend of the author any more."""


def choose_readers(post: Post, friendships: Collection[int]) -> None:
    """Make the friends of these friendships the readers of a new post, or of one whose audience changes.

    In the caller's transaction, with the friends locked (named_lists.lock_with_friends). Raises
    NobodyChosen.
    """
    friends = friends_to_choose(post.author).filter(pk__in=friendships)
    rows = [
        PostReader(post=post, friendship=one, reader_id=one.friend_id, written_at=post.created_at)
        for one in friends
    ]
    if not rows:
        raise NobodyChosen
    PostReader.objects.bulk_create(rows)


def forget_readers(post: Post) -> None:
    """Delete who was chosen, since the post is deleted or for other readers now."""
    PostReader.objects.filter(post=post).delete()


def has_readers(post: Post, friendships: Collection[int]) -> bool:
    """Whether the readers that stand are exactly the friends of these friendships."""
    there = PostReader.objects.filter(post=post).values_list("friendship", flat=True)
    return set(there) == set(friendships)


@transaction.atomic
def remove_reader(post: Post, friend: Member, *, by: Member) -> None:
    """Take a reader off the post, for good. Pressed twice, the second changes nothing."""
    if post.author_id != by.pk:
        raise NotYours(post)
    lock_post(post)  # a comment of theirs is before it or after it
    PostReader.objects.filter(post=post, reader=friend).delete()


def strike_reader(member: Member) -> None:
    """Take the member off all posts, since their account closes."""
    PostReader.objects.filter(reader=member).delete()
