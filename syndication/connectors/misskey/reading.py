"""Parse Misskey's objects into our values. Unreadable ones are left out; nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from syndication.connectors import attachments, parsing
from syndication.connectors.base import Friend, RemoteFeedItem, RemotePost
from syndication.connectors.misskey import mfm
from syndication.connectors.values import Attachment

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)


def parse_misskey_user(entry: Any, origin: str) -> Friend | None:
    """Parse a User. `host` is null for those of this server."""
    if not isinstance(entry, dict) or not parsing.valid_id(entry.get("id")):
        return None
    username, host = _name(entry.get("username")), _name(entry.get("host"))
    acct = f"@{username}@{host}" if host else f"@{username}"
    return Friend(
        uid=parsing.valid_id(entry["id"]),
        name=parsing.parse_line(entry.get("name")) or acct,
        profile_url=f"{origin}/{acct}" if username else "",
        picture_url=parsing.valid_url(entry.get("avatarUrl")),
    )


def parse_misskey_note(entry: Any, origin: str) -> RemotePost | None:
    """Parse one of the account's own Notes."""
    created_at = parsing.parse_time(entry.get("createdAt")) if isinstance(entry, dict) else None
    if created_at is None or not parsing.valid_id(entry.get("id")):
        return None
    return RemotePost(
        remote_id=parsing.valid_id(entry["id"]),
        text=parsing.parse_text(entry.get("text")),
        created_at=created_at,
        url=note_address(origin, parsing.valid_id(entry["id"])),
    )


def parse_misskey_feed_item(entry: Any, origin: str) -> RemoteFeedItem | None:
    """Parse another account's Note; a renote without content of its own shows the renoted one."""
    post = parse_misskey_note(entry, origin)
    if post is None:
        return None
    renote = parsing.object_at(entry, "renote")
    is_own = any(entry.get(name) for name in ("text", "cw", "files", "fileIds", "poll"))
    told = entry if is_own or not renote else renote
    author, by = (
        parse_misskey_user(told.get("user"), origin),
        parse_misskey_user(entry.get("user"), origin),
    )
    if author is None:
        return None
    warning = parsing.parse_line(told.get("cw"))
    sharing = (attachments.boost_attachment(by.name),) if by and told is not entry else ()
    return RemoteFeedItem(
        post.remote_id,
        author,
        f"[{warning}]" if warning else _plain(told),
        post.created_at,
        url=post.url,
        attached=sharing if warning else (*sharing, *_attached(told, origin)),
    )


def _attached(note: Any, origin: str) -> Iterator[Attachment]:
    for each in attachments.objects_in(note.get("files")):
        yield attachments.media_attachment(each.get("type") or "image", each.get("comment"))
    choices = attachments.objects_in(parsing.object_at(note, "poll").get("choices"))
    yield from attachments.poll_attachments(each.get("text") for each in choices)
    quoted = parsing.object_at(note, "renote")
    author = parse_misskey_user(quoted.get("user"), origin)
    if author:
        warning = parsing.parse_line(quoted.get("cw"))
        yield attachments.quote_attachment(
            author.name, f"[{warning}]" if warning else _plain(quoted)
        )


def _plain(note: Any) -> str:
    return mfm.mfm_to_text(parsing.parse_text(note.get("text")))


def note_address(origin: str, ident: str) -> str:
    """Return the public address of a note."""
    return f"{origin}/notes/{quote(ident, safe='')}"


def _name(value: object) -> str:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""
