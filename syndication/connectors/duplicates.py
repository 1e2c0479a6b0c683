"""Networks that take no text twice: what is refused as one may be ours, whose answer was lost."""

from __future__ import annotations

from syndication.connectors import reasons
from syndication.connectors.base import Connector, OutgoingPost
from syndication.connectors.errors import OutcomeUnknown, Rejected

OWN_DUPLICATE_SECONDS = 900.0  # seconds: so young a twin may be the copy whose answer was lost


class DuplicateRejected(Rejected):
    """It has this very text already, from this very account."""


def check_own_duplicate(
    connector: Connector, post: OutgoingPost, refusal: DuplicateRejected
) -> None:
    """Raises OutcomeUnknown where what `refusal` speaks of stands there since a moment ago."""
    since = connector.clock() - OWN_DUPLICATE_SECONDS
    found = connector.look_up(post, since=since, idempotency_key="")
    if found.exact or found.alike or not found.is_conclusive:
        raise OutcomeUnknown(reasons.SAID_ALREADY, status=refusal.status) from refusal
