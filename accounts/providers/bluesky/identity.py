"""Resolve handles to DIDs, documents and servers, and verify them: https://atproto.com/specs/handle.

A handle is valid only where the document of its DID names it, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from accounts.providers.base import LinkingFailed, bounded_line
from accounts.providers.bluesky.http import fetch_json, fetch_text
from accounts.providers.servers import NotAServer, origin_of, parse_host

# Names that no name server knows: a handle under them is asked for at our own server alone.
RESERVED = (
    ".alt", ".arpa", ".example", ".internal", ".invalid", ".local", ".localhost", ".onion", ".test",
)  # fmt: skip
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]{3,253}(?:%3[Aa][0-9]{1,5})?)", re.ASCII)
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True)
class Identity:
    """An account: its DID, its verified handle ("" without one), the host of its server."""

    did: str
    handle: str
    host: str


def parse_did(value: object) -> str:
    """Return `value` where it is a DID, else ""."""
    return value if isinstance(value, str) and _DID.fullmatch(value) else ""


def parse_handle(typed: str) -> str:
    """Return the handle in `@Hanako.bsky.social`, else ""."""
    text = typed.strip().removeprefix("@").removeprefix("＠").rstrip(".").lower()
    return text if len(text) <= 253 and _HANDLE.fullmatch(text) else ""


def resolve_handle(handle: str, settings: Mapping[str, str]) -> str:
    """Return the DID of `handle`, "" where it has none.

    Our own server also reads the name's TXT record, which we cannot; what it does not know, the
    name's own site may.
    """
    url = f"{settings['api_url']}/xrpc/com.atproto.identity.resolveHandle?handle={quote(handle)}"
    try:
        answer = fetch_json(url)
    except LinkingFailed:
        answer = None
    found = parse_did(answer.get("did")) if isinstance(answer, dict) else ""
    if found or handle.endswith(RESERVED):
        return found
    return parse_did(fetch_text(f"https://{handle}/.well-known/atproto-did"))


def fetch_identity(did: str, settings: Mapping[str, str]) -> Identity:
    """Read the document of `did`. Raises LinkingFailed where it has none or no server."""
    document = fetch_json(_address(did, settings))
    if not isinstance(document, dict) or document.get("id") != did:
        raise LinkingFailed
    handle = _handle_in(document)
    if handle and resolve_handle(handle, settings) != did:
        handle = ""  # it names somebody else, or nobody
    return Identity(did, handle, _host_in(document))


def fetch_display(identity: Identity) -> tuple[str, str]:
    """Return display name and picture of the account's own record, "" where it has none."""
    origin = origin_of(identity.host)
    query = {"repo": identity.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    try:
        answer = fetch_json(f"{origin}/xrpc/com.atproto.repo.getRecord?{urlencode(query)}")
        value = answer["value"]
        name = bounded_line(value.get("displayName"))
    except (LinkingFailed, LookupError, TypeError, AttributeError):
        return "", ""
    try:
        blob = {"did": identity.did, "cid": str(value["avatar"]["ref"]["$link"])}
    except (LookupError, TypeError):
        return name, ""
    return name, f"{origin}/xrpc/com.atproto.sync.getBlob?{urlencode(blob)}"


def _address(did: str, settings: Mapping[str, str]) -> str:
    if did.startswith("did:web:"):
        return f"{origin_of(unquote(did.removeprefix('did:web:')))}/.well-known/did.json"
    return f"{settings['plc_url']}/{did}"


def _handle_in(document: Mapping[str, Any]) -> str:
    names = document.get("alsoKnownAs")
    for name in names if isinstance(names, list) else ():
        if isinstance(name, str) and name.startswith("at://"):
            return parse_handle(name.removeprefix("at://"))
    return ""


def _host_in(document: Mapping[str, Any]) -> str:
    """Return the host of the account's server. Raises LinkingFailed."""
    services = document.get("service")
    for service in services if isinstance(services, list) else ():
        if not isinstance(service, dict) or not str(service.get("id")).endswith("#atproto_pds"):
            continue
        url = service.get("serviceEndpoint")
        if service.get("type") == "AtprotoPersonalDataServer" and isinstance(url, str):
            return host_of(url)
    raise LinkingFailed


def host_of(url: str) -> str:
    """Return the canonical host of an address without a path. Raises LinkingFailed."""
    parts = urlsplit(url)
    try:
        host = parse_host(url)
    except NotAServer:
        raise LinkingFailed from None
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise LinkingFailed
    return host
