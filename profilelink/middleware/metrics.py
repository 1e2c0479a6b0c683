"""/metrics for a monitor, and what it counts. Off without the extra `metrics`, or without addresses.

The peer's own address decides who may read, and a request that came through a proxy is never answered,
whatever it says of itself: behind a proxy on this machine every visitor's peer is 127.0.0.1. To all others
the address is one that does not exist. No host name, session or language is asked for.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

try:
    from profilelink import metrics
except ImportError:  # prometheus-client is not installed
    metrics = None  # type: ignore[assignment]

PATH = "/metrics"
ADDED_BY_PROXIES = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA"),
)


class MetricsMiddleware:
    """Answers the monitor, and measures everything below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if metrics is None or not settings.METRICS_ADDRESSES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        try:
            self._networks = [ipaddress.ip_network(each) for each in settings.METRICS_ADDRESSES]
        except ValueError as error:
            raise ImproperlyConfigured(f"METRICS_ADDRESSES: {error}") from error

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == PATH and request.method == "GET" and self._may_read(request):
            return HttpResponse(metrics.metrics_text(), content_type=metrics.CONTENT_TYPE)
        began = time.monotonic()
        response = self.get_response(request)
        metrics.observe_request(request, response.status_code, time.monotonic() - began)
        return response

    def _may_read(self, request: HttpRequest) -> bool:
        if any(name in request.META for name in ADDED_BY_PROXIES):
            return False
        try:
            peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
        except ValueError:  # a socket has none
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in network for network in self._networks)
