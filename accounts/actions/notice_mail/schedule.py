"""When a notice is mailed: at once, at the next morning, once a day, or never. Pure.

Times are the member's: the night, and the hour of the daily mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import MailClass, MailPace, MailSettings, Notice

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)
DAILY_AT = time(19)
ONE_A_POST_IN = timedelta(minutes=10)
ONE_TROUBLE_IN = timedelta(days=1)  # of one kind with one link
MAX_PER_DAY = 30  # in 24 hours; the rest is in the daily mail
MAIL_FOR = timedelta(hours=48)  # an older notice is no longer mailed; a daily mail waits for 24
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RecentMails:
    """The mails at once that a member got in the last 24 hours, by what they were about."""

    count: int = 0
    last_about: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class MailPlan:
    """What to do with a notice that is due: mail it now, look again `later`, or never mail it."""

    is_now: bool = False
    is_daily: bool = False
    later: datetime | None = None


NEVER_MAIL = MailPlan()


def plan_mail(
    notice: Notice, address: str, choices: MailSettings, recent: RecentMails, now: datetime
) -> MailPlan:
    """`address` is the member's confirmed one, or ""."""
    mail_class = notice.kind.mail_class
    if mail_class is None or not address or notice.created_at <= now - MAIL_FOR:
        return NEVER_MAIL
    if address == choices.lost_address:  # whoever has the phone reads it: of security, too
        return NEVER_MAIL
    if mail_class == MailClass.SECURITY:
        return MailPlan(is_now=True)
    if address == choices.stopped_address:
        return NEVER_MAIL
    if mail_class != MailClass.TROUBLE and address != choices.works_address:
        return NEVER_MAIL
    pace = choices.pace_of(mail_class)
    if pace == MailPace.NEVER:
        return NEVER_MAIL
    zone = zone_of(choices)
    if pace == MailPace.AT_ONCE and recent.count < MAX_PER_DAY:
        return _plan_at_once(notice, recent, now, zone)
    return _plan_daily(notice, now, zone)


def _plan_at_once(notice: Notice, recent: RecentMails, now: datetime, zone: tzinfo) -> MailPlan:
    last = recent.last_about.get(subject_key(notice))
    is_trouble = notice.kind.mail_class == MailClass.TROUBLE
    apart = ONE_TROUBLE_IN if is_trouble else ONE_A_POST_IN
    if last is not None and last > now - apart:
        return MailPlan(later=last + apart)
    return _unless_night(MailPlan(is_now=True), now, zone)


def _plan_daily(notice: Notice, now: datetime, zone: tzinfo) -> MailPlan:
    last = _moment_of_day(now, DAILY_AT, zone)
    if last > now:
        last -= _DAY
    if notice.created_at >= last:
        return MailPlan(later=last + _DAY)
    return _unless_night(MailPlan(is_now=True, is_daily=True), now, zone)


def _unless_night(plan: MailPlan, now: datetime, zone: tzinfo) -> MailPlan:
    hour = now.astimezone(zone).time()
    if NIGHT_ENDS <= hour < NIGHT_BEGINS:
        return plan
    morning = _moment_of_day(now, NIGHT_ENDS, zone)
    return MailPlan(later=morning if morning > now else morning + _DAY)


def _moment_of_day(now: datetime, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), at, tzinfo=zone)


def zone_of(choices: MailSettings) -> ZoneInfo:
    return ZoneInfo(choices.time_zone or settings.TIME_ZONE)


def subject_key(notice: Notice) -> str:
    """What a mail at once is about: one thing of one kind, such as the comments on a post."""
    return f"{notice.code} {notice.subject}"
