"""Import schedule: choose the next imports, longest due first, round-robin over hosts, with back-off.

An import spends nearly all its time waiting, and hosts that members named may be silent or drip. So a
network's own host has half of the threads at most, and all slow hosts together half of them. A host that
members named has one import under way; more, up to that half, only while half of the threads have nothing
else to do and the host is not slow. So a bad host delays nobody else, and many bad hosts leave the others half.

A feed that brings nothing new is read less often the longer it has been quiet (next_import_at).

Rows that may not run now (network paused, breaker open, link limited) are put off instead of skipped:
skipped, they would stay first in the queue and hide what is due behind them.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from syndication.delivery import circuit_breaker, claimable, rate_limits
from syndication.delivery.compiled import (
    CompiledSelect,
    CompiledUpdate,
    CompiledValues,
    execute_pipeline,
    param,
)
from syndication.models import ImportKind, ImportPause, Link, LinkImport, LinkState
from syndication.models.lease import is_unleased
from syndication.models.link import LinkQuerySet

THREADS: int = settings.IMPORT_THREADS  # of one import worker
LEASE = timedelta(seconds=180)  # above an import's own deadline and its last request's
INTERVAL_OF_KIND = {ImportKind.FRIENDS: timedelta(hours=24), ImportKind.FEED: timedelta(minutes=15)}
QUIET_SHARE = 8  # a feed that was quiet for so many hours is read again in one
LONGEST_INTERVAL = timedelta(hours=2)
FIRST_RETRY = 120.0  # seconds; doubles with each failure in a row
MAX_RETRY_WAIT = 12 * 3600.0
PUT_OFF = timedelta(minutes=5)  # for rows that may not run now
WINDOW = 200  # due rows read for one choice

_random = random.SystemRandom()
# With each copy that is sent.
_LINK_IMPORT = CompiledSelect(
    lambda: LinkImport.objects.filter(
        link=param("link_id", LinkImport), kind=param("kind", LinkImport)
    )
)
# With each choice.
_BUSY_HOSTS = CompiledValues(
    LinkImport.objects.filter(lease_until__gt=param("now", LinkImport, "lease_until")).values_list(
        "host"
    )
)
_PAUSE = CompiledValues(ImportPause.objects.values_list("pk")[:1])


def request_imports(link: Link, now: datetime) -> None:
    """Make all imports of `link` due now: after linking, linking again, or the member's request."""
    for kind in ImportKind:
        get_or_create_link_import(link, kind)
    link.imports.update(due_at=now, failures=0, host=circuit_breaker.host_of(link))


def get_or_create_link_import(link: Link, kind: str) -> LinkImport:
    """The link's row of this kind, created if missing."""
    if known := _LINK_IMPORT.first(link_id=link.pk, kind=kind):
        return known
    link_import, _ = LinkImport.objects.get_or_create(
        link=link, kind=kind, defaults={"host": circuit_breaker.host_of(link)}
    )
    return link_import


def lease_due_imports(now: datetime, *, most: int, owner: str) -> list[LinkImport]:
    """Lease up to `most` due imports to `owner`."""
    if most <= 0:
        return []
    hosts, ailing, is_off = execute_pipeline(
        (_BUSY_HOSTS, {"now": now}), circuit_breaker.ailing_hosts(now), (_PAUSE, {})
    )
    if is_off:
        return []
    busy = Counter(host for (host,) in hosts)
    slow = circuit_breaker.slow_among(ailing, now)
    window = _read_window(now, busy, slow, circuit_breaker.blocked_among(ailing, now))
    _put_off((row for row in window if not row.is_askable), now)
    ready = [row for row in window if row.is_askable]
    chosen = _round_robin_hosts(ready, busy, slow, most)
    return _lease([row.pk for row in chosen], now, owner) if chosen else []


class _DueRow(NamedTuple):
    """What the choice asks of a due row. Only those that are chosen are read whole."""

    pk: int
    host: str
    due_at: datetime
    state: str  # of its link
    is_askable: bool


def _read_window(
    now: datetime, busy: Counter[str], slow: frozenset[str], blocked: frozenset[str]
) -> list[_DueRow]:
    askable = _askable_links(now, blocked).filter(pk=OuterRef("link"))
    rows = _due(now, busy, slow).values_list("pk", "host", "due_at", "link__state", Exists(askable))
    return [_DueRow(*row) for row in rows[:WINDOW]]


@transaction.atomic
def _lease(keys: list[int], now: datetime, owner: str) -> list[LinkImport]:
    """Lease those that nobody else has taken meanwhile, in one statement."""
    free = _unleased(now).select_related("link").select_for_update(skip_locked=True, of=("self",))
    taken = sorted(free.filter(pk__in=keys), key=lambda link_import: keys.index(link_import.pk))
    LinkImport.objects.filter(pk__in=[link_import.pk for link_import in taken]).update(
        lease_owner=owner, lease_until=now + LEASE
    )
    for link_import in taken:
        link_import.lease_owner, link_import.lease_until = owner, now + LEASE
    return taken


def are_imports_off() -> bool:
    """Whether the site was restored, and nobody has turned imports on since."""
    return ImportPause.objects.exists()


def lease_link_import(link_import: LinkImport, now: datetime, owner: str) -> bool:
    """Lease the row to `owner`. Return False if it is leased already."""
    link_import.lease_owner, link_import.lease_until = owner, now + LEASE
    mine = {"lease_owner": owner, "lease_until": link_import.lease_until}
    return bool(_unleased(now).filter(pk=link_import.pk).update(**mine))


