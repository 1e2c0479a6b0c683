"""Figures of the queue and of the worker for a monitor, read from rows: how many, how old, by network and
state. None names a member, an address or a server that members named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from syndication.models import (
    Delivery,
    DeliveryState,
    Heartbeat,
    HostHealth,
    ImportPause,
    LoggedDeletion,
    NetworkSwitch,
)
from syndication.models.delivery_states import OPEN_STATES

MOST = 100_000  # rows that are counted of a state; more are as many
PARTS = ("task", "pull", "sweeper")  # what the worker's heartbeats begin with


@dataclass(frozen=True)
class OperationFigure:
    """One figure; `labels` are pairs of name and value."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def operation_figures(now: datetime) -> list[OperationFigure]:
    """All figures, by nine statements that read no more than MOST rows each."""
    return [*_deliveries(now), *_worker(now), *_trouble()]


def _deliveries(now: datetime) -> Iterator[OperationFigure]:
    text = "Deliveries that are not done, by network and state."
    for state in OPEN_STATES:
        some = Delivery.objects.filter(state=state).order_by().values("pk")[:MOST]
        rows = Delivery.objects.filter(pk__in=some).values_list("link__network").order_by()
        for network, count in rows.annotate(Count("pk")):
            yield OperationFigure(
                "deliveries_open", text, count, (("network", network), ("state", str(state)))
            )
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=now)
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    yield OperationFigure(
        "delivery_oldest_due_seconds",
        "How long the delivery that is due for longest has waited.",
        (now - oldest).total_seconds() if oldest else 0.0,
    )


def _worker(now: datetime) -> Iterator[OperationFigure]:
    text = "Seconds since the worker's part was last seen alive."
    for part in PARTS:
        seen = Heartbeat.objects.filter(part__startswith=part).aggregate(at=Max("beat_at"))["at"]
        if seen is not None:
            age = max(0.0, (now - seen).total_seconds())
            yield OperationFigure("worker_heartbeat_age_seconds", text, age, (("part", part),))


def _trouble() -> Iterator[OperationFigure]:
    broken = HostHealth.objects.exclude(open_until=None)[:MOST].count()
    yield OperationFigure("circuit_breakers_open", "Hosts that are left alone for a while.", broken)
    text = "1 while staff have paused the network."
    for network in NetworkSwitch.objects.paused().values_list("network", flat=True):
        yield OperationFigure("network_paused", text, 1, (("network", network),))
    is_off = ImportPause.objects.exists()
    yield OperationFigure("imports_off", "1 while imports are off after a restore.", is_off)
    pending = LoggedDeletion.objects.all()[:MOST].count()
    yield OperationFigure("deletion_log_pending", "Deletions not yet in the log.", pending)
