"""Server limits: store them as last read, and read them again when a text is refused for its length."""

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
from syndication.delivery.snapshots import post_from_snapshot
from syndication.models import AttemptOutcome, Delivery, Link, ServerTraits

RECUT = Reason("cut_anew")

# Statuses by which servers refuse a text for its length, in whatever language.
MAY_BE_LENGTH = frozenset({400, 406, 413, 422})


def store_terms(link: Link, terms: Terms) -> Terms:
    """Store the server's limits, for previews, and whether the account approves its followers. Add what
    was learned of the server; return the result."""
    learned = ServerTraits.objects.filter(host=link.host, counts_code_points=True)
    if link.host and learned.exists():
        terms = replace(terms, counts_code_points=True)
    told = asdict(terms) if terms != Terms() else {}
    Link.objects.filter(pk=link.pk).update(terms=told, follows_approved=terms.approves_followers)
    return terms


def may_be_length_error(error: ConnectorError) -> bool:
    """Whether `error` refuses the text for its length, certainly or possibly."""
    return isinstance(error, TextRejected) or (
        type(error) is Rejected and error.status in MAY_BE_LENGTH
    )


def limits_have_changed(
    delivery: Delivery, link: Link, connector: Callable[[], Connector], error: ConnectorError
) -> bool:
    """Read the limits again after `error`, and return whether the text was cut by outdated ones.

    Once for each delivery, so that a server that names another limit each time comes to an end. Raises
    TryLater if the text is certainly too long and the limits cannot be read now.
    """
    tries = delivery.attempts.filter(
        outcome=AttemptOutcome.LIMITS_CHANGED, started_at__gte=delivery.asked_at
    )
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
    """Whether counting by code points with whole addresses cuts the text further, after the server
    refused it within its own limits. Stored for the server (ServerTraits)."""
    connector = CONNECTORS[link.network]
    if not (connector.counts_differ and link.host) or terms.counts_code_points:
        return False
    sent = post_from_snapshot(delivery.sent_as)
    stricter = replace(terms, counts_code_points=True)
    try:
        if connector.preview(replace(sent, terms=stricter)).text == connector.preview(sent).text:
            return False
    except Unsupported:
        pass  # not cut for this audience: it does not go, and the member learns why
    ServerTraits.objects.update_or_create(host=link.host, defaults={"counts_code_points": True})
    store_terms(link, stricter)
    return True


def _limits(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if name != "approves_followers"}
