"""Reauthorization: park a link whose access ended, notify its member once, resume when linked again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from syndication.connectors import CONNECTORS
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility, notices, retry_policy, wakeups
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link, LinkState

PARKED = "parked"
TOO_NARROW = "scope"
UNCONFIRMED = "unconfirmed"

_WHEN_LINKED_AGAIN = {
    "going": ngettext_lazy(
        "Afterwards %(n)d waiting post or edit is sent.",
        "Afterwards %(n)d waiting posts or edits are sent.",
        "n",
    ),
    "deletes": ngettext_lazy(
        "%(n)d copy on the network is deleted.", "%(n)d copies on the network are deleted.", "n"
    ),
    "old": ngettext_lazy(
        "%(n)d post is older than 48 hours: it is sent only when you press for it.",
        "%(n)d posts are older than 48 hours: they are sent only when you press for them.",
        "n",
    ),
}


@transaction.atomic
def require_reauthorization(link: Link, reason: Reason) -> bool:
    """Park the link and its deliveries: the network refused its credentials. Return whether it did.

    Only if the link still has the credentials that were refused, not newer ones of linking again.
    """
    parked = Link.objects.active().filter(pk=link.pk, credentials_version=link.credentials_version)
    if not parked.update(state=LinkState.PARKED, parked_at=timezone.now(), parked_reason=reason):
        return False
    waiting = link.deliveries.filter(state=DeliveryState.WAITING)
    waiting.change(DeliveryState.PARKED, reason=eligibility.NEEDS_YOU)
    hint = CONNECTORS[link.network].relink_hint
    notices.notify_of_link(link, PARKED, params={"hint": hint} if hint else {})
    return True


def notify_scope_missing(link: Link) -> None:
    """Notify the member that the granted scope is too narrow; only that delivery waits."""
    notices.notify_of_link(link, TOO_NARROW)


@transaction.atomic
def resume_link(link: Link) -> None:
    """Resume a link that was linked again: parked deliveries go on, too old ones expire."""
    now = timezone.now()
    Link.objects.filter(pk=link.pk).exclude(state=LinkState.ENDED).update(
        state=LinkState.ACTIVE, parked_at=None, parked_reason=""
    )
    link.refresh_from_db()
    parked = link.deliveries.filter(state=DeliveryState.PARKED)
    too_old = parked.filter(_is_too_old(now))
    too_old.change(DeliveryState.EXPIRED, reason=retry_policy.TOO_OLD, due_at=None)
    parked.change(DeliveryState.WAITING, reason="", network_message="", due_at=now)
    in_doubt = Delivery.objects.filter(link=link, state=DeliveryState.UNCONFIRMED, due_at=None)
    in_doubt.update(due_at=now, reads=0, is_notified=False)  # perhaps the timeline can be read now
    notices.notices_of_link(link).filter(key__in=[PARKED, TOO_NARROW]).delete()
    wakeups.wake_for_due()


def describe_resumption(link: Link) -> str:
    """Describe to the member what `resume_link` will send."""
    parked = link.deliveries.filter(state=DeliveryState.PARKED)
    is_delete = Q(operation=DeliveryOperation.DELETE)
    is_too_old = _is_too_old(timezone.now())
    counted = parked.aggregate(
        going=Count("pk", filter=~is_delete & ~is_too_old),
        old=Count("pk", filter=is_too_old),
        deletes=Count("pk", filter=is_delete),
    )
    sentences = [
        said % {"n": counted[what]} for what, said in _WHEN_LINKED_AGAIN.items() if counted[what]
    ]
    return " ".join(sentences) or _("Nothing waits for it.")


def _is_too_old(now: datetime) -> Q:
    return Q(operation=DeliveryOperation.PUBLISH, asked_at__lt=now - retry_policy.PUBLISH_WITHIN)
