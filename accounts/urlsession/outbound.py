"""Outbound links: outside addresses leave by /out/<ticket>, a page without token.

A page of status 200, never a redirect: Lynx carries the first address through a 302. A ticket is an
HMAC of the address, so the same address has the same ticket and a page may name many without a
write for each; the middleware stores what the response used, when it is finished.
"""

import base64
import re
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.encoding import iri_to_uri

from accounts.urlsession.context import current_context, no_session_prefix
from accounts.urlsession.models import OutTicket

TICKET_LIFETIME = timedelta(days=30)
# A ticket that is used again with less than this left is kept for 30 days more.
RENEW_BELOW = timedelta(days=15)
MAX_URL_LENGTH = 2000

_HOST = re.compile(
    r"[a-z0-9._-]*|[0-9a-f:.]*(%25[a-z0-9._~-]+)?", re.IGNORECASE
)  # or an IPv6 address
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


def safe_outbound_url(url: str) -> str:
    """Return the URL in ASCII, or "" where it must not be offered as a link.

    http and https only. No name or password before the host (they make another host look like a
    trusted one) and no control characters. The host is shown as IDNA, so that look-alikes show.
    """
    url = url.strip()
    if len(url) > MAX_URL_LENGTH or _CONTROL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = _ascii(parts.hostname or "")
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    return iri_to_uri(urlunsplit(_with_host(parts, host, port))) or ""


def _ascii(host: str) -> str:
    """`host` as browsers look it up (UTS 46). Raises ValueError for none.

    Python's own codec is IDNA 2003: it takes straße.de for strasse.de, which is another site.
    """
    mapped = idna.uts46_remap(host, std3_rules=False)
    labels = (
        one if one.isascii() else f"xn--{one.encode('punycode').decode()}"
        for one in mapped.split(".")
    )
    name = ".".join(labels).encode("idna").decode()  # for the length of each label
    if not _HOST.fullmatch(name):
        raise ValueError("no host holds such a character")
    return name


def outbound_path(url: str, *, is_permission_page: bool = False) -> str:
    """Path of the page by which `url` leaves, or "" where it is not safe. That of a permission page
    names the host alone.

    In a request the ticket is stored when the response is finished; elsewhere at once.
    """
    address = safe_outbound_url(url)
    if not address:
        return ""
    ticket = _ticket(address)
    context = current_context()
    if context is None:
        store_out_tickets(
            {ticket: address}, permission_pages={ticket} if is_permission_page else ()
        )
    else:
        context.out_tickets[ticket] = address
        if is_permission_page:
            context.permission_pages.add(ticket)
    with no_session_prefix():
        return reverse("out", args=[ticket])


def store_out_tickets(used: dict[str, str], *, permission_pages: Collection[str] = ()) -> None:
    """Store or renew these tickets, with one SELECT and mostly no write."""
    if not used:
        return
    now = timezone.now()
    known = dict(OutTicket.objects.filter(pk__in=used).values_list("pk", "expires_at"))
    stale = [ticket for ticket, end in known.items() if end < now + RENEW_BELOW]
    fresh = [
        OutTicket(
            ticket=ticket,
            url=url,
            expires_at=now + TICKET_LIFETIME,
            is_permission_page=ticket in permission_pages,
        )
        for ticket, url in used.items()
        if ticket not in known
    ]
    if stale:
        OutTicket.objects.filter(pk__in=stale).update(expires_at=now + TICKET_LIFETIME)
    if fresh:
        OutTicket.objects.bulk_create(fresh, ignore_conflicts=True)


def delete_outbound_link(path: str) -> None:
    """Delete the ticket of a path made by outbound_path(): the URL was for one use."""
    OutTicket.objects.filter(pk=path.rpartition("/")[2]).delete()


def _ticket(address: str) -> str:
    digest = salted_hmac("urlsession.out", address, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _with_host(parts: SplitResult, host: str, port: int | None) -> SplitResult:
    name = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{name}:{port}" if port else name)
