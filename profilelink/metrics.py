"""What a monitor reads of this site, in the format of Prometheus. Needs the extra `metrics`.

Requests are counted by each process of gunicorn in a file of its own (PROMETHEUS_MULTIPROC_DIR, set by
deploy/gunicorn.py); whichever process is asked adds all files up. A file is a worker's place and not its
process id: gunicorn starts workers anew after some thousand requests, and a file for each of them would
stay for ever. What the worker does is read from rows, when it is asked for.

Labels are route names, states and networks: never a member, a path, or a server that members named.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client import values as metric_values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from syndication.queries.operations import operation_figures

PREFIX = "profilelink"
CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
PLACES = 1000  # more processes than that share no file system
_held: list[IO[bytes]] = []  # the lock of this process's place, until it ends
_places: dict[int, int] = {}  # process -> place; gunicorn's master has loaded this before it forks


def _take_place(folder: Path) -> int:
    """The lowest place that no other process has; locked until this process ends."""
    for place in range(PLACES):
        lock = (folder / f"{place}.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _held.append(lock)
        return place
    raise RuntimeError(f"{folder}: all places are taken")


_folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def _own_place() -> int:
    """This process's place, taken when it first counts: prometheus_client asks under a lock, and before each count."""
    process = os.getpid()
    if process not in _places:
        _places[process] = _take_place(Path(_folder or ""))
    return _places[process]


if _folder:
    metric_values.ValueClass = metric_values.MultiProcessValue(_own_place)

_registry = CollectorRegistry()
REQUESTS = Histogram(
    f"{PREFIX}_request_seconds",
    "Requests by route and kind of answer, and how long they took.",
    ("route", "status"),
    buckets=BUCKETS,
    registry=_registry,
)


def observe_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    match = request.resolver_match
    route = (match.view_name if match else "") or "none"
    REQUESTS.labels(route=route, status=f"{status // 100}xx").observe(seconds)


def metrics_text() -> bytes:
    """Everything, as text."""
    requests = _registry
    if _folder:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    rows = CollectorRegistry()
    rows.register(_Rows())
    return generate_latest(requests) + generate_latest(rows)


class _Rows(Collector):
    """The figures of syndication.queries.operations; without a database only that it is away."""

    def collect(self) -> Iterable[Metric]:
        try:
            figures = operation_figures(timezone.now())
        except DatabaseError:
            figures = []
        is_up = GaugeMetricFamily(f"{PREFIX}_database_up", "1 if the database answered.")
        is_up.add_metric([], float(bool(figures)))
        families: dict[str, GaugeMetricFamily] = {"database_up": is_up}
        for figure in figures:
            names = [name for name, _value in figure.labels]
            family = families.setdefault(
                figure.name,
                GaugeMetricFamily(f"{PREFIX}_{figure.name}", figure.text, labels=names),
            )
            family.add_metric([value for _name, value in figure.labels], figure.value)
        return families.values()
