"""Comments: write, delete, close a post to them.

Each is pressed twice without harm. A comment locks its post's row, so that a change of the audience
(actions.posts) sees it or is seen by it.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Member
from accounts.models.compiled_query import CompiledQuery
from accounts.visible_text import visible_text
from syndication.actions import talk_notices
from syndication.models import Comment, Post
from syndication.models.comment import MAX_COMMENT_LENGTH
from syndication.models.errors import NotYours, require_owner
from syndication.models.post import PostQuerySet


class TalkNotReadable(Exception):
    """The member is not in the post's audience, or there is no such post."""


class CommentsClosed(Exception):
    """The post takes no comments, or none of this member."""


@transaction.atomic
def create_comment(
    post: Post, text: str, *, by: Member, form_key: str, is_by_mail: bool = False
) -> Comment:
    """Create the comment, once for each form.

    Raises TalkNotReadable, CommentsClosed, quotas.QuotaUsedUp, and ValueError where nothing visible
    is in the text or it is longer than MAX_COMMENT_LENGTH.
    """
    if not visible_text(text).strip() or len(text) > MAX_COMMENT_LENGTH:
        raise ValueError(len(text))
    lock_post(post)
    before = Comment.objects.of(by).filter(post=post, form_key=form_key).first()
    if before is not None:
        return before
    if by.suspended_at is not None or not readable_talk(post, by=by).may_comment:
        raise CommentsClosed
    quotas.spend_member_quota(by, quotas.COMMENT_PACE)
    quotas.spend_member_quota(by, quotas.COMMENTS)
    comment = Comment.objects.create(
        post=post, writer=by, text=text, form_key=form_key, is_by_mail=is_by_mail
    )
    talk_notices.notify_of_comment(comment, post)
    return comment


def delete_comment(comment: Comment, *, by: Member) -> None:
    """Delete a comment, as its writer or as the post's."""
    deleted, _by_model = Comment.objects.deletable_by(by).filter(pk=comment.pk).delete()
    if not deleted and Comment.objects.filter(pk=comment.pk).exists():
        raise NotYours(comment)


def delete_comments_of(username: str, post: Post, *, by: Member) -> None:
    """Delete a member's comments on the post, as its author, also those that a block hides.

    Returns no count: it would tell the author what a member said who has blocked them.
    """
    require_owner(post, post.author_id, by=by)
    Comment.objects.filter(post=post, writer__username=username).delete()


def remove_comments(rows: QuerySet[Comment]) -> None:
    """Delete comments, as staff: their right is admin's to ask, and its log says who did."""
    rows.delete()


def set_comments_closed(post: Post, *, by: Member, is_closed: bool) -> None:
    """Close the post to new comments, or open it again. What stands stays."""
    require_owner(post, post.author_id, by=by)
    rows = Post.objects.filter(pk=post.pk, comments_closed_at__isnull=is_closed)
    rows.update(comments_closed_at=timezone.now() if is_closed else None)


def lock_post(post: Post) -> None:
    """Lock the post's row until the transaction ends. SQLite locks at BEGIN instead."""
    list(Post.objects.select_for_update(no_key=True).filter(pk=post.pk).values_list("pk"))


def readable_talk(post: Post, *, by: Member) -> Post:
    """The post from fresh rows, with the member's permissions there. Raises TalkNotReadable."""
    fresh = _OPEN_TALK.first(pk=post.pk, member=by)
    if fresh is None:
        raise TalkNotReadable
    return fresh


def _open_talk(*, pk: int, member: Member) -> PostQuerySet:
    return Post.objects.with_talk_open_to(member).filter(pk=pk)


_OPEN_TALK = CompiledQuery(_open_talk)
