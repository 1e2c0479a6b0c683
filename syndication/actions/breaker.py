"""The breaker for one host: after five network-level failures in a row nobody asks it for a while.

60 seconds, doubling to 30 minutes each time the one probe fails. Other hosts do not notice. Counted
are exchanges without any HTTP answer; an answer, whatever it says, closes the breaker.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from syndication.models import HostHealth, Link

FAILURES_TO_OPEN = 5
FIRST_PAUSE = 60.0  # seconds
LONGEST_PAUSE = 1800.0
PROBE_LEASE = timedelta(seconds=120)


def host_of(link: Link) -> str:
    """The host (with port) that this link's requests go to."""
    return link.host or urlsplit(settings.NETWORKS[link.network]["api_url"]).netloc


def closed_to(now: datetime, *, prefix: str = "") -> Q:
    """A condition on links: those whose host is not asked now. `prefix` leads to the link."""
    shut = set(
        HostHealth.objects.filter(Q(open_until__gt=now) | Q(probe_until__gt=now)).values_list(
            "host", flat=True
        )
    )
    one_host = [
        network
        for network, known in settings.NETWORKS.items()
        if urlsplit(known["api_url"]).netloc in shut
    ]
    own = Q(**{f"{prefix}host__in": shut})
    return own | Q(**{f"{prefix}host": "", f"{prefix}network__in": one_host})


def admit(host: str, now: datetime) -> bool:
    """Whether a request may go to `host`. After a pause one caller gets a yes: the probe."""
    health = HostHealth.objects.filter(host=host, failures__gte=FAILURES_TO_OPEN).first()
    if health is None:
        return True
    free = HostHealth.objects.filter(
        Q(open_until=None) | Q(open_until__lte=now),
        Q(probe_until=None) | Q(probe_until__lte=now),
        host=host,
    )
    return bool(free.update(probe_until=now + PROBE_LEASE))


def answered(host: str) -> None:
    """The host gave an HTTP answer: whatever was counted is forgotten."""
    counted = HostHealth.objects.filter(host=host).exclude(failures=0)
    if counted.exists():
        counted.update(failures=0, opened_times=0, open_until=None, probe_until=None)


@transaction.atomic
def failed(host: str, now: datetime) -> None:
    """The host gave no answer at all."""
    HostHealth.objects.get_or_create(host=host)
    HostHealth.objects.filter(host=host).update(failures=F("failures") + 1)
    health = HostHealth.objects.select_for_update().get(host=host)
    if health.failures < FAILURES_TO_OPEN or (health.open_until and health.open_until > now):
        return
    pause = min(FIRST_PAUSE * 2.0**health.opened_times, LONGEST_PAUSE)
    health.open_until = now + timedelta(seconds=pause)
    health.opened_times = min(health.opened_times + 1, 10)
    health.probe_until = None
    health.save()


def stand_down(host: str) -> None:
    """The probe was not sent after all: the next one may be it."""
    HostHealth.objects.filter(host=host).exclude(probe_until=None).update(probe_until=None)
