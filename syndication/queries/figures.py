"""The figures of Today: deliveries of the last 24 hours, hour by hour, and how they ended.

Read from the newest rows alone, by the primary key, so that it costs the same on a large site; where there
were more of them in a day, the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncHour
from django.utils import timezone

from syndication.models import Delivery, DeliveryState

NEWEST = 5000
HOURS = 24
WIDTH, HEIGHT, GAP = 12, 80, 2  # of one bar, in the picture's units

TROUBLE = (DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.PARKED)
ON_THE_WAY = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNCONFIRMED)


@dataclass(frozen=True)
class HourBar:
    """One hour: how many arrived, are on the way, and are in trouble; and where it stands in the picture."""

    at: datetime
    sent: int
    open: int
    trouble: int
    x: int
    sent_height: int
    open_height: int
    trouble_height: int

    @property
    def open_y(self) -> int:
        return HEIGHT - self.sent_height - self.open_height

    @property
    def sent_y(self) -> int:
        return HEIGHT - self.sent_height

    @property
    def trouble_y(self) -> int:
        return self.open_y - self.trouble_height


@dataclass(frozen=True)
class Figures:
    bars: list[HourBar]
    most: int  # of one hour
    # When the first of those counted was made, where there were more than NEWEST.
    counted_from: datetime | None

    width = HOURS * (WIDTH + GAP)
    height = HEIGHT
    bar = WIDTH


def delivery_figures(now: datetime) -> Figures:
    """Two statements; the hours without any delivery have bars of height 0."""
    begin = timezone.localtime(now - timedelta(hours=HOURS - 1)).replace(
        minute=0, second=0, microsecond=0
    )
    newest = Delivery.objects.order_by("-pk").values("pk")[:NEWEST]
    oldest = Delivery.objects.order_by("-pk").values_list("created_at", flat=True)[
        NEWEST - 1 : NEWEST
    ]
    counted_from = next((at for at in oldest if at >= begin), None)
    rows = Delivery.objects.filter(pk__in=newest, created_at__gte=begin)
    counted = rows.annotate(hour=TruncHour("created_at")).values("hour").order_by("hour")
    by_hour = {
        row["hour"]: (row["sent"], row["open"], row["trouble"])
        for row in counted.annotate(
            sent=Count("pk", filter=Q(state=DeliveryState.SENT)),
            open=Count("pk", filter=Q(state__in=ON_THE_WAY)),
            trouble=Count("pk", filter=Q(state__in=TROUBLE)),
        )
    }
    most = max((sum(counts) for counts in by_hour.values()), default=0)
    hours = [begin + timedelta(hours=hour) for hour in range(HOURS)]
    bars = [
        _bar(number, hour, by_hour.get(hour, (0, 0, 0)), most) for number, hour in enumerate(hours)
    ]
    return Figures(bars=bars, most=most, counted_from=counted_from)


def _bar(number: int, hour: datetime, counts: tuple[int, int, int], most: int) -> HourBar:
    heights = [round(count * HEIGHT / most) if most else 0 for count in counts]
    return HourBar(hour, *counts, number * (WIDTH + GAP), *heights)
