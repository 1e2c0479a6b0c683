"""Asking a server that a member named, with errors that tell the member what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.utils.translation import gettext as _

from accounts.providers.base import ExchangeFailed
from accounts.providers.servers import Server
from accounts.safe_http import HttpFailure

BLOCKING = frozenset({401, 403, 418, 451})


def request_server(host: str, method: str, url: str, **content: Any) -> Any:
    """One request. Raises ExchangeFailed, saying what stood in the way."""
    try:
        with get_adapter().get_requests_session() as session:
            return session.request(method, url, **content)
    except HttpFailure as failure:
        raise ExchangeFailed(_in_words(failure.reason) % {"host": host}) from None


def check_not_blocked(host: str, answer: Any) -> None:
    """Raises ExchangeFailed with words where `host` does not let this site ask what anybody may."""
    if answer.status_code in BLOCKING:
        words = _("%(host)s does not answer this site: it may have blocked it.")
        raise ExchangeFailed(words % {"host": host})


def check_not_failing(host: str, answer: Any) -> None:
    """Raises ExchangeFailed with words where `host` is in trouble."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise ExchangeFailed(_in_words("") % {"host": host})


def json_fields(answer: Any) -> Mapping[str, Any]:
    """The answer's fields where it is a JSON object, none where it is not."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def require_server(server: Server | None) -> Server:
    """The server that must have been named. Raises ExchangeFailed."""
    if server is None:
        raise ExchangeFailed
    return server


def _in_words(reason: str) -> str:
    match reason:
        case "dns" | "bad_address":
            return _("There is no server called %(host)s. Look at the name once more.")
        case "tls":
            return _("%(host)s shows no valid certificate, so nothing was sent there.")
        case "refused_address":
            return _("%(host)s leads to a private network, where this site does not go.")
        case _:
            return _("%(host)s does not answer just now. Try again in a few minutes.")
