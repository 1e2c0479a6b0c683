"""Tokens that a network gave and nobody keeps: ask for their revocation.

The signal `accounts.signals.access_discarded` reports them, in the transaction that wipes them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.actions.link_results import read_link_result
from accounts.models import LinkAttempt
from accounts.signals import access_discarded


def discard_credentials(
    network: str,
    credentials: Mapping[str, Any],
    *,
    uid: str = "",
    registration: int | None = None,
) -> str:
    """Send `access_discarded` for credentials that are not kept. Returns the receivers' notes for
    the member, or "". `uid` is "" where the owner is not known.
    """
    answers = access_discarded.send(
        LinkAttempt,
        network=network,
        uid=uid,
        credentials=dict(credentials),
        registration=registration,
    )
    return " ".join(str(words) for _receiver, words in answers if words)


def discard_link_result(row: LinkAttempt) -> str:
    """Discard the credentials that wait in `row`. Returns a note for the member, or ""."""
    _outcome, account = read_link_result(row)
    if account is None:
        return ""
    return discard_credentials(
        row.network, account.credentials, uid=account.uid, registration=row.registration_id
    )


@receiver(pre_delete, sender=LinkAttempt, dispatch_uid="accounts.discarded_access")
def discard_on_delete(sender: type[LinkAttempt], instance: LinkAttempt, **kwargs: Any) -> None:
    """Discard the credentials of a row that is deleted unconfirmed, with its member, say."""
    discard_link_result(instance)
