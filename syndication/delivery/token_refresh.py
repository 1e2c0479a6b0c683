"""Token refresh of idle links: some networks end an access that is not refreshed (mixi after 6 hours).

Run by the import worker (delivery.token_upkeep).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from syndication.connectors.errors import ConnectorError, Unauthorized
from syndication.delivery import circuit_breaker, credentials, reauthorization
from syndication.delivery.monitored_http import MonitoredHttp
from syndication.models import Link

AGAIN_AFTER = timedelta(minutes=10)
WINDOW = 100  # due rows read for one choice


def due_token_refreshes(now: datetime, without: Collection[str] = ()) -> list[tuple[int, str]]:
    """The keys and hosts of idle links due for a refresh, longest due first, without hosts of
    `without`."""
    links = Link.objects.active().filter(keep_fresh_at__lte=now).exclude(host__in=without)
    return list(links.order_by("keep_fresh_at").values_list("pk", "host")[:WINDOW])


def refresh_idle_link(link_pk: int) -> None:
    """Refresh the token of an idle link. Safe to call twice: the second call finds it refreshed."""
    now = timezone.now()
    idle = Link.objects.active().filter(pk=link_pk, keep_fresh_at__lte=now)
    # Put off first, or a worker that dies here would leave it due at every sweep.
    if not idle.update(keep_fresh_at=now + AGAIN_AFTER):
        return
    link = Link.objects.get(pk=link_pk)
    if circuit_breaker.host_of(link) in circuit_breaker.blocked_hosts(now):
        return
    try:
        http = MonitoredHttp(timezone.now)
        credentials.fresh_credentials(link, http=http, refused=link.credentials_version)
    except Unauthorized as error:
        reauthorization.require_reauthorization(link, error.reason)
    except ConnectorError:
        return  # due again after AGAIN_AFTER
