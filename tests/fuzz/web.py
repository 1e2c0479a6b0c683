"""Harnesses of requests: an old phone's query and forms, and forms with files of any browser.

The first line of the input is what stands behind the media type; the rest is body, and query. The middleware
is the settings' own, up to sessions, around a view that reads everything.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.html import escape
from django.utils.module_loading import import_string

from profilelink.phone.carriers import Carrier
from tests.fuzz.letters import is_whole

PHONES = [
    ("DoCoMo/2.0 F905i(c100;TB;W24H17)", Carrier.DOCOMO),
    ("DoCoMo/1.0/D503i/c10", Carrier.DOCOMO),
    ("KDDI-CA37 UP.Browser/6.2.0.10.4 (GUI) MMP/2.0", Carrier.AU),
    ("SoftBank/1.0/910T/TJ001", Carrier.SOFTBANK),
]
FORM = "/posts/new/preview/"  # takes files, so that multipart is read
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
KINDS = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=a",
]
# What Django's outermost handler answers by 400.
REFUSED = (SuspiciousOperation, BadRequest, MultiPartParserError)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def lane(data: bytes) -> None:
    """Query and form of an old phone. The first byte says which phone and which kind of form."""
    first, rest = data[:1] or b"\0", data[1:]
    agent, _ = PHONES[first[0] % len(PHONES)]
    kind = KINDS[first[0] // len(PHONES) % len(KINDS)]
    parameters, _, body = rest.partition(b"\n")
    _ask(agent, kind, parameters, body, query=first[0] >= 128, only_read=True)


def multipart(data: bytes) -> None:
    """A form with files, from a browser of today or an old phone."""
    first, rest = data[:1] or b"\0", data[1:]
    agent = BROWSER if first[0] < 128 else PHONES[first[0] % len(PHONES)][0]
    parameters, _, body = rest.partition(b"\n")
    _ask(agent, KINDS[1 + first[0] % 2], parameters, body, query=False, only_read=False)


def _ask(
    agent: str, kind: str, parameters: bytes, body: bytes, *, query: bool, only_read: bool
) -> None:
    """`only_read`: by an old phone, whose text is wholly transcoded."""
    said = "".join(one for one in parameters[:500].decode("latin-1") if one.isprintable())
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": FORM,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "HTTP_USER_AGENT": agent,
        "CONTENT_TYPE": f"{kind};{said}",
        "CONTENT_LENGTH": str(len(body)),
        # A request line is one line, of the length that gunicorn takes.
        "QUERY_STRING": _line(body) if query else "",
    }
    texts: list[str] = []
    try:
        answer = _chain(_reading(texts))(WSGIRequest(environ))
    except REFUSED:
        return
    assert answer.status_code in (200, 400, 413), answer.status_code
    if only_read:
        for text in texts:
            assert is_whole(text), ascii(text[:200])
    if agent != BROWSER and answer.status_code == 200:
        assert isinstance(answer, HttpResponse)
        answer.content.decode("cp932")
        assert answer["Content-Length"] == str(len(answer.content))


def _line(body: bytes) -> str:
    return re.sub(rb"[\x00-\x20#]", b"+", body[:4000]).decode("latin-1")


def _reading(texts: list[str]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A view that reads all that came, and shows it."""

    def view(request: HttpRequest) -> HttpResponse:
        for values in (request.GET, request.POST):
            for name, all_of_it in values.lists():
                texts.extend([name, *all_of_it])
        for name, file in request.FILES.items():
            texts.append(name)
            file.read()  # type: ignore[union-attr]
        shown = "".join(f"<p>{escape(text)}" for text in texts)
        return HttpResponse(f"<html lang=ja><meta charset=utf-8>{shown}")

    return view


def _chain(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[Any], HttpResponseBase]:
    names = list(takewhile(lambda name: "urlsession" not in name, settings.MIDDLEWARE))
    assert names, settings.MIDDLEWARE
    for name in reversed(names):
        view = import_string(name)(view)
    return view
