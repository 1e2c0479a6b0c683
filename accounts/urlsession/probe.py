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

from accounts.urlsession.context import Context

COOKIE = "probe"
SECONDS = 60
# A client whose address changes between two requests (carrier gateways do that) is asked once
# more, and then taken for one without cookies, or it would be redirected for ever.
TRIES = 2

_MARKED = re.compile(r"/probe/([^/]+)(/.*)", re.S)
_signer = signing.TimestampSigner(salt="urlsession.probe")


def take_marker(request: HttpRequest) -> str:
    """The marker, taken out of the request so that no view, form or `next` carries it on."""
    found = _MARKED.fullmatch(request.path_info)
    if found is None:
        return ""
    request.path_info = request.META["PATH_INFO"] = found[2]
    request.path = _outer(request) + found[2]
    return found[1]


def next_try(marker: str, context: Context) -> int:
    """Which try to start: 1 or 2. 0 means the marker is proof that no cookie came back.

    A marker that is forged or older than a minute proves nothing, so the probe starts anew.
    """
    try:
        count, _, binding = _signer.unsign(marker, max_age=SECONDS).partition(".")
    except signing.BadSignature:
        return 1
    if binding == _binding(context) or int(count) >= TRIES:
        return 0
    return int(count) + 1


def ask(request: HttpRequest, context: Context, number: int) -> HttpResponseRedirect:
    """Sets the probe cookie and sends the browser to the same page with a marker."""
    marker = quote(_signer.sign(f"{number}.{_binding(context)}"), safe=":")
    query = request.META.get("QUERY_STRING", "")
    path = f"{_outer(request)}/probe/{marker}{escape_uri_path(request.path_info)}"
    response = HttpResponseRedirect(f"{path}?{query}" if query else path)
    response.set_cookie(
        COOKIE,
        "1",
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _outer(request: HttpRequest) -> str:
    """Where the site is mounted, without slash at the end."""
    return str(request.META.get("SCRIPT_NAME", "")).rstrip("/")


def _binding(context: Context) -> str:
    """Stands for client address and browser. Two hashes, so that neither is in the address."""
    return f"{context.address[:12]}{context.browser}"
