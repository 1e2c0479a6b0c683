"""Parse mixi's objects into our values. Unreadable ones are left out; nothing here raises.

Ids are opaque lower-case words that become parts of addresses, so anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import (
    Friend,
    PostActivity,
    ReceivedReply,
    RemoteFeedItem,
    RemotePost,
)
from syndication.connectors.mixi.pictograms import decode_pictograms

VOICE = "voice:"
DIARY = "diary:"
PHOTO = "photo:"
REPLY = "reply:"  # <Voice>/<comment>
COMMENT = "comment:"  # <album>/<photo>/<comment>

_PHOTO_PAGE = re.compile(r"\Ahttps?://\S+/view_photo\.pl\?\S+\s*", re.ASCII)
_ID = re.compile(r"@?[A-Za-z0-9_-]{1,80}", re.ASCII)


def valid_mixi_id(value: object) -> str:
    """Return `value` where it is an id, else "". Numbers come as strings or as numbers."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else ""


def parse_count(value: object, otherwise: int) -> int:
    """Parse a count, which mixi writes as a number or as a string."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def opensocial_entries(answer: Any) -> list[Any] | None:
    """Return the `entry` list of an OpenSocial answer (or its single one as a list); None without one."""
    found = answer.get("entry") if isinstance(answer, dict) else None
    if isinstance(found, dict):
        return [found]
    return found if isinstance(found, list) else None


def parse_mixi_person(entry: Any) -> Friend | None:
    """Parse a person of the People API."""
    uid = valid_mixi_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not uid:
        return None
    shown = decode_pictograms(parsing.parse_line(entry.get("displayName")))
    return Friend(
        uid=uid,
        name=shown or uid,
        profile_url=parsing.valid_url(entry.get("profileUrl")),
        picture_url=parsing.valid_url(entry.get("thumbnailUrl")),
        display_name=shown,
    )


def parse_mixi_voice(entry: Any) -> RemoteFeedItem | None:
    """Parse a Voice. It has no address of its own; the author's page, which shows it, is used."""
    user = parsing.object_at(entry, "user")
    if not user:
        return None
    remote_id = valid_mixi_id(entry.get("id"))
    uid, created_at = (
        valid_mixi_id(user.get("id")),
        parsing.parse_2010_time(entry.get("created_at")),
    )
    if not remote_id or not uid or created_at is None:
        return None
    author = parse_mixi_user(user) or Friend(uid, uid)
    text, pictures = (
        decode_pictograms(parsing.parse_text(entry.get("text"))),
        attachments.objects_in(entry.get("photo")),
    )
    if pictures:  # their page's address stands before the words, for clients that show none
        text = _PHOTO_PAGE.sub("", text)
    return RemoteFeedItem(
        VOICE + remote_id,
        author,
        text,
        created_at,
        url=author.profile_url,
        attached=tuple(attachments.photo_attachment() for _ in pictures),
    )


def parse_mixi_user(user: Any) -> Friend | None:
    """Parse a person as Voice shows them."""
    uid = valid_mixi_id(parsing.value_at(user, "id"))
    if not uid:
        return None
    return Friend(
        uid=uid,
        name=decode_pictograms(parsing.parse_line(user.get("screen_name"))) or uid,
        profile_url=parsing.valid_url(user.get("url")),
        picture_url=parsing.valid_url(user.get("profile_image_url")),
    )


def parse_mixi_comment(entry: Any, parent_id: str) -> ReceivedReply | None:
    """Parse a comment on `parent_id`, a Voice or a picture, which each show times and people in their own way.

    It has no address of its own; its writer's page is used, as for a Voice.
    """
    is_photo = parent_id.startswith(PHOTO)
    ident, user = valid_mixi_id(parsing.value_at(entry, "id")), parsing.value_at(entry, "user")
    author = parse_mixi_person(user) if is_photo else parse_mixi_user(user)
    if not ident or author is None:
        return None
    created_at = (
        parsing.parse_time(entry.get("created"))
        if is_photo
        else parsing.parse_2010_time(entry.get("created_at"))
    )
    if created_at is None:
        return None
    return ReceivedReply(
        comment_id(parent_id, ident),
        parent_id,
        author,
        decode_pictograms(parsing.parse_text(entry.get("text"))),
        created_at,
        url=author.profile_url,
        visibility="inherited",
    )


def comment_id(parent_id: str, ident: str) -> str:
    """Return the remote id of a comment on a Voice or picture."""
    kind, _, rest = parent_id.partition(":")
    return f"{COMMENT if f'{kind}:' == PHOTO else REPLY}{rest}/{ident}"


def commented_id(remote_id: str) -> str:
    """Return the Voice or picture on which the comment `remote_id` stands, "" where that names no comment."""
    kind, _, rest = remote_id.partition(":")
    parts = rest.split("/")
    if not all(map(valid_mixi_id, parts)):
        return ""
    if f"{kind}:" == REPLY and len(parts) == 2:
        return VOICE + parts[0]
    is_photo = f"{kind}:" == COMMENT and len(parts) == 3
    return f"{PHOTO}{parts[0]}/{parts[1]}" if is_photo else ""


def voice_activity(entry: Any) -> PostActivity:
    """Return the counts of a readable Voice: strings, absent where they are 0."""
    return PostActivity(
        VOICE + valid_mixi_id(entry.get("id")),
        replies=parse_count(entry.get("reply_count"), 0),
        likes=parse_count(entry.get("favorite_count"), 0),
    )


def photo_activity(entry: Any, remote_id: str) -> PostActivity:
    """Return the counts of a readable picture."""
    return PostActivity(
        remote_id,
        replies=parse_count(entry.get("numComments"), 0),
        likes=parse_count(entry.get("numFavorites"), 0),
    )


def parse_mixi_voices(answer: Any) -> Iterator[RemoteFeedItem]:
    """Yield the readable Voices of a timeline, oldest first (mixi lists the newest first)."""
    yield from filter(None, map(parse_mixi_voice, reversed(answer)))


def parse_mixi_photo(entry: Any, album: str) -> RemotePost | None:
    """Parse an item of the album `album`."""
    remote_id = valid_mixi_id(entry.get("id")) if isinstance(entry, dict) else ""
    created_at = parsing.parse_time(entry.get("created")) if remote_id else None
    if created_at is None:
        return None
    return RemotePost(
        remote_id=f"{PHOTO}{album}/{remote_id}",
        text=parsing.parse_text(entry.get("title")),
        created_at=created_at,
        url=parsing.valid_url(entry.get("viewPageUrl")),
    )


def parse_mixi_diary(item: Any) -> RemotePost | None:
    """Parse a diary out of Updates, which show its title only."""
    entry = parsing.object_at(item, "object")
    if entry.get("objectType") != "diary":
        return None
    ident, created_at = valid_mixi_id(entry.get("id")), parsing.parse_time(item.get("postedTime"))
    if not ident or created_at is None:
        return None
    address = parsing.valid_url(entry.get("link") or item.get("link"))
    return RemotePost(DIARY + ident, parsing.parse_text(item.get("title")), created_at, url=address)


def album_visibility(album: Any) -> str:
    """Return an album's visibility in mixi's terms, "" where it states none."""
    return parsing.parse_text(parsing.object_at(album, "privacy").get("visibility"))
