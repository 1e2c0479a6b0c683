"""A server's limits as they were last read, and reading them anew when it refuses a text for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Terms
from syndication.connectors.errors import (
    ConnectorError,
    Rejected,
    TextRejected,
    TryLater,
    Unsupported,
)
from syndication.connectors.reasons import Reason
from syndication.delivery.eligibility import post_from_snapshot
from syndication.models import Delivery, Link, ServerTraits

RECUT = Reason("cut_anew")
LIMITS_CHANGED = "limits_changed"  # outcome of the try after which they were (Outcome)

# With these, servers refuse a text for its length in words of any language.
MAY_BE_LENGTH = frozenset({400, 406, 413, 422})


def store_terms(link: Link, terms: Terms) -> Terms:
    """What the server lets through and whom the account lets in, for pages and previews; with what was
    learned of the server."""
    learned = ServerTraits.objects.filter(host=link.host, counts_code_points=True)
    if link.host and learned.exists():
        terms = replace(terms, counts_code_points=True)
    told = asdict(terms) if terms != Terms() else {}
    Link.objects.filter(pk=link.pk).update(terms=told, follows_approved=terms.approves_followers)
    return terms


def may_be_length_error(error: ConnectorError) -> bool:
    """Whether `error` refuses the text for its length, or for something that only may be that."""
    return isinstance(error, TextRejected) or (
        type(error) is Rejected and error.status in MAY_BE_LENGTH
    )


def limits_have_changed(
    delivery: Delivery, link: Link, connector: Callable[[], Connector], error: ConnectorError
) -> bool:
    """Whether the limits that the text refused by `error` was cut by are not the server's; those that
    are, are kept. Asked once for a delivery, so that a server that says another limit each time ends, too.
    Raises TryLater where a text is too long for sure and the limits cannot be read at this moment.
    """
    tries = delivery.attempts.filter(outcome=LIMITS_CHANGED, started_at__gte=delivery.asked_at)
    if delivery.is_delete or tries.exists():
        return False
    try:
        terms = connector().terms()
    except TryLater:
        if isinstance(error, TextRejected):
            raise
        return False
    except ConnectorError:
        return False
    terms = store_terms(link, terms)
    before = delivery.sent_as.get("terms") or {}
    if _limits(asdict(terms)) != _limits(asdict(Terms(**before))):
        return True
    return isinstance(error, TextRejected) and _counts_code_points(delivery, link, terms)


def _counts_code_points(delivery: Delivery, link: Link, terms: Terms) -> bool:
    """Whether the text would be shorter if it were counted by code points with whole addresses: the
    server said that it is too long and names the limits that it kept. Remembered for the server."""
    connector = CONNECTORS[link.network]
    if not (connector.counts_differ and link.host) or terms.counts_code_points:
        return False
    sent = post_from_snapshot(delivery.sent_as)
    stricter = replace(terms, counts_code_points=True)
    try:
        if connector.preview(replace(sent, terms=stricter)).text == connector.preview(sent).text:
            return False
    except Unsupported:
        pass  # it is not cut for these readers: then it does not go, and they are told why
    ServerTraits.objects.update_or_create(host=link.host, defaults={"counts_code_points": True})
    store_terms(link, stricter)
    return True


def _limits(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if name != "approves_followers"}
