"""Notices: notify a member of an incident once, on the page and by mail.

The open notice's row prevents a second one; the sweeper sends a mail that could not go out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.public_urls import public_url
from syndication.models import Link, Notice
from syndication.models.errors import NotYours
from syndication.models.reason_texts import notice_subject

logger = logging.getLogger(__name__)

MAILING_SECONDS = 5.0  # seconds that one sweep spends on mails
GATHERED_FOR = timedelta(hours=24)  # incidents of one link and reason that share a mail
MAIL_FOR = timedelta(hours=24)  # an older notice is no longer mailed


def notify(
    member: Member,
    incident: str,
    *,
    link: Link | None = None,
    params: Mapping[str, Any] | None = None,
) -> bool:
    """Notify `member` of `incident`, unless a notice of it is open. Return whether one was made.

    The first word of `incident` is the code of the text (reason_texts.NOTICES); `params` are its
    parameters besides the network and the account of `link`.
    """
    notice, is_new = Notice.objects.get_or_create(
        member=member,
        link=link,
        incident=incident,
        closed_at=None,
        defaults={"params": params or {}},
    )
    if is_new:
        transaction.on_commit(lambda: mail_notice(notice), robust=True)
    return is_new


@transaction.atomic
def notify_counted(
    member: Member, incident: str, *, link: Link, params: Mapping[str, Any], count: int = 1
) -> bool:
    """Notify `member` of `count` more of an incident. Within GATHERED_FOR they are added to the open
    notice (`params["count"]`) without another mail; later a new notice replaces it."""
    same = Notice.objects.filter(member=member, link=link, incident=incident, closed_at=None)
    before = same.select_for_update().first()
    if before is not None:
        count += int(before.params.get("count", 0))
        if before.created_at > timezone.now() - GATHERED_FOR:
            return bool(same.update(params={**before.params, "count": count}))
        same.update(closed_at=timezone.now())
    return notify(member, incident, link=link, params={**params, "count": count})


def mail_notice(notice: Notice) -> bool:
    """Mail the notice once; the sweeper retries a failure. Return whether it was mailed.

    Members who cannot log in get none: account closure has a last mail of its own.
    """
    unmailed = Notice.objects.filter(pk=notice.pk, mailed_at=None, member__is_active=True)
    if not notice.member.email or not unmailed.update(mailed_at=timezone.now()):
        return False
    with in_language_of(notice.member):
        subject = f"{settings.SITE_NAME}: {notice_subject(notice.code)}"
        body = _("%(text)s\n\nWhere your posts went: %(address)s\n") % {
            "text": notice.in_words,
            "address": public_url("delivery_list"),
        }
    try:
        send_mail(subject, body, None, [notice.member.email])
    except (OSError, SMTPException):
        logger.exception("notice %s could not be mailed", notice.pk)
        Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
        return False
    return True


def mail_pending_notices(*, seconds: float = MAILING_SECONDS) -> int:
    """Send the mails that could not go out before, for about `seconds`. Return how many went."""
    end = time.monotonic() + seconds
    since = timezone.now() - MAIL_FOR
    waiting = Notice.objects.filter(mailed_at=None, closed_at=None, created_at__gt=since)
    late = (
        waiting.filter(member__is_active=True)
        .exclude(member__email="")
        .select_related("member", "link")
    )
    return sum(mail_notice(notice) for notice in late[:50] if time.monotonic() < end)


def close_notice(notice: Notice, *, by: Member) -> None:
    """Close the notice for its member. Raises NotYours."""
    if notice.member_id != by.pk:
        raise NotYours(notice)
    Notice.objects.filter(pk=notice.pk, closed_at=None).update(closed_at=timezone.now())


def in_language_of(member: Member) -> translation.override:
    """Activate the member's language, or the site's if they chose none."""
    return translation.override(member.language or settings.LANGUAGE_CODE)
