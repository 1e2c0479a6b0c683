"""Values of the AT Protocol: XRPC errors, identifiers, times, graphemes."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from syndication.sandbox.http import Refused, json_reply

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
GATE = "app.bsky.feed.threadgate"
FOLLOW = "app.bsky.graph.follow"
PROFILE = "app.bsky.actor.profile"
HANDLES = ".test"


def xrpc_error(error: str, message: str, status: int = 400) -> Refused:
    """Return an XRPC error."""
    return Refused(json_reply({"error": error, "message": message}, status))


def did_of(name: str, number: int = 0) -> str:
    """Return the DID of the account with this name."""
    digest = hashlib.sha256(f"plc:{name}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def handle_of(name: str) -> str:
    return name.replace("_", "-") + HANDLES


def cid(content: bytes, codec: int) -> str:
    """Return a content identifier, version 1: 0x55 is raw bytes, 0x71 a record."""
    packed = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(packed).decode().lower().rstrip("=")


def record_cid(record: Any) -> str:
    """Return the content identifier of a record."""
    return cid(json.dumps(record, sort_keys=True).encode(), 0x71)


def iso_time(at: datetime) -> str:
    """`2026-11-22T00:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def count_graphemes(text: str) -> int:
    """Count graphemes (UAX 29, as far as implemented here)."""
    count, flags, before = 0, 0, ""
    for char in text:
        is_flag = 0x1F1E6 <= ord(char) <= 0x1F1FF
        flags = flags + 1 if is_flag else 0
        joins = (
            unicodedata.category(char) in ("Mn", "Me", "Mc")
            or char == "\u200d"
            or before == "\u200d"
            or 0x1F3FB <= ord(char) <= 0x1F3FF
            or 0xE0020 <= ord(char) <= 0xE007F
            or (is_flag and flags % 2 == 0)
            or (char == "\n" and before == "\r")
        )
        count += not joins or not before
        before = char
    return count
