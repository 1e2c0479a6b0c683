"""Parse Misskey's objects into our values. Unreadable ones are left out; nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from syndication.connectors import attachments, parsing
from syndication.connectors.base import (
    Friend,
    PostActivity,
    ReceivedReply,
    RemoteFeedItem,
    RemotePost,
    Visibility,
)
from syndication.connectors.misskey import mfm
from syndication.connectors.values import Attachment

_VISIBILITIES: dict[str, Visibility] = {
    "public": "public",
    "home": "unlisted",
    "followers": "followers",
    "specified": "direct",
}
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)


def parse_misskey_user(entry: Any, origin: str) -> Friend | None:
    """Parse a User. `host` is null for those of this server."""
    if not isinstance(entry, dict) or not parsing.valid_id(entry.get("id")):
        return None
    username, host = _name(entry.get("username")), _name(entry.get("host"))
    acct = f"@{username}@{host}" if host else f"@{username}"
    shown = parsing.parse_line(entry.get("name"))
    return Friend(
        uid=parsing.valid_id(entry["id"]),
        name=shown or acct,
        profile_url=f"{origin}/{acct}" if username else "",
        picture_url=parsing.valid_url(entry.get("avatarUrl")),
        handle=f"@{username}@{host or urlsplit(origin).netloc}" if username else "",
        display_name=shown,
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
        parent_id=parsing.valid_id(entry.get("replyId")),
    )


def note_visibility(entry: Any) -> Visibility:
    """Return who may read a Note, "" where that cannot be read."""
    return _VISIBILITIES.get(parsing.parse_text(parsing.value_at(entry, "visibility")), "")


def note_activity(entry: Any) -> PostActivity:
    """Return the counts of a readable Note; old versions only list the reactions by kind."""
    likes = parsing.valid_count(entry.get("reactionCount"))
    if likes is None and isinstance(entry.get("reactions"), dict):
        likes = sum(filter(None, map(parsing.valid_count, entry["reactions"].values())))
    return PostActivity(
        parsing.valid_id(entry["id"]), parsing.valid_count(entry.get("repliesCount")), likes
    )


def parse_misskey_reply(entry: Any, origin: str) -> ReceivedReply | None:
    """Parse a reply; None for one whose content is hidden from the account."""
    post = parse_misskey_note(entry, origin)
    author = parse_misskey_user(entry.get("user"), origin) if post else None
    if post is None or author is None or entry.get("isHidden") is True:
        return None
    warning = parsing.parse_line(entry.get("cw"))
    return ReceivedReply(
        post.remote_id,
        post.parent_id,
        author,
        f"[{warning}]" if warning else _plain(entry),
        post.created_at,
        url=post.url,
        visibility=note_visibility(entry),
        attached=() if warning else tuple(_attached(entry, origin)),
    )


def parse_misskey_feed_item(entry: Any, origin: str) -> RemoteFeedItem | None:
    """Parse another account's Note; a renote without content of its own shows the renoted one."""
    post = parse_misskey_note(entry, origin)
    if post is None:
        return None
    renote = parsing.object_at(entry, "renote")
    is_own = any(entry.get(name) for name in ("text", "cw", "files", "fileIds", "poll"))
    told = entry if is_own or not renote else renote
    author = parse_misskey_user(told.get("user"), origin)
    by = parse_misskey_user(entry.get("user"), origin) if told is not entry else None
    if author is None:
        return None
    warning = parsing.parse_line(told.get("cw"))
    sharing = (attachments.boost_attachment(by.name),) if by else ()
    return RemoteFeedItem(
        post.remote_id,
        author,
        f"[{warning}]" if warning else _plain(told),
        post.created_at,
        url=_address_at_home(told) or post.url,
        attached=sharing if warning else (*sharing, *_attached(told, origin)),
        visibility=note_visibility(told),
        target_id="" if told is entry else _target_of(told),
        sharer=by,
    )


def _address_at_home(note: Any) -> str:
    """Return the address of a note of another server there, "" for one of this server."""
    is_remote = bool(_name(parsing.value_at(parsing.object_at(note, "user"), "host")))
    return parsing.valid_url(note.get("url") or note.get("uri")) if is_remote else ""


def _target_of(renoted: Any) -> str:
    is_hidden = renoted.get("isHidden") is True
    return "none" if is_hidden else parsing.valid_id(renoted.get("id")) or "none"


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
