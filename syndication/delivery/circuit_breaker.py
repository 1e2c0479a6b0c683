"""Circuit breaker for each host: opens after five network-level failures in a row.

It stays open for 60 seconds, doubling up to 30 minutes each time the one probe fails. Only exchanges
without any HTTP response count; a response of any status closes the breaker.

Slow hosts: one that responds late occupies a thread for each of its deliveries. All slow hosts together
get half of one cluster's threads (at least one); a quick response ends that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from syndication.delivery import wakeups
from syndication.delivery.compiled import CompiledSelect, execute_pipeline, param
from syndication.delivery.pool import THREADS_PER_WORKER
from syndication.models import HostHealth, Link, LinkState, Revocation

FAILURES_TO_OPEN = 5
FIRST_PAUSE = 60.0  # seconds
MAX_PAUSE = 1800.0
PROBE_LEASE = timedelta(seconds=120)
# Of one process, that may wait for one host that members named: the others answer meanwhile.
THREADS_PER_HOST = max(1, THREADS_PER_WORKER // 2)
SLOW_SECONDS = 3.0  # an exchange that took so long is slow
SLOW_FOR = timedelta(seconds=60)  # since the last slow one

_HEALTHY = {
    "failures": 0,
    "opened_times": 0,
    "open_until": None,
    "probe_until": None,
    "slow_until": None,
}
_HOST = param("host", HostHealth)
_NOW = param("now", HostHealth, "open_until")
_OF_HOST = CompiledSelect(lambda: HostHealth.objects.filter(host=_HOST))
_AILING = CompiledSelect(
    lambda: HostHealth.objects.filter(
        Q(open_until__gt=_NOW) | Q(probe_until__gt=_NOW) | Q(slow_until__gt=_NOW)
    )
)


def host_of(link: Link | Revocation) -> str:
    """The host (with port) of this link's requests."""
    return link.host or urlsplit(settings.NETWORKS[link.network]["api_url"]).netloc


def ailing_hosts(now: datetime) -> tuple[CompiledSelect[HostHealth], dict[str, datetime]]:
    """The statement that reads hosts which are blocked or slow (compiled.execute_pipeline)."""
    return _AILING, {"now": now}


def blocked_hosts(now: datetime) -> frozenset[str]:
    """The hosts to which nothing may be sent now: breaker open, probe under way, or share used up."""
    [ailing] = execute_pipeline(ailing_hosts(now))
    return blocked_among(ailing, now)


def blocked_among(ailing: Iterable[HostHealth], now: datetime) -> frozenset[str]:
    """The blocked ones of what `ailing_hosts` found."""
    blocked: set[str] = set()
    slow: set[str] = set()
    for health in ailing:
        is_blocked = _is_after(health.open_until, now) or _is_after(health.probe_until, now)
        (blocked if is_blocked else slow).add(health.host)
    if slow:
        waiting = _threads_waiting_for(slow, now)
        is_full = waiting.total() >= slow_host_threads()
        blocked |= {host for host in slow if is_full or waiting[host] >= THREADS_PER_HOST}
    return frozenset(blocked)


def slow_hosts(now: datetime) -> frozenset[str]:
    """The hosts whose last slow response was less than SLOW_FOR ago."""
    [ailing] = execute_pipeline(ailing_hosts(now))
    return slow_among(ailing, now)


def slow_among(ailing: Iterable[HostHealth], now: datetime) -> frozenset[str]:
    """The slow ones of what `ailing_hosts` found."""
    return frozenset(health.host for health in ailing if _is_after(health.slow_until, now))


