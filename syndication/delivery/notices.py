"""Notices of a link: notify its member of an incident, and close notices that no longer apply.

The first word of an incident is the code of the text (link_notice_texts.NOTICES). Together with the link it
is one notice for as long as that stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import notices
from accounts.actions.notices import NoticeEvent
from accounts.models import Notice, NoticeQuerySet
from syndication.models import Link
from syndication.models.link_notices import LINK_CODES

GATHERED_FOR = timedelta(hours=24)  # incidents of one link and reason that share a mail


def notify_of_link(
    link: Link, incident: str, *, detail: int | None = None, params: Mapping[str, Any] | None = None
) -> bool:
    """Notify the link's member, unless a notice of the incident stands. Return whether one was made.

    `detail` is the key of the post, or the interaction, that it is about, if it is about one.
    """
    event = NoticeEvent(
        code=incident.partition(" ")[0],
        subject=link.pk,
        detail=detail or 0,
        key=incident,
        params=params or {},
    )
    return bool(notices.notify([link.member_id], event))


@transaction.atomic
def notify_of_link_counted(
    link: Link, incident: str, *, detail: int | None, params: Mapping[str, Any], count: int
) -> bool:
    """Notify of `count` more of an incident. Within GATHERED_FOR they are added to the notice that
    stands (`params["count"]`) without another mail; later it is made new."""
    now, same = timezone.now(), notices_of_link(link).filter(key=incident)
    before = same.select_for_update().first()
    if before is None:
        return notify_of_link(link, incident, detail=detail, params={**params, "count": count})
    counted = {**before.params, "count": int(before.params.get("count", 0)) + count}
    if before.created_at > now - GATHERED_FOR:
        return bool(same.update(params=counted))
    renewed = notices.renew(same, now, params=counted)
    return bool(renewed)


def notices_of_link(link: Link) -> NoticeQuerySet:
    """The notices of the link's member that are about the link."""
    return Notice.objects.filter(member=link.member_id, code__in=LINK_CODES, subject=link.pk)
