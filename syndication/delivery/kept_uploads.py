"""What a delivery has uploaded and no post names yet: kept in its row, with the time, for the next try."""

from __future__ import annotations

from typing import Any

from syndication.connectors import CONNECTORS
from syndication.connectors.uploads import KeptUploads
from syndication.delivery.claims import Claim, Clock
from syndication.models import Delivery, DeliveryState

# States in which a delivery needs them no more. After a failure its member may still press.
DONE = frozenset({DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.MISSED})


def of(held: Claim, now: Clock) -> KeptUploads:
    """Those that the network still has. Each upload is written down at once, as the worker may be killed
    before the post leaves."""
    delivery = held.delivery
    oldest = now().timestamp() - CONNECTORS[held.link.network].upload_lifetime
    kept = {mark: one for mark, one in delivery.uploads.items() if one["at"] > oldest}

    def keep(mark: str, value: Any) -> None:
        at = kept[mark]["at"] if mark in kept else now().timestamp()
        kept[mark] = {"at": at, "value": value}
        _write(held, kept)

    def forget() -> None:
        kept.clear()
        _write(held, kept)

    return KeptUploads({mark: one["value"] for mark, one in kept.items()}, keep, forget)


def _write(held: Claim, kept: dict[str, Any]) -> None:
    held.delivery.uploads = dict(kept)
    mine = Delivery.objects.filter(pk=held.delivery.pk, lease_owner=held.owner)
    mine.update(uploads=held.delivery.uploads)
