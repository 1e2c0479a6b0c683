"""Requests to servers that members name, with errors that tell the member what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from django.utils.translation import gettext as _

from accounts.providers.base import LinkingFailed
from accounts.providers.servers import Server
from accounts.safe_http import HttpFailure

BLOCKING = frozenset({401, 403, 418, 451})


def request_server(host: str, method: str, url: str, **content: Any) -> Any:
    """Send one request. Raises LinkingFailed with what went wrong."""
    try:
        with get_adapter().get_requests_session() as session:
            return session.request(method, url, **content)
    except HttpFailure as failure:
        raise LinkingFailed(_failure_sentence(failure.reason) % {"host": host}) from None


def check_not_blocked(host: str, answer: Any) -> None:
    """Raise LinkingFailed with a sentence where `host` blocks this site."""
    if answer.status_code in BLOCKING:
        sentence = _("%(host)s does not answer this site: it may have blocked it.")
        raise LinkingFailed(sentence % {"host": host})


def check_not_failing(host: str, answer: Any) -> None:
    """Raise LinkingFailed with a sentence where `host` reports a server error."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise LinkingFailed(_failure_sentence("") % {"host": host})


def json_fields(answer: Any) -> Mapping[str, Any]:
    """Return the answer where it is a JSON object, else an empty mapping."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def require_server(server: Server | None) -> Server:
    """Return `server`. Raises LinkingFailed where it is None."""
    if server is None:
        raise LinkingFailed
    return server


def _failure_sentence(reason: str) -> str:
    match reason:
        case "dns" | "bad_address":
            return _("There is no server called %(host)s. Check the name.")
        case "tls":
            return _("%(host)s has no valid certificate, so nothing was sent to it.")
        case "refused_address":
            return _("%(host)s is in a private network, which this site does not contact.")
        case _:
            return _("%(host)s does not answer just now. Try again in a few minutes.")
