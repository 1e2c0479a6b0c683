"""Transcode requests of old phones to UTF-8.

Django refuses forms that declare Shift_JIS, so the request is built anew from its bytes. Files are
left as they are. UTF-8 from such a phone (an address of ours, an emulator) is known by its looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters

from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_text, is_utf8

_FORM = "application/x-www-form-urlencoded"
_FILES = "multipart/form-data"
_CHARSET = re.compile(rb";\s*charset=[^;\r\n]+", re.I)

# What a request knows of the bytes that it was made from; the new one finds it out for itself.
_READ_FROM_BYTES = {"_encoding", "_body", "_post", "_files", "GET"}

Decoder = Callable[[bytes], str]


def transcode_request(request: WSGIRequest, carrier: Carrier) -> WSGIRequest:
    """Return the request in UTF-8: the same object if it is all ASCII, else a new one.

    Raises RequestDataTooBig or TooManyFieldsSent (answered by 400) for what no form of ours takes.
    """
    changed = _decoded_query(request.environ, carrier) | _decoded_body(request.environ, carrier)
    if not changed:
        return request
    fresh = WSGIRequest({**request.environ, **changed})
    for name, value in vars(request).items():  # what a server or a test put on it
        if name not in _READ_FROM_BYTES:
            vars(fresh).setdefault(name, value)
    return fresh


def _decoded_query(environ: dict[str, Any], carrier: Carrier) -> dict[str, Any]:
    """Decode the query string, whose bytes Django keeps as latin-1."""
    query = environ.get("QUERY_STRING", "").encode("latin-1", "replace")
    if unquote_to_bytes(query).isascii():
        return {}
    return {"QUERY_STRING": _decode_pairs(query, carrier, "")}


def _decoded_body(environ: dict[str, Any], carrier: Carrier) -> dict[str, Any]:
    kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    if kind not in (_FORM, _FILES):
        return {}
    declared = parameters.get("charset", "")
    if kind == _FORM:
        raw = _read_body(environ, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        content, content_type = _decode_pairs(raw, carrier, declared).encode("ascii"), _FORM
    else:
        raw = _read_body(environ, settings.DATA_UPLOAD_MAX_MEMORY_SIZE + settings.PHOTO_MAX_BYTES)
        boundary = parameters.get("boundary", "")
        content = _decode_parts(raw, boundary.encode("latin-1", "replace"), carrier, declared)
        content_type = f"{_FILES}; boundary={boundary}"
    return {
        "wsgi.input": BytesIO(content),
        "CONTENT_LENGTH": str(len(content)),
        "CONTENT_TYPE": content_type,
    }


def _read_body(environ: dict[str, Any], most: int) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most:
        raise RequestDataTooBig("What an old phone sent is longer than any form of ours.")
    content: bytes = environ["wsgi.input"].read(length) if length > 0 else b""
    return content


def _decode_pairs(raw: bytes, carrier: Carrier, declared: str) -> str:
    """Decode name=value pairs and encode them as percent-encoded UTF-8."""
    # Counted before it is split: a list of millions of pairs takes a hundred times the body's bytes.
    if raw.count(b"&") >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise TooManyFieldsSent("What an old phone sent has more fields than any form of ours.")
    pairs = [
        [unquote_to_bytes(part.replace(b"+", b" ")) for part in pair.split(b"=", 1)]
        for pair in raw.split(b"&")
    ]
    # All values together: the more text there is, the surer its encoding.
    reader = _decoder(b"\n".join(b"\n".join(pair) for pair in pairs), carrier, declared)
    return "&".join("=".join(quote_plus(reader(part)) for part in pair) for pair in pairs)


def _decode_parts(raw: bytes, boundary: bytes, carrier: Carrier, declared: str) -> bytes:
    """Decode the fields of a multipart body. No part holds the boundary, so splitting there is safe."""
    if not boundary:
        return raw
    line = b"--" + boundary
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + settings.DATA_UPLOAD_MAX_NUMBER_FILES
    if raw.count(line) > most + 1:  # before it is split; the last one ends the body
        raise TooManyFieldsSent("What an old phone sent has more parts than any form of ours.")
    parts = [part.partition(b"\r\n\r\n") for part in raw.split(line)]
    if (
        sum(len(value) for head, _, value in parts if not _is_file(head))
        > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    ):
        raise RequestDataTooBig("The fields of an old phone are longer than any form of ours.")
    typed = [head + b"\n" + value for head, _, value in parts if not _is_file(head)]
    heads = [head for head, _, _ in parts if _is_file(head)]
    reader = _decoder(b"\n".join(typed + heads), carrier, declared)
    return line.join(
        _CHARSET.sub(b"", reader(head).encode())
        + gap
        + (value if _is_file(head) else reader(value).encode())
        for head, gap, value in parts
    )


def _is_file(head: bytes) -> bool:
    return b"filename=" in head.lower()


def _decoder(sample: bytes, carrier: Carrier, declared: str) -> Decoder:
    utf8 = is_utf8(sample, declared)
    return lambda raw: decode_text(raw, carrier, utf8=utf8)
