"""Contents of a message: subject, text, photos, and the number of parts left out."""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass, field

from profilelink.mail.charsets import clean_text, decode_mail_text
from profilelink.mail.envelope import carrier_of, from_address
from profilelink.mail.mime import MimePart, leaf_parts
from profilelink.phone.carriers import Carrier
from syndication.actions.mail_drafts import IncomingMail
from syndication.connectors.content import MAX_PHOTOS
from syndication.connectors.text import text_of_html

MAX_TEXT_BYTES = 400_000  # bytes of one part; a post of 10,000 characters in UTF-8 quoted-printable
MAX_SUBJECT_BYTES = 4_000

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_SPACE_BETWEEN = re.compile(rb"(?<=\?=)[ \t\r\n]+(?==\?)")
_GIFS = (b"GIF87a", b"GIF89a")
# Of the formats that we take, by their first bytes. Some programs name no type, or a general one.
_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|RIFF.{4}WEBP", re.S)
_SIGNATURE = "-- "
_SHOWN = re.compile(r"\bcid:([^\s\"'<>)]{1,250})", re.I)


@dataclass
class _Contents:
    """What the parts of a message hold, collected in order."""

    plain: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    ornaments: set[str] = field(default_factory=set)
    pictures: list[MimePart] = field(default_factory=list)
    dropped: int = 0


def read_message(message: MimePart) -> IncomingMail:
    """Read a message. Raises mime.MessageTooComplex. Signatures stay, since guessing them loses text."""
    sender = from_address(message)
    carrier = carrier_of(sender)
    found = _Contents()
    for part in leaf_parts(message):
        _classify(part, found, carrier)
    photos = [part for part in found.pictures if not _is_ornament(part, found.ornaments)]
    words = "\n".join(text for text in found.plain if text) or "\n".join(found.pages)
    return IncomingMail(
        key=_deduplication_key(message),
        sender=clean_text(sender, carrier),
        title=" ".join(decode_subject(message.header("subject"), carrier).split()),
        text=words.strip("\n").rstrip(),
        photos=tuple(photo.content for photo in photos[:MAX_PHOTOS]),
        dropped=found.dropped + len(photos[MAX_PHOTOS:]),
    )


def decode_subject(raw: bytes, carrier: Carrier | None) -> str:
    """Decode a header with encoded words (RFC 2047), or raw ISO-2022-JP or Shift_JIS.

    Adjacent words of one charset are joined first, since phones cut inside a character."""
    text = ""
    waiting, charset, at = b"", b"", 0
    raw = _SPACE_BETWEEN.sub(b"", raw[:MAX_SUBJECT_BYTES])
    for found in _WORD.finditer(raw):
        between = raw[at : found.start()]
        name = found[1].partition(b"*")[0].lower()
        if between or name != charset:
            text += _decode_word(waiting, charset, carrier)
            waiting, charset = b"", name
        text += decode_mail_text(between, "", carrier)
        waiting += _decode_transfer(found[2], found[3])
        at = found.end()
    return text + _decode_word(waiting, charset, carrier) + decode_mail_text(raw[at:], "", carrier)


def _decode_word(raw: bytes, charset: bytes, carrier: Carrier | None) -> str:
    return decode_mail_text(raw, charset.decode("ascii", "replace"), carrier)


def _decode_transfer(encoding: bytes, value: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(value, header=True)
    return MimePart([("content-transfer-encoding", b"base64")], value).content


def _classify(part: MimePart, found: _Contents, carrier: Carrier | None) -> None:
    kind, content = part.content_type, part.content
    is_words = kind in ("text/plain", "text/html") or kind.startswith("multipart/")  # without parts
    if _PICTURE.match(content) or kind.startswith("image/") or _is_unnamed_gif(kind, content):
        found.pictures.append(part)
    elif is_words and part.word("content-disposition") != "attachment":
        _read_words(part, content[:MAX_TEXT_BYTES], found, carrier)
    else:
        found.dropped += 1  # a film, a card, an archive: never opened


def _is_unnamed_gif(kind: str, content: bytes) -> bool:
    return kind == "application/octet-stream" and content.startswith(_GIFS)


def _read_words(part: MimePart, raw: bytes, found: _Contents, carrier: Carrier | None) -> None:
    text = decode_mail_text(raw, part.parameter("charset").decode("ascii", "replace"), carrier)
    if part.content_type == "text/html":
        found.ornaments |= set(_SHOWN.findall(text))
        found.pages.append(clean_text(text_of_html(text), carrier))
        return
    if part.parameter("format").lower() == b"flowed":
        text = _unflow(text, part.parameter("delsp").lower() == b"yes")
    found.plain.append(text.strip("\n") if text.strip() else "")


def _unflow(text: str, has_added_space: bool) -> str:
    """Join the lines of format=flowed (RFC 3676): one that ends in a space continues in the next.

    Not across another depth of quotes (4.5): there an answer would become part of what it answers.
    """
    lines: list[str] = []
    open_depth = -1  # that of a line which goes on
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        own = line[depth:].removeprefix(" ")  # a space before From, > and space was stuffed in
        if open_depth == depth and own != _SIGNATURE:
            lines[-1] += own
        else:
            lines.append(line if depth else own)
        goes_on = own.endswith(" ") and own != _SIGNATURE
        open_depth = depth if goes_on else -1
        if goes_on and has_added_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _is_ornament(part: MimePart, shown: set[str]) -> bool:
    """Whether the part is an ornament of a decoration mail: an inline GIF. A JPEG there is a photo."""
    name = part.header("content-id").strip().strip(b"<>").decode("ascii", "replace")
    return (part.is_inline or name in shown) and part.content.startswith(_GIFS)


def _deduplication_key(message: MimePart) -> str:
    """Return a key of 128 bits, equal for a mail that a server delivers twice."""
    told = (message.header(name) for name in ("message-id", "date", "subject"))
    parts = [hashlib.sha256(one).digest() for one in (*told, message.body)]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32]
