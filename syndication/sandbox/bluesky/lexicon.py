"""Validation of records by their lexicons, with the server's own messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import LIKE, POST, count_graphemes, xrpc_error
from syndication.sandbox.http import Refused
from syndication.sandbox.social_graph import Upload

Fields = dict[str, Any]

_LONGEST = 300
_BYTES = 3000
_IMAGES = 4
_LANGUAGES = 3
_IMAGE_BYTES = 1_000_000


def check_record(state: BlueskyState, record: Fields) -> list[Upload]:
    """Validate a record; return its pictures. Raises Refused."""
    text = record.get("text")
    if not isinstance(text, str) or record.get("$type", POST) != POST:
        raise _invalid("Expected string value type at $.record.text")
    size = len(text.encode(errors="replace"))
    if size > _BYTES:
        raise _invalid(f"string too big (maximum {_BYTES}, got {size}) at $.record.text")
    if count_graphemes(text) > _LONGEST:
        found = count_graphemes(text)
        raise _invalid(f"grapheme too big (maximum {_LONGEST}, got {found}) at $.record.text")
    _check_time(record)
    if "reply" in record:
        _check_reply(record["reply"])
    if len(record.get("langs", [])) > _LANGUAGES:
        raise _invalid(f"array too big (maximum {_LANGUAGES}) at $.record.langs")
    for facet in record.get("facets", []):
        place = facet["index"]
        if not 0 <= place["byteStart"] < place["byteEnd"]:
            raise _invalid("Invalid integer at $.record.facets[0].index")
    return _pictures(state, record.get("embed") or {})


def check_other_record(record: Fields, collection: str) -> None:
    """Validate a like or the gate of a thread. Raises Refused."""
    if record.get("$type", collection) != collection:
        raise _invalid(f"Invalid $type: expected {collection}", collection)
    if collection == LIKE:
        _check_reference(record.get("subject"), "$.record.subject", collection)
    elif not isinstance(record.get("post"), str):
        raise _invalid('Missing required key "post" at $.record', collection)
    _check_time(record, collection)


def _check_reply(reply: Any) -> None:
    if not isinstance(reply, dict):
        raise _invalid("Expected object value type at $.record.reply")
    for name in ("root", "parent"):
        if name not in reply:
            raise _invalid(f'Missing required key "{name}" at $.record.reply')
        _check_reference(reply[name], f"$.record.reply.{name}", POST)


def _check_reference(found: Any, place: str, collection: str) -> None:
    for name in ("uri", "cid"):
        if not isinstance(found, dict) or not isinstance(found.get(name), str):
            raise _invalid(f'Missing required key "{name}" at {place}', collection)


def _check_time(record: Fields, collection: str = POST) -> None:
    try:
        datetime.fromisoformat(record["createdAt"])
    except (KeyError, TypeError, ValueError):
        raise _invalid("Invalid datetime at $.record.createdAt", collection) from None


def _pictures(state: BlueskyState, embed: Fields) -> list[Upload]:
    images = embed.get("images", [])
    if len(images) > _IMAGES:
        raise _invalid(f"array too big (maximum {_IMAGES}, got {len(images)})")
    found = []
    for number, image in enumerate(images):
        place = f"$.record.embed.images[{number}]"
        name = image.get("image", {}).get("ref", {}).get("$link", "")
        upload = state.graph.uploads.get(name)
        if upload is None:
            raise xrpc_error("BlobNotFound", f"Could not find blob: {name}")
        if not isinstance(image.get("alt"), str):
            raise _invalid(f"Missing required key at {place}.alt")
        if len(upload.content) > _IMAGE_BYTES:
            got = len(upload.content)
            raise _invalid(f"blob too big (maximum {_IMAGE_BYTES}, got {got}) at {place}.image")
        found.append(Upload(name, upload.user, upload.content, upload.content_type, image["alt"]))
    return found


def _invalid(what: str, collection: str = POST) -> Refused:
    return xrpc_error("InvalidRequest", f"Invalid {collection} record: {what}")
