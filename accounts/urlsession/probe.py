"""The probe: does this browser keep cookies? Asked, never guessed from its name.

The first page that needs a session sets a probe cookie and redirects once to itself with a signed
marker. If the cookie comes back, cookies work. If only the marker does, they do not.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from accounts.urlsession.context import Context

COOKIE = "probe"
MARKER = "probe"
SECONDS = 60
# A client whose address changes between two requests (carrier gateways do that) is asked once
# more, and then taken for one without cookies, or it would be redirected for ever.
TRIES = 2

_signer = signing.TimestampSigner(salt="urlsession.probe")


def take_marker(request: HttpRequest) -> str:
    """The marker, taken out of the request so that no view, form or `next` carries it on."""
    if MARKER not in request.GET:
        return ""
    query = request.GET.copy()
    marker = str(query.pop(MARKER)[-1])
    request.META["QUERY_STRING"] = query.urlencode()
    request.GET = QueryDict(request.META["QUERY_STRING"])
    return marker


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
    query = request.GET.copy()
    query[MARKER] = _signer.sign(f"{number}.{_binding(context)}")
    response = HttpResponseRedirect(f"{request.path}?{urlencode(list(_pairs(query)))}")
    response.set_cookie(
        COOKIE,
        "1",
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in query.lists() for value in values]


def _binding(context: Context) -> str:
    """Stands for client address and browser. Two hashes, so that neither is in the address."""
    return f"{context.address[:12]}{context.browser}"