def renew_link_import(link_import: LinkImport, now: datetime, **progress: object) -> bool:
    """Store `progress` and extend the lease. Return whether the row is still ours."""
    ours = LinkImport.objects.filter(pk=link_import.pk, lease_owner=link_import.lease_owner)
    return bool(ours.update(lease_until=now + LEASE, **progress))


def settle_link_import(link_import: LinkImport, due_at: datetime | None, **changes: object) -> None:
    """Release the row, due again at `due_at`."""
    given = {"due_at": due_at, "lease_owner": "", "lease_until": None, **changes}
    update = _settle_update(tuple(given))
    values = {**given, "pk": link_import.pk, "owner": link_import.lease_owner}
    # A lost commit leaves it leased, then due.
    execute_pipeline((update, values), is_async_commit=True)


def release_imports(owner: str) -> None:
    """Release all rows of `owner`, which it will not finish."""
    LinkImport.objects.filter(lease_owner=owner).update(lease_owner="", lease_until=None)


def next_import_at(
    link_import: LinkImport, now: datetime, *, quiet: timedelta = timedelta()
) -> datetime:
    """When the next import is due, with 10 % jitter; later where nothing came for as long as `quiet`."""
    usual = INTERVAL_OF_KIND[ImportKind(link_import.kind)]
    interval = max(usual, min(quiet / QUIET_SHARE, LONGEST_INTERVAL))
    return now + interval * _random.uniform(0.9, 1.1)


def retry_import_at(link_import: LinkImport, now: datetime, *, asked: float = 0.0) -> datetime:
    """When to retry, by the failures in a row; `asked`: seconds that the network asked for."""
    wait = min(FIRST_RETRY * 2.0 ** min(link_import.failures, 10), MAX_RETRY_WAIT)
    return now + timedelta(seconds=max(asked, wait * _random.uniform(0.5, 1.5)))


def askable_links(now: datetime) -> LinkQuerySet:
    """Links to which requests may be sent: network not paused, not limited, breaker closed."""
    return _askable_links(now, circuit_breaker.blocked_hosts(now))


def _askable_links(now: datetime, closed: frozenset[str]) -> LinkQuerySet:
    """The same, where `closed` are the hosts to which nothing may be sent."""
    links = Link.objects.active().filter(
        ~claimable.is_network_paused("network"),
        ~rate_limits.is_limited(now, link="pk", network="network"),
        member__is_active=True,
    )
    return links.exclude(circuit_breaker.links_on_hosts(closed)) if closed else links


def _unleased(now: datetime) -> QuerySet[LinkImport]:
    return LinkImport.objects.filter(is_unleased(now))


def _due(now: datetime, busy: Counter[str], slow: frozenset[str]) -> QuerySet[LinkImport]:
    """Due rows, longest due first, without hosts that have their share already."""
    full = {host for host in busy if _is_full(host, busy, slow)}
    if sum(busy[host] for host in slow) >= THREADS // 2:
        full |= slow
    return _unleased(now).filter(due_at__lte=now).exclude(host__in=full).order_by("due_at", "pk")


def _round_robin_hosts(
    ready: Iterable[_DueRow], busy: Counter[str], slow: frozenset[str], most: int
) -> list[_DueRow]:
    """Choose by hosts with the fewest imports under way, then longest due; none above its share."""
    busy = busy.copy()
    waiting: dict[str, list[_DueRow]] = {}
    for row in reversed(list(ready)):
        waiting.setdefault(row.host, []).append(row)
    chosen: list[_DueRow] = []
    while waiting and len(chosen) < most:
        host = min(waiting, key=lambda each: (busy[each], waiting[each][-1].due_at))
        is_full = _is_full(host, busy, slow)
        if host in slow:
            is_full |= sum(busy[each] for each in slow) >= THREADS // 2
        if is_full:
            del waiting[host]
            continue
        busy[host] += 1
        chosen.append(waiting[host].pop())
        if not waiting[host]:
            del waiting[host]
    return chosen


def _is_full(host: str, busy: Counter[str], slow: frozenset[str]) -> bool:
    """Whether the host has as many imports under way as it may have."""
    own = {urlsplit(known.get("api_url", "")).netloc for known in settings.NETWORKS.values()}
    has_room = host in own or (host not in slow and busy.total() < THREADS // 2)
    return busy[host] >= (THREADS // 2 if has_room else 1)


def _put_off(rows: Iterable[_DueRow], now: datetime) -> None:
    """Put rows off; those of parked or ended links until `request_imports`."""
    waiting: list[int] = []
    later: list[int] = []
    for row in rows:
        (later if row.state == LinkState.ACTIVE else waiting).append(row.pk)
    if waiting:
        _unleased(now).filter(pk__in=waiting).update(due_at=None)
    if later:
        _unleased(now).filter(pk__in=later).update(due_at=now + PUT_OFF * _random.uniform(0.5, 1.5))


@functools.cache
def _settle_update(names: tuple[str, ...]) -> CompiledUpdate:
    """The owner's UPDATE that releases its row; sets `names`."""
    whose = {
        "pk": param("pk", LinkImport, "id"),
        "lease_owner": param("owner", LinkImport, "lease_owner"),
    }
    return CompiledUpdate(lambda: LinkImport.objects.filter(**whose), *names)
