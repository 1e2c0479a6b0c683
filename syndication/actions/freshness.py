"""Links that nobody uses: some networks forget an access that is not renewed (mixi after 6 hours)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.outgoing import outgoing_http
from syndication import credentials
from syndication.actions import parking
from syndication.connectors.errors import ConnectorError, Unauthorized
from syndication.models import Link

AGAIN_AFTER = timedelta(minutes=10)


def due(now: datetime) -> list[int]:
    """Links whose access is to be renewed for its own sake."""
    return list(
        Link.objects.active().filter(keep_fresh_at__lte=now).values_list("pk", flat=True)[:100]
    )


def keep_fresh(link_pk: int) -> None:
    """Renew the access of an idle link. Safe to call twice: the second finds it renewed."""
    now = timezone.now()
    idle = Link.objects.active().filter(pk=link_pk, keep_fresh_at__lte=now)
    # Put off first, so that a worker that dies here does not leave it due at every sweep.
    if not idle.update(keep_fresh_at=now + AGAIN_AFTER):
        return
    link = Link.objects.get(pk=link_pk)
    try:
        credentials.fresh(link, http=outgoing_http(), refused=link.credentials_version)
    except Unauthorized as error:
        parking.park(link, error.reason)
    except ConnectorError:
        return  # its turn comes again
