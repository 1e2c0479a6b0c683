"""Parse OpenSocial's objects into our values. Unreadable ones are left out; nothing here raises."""

from __future__ import annotations

import re
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import Friend, RemoteFeedItem, RemotePost
from syndication.connectors.text import clean, text_of_html

_ID = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)


def valid_orkut_id(value: object) -> str:
    """Return `value` where it is an id, else ""."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) and text.strip(".") else ""


def parse_orkut_person(entry: Any) -> Friend | None:
    """Parse a person. The name comes in two parts."""
    uid = valid_orkut_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not uid:
        return None
    name = parsing.object_at(entry, "name")
    parts = (name.get("givenName"), name.get("familyName"))
    shown = " ".join(filter(None, map(parse_orkut_line, parts)))
    return Friend(
        uid=uid,
        name=shown or uid,
        profile_url=parsing.valid_url(entry.get("profileUrl")),
        picture_url=parsing.valid_url(entry.get("thumbnailUrl")),
        display_name=shown,
    )


def parse_orkut_activity(entry: Any) -> RemotePost | None:
    """Parse an activity: a title that may contain a few tags, perhaps a body; time in milliseconds."""
    if not isinstance(entry, dict) or not valid_orkut_id(entry.get("id")):
        return None
    posted = entry.get("postedTime")
    if not isinstance(posted, int | float) or not 0 < posted < 1e14:
        return None
    title, body = parse_orkut_text(entry.get("title")), parse_orkut_text(entry.get("body"))
    return RemotePost(
        remote_id=f"activity:{valid_orkut_id(entry['id'])}",
        text=body or title,
        created_at=posted / 1000,
        url=parsing.valid_url(entry.get("url")),
        title=title if body else "",
    )


def parse_orkut_feed_item(entry: Any, people: dict[str, Friend]) -> RemoteFeedItem | None:
    """Parse another account's activity."""
    told = parse_orkut_activity(entry)
    author = people.get(valid_orkut_id(entry.get("userId"))) if told else None
    if told is None or author is None:
        return None
    text = f"{told.title}\n\n{told.text}" if told.title else told.text
    pictures = attachments.objects_in(entry.get("mediaItems"))
    found = tuple(
        attachments.media_attachment(parsing.parse_text(each.get("type")).lower())
        for each in pictures
    )
    return RemoteFeedItem(
        told.remote_id, author, text, told.created_at, url=told.url, attached=found
    )


def parse_orkut_photo(entry: Any, album: str) -> RemotePost | None:
    """Parse a picture of our album."""
    remote_id = valid_orkut_id(entry.get("id")) if isinstance(entry, dict) else ""
    posted = entry.get("created") if remote_id else None
    if not isinstance(posted, int | float) or not 0 < posted < 1e14:
        return None
    return RemotePost(
        remote_id=f"photo:{album}/{remote_id}",
        text=parsing.parse_text(entry.get("caption")),
        created_at=posted / 1000,
        url=parsing.valid_url(entry.get("url")),
    )


def parse_orkut_text(value: object) -> str:
    """Return a text without its tags, with line breaks as they are."""
    return clean(text_of_html(value.replace("\n", "<br>"))) if isinstance(value, str) else ""


def parse_orkut_line(value: object) -> str:
    """Return one line of text."""
    return parsing.parse_line(parse_orkut_text(value))
