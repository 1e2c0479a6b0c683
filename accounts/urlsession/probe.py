"""The probe: does this browser keep cookies? Asked, never guessed from its name.

The first page that needs a session sets a probe cookie and redirects once to itself with a signed
marker. If the cookie comes back, cookies work. If only the marker does, they do not.

The marker stands in the path, `/probe/<marker>/login/`, not in the query: for w3m two redirects in
a row from one path are a loop, whatever their queries, and it stops there.
"""

import re
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.encoding import escape_uri_path

from accounts.urlsession.context import SessionContext

PROBE_COOKIE = "probe"
PROBE_SECONDS = 60
# A client whose address changes between two requests (carrier gateways do that) is asked once
# more, and then taken for one without cookies, or it would be redirected for ever.
MAX_PROBES = 2

_MARKED = re.compile(r"/probe/([^/]+)(/.*)", re.S)
_signer = signing.TimestampSigner(salt="urlsession.probe")


def take_probe_marker(request: HttpRequest) -> str:
    """Remove the marker from the request's path and return it, so that no view carries it on."""
    found = _MARKED.fullmatch(request.path_info)
    if found is None:
        return ""
    request.path_info = request.META["PATH_INFO"] = found[2]
    request.path = _outer(request) + found[2]
    return found[1]


def next_probe_try(marker: str, context: SessionContext) -> int:
    """Which try to start, 1 or 2; 0 where the marker proves that no cookie came back.

    A marker that is forged or older than a minute proves nothing, so the probe starts anew.
    """
    try:
        count, _, binding = _signer.unsign(marker, max_age=PROBE_SECONDS).partition(".")
    except signing.BadSignature:
        return 1
    if binding == _binding(context) or int(count) >= MAX_PROBES:
        return 0
    return int(count) + 1


def start_probe(request: HttpRequest, context: SessionContext, number: int) -> HttpResponseRedirect:
    """Set the probe cookie and redirect to the same page with a marker."""
    marker = quote(_signer.sign(f"{number}.{_binding(context)}"), safe=":")
    query = request.META.get("QUERY_STRING", "")
    path = f"{_outer(request)}/probe/{marker}{escape_uri_path(request.path_info)}"
    response = HttpResponseRedirect(f"{path}?{query}" if query else path)
    response.set_cookie(
        PROBE_COOKIE,
        "1",
        max_age=PROBE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _outer(request: HttpRequest) -> str:
    """Where the site is mounted, without trailing slash."""
    return str(request.META.get("SCRIPT_NAME", "")).rstrip("/")


def _binding(context: SessionContext) -> str:
    """Hashes of client address and browser, so that neither is in the URL."""
    return f"{context.address[:12]}{context.browser}"