def slow_host_threads() -> int:
    """How many threads of one cluster may wait for slow hosts at a time."""
    return max(1, wakeups.worker_count() * THREADS_PER_WORKER // 2)


def health_of(link: Link) -> tuple[CompiledSelect[HostHealth], dict[str, str]]:
    """The statement that reads the health of the link's host (compiled.execute_pipeline). No row means
    no failure was ever recorded."""
    return _OF_HOST, {"host": host_of(link)}


def is_healthy(health: HostHealth | None) -> bool:
    """Whether no failure or slowness is recorded."""
    return health is None or all(getattr(health, name) == value for name, value in _HEALTHY.items())


def allow_request(link: Link, health: HostHealth | None, now: datetime) -> bool:
    """Whether a request may be sent for `link`, whose slot the caller has just taken.

    After a pause one caller is allowed, the probe. Slow hosts are allowed their share of threads.
    """
    if health is None:
        return True
    if _is_after(health.slow_until, now) and not _has_slow_host_thread(now):
        return False
    return health.failures < FAILURES_TO_OPEN or _acquire_probe(host_of(link), now)


def delete_unused_hosts(now: datetime) -> int:
    """Delete rows of hosts that no link uses any more; returns how many. Members name them, any number.

    Networks' own hosts stay, and so does one whose breaker is open.
    """
    links = Link.objects.exclude(state=LinkState.ENDED).filter(host=OuterRef("host"))
    revocations = Revocation.objects.filter(host=OuterRef("host"))
    own = [urlsplit(known.get("api_url", "")).netloc for known in settings.NETWORKS.values()]
    unused = HostHealth.objects.exclude(Exists(links) | Exists(revocations)).exclude(host__in=own)
    return unused.exclude(open_until__gt=now).delete()[0]


def _acquire_probe(host: str, now: datetime) -> bool:
    free = HostHealth.objects.filter(
        Q(open_until=None) | Q(open_until__lte=now),
        Q(probe_until=None) | Q(probe_until__lte=now),
        host=host,
    )
    return bool(free.update(probe_until=now + PROBE_LEASE))


def record_response(host: str, now: datetime, *, seconds: float) -> None:
    """Record an HTTP response after `seconds`: clears failures, and slowness unless it was slow."""
    is_late = seconds >= SLOW_SECONDS
    if is_late:
        record_slow_response(host, now)
    well = {name: value for name, value in _HEALTHY.items() if name != "slow_until" or not is_late}
    known = _OF_HOST.first(host=host)
    if known is not None and any(getattr(known, name) != value for name, value in well.items()):
        HostHealth.objects.filter(host=host).update(**well)


def record_slow_response(host: str, now: datetime) -> None:
    """Record an exchange that took SLOW_SECONDS or more, answered or not."""
    HostHealth.objects.update_or_create(host=host, defaults={"slow_until": now + SLOW_FOR})


@transaction.atomic
def record_failure(host: str, now: datetime) -> None:
    """Record an exchange without any response; opens the breaker at FAILURES_TO_OPEN."""
    HostHealth.objects.get_or_create(host=host)
    HostHealth.objects.filter(host=host).update(failures=F("failures") + 1)
    health = HostHealth.objects.select_for_update().get(host=host)
    if health.failures < FAILURES_TO_OPEN or (health.open_until and health.open_until > now):
        return
    pause = min(FIRST_PAUSE * 2.0**health.opened_times, MAX_PAUSE)
    health.open_until = now + timedelta(seconds=pause)
    health.opened_times = min(health.opened_times + 1, 10)
    health.probe_until = None
    health.save()


def release_probe(host: str) -> None:
    """Release an unsent probe, so that the next request may be it."""
    HostHealth.objects.filter(host=host).exclude(probe_until=None).update(probe_until=None)


def _has_slow_host_thread(now: datetime) -> bool:
    """Whether the slow hosts' share has room; the caller's own slot is counted already."""
    slow = HostHealth.objects.select_for_update().filter(slow_until__gt=now).order_by("host")
    return (
        _threads_waiting_for({health.host for health in slow}, now).total() <= slow_host_threads()
    )


def _threads_waiting_for(hosts: set[str], now: datetime) -> Counter[str]:
    """The number of threads that wait for each of `hosts`. Networks' own hosts share the key ""."""
    under_way = Link.objects.filter(links_on_hosts(hosts), sending_until__gt=now).exclude(
        sending_by=""
    )
    return Counter(under_way.values_list("host", flat=True))


def links_on_hosts(hosts: Collection[str], prefix: str = "") -> Q:
    """A condition on links: on one of `hosts`. `prefix` is the path from the filtered rows."""
    one_host = [
        network
        for network, known in settings.NETWORKS.items()
        if urlsplit(known.get("api_url", "")).netloc in hosts
    ]
    own = Q(**{f"{prefix}host__in": hosts})
    return own | Q(**{f"{prefix}host": "", f"{prefix}network__in": one_host})


def _is_after(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
