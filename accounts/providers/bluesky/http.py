"""Requests to servers, with DPoP proofs where demanded (RFC 9449). Redirects are not followed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter

from accounts.crypto import dpop
from accounts.providers.base import LinkingFailed
from accounts.safe_http import HttpFailure

Fields = Mapping[str, Any]


def fetch_json(url: str) -> Any:
    """Fetch the JSON at `url`, None where it is not JSON. Raises LinkingFailed without an answer."""
    answer = _ask("GET", url)
    if answer.status_code >= 500 or answer.status_code == 429:
        raise LinkingFailed
    return _json(answer) if answer.status_code == 200 else None


def fetch_text(url: str) -> str:
    """Fetch the plain text at `url`, "" where there is none."""
    try:
        answer = _ask("GET", url)
    except LinkingFailed:
        return ""
    return answer.text.strip() if answer.status_code == 200 else ""


def post_form(url: str, *, key: str = "", **content: Any) -> tuple[int, Fields]:
    """Send a POST, signed by `key` if given; return status and fields of the answer.

    The server's nonce comes with its refusal of the first try, and is used in the second.
    """
    nonce = ""
    headers = dict(content.pop("headers", {}))
    for _ in range(2):
        if key:
            now = time.time()
            headers["DPoP"] = dpop.dpop_proof(key, method="POST", url=url, now=now, nonce=nonce)
        answer = _ask("POST", url, headers=headers, **content)
        fields = _json(answer)
        fields = fields if isinstance(fields, dict) else {}
        nonce = answer.headers.get("DPoP-Nonce", "")
        if fields.get("error") != "use_dpop_nonce" or not nonce:
            break
    return answer.status_code, fields


def _ask(method: str, url: str, **content: Any) -> Any:
    try:
        with get_adapter().get_requests_session() as session:
            return session.request(method, url, allow_redirects=False, **content)
    except HttpFailure:
        raise LinkingFailed from None


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
