"""Telling a member about an incident: once on the page, once by mail, at once.

The open notice's row keeps it to one; a mail that could not go out is sent by the sweeper.
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

logger = logging.getLogger(__name__)

MAILING_SECONDS = 5.0  # seconds that a sweep goes on mailing
GATHERED_FOR = timedelta(hours=24)  # one mail for what happens on one link for one reason
MAIL_FOR = timedelta(hours=24)  # later than this it would confuse more than it tells


def notify(
    member: Member,
    incident: str,
    *,
    link: Link | None = None,
    params: Mapping[str, Any] | None = None,
) -> bool:
    """Tell `member` of `incident`, unless a notice of it is still open. Whether it was told.

    The first word of `incident` is the code of the text (reason_texts.NOTICES), `params` what the text
    names besides the network and the account of `link`.
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
    """Tell `member` of `count` more of an incident. Within a day of its notice they are counted there
    (`params["count"]`), without another mail; later the open notice gives way to a new one."""
    same = Notice.objects.filter(member=member, link=link, incident=incident, closed_at=None)
    before = same.select_for_update().first()
    if before is not None:
        count += int(before.params.get("count", 0))
        if before.created_at > timezone.now() - GATHERED_FOR:
            return bool(same.update(params={**before.params, "count": count}))
        same.update(closed_at=timezone.now())
    return notify(member, incident, link=link, params={**params, "count": count})


def mail_notice(notice: Notice) -> bool:
    """Mail the notice, by whoever comes first. A failure leaves it to the sweeper.

    Who cannot come in is not asked to: a closed account has a last mail of its own (closing).
    """
    unmailed = Notice.objects.filter(pk=notice.pk, mailed_at=None, member__is_active=True)
    if not notice.member.email or not unmailed.update(mailed_at=timezone.now()):
        return False
    with in_language_of(notice.member):
        subject = _("%(site)s: something needs you") % {"site": settings.SITE_NAME}
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
    """Mails that did not go out when they should have. How many went now.

    For about so long: where the server hangs, the sweeper has other things to do, too.
    """
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
    """The member has seen to it."""
    if notice.member_id != by.pk:
        raise NotYours(notice)
    Notice.objects.filter(pk=notice.pk, closed_at=None).update(closed_at=timezone.now())


def in_language_of(member: Member) -> translation.override:
    """The member's language; the site's where they chose none."""
    return translation.override(member.language or settings.LANGUAGE_CODE)
