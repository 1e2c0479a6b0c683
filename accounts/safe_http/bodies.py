"""Encoding of request bodies: forms, JSON and multipart, always UTF-8.

Not random: the same values give the same bytes, so that a test can compare them with a transcript.
"""

from __future__ import annotations

import hashlib
import json as jsonlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from accounts.safe_http.errors import NotSent

Files = list[tuple[str, tuple[str, bytes, str]]]
EncodedBody = tuple[bytes | None, str]


def encode_body(
    data: Mapping[str, str] | bytes | None, json: Any, files: Files | None
) -> EncodedBody:
    """The body and its content type ("" where the caller sets it). Raises NotSent("bad_request")."""
    try:
        if files:
            return _multipart(dict(_mapping(data)), files)
        if json is not None:
            return _json(json), "application/json"
        if isinstance(data, bytes) or data is None:
            return data, ""
        return urlencode(data).encode("ascii"), "application/x-www-form-urlencoded"
    except (TypeError, ValueError) as error:  # lone surrogates, values that JSON cannot say
        raise NotSent("bad_request") from error


def _mapping(data: Mapping[str, str] | bytes | None) -> Mapping[str, str]:
    if isinstance(data, bytes):
        raise TypeError("raw bytes beside files")
    return data or {}


def _json(value: Any) -> bytes:
    return jsonlib.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _multipart(fields: Mapping[str, str], files: Files) -> EncodedBody:
    """Encode by RFC 7578. The boundary is a hash of the content, so it cannot be part of it."""
    parts = [
        (f'form-data; name="{_quoted(name)}"', "", value.encode()) for name, value in fields.items()
    ] + [
        (
            f'form-data; name="{_quoted(name)}"; filename="{_quoted(filename)}"',
            content_type,
            content,
        )
        for name, (filename, content, content_type) in files
    ]
    digest = hashlib.sha256()
    for disposition, _kind, content in parts:
        digest.update(disposition.encode() + b"\0" + content + b"\0")
    boundary = digest.hexdigest()[:32].encode()
    body = b"".join(_part(boundary, *part) for part in parts)
    return (
        body + b"--" + boundary + b"--\r\n",
        f"multipart/form-data; boundary={boundary.decode()}",
    )


def _part(boundary: bytes, disposition: str, content_type: str, content: bytes) -> bytes:
    head = f"Content-Disposition: {disposition}\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    return b"--" + boundary + b"\r\n" + head.encode() + b"\r\n" + content + b"\r\n"


def _quoted(name: str) -> str:
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
