"""Tokens that a network gave and that nobody keeps: whoever can have them revoked is told.

They are told by `accounts.signals.access_discarded`, in the transaction that wipes them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.actions.link_results import outcome_of
from accounts.models import LinkReturn
from accounts.signals import access_discarded


def discard(
    network: str,
    credentials: Mapping[str, Any],
    *,
    uid: str = "",
    registration: int | None = None,
) -> str:
    """`credentials` are not kept. Returns what the member should know, if anything: that the network
    cannot be asked to revoke them, say. `uid` is "" where nobody knows whose they are."""
    answers = access_discarded.send(
        LinkReturn,
        network=network,
        uid=uid,
        credentials=dict(credentials),
        registration=registration,
    )
    return " ".join(str(words) for _receiver, words in answers if words)


def discard_result(row: LinkReturn) -> str:
    """The same for what waits in `row` for its member's word; "" where nothing does."""
    _outcome, account = outcome_of(row)
    if account is None:
        return ""
    return discard(
        row.network, account.credentials, uid=account.uid, registration=row.registration_id
    )


@receiver(pre_delete, sender=LinkReturn, dispatch_uid="accounts.discarded_access")
def row_is_going(sender: type[LinkReturn], instance: LinkReturn, **kwargs: Any) -> None:
    """With its member, say, before anybody confirmed."""
    discard_result(instance)
