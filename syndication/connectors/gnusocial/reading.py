"""Parse objects of the API of 2010 into our values. Unreadable ones are left out; nothing here raises."""

from __future__ import annotations

import html
import re
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import Friend, RemoteFeedItem, RemotePost
from syndication.connectors.text import clean

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


def valid_gnusocial_id(value: object) -> str:
    """Return `value` where it is an id (a number or a string), else ""."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else ""


def parse_gnusocial_user(entry: Any) -> Friend | None:
    """Parse a user."""
    uid = valid_gnusocial_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not uid:
        return None
    return Friend(
        uid=uid,
        name=parse_gnusocial_line(entry.get("name"))
        or parse_gnusocial_line(entry.get("screen_name"))
        or uid,
        profile_url=parsing.valid_url(entry.get("statusnet_profile_url")),
        picture_url=parsing.valid_url(entry.get("profile_image_url")),
    )


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
    )


def parse_gnusocial_feed_item(entry: Any, origin: str) -> RemoteFeedItem | None:
    """Parse another account's status; a repeat shows the repeated one."""
    own = parse_gnusocial_status(entry, origin)
    by = parse_gnusocial_user(entry.get("user")) if own else None
    if own is None or by is None:
        return None
    repeated = parsing.object_at(entry, "retweeted_status")
    told, author = (
        parse_gnusocial_status(repeated, origin) or own,
        parse_gnusocial_user(repeated.get("user")) or by,
    )
    found = [attachments.boost_attachment(by.name)] if told is not own else []
    for each in attachments.objects_in((repeated if told is not own else entry).get("attachments")):
        if parsing.parse_text(each.get("mimetype")).partition("/")[0] in (
            "image",
            "video",
            "audio",
        ):
            found.append(attachments.media_attachment(each.get("mimetype")))
    return RemoteFeedItem(
        own.remote_id, author, told.text, own.created_at, url=told.url, attached=tuple(found)
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
