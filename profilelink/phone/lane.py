"""The lane for old phones: Shift_JIS in and out, their carriers' pictograms, photos that fit.

First in MIDDLEWARE, since it hands on a fresh request. Chosen by User-Agent, for the encoding and
the picture format alone; every other browser passes untouched, in UTF-8.
"""

from collections.abc import Callable
from typing import cast

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from profilelink.phone.arriving import in_utf8
from profilelink.phone.carriers import recognise
from profilelink.phone.leaving import for_phone


class PhoneLaneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        phone = recognise(request.META)
        if phone is None:
            return self.get_response(request)
        path = request.get_full_path()  # before a token is taken out of it
        fresh = in_utf8(cast(WSGIRequest, request), phone.carrier)
        return for_phone(self.get_response(fresh), phone, path)
