"""Snapshots: a post as it was sent, kept with its delivery until the outcome is known.

What the member edits meanwhile must not hide the copy: it is looked for as it left.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Friend, OutgoingPost, Photo, ReplyTarget, Terms
from syndication.connectors.content import CONTENT, content_of
from syndication.connectors.errors import Unsupported
from syndication.connectors.text import local_names
from syndication.models import InteractionKind, Link, PostKind

MAX_EARLIER_SNAPSHOTS = 3  # snapshots of earlier tries that are kept besides the last

_STORED = (
    *("kind", "permalink", "audience", "always_permalink", "never_permalink"),
    *("written_at", "lost_photos", "mentions", "visibility"),
)


def snapshot_of(
    post: OutgoingPost, *, version: int = 0, before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The snapshot of a post that is kept from sending until the outcome is known.

    `version` is the content's version. `before` is the snapshot of an earlier try without an outcome:
    if the member edited the post in between, the network may have either.
    """
    stored = {
        **content_of(post),
        **{name: getattr(post, name) for name in _STORED},
        "terms": asdict(post.terms) if post.terms else None,
        "photo_alts": [photo.alt for photo in post.photos],
        "version": version,
    }
    if post.reply_to is not None:
        stored["reply_to"] = asdict(post.reply_to)
    earlier = [one for one in unconfirmed_snapshots(before or {}) if one["version"] != version]
    return {**stored, "earlier": earlier[:MAX_EARLIER_SNAPSHOTS]} if earlier else stored


def unconfirmed_snapshots(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """The snapshots without an outcome, one for each version of the content, newest first."""
    if not stored:
        return []
    latest = {"version": 0, **stored}
    return [latest, *latest.pop("earlier", [])]


def version_in_snapshot(stored: dict[str, Any]) -> int:
    """The content's version that the network has once it accepted the post; 0 if that is ambiguous:
    a network that recognises a repeat by its key keeps the version of the earlier try."""
    words = unconfirmed_snapshots(stored)
    return int(words[0]["version"]) if len(words) == 1 else 0


def post_from_snapshot(stored: dict[str, Any]) -> OutgoingPost:
    """The post as it was sent, without photo bytes, to look for on the network's timeline."""
    kept = {name: stored[name] for name in (*CONTENT, *_STORED) if name in stored}
    if "url_title" not in stored and stored.get("kind") == PostKind.LINK:  # kept by version 0.1
        kept |= {"title": "", "url_title": stored.get("title", "")}
    if "mentions" not in stored:  # the sign stays: keys as nobody types them replace nothing
        kept["mentions"] = {name[1:]: f"@{name[1:]}" for name in local_names(_typed(stored))}
    terms, target = stored.get("terms"), stored.get("reply_to")
    return OutgoingPost(
        **kept,
        terms=Terms(**terms) if terms else None,
        reply_to=ReplyTarget(**{**target, "author": Friend(**target["author"])})
        if target
        else None,
        photos=tuple(Photo(content=b"", alt=alt) for alt in stored.get("photo_alts", [])),
    )


def may_read_otherwise(stored: dict[str, Any]) -> bool:
    """Whether a post may read otherwise than `post_from_snapshot` has it: versions before mentions sent
    the sign of a name as it was typed."""
    return "mentions" not in stored and any(sign in _typed(stored) for sign in "@＠")


def omissions_of(stored: dict[str, Any], link: Link) -> tuple[str, ...]:
    """Reason codes of the parts that a sent copy lacks (connectors.reasons)."""
    if not stored or stored.get("kind") == InteractionKind.LIKE:
        return ()
    try:
        return CONNECTORS[link.network].preview(post_from_snapshot(stored)).dropped
    except Unsupported:
        return ()


def _typed(stored: dict[str, Any]) -> str:
    return "\n".join(str(stored.get(name, "")) for name in ("title", "url_title", "text"))
