"""Likes. The verbs name the state that is wanted: pressed twice, the second changes nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions import quotas
from accounts.models import Member
from syndication.actions import talk_notices
from syndication.actions.comments import lock_post, readable_talk
from syndication.models import Like, Post, WithdrawnLike


@transaction.atomic
def like_post(post: Post, *, by: Member) -> None:
    """Like the post. Raises comments.TalkNotReadable, and quotas.QuotaUsedUp."""
    lock_post(post)
    readable_talk(post, by=by)
    if Like.objects.filter(post=post, member=by).exists():
        return
    quotas.spend_member_quota(by, quotas.LIKES)
    Like.objects.create(post=post, member=by)
    if not WithdrawnLike.objects.filter(post=post, member=by).exists():
        talk_notices.notify_of_like(post, by=by)


@transaction.atomic
def unlike_post(post: Post, *, by: Member) -> None:
    """Take the like back, also of a post that the member can no longer read."""
    if Like.objects.filter(post=post, member=by).delete()[0]:
        WithdrawnLike.objects.get_or_create(post=post, member=by)


@transaction.atomic
def remove_likes(rows: QuerySet[Like]) -> None:
    """Delete likes, as staff (comments.remove_comments)."""
    pairs = rows.values_list("post", "member")
    WithdrawnLike.objects.bulk_create(
        [WithdrawnLike(post_id=post, member_id=member) for post, member in pairs],
        ignore_conflicts=True,
    )
    rows.delete()
