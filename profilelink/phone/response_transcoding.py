"""Transcode responses for old phones: Shift_JIS, absolute Location, Content-Length, photos that fit."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from profilelink.phone.carriers import Phone
from profilelink.phone.encoding import encode_text
from profilelink.phone.pictures import fit_photo

# The long form: the short one is younger than these phones.
_META = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">'
_OUR_META = re.compile(
    r"<meta (?:charset=\"?utf-8\"?|http-equiv=\"?content-type\"?[^>]*charset=utf-8[^>]*)\s*/?>",
    re.I,
)
_STYLE = re.compile(r"<style\b.*?</style>", re.I | re.S)
_HEX = re.compile(r"&#[xX]([0-9a-fA-F]+);")
_LANGUAGE = re.compile(r"<html[^>]*\blang=[\"']?(\w+)", re.I)


def transcode_response(response: HttpResponseBase, phone: Phone, path: str) -> HttpResponseBase:
    """Transcode the response to a request for `path`; other types than HTML and JPEG stay as they are."""
    if response.has_header("Location"):
        response["Location"] = urljoin(f"{_site()}{path}", response["Location"])
    if isinstance(response, HttpResponse) and not response.has_header("Content-Encoding"):
        kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == "text/html":
            _encode_body(response, phone)
        elif kind == "image/jpeg" and response.status_code == 200 and response.content:
            _fit_body(response, phone)
        response["Content-Length"] = str(len(response.content))
    patch_vary_headers(response, ("User-Agent",))
    return response


def encode_page(html: str, phone: Phone) -> bytes:
    """Encode a page in Shift_JIS, without what such a phone would show as text."""
    html = _OUR_META.sub(_META, html, count=1)
    if not phone.reads_style:
        html = _STYLE.sub("", html)
    html = _HEX.sub(lambda found: f"&#{int(found[1], 16)};", html)
    language = _LANGUAGE.search(html)
    return encode_text(html, phone.carrier, in_japanese=language is None or language[1] == "ja")


def _encode_body(response: HttpResponse, phone: Phone) -> None:
    response.content = encode_page(response.content.decode(response.charset, "replace"), phone)
    response["Content-Type"] = "text/html; charset=Shift_JIS"


def _fit_body(response: HttpResponse, phone: Phone) -> None:
    try:
        response.content, response["Content-Type"] = fit_photo(response.content, phone)
    except OSError:  # what Pillow cannot read, the phone may
        return


def _site() -> str:
    """Return scheme and host from PUBLIC_URL; a Host header is only what a client claims."""
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{public.netloc}"
