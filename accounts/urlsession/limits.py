"""Limits on stored sessions and tickets, and deletion of expired ones."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.urlsession.clients import NETWORK_HASH_LENGTH
from accounts.urlsession.conf import get_setting
from accounts.urlsession.context import SessionContext
from accounts.urlsession.models import OutTicket, Session

ROWS = 1000  # of one statement
BATCHES = 10


def evict_anonymous_sessions(context: SessionContext) -> None:
    """End anonymous sessions of the client's address, network and of all above the limits.

    The oldest that hold nothing go first, then the oldest. Refusing the new visitor was the other
    way: then one phone behind a carrier's gateway shuts the log-in for all phones behind it.

    Count and insert are two steps, so requests that run at once may pass together: a few rows too
    many are no harm, a lock on every first visit would be. The next visit deletes them, too.
    """
    live = Session.objects.filter(expire_date__gt=timezone.now())
    network = context.address[:NETWORK_HASH_LENGTH]
    in_network = live.filter(address_hash__gte=network, address_hash__lt=f"{network}g")  # after f
    _evict_above(live.filter(address_hash=context.address), "URLSESSION_ANONYMOUS_PER_ADDRESS")
    _evict_above(in_network, "URLSESSION_ANONYMOUS_PER_NETWORK")
    _evict_above(live.filter(address_hash__gt=""), "URLSESSION_ANONYMOUS_IN_ALL")


def _evict_above(rows: QuerySet[Session], most: str) -> None:
    """Leave room for one more. Member sessions have no address, so these rows hold none."""
    allowed = int(get_setting(most))
    surplus = rows.count() - allowed + 1
    if surplus <= 0:
        return
    # Some more of a large number, so that not every visitor to a full table pays for the sorting.
    surplus += allowed // 100
    oldest = rows.order_by("-is_empty", "expire_date").values_list("pk", flat=True)[:surplus]
    # By address again: a session that became a member's meanwhile is no longer of this address.
    rows.filter(pk__in=list(oldest)).delete()


def delete_expired_sessions() -> int:
    """Delete ended sessions and expired tickets, for the sweeper; returns how many rows.

    A member's ended session stays for URLSESSION_REMEMBER_ENDED, to offer the right way back in.
    """
    now = timezone.now()
    remembered = now - timedelta(seconds=get_setting("URLSESSION_REMEMBER_ENDED"))
    ended = Session.objects.filter(expire_date__lt=now)
    anonymous = ended.exclude(address_hash="").order_by("expire_date")
    members = ended.filter(expire_date__lt=remembered).order_by("expire_date")
    tickets = OutTicket.objects.filter(expires_at__lt=now).order_by("expires_at")
    deleted = sum(_delete_some(rows) for rows in (anonymous, members, tickets))
    return deleted + _delete_surplus_tickets()


def _delete_some(rows: QuerySet[Any]) -> int:
    """Delete the first rows, ROWS in a statement, at most BATCHES times; the rest goes the next time."""
    deleted = 0
    for _ in range(BATCHES):
        keys = list(rows.values_list("pk", flat=True)[:ROWS])
        # By the condition again: a session that was used meanwhile has not ended.
        deleted += rows.filter(pk__in=keys).order_by().delete()[0] if keys else 0
        if len(keys) < ROWS:
            break
    return deleted


def _delete_surplus_tickets() -> int:
    """Delete the least recently used tickets; a page that is shown again makes them again."""
    surplus = OutTicket.objects.count() - int(get_setting("URLSESSION_TICKETS"))
    if surplus <= 0:
        return 0
    oldest = OutTicket.objects.order_by("expires_at").values_list("pk", flat=True)[:surplus]
    return int(OutTicket.objects.filter(pk__in=list(oldest)).delete()[0])
