"""Servers that members name: parse and canonicalize hosts.

Each server has one canonical host, which is part of an account's uid.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

MAX_HOST_LENGTH = 100  # a uid is host and id, and has 191 characters

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


class NotAServer(ValueError):
    """The input names no server."""


@dataclass(frozen=True)
class Server:
    """One server of a network of many, and our registration with it.

    `host` is canonical: small letters, IDNA, with a port only where it is not https's own.
    `details` is our registration and what else the provider stores for all members;
    `registration` is the key of its row.
    """

    host: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    registration: int | None = None

    @property
    def origin(self) -> str:
        return origin_of(self.host)


def origin_of(host: str) -> str:
    """Return the origin of `host`: https, except for the private machines of ALLOWED_PRIVATE_HOSTS."""
    scheme = "http" if host in settings.ALLOWED_PRIVATE_HOSTS else "https"
    return f"{scheme}://{host}"


def parse_host(typed: str) -> str:
    """Return the canonical host of `@me@host`, `me@host`, `host` or an address. Raises NotAServer."""
    text = typed.strip().rstrip("/").lower()
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2]}"
    try:
        parts = urlsplit(text)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAServer from None
    if parts.scheme not in {"http", "https"} or parts.username is not None:
        raise NotAServer
    host = _canonical(name.rstrip("."))
    written = host if port in {None, 443} else f"{host}:{port}"
    if len(written) > MAX_HOST_LENGTH:
        raise NotAServer
    if written not in settings.ALLOWED_PRIVATE_HOSTS and not _is_public_name(host):
        raise NotAServer
    return written


def _canonical(name: str) -> str:
    """Return a host name in IDNA form."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotAServer from None


def _is_public_name(host: str) -> bool:
    """Whether `host` is a name with a dot; an IP address is not."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        labels = host.split(".")
        return len(labels) > 1 and all(map(_LABEL.fullmatch, labels))
    return False
