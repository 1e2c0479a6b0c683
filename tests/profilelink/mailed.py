"""Mails as phones send them, byte by byte, and the pipe by which they come in.

The bytes of pictograms are written out from the carriers' own figures, not made by our tables: the
sun is F89F at docomo, F98B and U+E04A at SoftBank, and 7541 in au's mails.
"""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from accounts.models import Member
from syndication.actions import post_addresses

JIS, ASCII = b"\x1b$B", b"\x1b(B"


def jis(text: str) -> bytes:
    return text.encode("iso2022_jp")


def sjis(text: str) -> bytes:
    return text.encode("cp932")


def word(charset: str, raw: bytes) -> bytes:
    """An encoded word of a header."""
    return b"=?%s?B?%s?=" % (charset.encode(), b64encode(raw))


def mail(*lines: bytes, body: bytes = b"", sender: str = "hanako@docomo.ne.jp") -> bytes:
    """A message: its own header lines after the usual ones."""
    usual = [
        b"Received: from mail.docomo.ne.jp by mx.example.jp; Sun, 22 Nov 2026 09:00:00 +0900",
        b"From: " + sender.encode(),
        b"Date: Sun, 22 Nov 2026 09:00:00 +0900",
        b"MIME-Version: 1.0",
    ]
    return b"\r\n".join([*usual, *lines, b"", body])


def part(kind: str, content: bytes, *lines: bytes) -> bytes:
    """One part, in base64."""
    coded = b64encode(content)
    rows = b"\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    heads = [b"Content-Type: " + kind.encode(), b"Content-Transfer-Encoding: base64", *lines]
    return b"\r\n".join([*heads, b"", rows])


def parts(kind: str, boundary: str, *below: bytes) -> bytes:
    """A multipart with its header, to stand alone or in another."""
    line = b"--" + boundary.encode()
    inside = b"".join(line + b"\r\n" + one + b"\r\n" for one in below)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode()
    return head + b"\r\n\r\n" + inside + line + b"--\r\n"


def mail_of_parts(whole: bytes, *lines: bytes, sender: str = "hanako@docomo.ne.jp") -> bytes:
    head, _empty, body = whole.partition(b"\r\n\r\n")
    return mail(*lines, head, body=body, sender=sender)


@dataclass
class Received:
    code: int
    said: str


def address_of(member: Member) -> str:
    """The member's secret address, made where there is none."""
    return post_addresses.full_address(post_addresses.enable_post_by_mail(by=member))


def receive(
    raw: bytes | Any, *recipients: str, sender: str | None = "somebody@example.net"
) -> Received:
    """The command, in this process: its exit code, and what it said on standard output.

    `raw` is the mail, or something with `read`.
    """
    out = io.StringIO()
    stream = io.BytesIO(raw) if isinstance(raw, bytes) else raw
    try:
        call_command("receive_mail", *recipients, sender=sender, stdin=stream, stdout=out)
    except SystemExit as end:
        return Received(int(end.code or 0), out.getvalue())
    return Received(0, out.getvalue())
