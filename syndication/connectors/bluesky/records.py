"""Build records of posts and likes, and their keys. Pure.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/feed/post.json
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from syndication.connectors.base import OutgoingPost, Photo, ReplyTarget
from syndication.connectors.media import plain_jpeg_size
from syndication.connectors.text import Span, as_uri, clean, graphemes, spans

COLLECTION = "app.bsky.feed.post"
LIKES = "app.bsky.feed.like"
MAX_TAG_LENGTH = 64  # graphemes; and 640 bytes
MAX_TAG_BYTES = 640
MAX_MENTIONS = 5  # of a post are looked up, to bound the waiting

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_UNDATED = 1_700_000_000  # the second of a post that does not say when it was written
_YEAR = 365 * 86_400 * 1_000_000  # microseconds before it, over which the keys of likes are spread
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)

# Warnings that a self label says, too: it hides the pictures of a post, never its text.
_LABELS = {
    "porn": ("porn", "ポルノ"),
    "sexual": ("sexual", "nsfw", "r18", "r-18", "18禁", "性的"),
    "nudity": ("nudity", "nude", "ヌード"),
    "graphic-media": ("graphic", "gore", "violence", "グロ", "グロ注意", "暴力", "流血"),
}


def record_key(post: OutgoingPost, idempotency_key: str) -> str:
    """Return a timestamp identifier (https://atproto.com/specs/tid), always the same for one delivery.

    The second is that of writing; microseconds and clock id come from the idempotency key, so that
    no other delivery of that second has it.
    """
    digest = _digest(idempotency_key)
    microseconds = int(post.written_at or _UNDATED) * 1_000_000 + digest % 1_000_000
    return _identifier(microseconds, digest // 1_000_000)


def like_key(idempotency_key: str) -> str:
    """Return the timestamp identifier of a like, always the same for one delivery."""
    digest = _digest(idempotency_key)
    return _identifier(_UNDATED * 1_000_000 - digest % _YEAR, digest // _YEAR)


def post_record(
    text: str, *, created_at: float, facets: Sequence[Any] = (), embed: Any = None
) -> dict[str, Any]:
    """Return the record of a post."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": text,
        "createdAt": _record_time(created_at),
    }
    if facets:
        record["facets"] = list(facets)
    if embed:
        record["embed"] = embed
    return record


def post_options(post: OutgoingPost) -> dict[str, Any]:
    """Return the fields of a record for language, pictures to be hidden, and what is answered."""
    options: dict[str, Any] = {}
    if _LANGUAGE.fullmatch(post.language):
        options["langs"] = [post.language]
    label = _label(post.warning) if post.photos else ""
    if label:
        values = [{"val": label}]
        options["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    if post.reply_to is not None:
        options["reply"] = _references(post.reply_to)
    return options


def like_record(target: ReplyTarget, *, created_at: float) -> dict[str, Any]:
    """Return the record of a like."""
    subject = {"uri": target.remote_id, "cid": target.version}
    return {"$type": LIKES, "subject": subject, "createdAt": _record_time(created_at)}


def post_facets(text: str, *, did_of: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """Yield the facets (links, mentions, tags) of `text`, by offsets in bytes of UTF-8.

    `did_of` returns the DID of a handle, "" where it has none.
    """
    mentions = 0
    for span in spans(text):
        if span.kind == "mention":
            mentions += 1
            if mentions > MAX_MENTIONS:
                continue
        feature = _feature(span, did_of)
        if feature:
            place = {"byteStart": span.byte_start, "byteEnd": span.byte_end}
            yield {"index": place, "features": [feature]}


def images_embed(pictures: Sequence[tuple[Photo, Any]]) -> dict[str, Any] | None:
    """Return the embed of pictures with descriptions; each with the blob of its upload."""
    if not pictures:
        return None
    entries = []
    for photo, blob in pictures:
        entry = {"image": blob, "alt": clean(photo.alt)}
        size = plain_jpeg_size(photo.content)
        if size:
            entry["aspectRatio"] = {"width": size[0], "height": size[1]}
        entries.append(entry)
    return {"$type": "app.bsky.embed.images", "images": entries}


def link_card(post: OutgoingPost) -> dict[str, Any]:
    """Return the embed of a link post: a card of its page."""
    title = " ".join(clean(post.url_title).split()) or post.url
    external = {"uri": as_uri(post.url), "title": title, "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def _references(target: ReplyTarget) -> dict[str, Any]:
    """Return parent and root; the root is the parent where that answers nothing itself."""
    parent = {"uri": target.remote_id, "cid": target.version}
    root = {"uri": target.root_id, "cid": target.root_version} if target.root_id else parent
    return {"root": root, "parent": parent}


def _label(warning: str) -> str:
    said = warning.strip().casefold()
    return next((label for label, words in _LABELS.items() if said in words), "")


def _digest(idempotency_key: str) -> int:
    return int.from_bytes(hashlib.sha256(idempotency_key.encode()).digest()[:8])


def _identifier(microseconds: int, clock: int) -> str:
    number = microseconds << 10 | clock % 1024
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(12, -1, -1))


def _record_time(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


def _feature(span: Span, did_of: Callable[[str], str]) -> dict[str, str] | None:
    prefix = "app.bsky.richtext.facet#"
    if span.kind == "address" and (span.is_linked or span.has_scheme) and not span.is_in_word:
        return {"$type": f"{prefix}link", "uri": as_uri(span.value)}
    if span.kind == "tag" and _fits(span.value):
        return {"$type": f"{prefix}tag", "tag": span.value}
    if span.kind == "mention" and "." in span.value and "@" not in span.value:
        did = did_of(span.value.lower())
        return {"$type": f"{prefix}mention", "did": did} if did else None
    return None


def _fits(tag: str) -> bool:
    length = sum(1 for _ in graphemes(tag))
    return length <= MAX_TAG_LENGTH and len(tag.encode()) <= MAX_TAG_BYTES
