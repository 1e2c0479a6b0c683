"""Links that were mailed: for a new password, and to confirm an address.

Whoever reads the mails of a lost phone, or was in by a session that the member ends, may hold some. They end
with the member's sessions ("Lost phone", "End all but this one") and with a changed password.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import Member


def end_mailed_links(member: Member) -> None:
    """Let no link that was mailed to the member before now open anything."""
    member.mailed_links_ended_at = timezone.now()
    Member.objects.filter(pk=member.pk).update(mailed_links_ended_at=member.mailed_links_ended_at)
    _renew_unconfirmed_addresses(member)


def use_mailed_link(member: Member) -> bool:
    """End the links for a new password by using one. Of several requests at once one gets True.

    `member` is the row as it was when the link was checked.
    """
    rows = Member.objects.filter(
        pk=member.pk, password=member.password, mailed_links_ended_at=member.mailed_links_ended_at
    )
    member.mailed_links_ended_at = timezone.now()
    return rows.update(mailed_links_ended_at=member.mailed_links_ended_at) == 1


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="accounts.mailed_links")
def end_on_new_password(*, instance: Any, created: bool, **_: object) -> None:
    """Links for a new password end with the old one by themselves."""
    if instance._password is not None and not created:
        _renew_unconfirmed_addresses(instance)


def _renew_unconfirmed_addresses(member: Member) -> None:
    """A link that confirms an address names its row by the key: the address waits on, as another row."""
    rows = EmailAddress.objects.filter(user=member, verified=False)
    waiting = list(rows)
    rows.delete()
    for row in waiting:
        row.pk = None
    EmailAddress.objects.bulk_create(waiting)
