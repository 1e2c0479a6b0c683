"""The client of a request: address, browser, crawler or not."""

import hashlib
import ipaddress
import re

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.urlsession.browser_names import browser_names
from accounts.urlsession.conf import get_setting

NETWORK_HASH_LENGTH = 20  # of address_hash()

# Headers in which a gateway names the subscriber. Anybody can send them, so they prove nothing.
_SUBSCRIBER = ("HTTP_X_DCMGUID", "HTTP_X_UP_SUBNO", "HTTP_X_JPHONE_UID", "HTTP_X_EM_UID")

# Says so itself: search engines, link previews, archives. Cubot is a maker of phones.
_CRAWLER = re.compile(
    r"(?<!cu)bot\b|crawler|spider|slurp|preview|facebookexternalhit|facebookcatalog|whatsapp/"
    r"|line-poker|embedly|ia_archiver|archive\.org|mediapartners|y!j-|hatena|vkshare|scrapy",
    re.I,
)


def client_address(request: HttpRequest) -> str:
    """The address of the client, as the outermost proxy of ours saw it.

    Each trusted proxy appends the address it was called from, so with n of them the n-th entry of
    X-Forwarded-For from the right is true and everything left of it is hearsay.
    """
    count = get_setting("TRUSTED_PROXY_COUNT")
    remote = request.META.get("REMOTE_ADDR", "")
    entries = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    claimed = entries[-count] if 0 < count <= len(entries) else remote
    try:
        address = ipaddress.ip_address(claimed)
        # A listener for both families writes IPv4 as ::ffff:192.0.2.1, all of it one /64.
        return str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        return remote or "0.0.0.0"  # noqa: S104  an unknown client (a Unix socket), no listener


def address_hash(request: HttpRequest) -> str:
    """Hash the client's network to 40 characters, to count by; the address is not stored.

    IPv6 hands a household a /64, so that is what one client is. A customer may hold a whole /48 of
    them: the first NETWORK_HASH_LENGTH stand for that one.
    """
    address = ipaddress.ip_address(client_address(request))
    wide = narrow = str(address)
    if isinstance(address, ipaddress.IPv6Address):
        wide, narrow = (
            str(ipaddress.ip_network((address, bits), strict=False).network_address)
            for bits in (48, 64)
        )
    return _half_hash(wide) + _half_hash(narrow)


def _half_hash(network: str) -> str:
    digest = salted_hmac("urlsession.address", network, algorithm="sha256").hexdigest()
    return digest[:NETWORK_HASH_LENGTH]


def browser_id(request: HttpRequest) -> str:
    """Hash the names of model and engine to 12 characters."""
    names = browser_names(request.META.get("HTTP_USER_AGENT", ""))
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def drop_subscriber_headers(request: HttpRequest) -> None:
    """Remove subscriber numbers from the request before a view or report can see them."""
    for name in _SUBSCRIBER:
        request.META.pop(name, None)


def is_crawler(request: HttpRequest) -> bool:
    """Whether the client declares itself a crawler or link preview. They get no session."""
    return bool(_CRAWLER.search(request.META.get("HTTP_USER_AGENT", "")))
