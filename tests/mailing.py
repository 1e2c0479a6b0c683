"""Mails about notices for tests: who wants them, and the worker that sends them by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.actions.notice_mail import sending
from accounts.models import MailPace, MailSettings, Member

TOKYO = ZoneInfo("Asia/Tokyo")


def want_mails(member: Member, **fields: Any) -> MailSettings:
    """The member wants mails of people and likes at once, and the test mail arrived."""
    chosen = {
        "people": MailPace.AT_ONCE,
        "likes": MailPace.AT_ONCE,
        "works_address": member.email,
        **fields,
    }
    return MailSettings.objects.create(member=member, **chosen)


def next_noon(days: int = 0) -> datetime:
    """The next noon in Tokyo, or one `days` later: at night nothing but security is mailed."""
    noon = timezone.now().astimezone(TOKYO).replace(hour=12, minute=0, second=0, microsecond=0)
    if noon < timezone.now():
        noon += timedelta(days=1)
    return (noon + timedelta(days=days)).astimezone(UTC)


def send_mails(days: int = 0, **later: float) -> int:
    """Send what is due at the next noon, or later. Return how many mails went."""
    return send_mails_at(next_noon(days) + timedelta(**later))


def send_mails_at(now: datetime) -> int:
    return sending.mail_due_notices(now, seconds=600)  # enough on a busy machine, too
