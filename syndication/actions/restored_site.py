"""What a restored site does not trust: everything that may have happened between backup and restore.

- A delivery that was open may have been sent since: it becomes unconfirmed, and its copy is looked for
  before anything is sent. Where nothing can be looked for the member is asked.
- Imports stay off until somebody of staff turns them on.
- Mails about what had happened by then are not sent: they may have been.
- Bookmarks of phones, and addresses for answers by email, end: one may have been ended since, with a
  phone that was lost. So do links in mails, and what staff had asked for to help with a log-in: its member may
  have stopped it since.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.models import AccessRecovery, Member, Notice, NoticeMail, Phone, RecoveryEnd
from syndication.delivery import eligibility, snapshots
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    ImportPause,
    Link,
    LinkImport,
    ReplyAddress,
)
from syndication.models.errors import NotYours

_S = DeliveryState
MAY_RESUME = "syndication.change_networkswitch"


def distrust_restored_rows(now: datetime) -> int:
    """Do all of it, in the transaction of the restore. Return how many deliveries became unconfirmed."""
    ImportPause.objects.create(since=now)
    Link.objects.exclude(sending_by="").update(sending_by="", sending_until=None)
    LinkImport.objects.exclude(lease_owner="").update(lease_owner="", lease_until=None)
    Notice.objects.filter(mailed_at=None).update(mail_due_at=None)
    NoticeMail.objects.filter(sent_at=None).delete()
    Phone.objects.live().update(ended_at=now)
    ReplyAddress.objects.all().delete()
    AccessRecovery.objects.filter(ended_at=None).update(ended_at=now, end_reason=RecoveryEnd.STAFF)
    Member.objects.update(mailed_links_ended_at=now, recovery_asked_at=None)
    return _doubt_open_deliveries(now)


def resume_imports(*, by: Member | None) -> bool:
    """Turn imports on; `by` None: by a command. Return whether they were off. Raises NotYours."""
    if by is not None and not by.has_perm(MAY_RESUME):
        raise NotYours(by)
    return bool(ImportPause.objects.all().delete()[0])


def _doubt_open_deliveries(now: datetime) -> int:
    """Not a transition of the state machine: what the rows say is not believed."""
    is_open = Q(state__in=[_S.WAITING, _S.SENDING, _S.PARKED]) | Q(
        state=_S.UNCONFIRMED, due_at__isnull=False
    )
    rows = Delivery.objects.filter(is_open).select_related("post", "link__member").order_by("pk")
    doubted = 0
    for delivery in rows.iterator(chunk_size=500):
        changes: dict[str, object] = {"lease_owner": "", "lease_until": None, "reads": 0}
        changes |= {"state": _S.UNCONFIRMED, "due_at": now, "sent_as": _looked_for(delivery)}
        changes["first_sent_at"] = (
            delivery.first_sent_at or delivery.created_at
        )  # looked for since then
        doubted += Delivery.objects.filter(pk=delivery.pk).update(**changes)
    return doubted


def _looked_for(delivery: Delivery) -> dict[str, object]:
    """What to look for at the network: as the last try sent it, else as it would have been sent.

    Of an answer that was never tried nothing is known to look for: it would be compared with the post
    that it answers.
    """
    if delivery.sent_as or delivery.post is None or delivery.operation == DeliveryOperation.DELETE:
        return dict(delivery.sent_as)
    post = delivery.post
    outgoing = eligibility.outgoing_post(post, delivery.link, delivery.audience)
    return snapshots.snapshot_of(outgoing, version=post.version)
