"""Transcoding for old phones: Shift_JIS in and out, the carriers' pictograms, photos that fit.

First in MIDDLEWARE, since it hands on a fresh request. Chosen by User-Agent, for the encoding and
the picture format alone; every other browser passes untouched, in UTF-8.

A redirect of other browsers stays a path. Lynx makes people wait two seconds for that, but a whole
address where it has been before it shows as it was, so that nobody sees what their press did.
"""

import re
from collections.abc import Callable
from typing import cast

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from profilelink.errors import bad_request
from profilelink.middleware.max_body import is_too_large
from profilelink.middleware.reject_multipart import is_unexpected_multipart
from profilelink.phone.carriers import detect_phone
from profilelink.phone.request_transcoding import transcode_request
from profilelink.phone.response_transcoding import transcode_response

_IS_CACHEABLE = re.compile(r"max-age=[1-9]")


class PhoneTranscodingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        phone = detect_phone(request.META)
        if phone is None:
            return _vary_by_user_agent(self.get_response(request))
        if not request.META.get("HTTP_ACCEPT_LANGUAGE"):
            request.META["HTTP_ACCEPT_LANGUAGE"] = "ja"  # these phones were sold in Japan alone
        path = request.get_full_path()  # before a token is taken out of it
        try:
            # What the next middlewares refuse unread is not read here either.
            if not is_too_large(request) and not is_unexpected_multipart(request):
                request = transcode_request(cast(WSGIRequest, request), phone.carrier)
            response = self.get_response(request)
        except (RequestDataTooBig, TooManyFieldsSent):  # what comes later answers by itself
            response = bad_request(request)
        return transcode_response(response, phone, path)


def _vary_by_user_agent(response: HttpResponseBase) -> HttpResponseBase:
    """Add Vary: User-Agent to a cacheable response, so that no cache gives it to an old phone."""
    if _IS_CACHEABLE.search(response.get("Cache-Control", "")):
        patch_vary_headers(cast(HttpResponse, response), ("User-Agent",))
    return response
