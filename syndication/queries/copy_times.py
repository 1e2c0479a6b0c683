"""Times of the pages "Where it went", in the member's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import pgettext

from accounts.models import MailSettings, Member


@dataclass(frozen=True)
class MemberClock:
    """The moment a page is made, and the time zone of who reads it."""

    now: datetime
    zone: tzinfo

    def past(self, at: datetime) -> str:
        """The hour for today, else the date."""
        if self._is_today(at):
            return self._written(at, "G:i")
        return self._day(at)

    def coming(self, at: datetime) -> str:
        """The hour for today, else the date and the hour."""
        hour = self._written(at, "G:i")
        return hour if self._is_today(at) else f"{self._day(at)} {hour}"

    def _day(self, at: datetime) -> str:
        if abs(at - self.now) < timedelta(days=300):
            return self._written(at, pgettext("date format: day", "j M"))
        return self._written(at, pgettext("date format: date", "j M Y"))

    def _is_today(self, at: datetime) -> bool:
        return at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()

    def _written(self, at: datetime, how: str) -> str:
        return date_format(at.astimezone(self.zone), how)


def clock_of(member: Member, now: datetime) -> MemberClock:
    """The member's clock: the zone that they chose for their mails, else the site's."""
    chosen = MailSettings.objects.filter(member=member).values_list("time_zone", flat=True).first()
    return MemberClock(now, zone_named(chosen))


def zone_named(name: str | None) -> ZoneInfo:
    """The zone that a member chose, else the site's."""
    return ZoneInfo(name or settings.TIME_ZONE)
