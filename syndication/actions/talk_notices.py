"""Notices of talk: tell members of comments, likes, and posts in their groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import Max

from accounts.actions import notices
from accounts.actions.notices import NoticeEvent
from accounts.models import Audience, Member, Membership
from syndication.models import Comment, Post, PostReader
from syndication.models.talk_notices import (
    CHOSEN_POST,
    COMMENT,
    COMMENT_AFTER_MINE,
    GROUP_POSTS,
    LIKED,
)

LIKES_AGAIN_AFTER = timedelta(hours=1)
GROUP_POSTS_AGAIN_AFTER = timedelta(days=1)
MAX_NOTIFIED = 200  # of those who commented before, the latest


def notify_of_group_post(post: Post) -> None:
    """Tell the members of the post's group, if it has one, but the author."""
    if post.group_id is None:
        return
    others = Membership.objects.joined().filter(group=post.group_id).exclude(member=post.author_id)
    event = NoticeEvent(
        GROUP_POSTS,
        subject=post.group_id,
        detail=post.pk,
        again_after=GROUP_POSTS_AGAIN_AFTER,
        keeps_first=True,
    )
    notices.notify(list(others.values_list("member", flat=True)), event)


def notify_of_chosen_post(post: Post) -> None:
    """Tell those whom the author chose as readers of the post, once for a post."""
    if post.audience != Audience.CHOSEN:
        return
    readers = PostReader.objects.filter(post=post).values_list("reader", flat=True)
    notices.notify(list(readers), NoticeEvent(CHOSEN_POST, subject=post.pk, actor=post.author))


def notify_of_comment(comment: Comment, post: Post) -> None:
    """Tell the post's author, and on the page alone those who commented before."""
    event = NoticeEvent(COMMENT_AFTER_MINE, post.pk, comment.pk, comment.writer)
    if comment.writer_id != post.author_id:
        own = replace(event, code=COMMENT, key=f"{COMMENT} {comment.pk}")
        notices.notify([post.author_id], own)
    notices.resume_notices(COMMENT_AFTER_MINE, post.pk, by=comment.writer)
    earlier = Comment.objects.filter(post=post).exclude(
        writer__in=[comment.writer_id, post.author_id]
    )
    writers = earlier.order_by().values("writer").annotate(last=Max("pk")).order_by("-last")
    told = list(writers.values_list("writer", flat=True)[:MAX_NOTIFIED])
    notices.notify(told, replace(event, again_after=timedelta(0)))


def notify_of_like(post: Post, *, by: Member) -> None:
    """Tell the post's author that there are likes."""
    if by.pk != post.author_id:
        event = NoticeEvent(LIKED, subject=post.pk, again_after=LIKES_AGAIN_AFTER)
        notices.notify([post.author_id], event)
