"""Taking a multipart/form-data body apart (RFC 7578), byte for byte.

By hand, because the standard library's parser is for mail: it decodes and re-encodes, and a
picture must come out as it went in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One part: the field's name, the file's name ("" for none), the media type, the bytes."""

    name: str
    filename: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The bytes as UTF-8. Raises UnicodeDecodeError, a ValueError."""
        return self.content.decode()


def parse(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts by field name; the first of repeated ones counts. Nameless parts are left out."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if found is None:
        return {}
    pieces = (b"\r\n" + body).split(b"\r\n--" + found[1].encode())
    parts: dict[str, Part] = {}
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        part = _part(piece)
        parts.setdefault(part.name, part)
    parts.pop("", None)
    return parts


def _part(piece: bytes) -> Part:
    head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    disposition = headers.get("content-disposition", "")
    return Part(
        name=_parameter(disposition, "name"),
        filename=_parameter(disposition, "filename"),
        content_type=headers.get("content-type", "").partition(";")[0].lower(),
        content=content,
    )


def _parameter(header: str, name: str) -> str:
    found = re.search(rf'(?:^|[;\s]){name}="((?:[^"\\]|\\.)*)"', header)
    return found[1] if found else ""
