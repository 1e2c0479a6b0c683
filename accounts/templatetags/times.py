"""Short times: `{{ post.created_at|when }}`. Built in: no {% load %} is needed."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def when(at: datetime | None) -> str:
    """The time for today, day and time within a year, else the full date; "" for None."""
    if at is None:
        return ""
    now, at = timezone.localtime(), _local(at)
    if at.date() == now.date():
        return date_format(at, "G:i")
    if abs((at - now).days) < 300:
        return date_format(at, pgettext("date format: day, time", "j M G:i"))
    return date_format(at, pgettext("date format: date, time", "j M Y G:i"))


@register.filter
def day(at: datetime) -> str:
    """The date without time."""
    return date_format(_local(at), pgettext("date format: date", "j M Y"))


def _local(at: datetime) -> datetime:
    """Convert to local time; unchanged where the calendar ends in between."""
    try:
        return timezone.localtime(at)
    except (OverflowError, ValueError):
        return at
