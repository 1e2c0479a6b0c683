"""What keeps the table of sessions small: a limit for each client address, and the clearing."""

from datetime import timedelta

from django.utils import timezone

from accounts.urlsession.conf import setting
from accounts.urlsession.context import Context
from accounts.urlsession.models import OutTicket, Session


def is_over_limit(context: Context) -> bool:
    """Whether this client's address holds as many live anonymous sessions as it may.

    Count and insert are two steps, so requests that run at once may pass together: a few rows too
    many are no harm, a lock on every first visit would be.
    """
    rows = Session.objects.filter(address_hash=context.address, expire_date__gt=timezone.now())
    return rows.count() >= int(setting("URLSESSION_ANONYMOUS_PER_ADDRESS"))


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
