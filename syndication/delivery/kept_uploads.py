"""Uploads that no post uses yet, kept with their time in the delivery's row for the next try."""

from __future__ import annotations

from typing import Any

from syndication.connectors import CONNECTORS
from syndication.connectors.uploads import KeptUploads
from syndication.delivery.claims import Claim, Clock
from syndication.models import Delivery, DeliveryState

# States in which a delivery needs its uploads no more. A failed one may still be retried.
STATES_WITHOUT_UPLOADS = frozenset(
    {DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.EXPIRED}
)


def uploads_of_claim(claim: Claim, now: Clock) -> KeptUploads:
    """The uploads that the network still has. Each is stored at once, since the worker may be killed
    before the post is sent."""
    delivery = claim.delivery
    oldest = now().timestamp() - CONNECTORS[claim.link.network].upload_lifetime
    kept = {mark: one for mark, one in delivery.uploads.items() if one["at"] > oldest}

    def keep(mark: str, value: Any) -> None:
        at = kept[mark]["at"] if mark in kept else now().timestamp()
        kept[mark] = {"at": at, "value": value}
        _write(claim, kept)

    def forget() -> None:
        kept.clear()
        _write(claim, kept)

    return KeptUploads({mark: one["value"] for mark, one in kept.items()}, keep, forget)


def _write(claim: Claim, kept: dict[str, Any]) -> None:
    claim.delivery.uploads = dict(kept)
    mine = Delivery.objects.filter(pk=claim.delivery.pk, lease_owner=claim.owner)
    mine.update(uploads=claim.delivery.uploads)
