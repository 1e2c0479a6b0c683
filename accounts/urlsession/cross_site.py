"""Detection of requests that another site caused, by the headers that browsers send.

`Sec-Fetch-Site`, `Origin` and `Referer` can be left out but not forged by a page. Hosts alone are
compared, since a proxy may end TLS before us; the host of PUBLIC_URL and that of the request are
ours. A Referer that is no web address (`android-app://…`, sent by camera and mail apps) says
nothing about a site.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import get_callable
from django.views.decorators.csrf import csrf_exempt

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def is_foreign_post(request: HttpRequest) -> bool:
    """Whether another site sent this form.

    An opaque origin ("null": a sandboxed frame, a page that hides its address) counts as foreign,
    since our own pages never have one.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        return True
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None:
        return _host(origin) not in _own_hosts(request)
    return _has_foreign_referer(request)


def is_cross_site_visit(request: HttpRequest) -> bool:
    """Whether a link, redirect, form or embedded resource of another site led here."""
    is_said = request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site"
    return is_said or _has_foreign_referer(request)


def sessionless_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Exempts a view without session from CSRF, and refuses what another site posts to it.

    The view's own proof (a nonce, a bookmark and its PIN) shows that the sender may log in. It does
    not show that the person at the browser wants to: an attacker can have another browser post the
    attacker's own proof, and its user would go on in the attacker's account (login CSRF).
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and is_foreign_post(request):
            refuse: Any = get_callable(settings.CSRF_FAILURE_VIEW)
            response: HttpResponse = refuse(request, reason="posted by another site")
            return response
        return view(request, *args, **kwargs)

    guarded.refuses_foreign_posts = True  # type: ignore[attr-defined]
    return guarded


def _has_foreign_referer(request: HttpRequest) -> bool:
    referer = request.META.get("HTTP_REFERER", "")
    if not referer.lower().startswith(("http://", "https://")):
        return False
    return _host(referer) not in _own_hosts(request)


def _own_hosts(request: HttpRequest) -> set[str]:
    own = {_host(getattr(settings, "PUBLIC_URL", ""))}
    with suppress(DisallowedHost):  # refused by the middlewares behind us
        own.add(_host(f"{request.scheme}://{request.get_host()}"))
    return own - {""}


def _host(url: str) -> str:
    """Host and port of an address, without the scheme's default port; "" for none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(parts.scheme.lower(), ":"))
