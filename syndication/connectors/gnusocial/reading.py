"""Parse objects of the API of 2010 into our values. Unreadable ones are left out; nothing here raises."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlsplit

from syndication.connectors import attachments, parsing
from syndication.connectors.base import (
    Friend,
    PostActivity,
    ReceivedReply,
    RemoteFeedItem,
    RemotePost,
    ReplyTarget,
)
from syndication.connectors.text import clean
from syndication.connectors.values import Attachment

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_HOST = re.compile(r"[\w.-]{1,253}(:[0-9]{1,5})?")


def valid_gnusocial_id(value: object) -> str:
    """Return `value` where it is an id (a number or a string), else ""."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else ""


def parse_gnusocial_user(entry: Any) -> Friend | None:
    """Parse a user."""
    uid = valid_gnusocial_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not uid:
        return None
    address = parsing.valid_url(entry.get("statusnet_profile_url"))
    shown = parse_gnusocial_line(entry.get("name"))
    return Friend(
        uid=uid,
        name=shown or parse_gnusocial_line(entry.get("screen_name")) or uid,
        profile_url=address,
        picture_url=parsing.valid_url(entry.get("profile_image_url")),
        handle=_handle(entry.get("screen_name"), address),
        display_name=shown,
    )


def _handle(name: object, profile_url: str) -> str:
    """Return the handle of an account, which is on the host of its profile; "" where that is not known."""
    host = urlsplit(profile_url).netloc
    is_known = isinstance(name, str) and _NAME.fullmatch(name) and _HOST.fullmatch(host)
    return f"@{name}@{host}" if is_known else ""


def parse_gnusocial_status(entry: Any, origin: str) -> RemotePost | None:
    """Parse a status on the server at `origin`."""
    remote_id = valid_gnusocial_id(entry.get("id")) if isinstance(entry, dict) else ""
    created_at = parsing.parse_2010_time(entry.get("created_at")) if remote_id else None
    if created_at is None:
        return None
    return RemotePost(
        remote_id,
        parse_gnusocial_text(entry.get("text")),
        created_at,
        url=status_address(entry, origin),
        parent_id=valid_gnusocial_id(entry.get("in_reply_to_status_id")),
    )


def parse_gnusocial_target(entry: Any, origin: str) -> ReplyTarget | None:
    """Parse a status that is to be answered or liked; of a repeat, the repeated one."""
    told = _repeated(entry, origin)
    post, author = parse_gnusocial_status(told, origin), parse_gnusocial_user(told.get("user"))
    return ReplyTarget(post.remote_id, author) if post and author else None


def parse_gnusocial_activity(entry: Any) -> PostActivity | None:
    """Parse one of the account's own statuses, with the number of its conversation; nothing is counted."""
    remote_id = valid_gnusocial_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not remote_id or parsing.object_at(entry, "retweeted_status"):
        return None
    return PostActivity(remote_id, thread=conversation_of(entry))


def conversation_of(entry: Any) -> str:
    """Return the number of a status's conversation, "" on a StatusNet of 2011."""
    return parsing.valid_id(parsing.value_at(entry, "statusnet_conversation_id"))


def parse_gnusocial_reply(entry: Any, origin: str) -> ReceivedReply | None:
    """Parse a status in a conversation."""
    post = parse_gnusocial_status(entry, origin)
    author = parse_gnusocial_user(entry.get("user")) if post else None
    if post is None or author is None:
        return None
    return ReceivedReply(
        remote_id=post.remote_id,
        parent_id=post.parent_id,
        author=author,
        text=post.text,
        created_at=post.created_at,
        url=post.url,
        attached=_attached(entry),
    )


def _repeated(entry: Any, origin: str) -> dict[str, Any]:
    """Return the status that a repeat shows, where it can be read, else the status itself."""
    repeated = parsing.object_at(entry, "retweeted_status")
    if parse_gnusocial_status(repeated, origin):
        return repeated
    return entry if isinstance(entry, dict) else {}


def _attached(status: Any) -> tuple[Attachment, ...]:
    kinds = [
        parsing.parse_text(each.get("mimetype"))
        for each in attachments.objects_in(status.get("attachments"))
    ]
    shown = [kind for kind in kinds if kind.partition("/")[0] in ("image", "video", "audio")]
    return tuple(attachments.media_attachment(kind) for kind in shown)


def parse_gnusocial_feed_item(entry: Any, origin: str) -> RemoteFeedItem | None:
    """Parse another account's status; a repeat shows the repeated one, which a reply or a like is of."""
    own = parse_gnusocial_status(entry, origin)
    by = parse_gnusocial_user(entry.get("user")) if own else None
    if own is None or by is None:
        return None
    shown = _repeated(entry, origin)
    told = parse_gnusocial_status(shown, origin) or own
    author = parse_gnusocial_user(shown.get("user")) or by
    is_repeat = shown is not entry
    return RemoteFeedItem(
        own.remote_id,
        author,
        told.text,
        own.created_at,
        url=told.url,
        attached=((attachments.boost_attachment(by.name),) if is_repeat else ()) + _attached(shown),
        target_id=told.remote_id if is_repeat else "",
        sharer=by if is_repeat else None,
    )


def status_address(entry: Any, origin: str) -> str:
    """Return the public address of a status: `external_url`, else its `uri` where that is an address, else the
    server's page for its number (GNU social 2.0, whose own statuses have a `tag:` there)."""
    told = parsing.valid_url(entry.get("external_url")) or parsing.valid_url(entry.get("uri"))
    number = valid_gnusocial_id(entry.get("id"))
    return told or (parsing.valid_url(f"{origin}/notice/{number}") if number else "")


def parse_gnusocial_text(value: object) -> str:
    """Return a text, unescaped: the API of 2010 escapes HTML."""
    return clean(html.unescape(value)) if isinstance(value, str) else ""


def parse_gnusocial_line(value: object) -> str:
    """Return one line of text."""
    return parsing.parse_line(parse_gnusocial_text(value))
