"""A server's limits as they were last read, and reading them anew when it refuses a text for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from syndication.connectors.base import Connector, Terms
from syndication.connectors.errors import ConnectorError, Rejected, TooLong
from syndication.connectors.reasons import Reason
from syndication.models import Delivery, Link

CUT_ANEW = Reason("cut_anew")
READ_ANEW = "limits_changed"  # outcome of the try after which they were (Outcome)

# With these, servers refuse a text for its length in words of any language.
MAY_BE_LENGTH = frozenset({400, 406, 413, 422})


def keep(link: Link, terms: Terms) -> None:
    """What the server lets through and whom the account lets in, for pages and previews."""
    told = asdict(terms) if terms != Terms() else {}
    Link.objects.filter(pk=link.pk).update(terms=told, follows_approved=terms.approves_followers)


def may_be_of_length(error: ConnectorError) -> bool:
    """Whether `error` refuses the text for its length, or for something that only may be that."""
    return isinstance(error, TooLong) or (type(error) is Rejected and error.status in MAY_BE_LENGTH)


def have_changed(delivery: Delivery, link: Link, connector: Callable[[], Connector]) -> bool:
    """Whether the limits that the refused text was cut by are no longer the server's; the new ones are
    kept. Asked once for a delivery, so that a server that says another limit each time ends, too."""
    tries = delivery.attempts.filter(outcome=READ_ANEW, started_at__gte=delivery.asked_at)
    if delivery.is_delete or tries.exists():
        return False
    try:
        terms = connector().terms()
    except ConnectorError:
        return False
    keep(link, terms)
    return _limits(asdict(terms)) != _limits(delivery.sent_as.get("terms") or asdict(Terms()))


def _limits(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if name != "approves_followers"}
