"""What keeps the table of sessions small: so many for each client address, and the clearing."""

from datetime import timedelta

from django.utils import timezone

from accounts.urlsession.conf import setting
from accounts.urlsession.context import Context
from accounts.urlsession.models import OutTicket, Session


def make_room(context: Context) -> None:
    """Ends anonymous sessions of this client's address until one more may begin.

    The oldest that hold nothing go first, then the oldest. Refusing the new visitor was the other
    way: then one phone behind a carrier's gateway shuts the log-in for all phones behind it.

    Count and insert are two steps, so requests that run at once may pass together: a few rows too
    many are no harm, a lock on every first visit would be. The next visit deletes them, too.
    """
    rows = Session.objects.filter(address_hash=context.address, expire_date__gt=timezone.now())
    surplus = rows.count() - int(setting("URLSESSION_ANONYMOUS_PER_ADDRESS")) + 1
    if surplus <= 0:
        return
    oldest = rows.order_by("-is_empty", "expire_date").values_list("pk", flat=True)[:surplus]
    # By address again: a session that became a member's meanwhile is no longer of this address.
    rows.filter(pk__in=list(oldest)).delete()


def clear_expired() -> int:
    """Deletes ended sessions and outlived tickets; returns how many rows. For the sweeper.

    A member's ended session stays for URLSESSION_REMEMBER_ENDED, to offer the right way back in.
    """
    now = timezone.now()
    remembered = now - timedelta(seconds=setting("URLSESSION_REMEMBER_ENDED"))
    ended = Session.objects.filter(expire_date__lt=now)
    anonymous, _ = ended.exclude(address_hash="").delete()
    members, _ = ended.filter(expire_date__lt=remembered).delete()
    tickets, _ = OutTicket.objects.filter(expires_at__lt=now).delete()
    return int(anonymous + members + tickets)
