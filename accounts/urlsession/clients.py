"""What a request says about its client: address, browser, whether it is a crawler."""

import hashlib
import ipaddress
import re

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.urlsession.browser_names import browser_names
from accounts.urlsession.conf import setting

NETWORK_LETTERS = 20  # of address_hash()

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
    count = setting("TRUSTED_PROXY_COUNT")
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
    """40 characters that stand for the client's network, to count by; the address is not stored.

    IPv6 hands a household a /64, so that is what one client is. A customer may hold a whole /48 of
    them: the first NETWORK_LETTERS stand for that one.
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
    return digest[:NETWORK_LETTERS]


def browser_id(request: HttpRequest) -> str:
    """12 characters that stand for the names of the phone's model and its browser's engine."""
    names = browser_names(request.META.get("HTTP_USER_AGENT", ""))
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def forget_subscriber(request: HttpRequest) -> None:
    """Takes the subscriber's number out of the request, before any view or report can see it."""
    for name in _SUBSCRIBER:
        request.META.pop(name, None)


def is_crawler(request: HttpRequest) -> bool:
    """Whether the client says it is a crawler or a link preview. They get no session."""
    return bool(_CRAWLER.search(request.META.get("HTTP_USER_AGENT", "")))
