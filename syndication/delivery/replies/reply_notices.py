"""Notices of what came back: tell the member of new replies, and of new likes once an hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from accounts.actions import notices
from accounts.actions.notices import NoticeEvent
from syndication.models import Delivery, Link, RemoteLike, RemoteReply
from syndication.models.network_notices import NETWORK_LIKES, NETWORK_REPLY

LIKES_AGAIN_AFTER = timedelta(hours=1)


def notify_of_replies(copy: Delivery, link: Link, ids: Collection[str]) -> None:
    """Tell the link's member, if any of the new replies (their remote ids) is for them to see."""
    fresh = RemoteReply.objects.visible_to(link.member).filter(delivery=copy, remote_id__in=ids)
    if fresh.exists():
        event = NoticeEvent(NETWORK_REPLY, subject=copy.pk, again_after=timedelta())
        notices.notify([link.member_id], event)


def notify_of_likes(copy: Delivery, link: Link, uids: Collection[str]) -> None:
    """Tell the link's member of new likes, by these accounts."""
    fresh = RemoteLike.objects.visible_to(link.member).filter(delivery=copy, uid__in=uids)
    if fresh.exists():
        event = NoticeEvent(NETWORK_LIKES, subject=copy.pk, again_after=LIKES_AGAIN_AFTER)
        notices.notify([link.member_id], event)
