"""When, in few letters: `{{ post.created_at|when }}`. Built in: no {% load %} is needed."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def when(at: datetime | None) -> str:
    """Time of day for today, day and time within a year, else the whole date too; "" for None."""
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
    """The date alone."""
    return date_format(_local(at), pgettext("date format: date", "j M Y"))


def _local(at: datetime) -> datetime:
    """As the clocks here show it; as it stands where the calendar ends in between."""
    try:
        return timezone.localtime(at)
    except (OverflowError, ValueError):
        return at
