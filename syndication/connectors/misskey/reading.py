"""Misskey's objects as our values. What cannot be read is left out; nothing here raises."""

from __future__ import annotations

import re
from typing import Any

from syndication.connectors import checked
from syndication.connectors.base import FeedItem, Friend, RemotePost

_ID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)


def word(value: object) -> str:
    """`value` where it is an id, "" where it is not."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def person(entry: Any, origin: str) -> Friend | None:
    """A User. `host` is null for those of this server."""
    if not isinstance(entry, dict) or not word(entry.get("id")):
        return None
    username, host = _name(entry.get("username")), _name(entry.get("host"))
    acct = f"@{username}@{host}" if host else f"@{username}"
    return Friend(
        uid=word(entry["id"]),
        name=checked.line(entry.get("name")) or acct,
        profile_url=f"{origin}/{acct}" if username else "",
        picture_url=checked.address(entry.get("avatarUrl")),
    )


def remote_post(entry: Any, origin: str) -> RemotePost | None:
    """A Note of one's own."""
    created_at = checked.moment(entry.get("createdAt")) if isinstance(entry, dict) else None
    if created_at is None or not word(entry.get("id")):
        return None
    return RemotePost(
        remote_id=word(entry["id"]),
        text=checked.text(entry.get("text")),
        created_at=created_at,
        url=note_address(origin, word(entry["id"])),
    )


def item(entry: Any, origin: str) -> FeedItem | None:
    """A Note of somebody else's; a renote without words shows what was passed on."""
    post = remote_post(entry, origin)
    if post is None:
        return None
    passed_on = entry.get("renote")
    told = passed_on if isinstance(passed_on, dict) and not entry.get("text") else entry
    author = person(told.get("user"), origin)
    if author is None:
        return None
    warning = checked.line(told.get("cw"))
    text = f"[{warning}]" if warning else checked.text(told.get("text"))
    return FeedItem(post.remote_id, author, text, post.created_at, url=post.url)


def note_address(origin: str, ident: str) -> str:
    """Where people see a note."""
    return f"{origin}/notes/{ident}"


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""
