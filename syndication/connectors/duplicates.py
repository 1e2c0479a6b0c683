"""Duplicate posts: a text refused as a duplicate may be our own, whose answer was lost."""

from __future__ import annotations

from syndication.connectors import reasons
from syndication.connectors.base import Connector, OutgoingPost
from syndication.connectors.errors import OutcomeUnknown, Rejected

OWN_DUPLICATE_SECONDS = (
    900.0  # seconds: a duplicate this recent may be the copy whose answer was lost
)


class DuplicateRejected(Rejected):
    """The network already has this text from this account."""


def check_own_duplicate(
    connector: Connector, post: OutgoingPost, refusal: DuplicateRejected
) -> None:
    """Raise OutcomeUnknown where the duplicate that `refusal` reports was posted a moment ago."""
    since = connector.clock() - OWN_DUPLICATE_SECONDS
    found = connector.look_up(post, since=since, idempotency_key="")
    if found.exact or found.alike or not found.is_conclusive:
        raise OutcomeUnknown(reasons.SAID_ALREADY, status=refusal.status) from refusal
