"""Which URLs and IP addresses may be requested.

Pure: nothing here touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

from accounts.safe_http.errors import NotSent

DEFAULT_PORTS = {"http": 80, "https": 443}
# Below this, ports other than those belong to other protocols (mail, say), which a request of ours
# could be made to speak.
LOWEST_FREE_PORT = 1024

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

# What the IANA special-purpose registries hold and Python's `is_global` of some versions lets by.
_REFUSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # shared by carriers (CGNAT)
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
# Everything that is routed lies in 2000::/3. That leaves out ::1, IPv4 in IPv6 (::/96,
# ::ffff:0:0/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), ULA, link-local and multicast at once.
_ROUTED_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID and other assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True)
class Endpoint:
    """Parsed URL. `target` is path and query, percent-encoded; no fragment."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """`host:port` as in an allow list; an IPv6 address in brackets."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def host_header(self) -> str:
        """Value of the Host header: without the scheme's default port."""
        if self.port == DEFAULT_PORTS[self.scheme]:
            return _bracketed(self.host)
        return self.authority

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.target}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def parse_url(url: str) -> Endpoint:
    """Parse a URL. Raises NotSent("bad_address").

    Refused: other schemes than http and https, userinfo, control characters, spaces and backslashes
    (on which parsers disagree), and host names beyond characters, digits, hyphen and underscore.
    Non-ASCII in path and query is percent-encoded as UTF-8, as browsers do.
    """
    if _FORBIDDEN_IN_URL.search(url):
        raise NotSent("bad_address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotSent("bad_address") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc or port == 0:
        raise NotSent("bad_address")
    if not _is_host(host):
        raise NotSent("bad_address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(
        parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], quote(target, safe=_PRINTABLE)
    )


def parse_ip_literal(host: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address; None where `host` is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def check_address(host: str, port: int, allowed: Container[str] = frozenset()) -> None:
    """Refuse an IP address that is not public, and ports of other protocols.

    `allowed` holds exact `host:port` that are let through all the same. Raises
    NotSent("refused_address"); a text that is no address is refused too.
    """
    if f"{_bracketed(host)}:{port}" in allowed:
        return
    address = parse_ip_literal(host)
    if address is None or not _is_public(address) or not _is_for_web(port):
        raise NotSent("refused_address")


def _is_for_web(port: int) -> bool:
    return port in DEFAULT_PORTS.values() or port >= LOWEST_FREE_PORT


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _REFUSED_V4)
    if address.scope_id is not None or address not in _ROUTED_V6:
        return False
    return not any(address in block for block in _REFUSED_V6)


def _is_host(host: str) -> bool:
    if ":" in host:
        return "%" not in host and parse_ip_literal(host) is not None
    return len(host) <= 253 and _NAME.fullmatch(host) is not None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
