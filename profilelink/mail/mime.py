"""MIME parser: headers and parts of a raw message, tolerant of what phones send, within fixed limits."""

from __future__ import annotations

import binascii
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_PARTS = 60
MAX_DEPTH = 8  # a decoration mail with a photo nests three deep
MAX_HEADER_BYTES = 64_000
MAX_HEADERS = 500  # of one part
MAX_COMMENT_DEPTH = 3  # levels of them

_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.S)
_PARAMETER = re.compile(rb';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)', re.S)
# A remark in brackets (RFC 5322, 3.2.2), behind a space: boundaries may hold brackets, too. A quote that
# is never closed goes to the end, or each quoted quote in it would be tried anew: 64 KB took five minutes.
_COMMENT = re.compile(rb'("(?:[^"\\]|\\.)*(?:"|\\?\Z))|(?:^|(?<=[\s;]))\((?:[^()\\]|\\.)*\)', re.S)
_QUOTES = b"\"'"
_CONTINUED = re.compile(rb"^(.+?)\*(\d*)\*?$")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_FIRST_LINE = re.compile(rb"\s{0,20}--(\S{1,70})[ \t]*\r?\n")
_ESCAPED = re.compile(rb"\\(.)", re.S)


class MessageTooComplex(Exception):
    """The message exceeds a limit on headers, parts or levels."""


@dataclass
class MimePart:
    """A message or one part of it. Header names are small letters; values are unfolded bytes."""

    headers: list[tuple[str, bytes]]
    body: bytes
    is_inline: bool = field(default=False)  # below multipart/related: it belongs into a page

    def header(self, name: str) -> bytes:
        """Return the first header of that name; b"" if there is none."""
        return next((value for key, value in self.headers if key == name), b"")

    def all_of(self, name: str) -> list[bytes]:
        return [value for key, value in self.headers if key == name]

    @property
    def content_type(self) -> str:
        """The media type; "text/plain" by default."""
        content_type = self.word("content-type")
        return content_type if "/" in content_type else "text/plain"

    def word(self, name: str) -> str:
        """Return the value of a header before its parameters: lowercase, without comments and quotes."""
        value = _without_comments(self.header(name)).partition(b";")[0]
        return value.strip().strip(_QUOTES).strip().lower().decode("ascii", "replace")

    def parameter(self, name: str, header: str = "content-type") -> bytes:
        """Return one parameter of a header, joining its continuations (RFC 2231)."""
        pieces = []
        for key, value in _PARAMETER.findall(_without_comments(self.header(header))):
            found = _CONTINUED.match(key)
            if (found[1] if found else key).lower() == name.encode():
                pieces.append((int((found[2] if found else b"")[:3] or b"0"), _unquoted(value)))
        return b"".join(value for _number, value in sorted(pieces, key=lambda one: one[0]))

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; invalid bytes are skipped."""
        encoding = self.word("content-transfer-encoding")
        if encoding == "base64":
            return _from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body


def parse_message(raw: bytes) -> MimePart:
    """Parse a raw message. Raises MessageTooComplex."""
    start = raw.lstrip(b"\r\n").removeprefix(BOM_UTF8).lstrip(b"\r\n")
    if start.startswith((b"From ", b">From ")):  # a mailbox's line; Exim's pipes begin with one
        start = start.partition(b"\n")[2]
    return _parse_part(start)


def leaf_parts(whole: MimePart) -> Iterator[MimePart]:
    """Yield the parts that have no parts, in order. Raises MessageTooComplex."""
    count = 0
    todo = [(whole, 0)]
    while todo:
        part, depth = todo.pop()
        count += 1
        if count > MAX_PARTS:
            raise MessageTooComplex(f"more than {MAX_PARTS} parts")
        below = _child_parts(part)
        if not below:
            yield part
        elif depth >= MAX_DEPTH:
            raise MessageTooComplex(f"more than {MAX_DEPTH} levels")
        todo += [(each, depth + 1) for each in reversed(below)]


def _child_parts(part: MimePart) -> list[MimePart]:
    """Return the parts of a multipart; none for other types, or if the boundary never comes."""
    content_type = part.content_type
    if not content_type.startswith("multipart/"):
        return []
    boundary = part.parameter("boundary")
    if not boundary or b"--" + boundary not in part.body:  # lost: its first line tells it
        first = _FIRST_LINE.match(part.body)
        if not first:
            return []
        boundary = first[1]
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    begins: list[int] = []
    ends: list[int] = []
    for found in line.finditer(part.body):
        if begins:
            ends.append(found.start())
        if found[1] or len(begins) > MAX_PARTS:  # the last boundary; or too many, told by leaves()
            break
        begins.append(found.end())
    ends += [len(part.body)] * (len(begins) - len(ends))
    inline = part.is_inline or content_type == "multipart/related"
    parts = [_parse_part(part.body[at:to]) for at, to in zip(begins, ends, strict=True)]
    for one in parts:
        one.is_inline = inline
    return parts


def _parse_part(raw: bytes) -> MimePart:
    """Parse headers up to an empty line or the first line that is no header; the rest is the body."""
    headers: list[list[bytes]] = []
    at = 1 if raw.startswith(b"\n") else 2 if raw.startswith(b"\r\n") else 0
    while at < len(raw):
        end = raw.find(b"\n", at, at + MAX_HEADER_BYTES)
        if end < 0 and len(raw) - at > MAX_HEADER_BYTES:
            if not _HEADER.match(raw[at : at + 100]):
                break
            raise MessageTooComplex("a header without end")
        next_at = end + 1 if end >= 0 else len(raw)
        line = raw[at:next_at].rstrip(b"\r\n")
        if not line:
            return MimePart(_unfold_headers(headers), raw[next_at:])
        if line[:1] in (b" ", b"\t") and headers:
            headers[-1].append(line)
        elif _HEADER.match(line):
            headers.append([line])
        else:
            break
        at = next_at
        if len(headers) > MAX_HEADERS or at > MAX_HEADER_BYTES:
            raise MessageTooComplex("more headers than any phone sends")
    return MimePart(_unfold_headers(headers), raw[at:])


def _unfold_headers(headers: list[list[bytes]]) -> list[tuple[str, bytes]]:
    """Unfold headers: drop the line break, keep the space after it (RFC 5322, 2.2.3)."""
    joined = []
    for lines in headers:
        found = _HEADER.match(b"".join(lines))
        if found:
            joined.append((found[1].decode("ascii").lower(), found[2]))
    return joined


def _from_base64(body: bytes) -> bytes:
    plain = _NOT_BASE64.sub(b"", body)
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]  # one character alone is no byte
    return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))


def _without_comments(value: bytes) -> bytes:
    for _level in range(MAX_COMMENT_DEPTH if b"(" in value else 0):  # one may hold another
        value = _COMMENT.sub(rb"\1", value)
    return value


def _unquoted(value: bytes) -> bytes:
    """Remove quotes, even if the closing one is missing. Single quotes are not RFC 2045's, but sent."""
    if value.startswith(b'"'):
        return _ESCAPED.sub(rb"\1", value[1:].removesuffix(b'"'))
    return value[1:-1] if len(value) > 1 and value[:1] == value[-1:] == b"'" else value
