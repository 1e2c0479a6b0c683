"""Authorization server of an account's server: discovery, pushed request, token exchange.

https://atproto.com/specs/oauth: the account's server names it, and its own metadata must confirm
that; both are read anew each time.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from accounts.providers.base import LinkingFailed, bounded_line
from accounts.providers.bluesky.client import SCOPE, BlueskyClient
from accounts.providers.bluesky.http import fetch_json, post_form
from accounts.providers.bluesky.identity import host_of
from accounts.providers.issuers import METADATA
from accounts.providers.servers import origin_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuthorizationServer:
    """An authorization server and its addresses."""

    issuer: str
    authorize_url: str
    par_url: str
    token_url: str

    def push(
        self, client: BlueskyClient, *, key: str, verifier: str, state: str, login_hint: str
    ) -> str:
        """Push the request (RFC 9126); return the address of its permission page. Raises
        LinkingFailed."""
        digest = hashlib.sha256(verifier.encode()).digest()
        fields = {
            "client_id": client.id,
            "response_type": "code",
            "redirect_uri": client.redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"login_hint": login_hint} if login_hint else {}),
            **client.assertion(self.issuer),
        }
        status, answer = post_form(self.par_url, key=key, data=fields)
        if status not in {200, 201} or not isinstance(answer.get("request_uri"), str):
            _log(self.issuer, status, answer)
            raise LinkingFailed
        query = {"client_id": client.id, "request_uri": answer["request_uri"]}
        return f"{self.authorize_url}?{urlencode(query)}"

    def exchange(
        self, client: BlueskyClient, *, key: str, verifier: str, code: str
    ) -> dict[str, Any]:
        """Exchange a code for tokens. Raises LinkingFailed."""
        fields = {
            "grant_type": "authorization_code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "code": code,
            "code_verifier": verifier,
            **client.assertion(self.issuer),
        }
        status, answer = post_form(self.token_url, key=key, data=fields)
        if status not in {200, 201} or not answer.get("access_token"):
            _log(self.issuer, status, answer)
            raise LinkingFailed
        return dict(answer)


def _log(issuer: str, status: int, answer: Mapping[str, Any]) -> None:
    """Log a server's refusal for the administrators."""
    message = bounded_line(f"{answer.get('error')}: {answer.get('error_description')}", longest=300)
    logger.warning("%s refused us with %s (%s)", issuer, status, message)


def find_authorization_server(host: str) -> AuthorizationServer:
    """Return the authorization server of the server at `host`. Raises LinkingFailed."""
    return _described(_issuer_of(origin_of(host)))


def new_verifier() -> str:
    """Return a PKCE verifier (RFC 7636)."""
    return secrets.token_urlsafe(48)


def _issuer_of(origin: str) -> str:
    """Return the issuer that the server at `origin` names, else itself."""
    described = fetch_json(f"{origin}/.well-known/oauth-protected-resource")
    if described is None:
        return origin  # what the member typed may be an authorization server itself
    named = described.get("authorization_servers") if isinstance(described, dict) else None
    if not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
        raise LinkingFailed
    if described.get("resource") != origin:
        raise LinkingFailed
    return origin_of(host_of(named[0]))


def _described(issuer: str) -> AuthorizationServer:
    found = fetch_json(f"{issuer}{METADATA}")
    if not isinstance(found, dict) or found.get("issuer") != issuer:
        raise LinkingFailed
    if "atproto" not in (found.get("scopes_supported") or ()):
        raise LinkingFailed
    return AuthorizationServer(
        issuer,
        *(
            _secure(found.get(name))
            for name in (
                "authorization_endpoint",
                "pushed_authorization_request_endpoint",
                "token_endpoint",
            )
        ),
    )


def _secure(url: object) -> str:
    """Return an address with https, or of an allowed private machine. Raises LinkingFailed."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        raise LinkingFailed
    if parts.scheme != "https" and parts.netloc.lower() not in settings.ALLOWED_PRIVATE_HOSTS:
        raise LinkingFailed
    return parts.geturl()
