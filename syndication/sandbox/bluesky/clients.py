"""OAuth clients: metadata documents, and client authentication.

https://atproto.com/specs/oauth#clients. A document is fetched once and kept, as servers do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from syndication.sandbox.bluesky import es256
from syndication.sandbox.http import Reply, json_reply

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = {"atproto", "transition:generic", "transition:chat.bsky", "transition:email"}
LOOPBACK = ("127.0.0.1", "[::1]")

Document = dict[str, Any]


class BadClient(Exception):
    """An invalid client, with OAuth's error code."""

    def __init__(self, description: str, error: str = "invalid_client_metadata") -> None:
        super().__init__(description)
        self.reply: Reply = json_reply({"error": error, "error_description": description}, 400)


class Clients:
    """Documents by client_id. Plain http is allowed, too: the demo may run on a home network."""

    def __init__(self) -> None:
        self.known: dict[str, Document] = {}

    def read(self, client_id: str) -> Document:
        """Return the checked document of a client. Raises BadClient."""
        if client_id.startswith("http://localhost"):
            return _of_loopback(client_id)
        if client_id not in self.known:
            self.known[client_id] = _fetched(client_id)
        document = self.known[client_id]
        check_client(client_id, document)
        return document

    def authenticate(self, form: Mapping[str, str], issuer: str) -> Document:
        """Authenticate the client of a token request. Raises BadClient."""
        client_id = form.get("client_id", "")
        document = self.read(client_id)
        if document["token_endpoint_auth_method"] == "none":  # noqa: S105
            return document
        if form.get("client_assertion_type") != ASSERTION:
            raise BadClient("client_assertion_type required", "invalid_client")
        token = form.get("client_assertion", "")
        try:
            header, claims = es256.read_jws(token)
            keys = {each.get("kid"): each for each in document["jwks"]["keys"]}
            es256.check_signature(token, keys.get(header.get("kid"), {}))
        except es256.BadToken as error:
            raise BadClient(f"Invalid client assertion: {error}", "invalid_client") from error
        wanted = {"iss": client_id, "sub": client_id, "aud": issuer}
        # By the real time, as for proofs: the signer does not know the clock that tests advance.
        is_fresh = abs(time.time() - float(claims.get("iat", 0))) < 60
        if {name: claims.get(name) for name in wanted} != wanted or not is_fresh:
            raise BadClient("Invalid client assertion claims", "invalid_client")
        return document


def check_client(client_id: str, document: Document) -> None:
    """Check a web client's document. Raises BadClient."""
    site = urlsplit(client_id)
    back = document.get("redirect_uris")
    key_rule = _keys_are_right(document)
    rules: dict[str, Callable[[], bool]] = {
        "client_id": lambda: document.get("client_id") == client_id and bool(site.path.strip("/")),
        "grant_types": lambda: (
            {"authorization_code", "refresh_token"} >= set(document["grant_types"])
            and "authorization_code" in document["grant_types"]
        ),
        "response_types": lambda: document["response_types"] == ["code"],
        "scope": lambda: (
            "atproto" in document["scope"].split() and set(document["scope"].split()) <= SCOPES
        ),
        "redirect_uris": lambda: (
            bool(back) and all(urlsplit(each).netloc == site.netloc for each in back or ())
        ),
        "dpop_bound_access_tokens": lambda: document["dpop_bound_access_tokens"] is True,
        "application_type": lambda: document.get("application_type", "web") == "web",
        "token_endpoint_auth_method": lambda: key_rule,
    }
    for name, holds in rules.items():
        try:
            is_right = holds()
        except (KeyError, TypeError, AttributeError):
            is_right = False
        if not is_right:
            raise BadClient(f"Invalid client metadata: {name}")


def _keys_are_right(document: Document) -> bool:
    method = document.get("token_endpoint_auth_method")
    if method == "none":
        return "jwks" not in document and "token_endpoint_auth_signing_alg" not in document
    keys = document.get("jwks", {}).get("keys", [])
    has_private = any("d" in each for each in keys)
    algorithm = document.get("token_endpoint_auth_signing_alg")
    return method == "private_key_jwt" and algorithm == "ES256" and bool(keys) and not has_private


def _of_loopback(client_id: str) -> Document:
    """Return the document of a loopback client, which its client_id contains."""
    parts = urlsplit(client_id)
    query = parse_qs(parts.query)
    back = query.get("redirect_uri", ["http://127.0.0.1/", "http://[::1]/"])
    if parts.netloc != "localhost" or parts.path not in ("", "/"):
        raise BadClient("Invalid loopback client ID")
    for each in back:
        host = urlsplit(each).netloc.rpartition(":")[0] or urlsplit(each).netloc
        if urlsplit(each).scheme != "http" or host not in LOOPBACK:
            raise BadClient("Invalid loopback client ID: redirect_uri must be on 127.0.0.1")
    return {
        "client_id": client_id,
        "client_name": "Loopback client",
        "redirect_uris": back,
        "scope": query.get("scope", ["atproto"])[0],
        "token_endpoint_auth_method": "none",
    }


def _fetched(client_id: str) -> Document:
    if not client_id.startswith(("http://", "https://")):
        raise BadClient("Invalid client_id", "invalid_client")
    try:
        with urlopen(client_id, timeout=5) as answer:  # noqa: S310 - http alone, see above
            document = json.loads(answer.read(100_000))
    except (OSError, ValueError) as error:
        raise BadClient("Unable to obtain client metadata", "invalid_client") from error
    if not isinstance(document, dict):
        raise BadClient("Unable to obtain client metadata", "invalid_client")
    return document
