"""Parse the AT Protocol's objects into our values. Unreadable ones are left out; nothing here raises.

Identifiers become parts of addresses, so invalid ones are refused
(https://atproto.com/specs/did, https://atproto.com/specs/at-uri-scheme).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import Friend, PostActivity, ReceivedReply, RemoteFeedItem
from syndication.connectors.bluesky.records import COLLECTION
from syndication.connectors.values import Attachment

MAX_URI_LENGTH = 200  # characters; a row holds no more

_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]{3,253}(?:%3[Aa][0-9]{1,5})?)", re.ASCII)
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_URI = re.compile(r"at://([^/]+)/([A-Za-z0-9.-]+)/([A-Za-z0-9._:~-]{1,100})", re.ASCII)
_CID = re.compile(r"[A-Za-z0-9+=]{8,256}", re.ASCII)


def valid_did(value: object) -> str:
    """Return `value` where it is a DID, else ""."""
    return value if isinstance(value, str) and _DID.fullmatch(value) else ""


def valid_handle(value: object) -> str:
    """Return `value` where it is a handle, else ""; servers show `handle.invalid` for an unverified one."""
    text = value.lower() if isinstance(value, str) else ""
    is_one = len(text) <= 253 and _HANDLE.fullmatch(text) and text != "handle.invalid"
    return text if is_one else ""


def post_key(uri: object, collection: str = COLLECTION) -> tuple[str, str]:
    """Return the DID and record key of the URI of a post, or of a record of another collection; two ""
    for any other."""
    found = _URI.fullmatch(uri) if isinstance(uri, str) and len(uri) <= MAX_URI_LENGTH else None
    is_one = found is not None and found[2] == collection and valid_did(found[1])
    return (found[1], found[3]) if found and is_one else ("", "")


def parse_reference(entry: object) -> tuple[str, str]:
    """Return URI and version (cid) of a reference to a post; two "" where either is missing."""
    uri, version = parsing.value_at(entry, "uri"), parsing.value_at(entry, "cid")
    is_one = post_key(uri)[1] and isinstance(version, str) and _CID.fullmatch(version)
    return (str(uri), str(version)) if is_one else ("", "")


def followed_did(entry: Any) -> str:
    """Return the DID in a record of app.bsky.graph.follow, else ""."""
    return valid_did(parsing.object_at(entry, "value").get("subject"))


def parse_bluesky_profile(entry: Any, web: str) -> Friend | None:
    """Parse a profile view of an AppView."""
    uid = valid_did(entry.get("did")) if isinstance(entry, dict) else ""
    if not uid:
        return None
    named = valid_handle(entry.get("handle"))
    shown = parsing.parse_line(entry.get("displayName"))
    return Friend(
        uid=uid,
        name=shown or named or uid,
        profile_url=f"{web}/profile/{named or uid}",
        picture_url=parsing.valid_url(entry.get("avatar")),
        handle=f"@{named}" if named else "",
        display_name=shown,
    )


def handle_in_document(document: Any) -> str:
    """Return the first handle in a DID document, else ""."""
    for name in parsing.list_at(document, "alsoKnownAs") or ():
        if isinstance(name, str) and name.startswith("at://"):
            return valid_handle(name.removeprefix("at://"))
    return ""


def parse_bluesky_feed_item(entry: Any, web: str) -> RemoteFeedItem | None:
    """Parse a timeline entry; None for reposts and replies."""
    post = parsing.object_at(entry, "post")
    if not post or entry.get("reason") or entry.get("reply"):
        return None
    found = parse_bluesky_post(post, web)
    return found if found and not post["record"].get("reply") else None


def parse_bluesky_post(post: Any, web: str) -> RemoteFeedItem | None:
    """Parse a post view, whether it is a reply or not."""
    author = parse_bluesky_profile(parsing.value_at(post, "author"), web)
    owner, key = post_key(parsing.value_at(post, "uri"))
    record = parsing.value_at(post, "record")
    if author is None or owner != author.uid or not isinstance(record, dict):
        return None
    created_at = parsing.parse_time(post.get("indexedAt") or record.get("createdAt"))
    if created_at is None:
        return None
    embed = parsing.object_at(post, "embed") or parsing.object_at(record, "embed")
    return RemoteFeedItem(
        str(post["uri"]),
        author,
        parse_bluesky_text(record),
        created_at,
        url=f"{web}/profile/{author.uid}/post/{key}",
        attached=tuple(_attached(embed, web)),
        visibility="public",
    )


def parse_bluesky_reply(entry: Any, web: str) -> ReceivedReply | None:
    """Parse a reply in a thread; None for one that is blocked or gone."""
    post = parsing.object_at(entry, "post")
    found = parse_bluesky_post(post, web)
    if found is None:
        return None
    reply = parsing.object_at(post["record"], "reply")
    return ReceivedReply(
        found.remote_id,
        parse_reference(reply.get("parent"))[0],
        found.author,
        found.text,
        found.created_at,
        url=found.url,
        visibility=found.visibility,
        attached=found.attached,
    )


def post_activity(post: Mapping[str, Any]) -> PostActivity:
    """Return the counts of a readable post view."""
    replies, likes = (parsing.valid_count(post.get(name)) for name in ("replyCount", "likeCount"))
    return PostActivity(str(post["uri"]), replies, likes)


def hidden_replies(answer: Mapping[str, Any]) -> frozenset[object]:
    """Return the replies that the author of the thread has hidden, as its gate names them."""
    gate = parsing.object_at(parsing.object_at(answer, "threadgate"), "record")
    hidden = parsing.list_at(gate, "hiddenReplies") or ()
    return frozenset(each for each in hidden if isinstance(each, str))


def parse_bluesky_text(record: Mapping[str, Any]) -> str:
    """Return the text, with the full address where the app shortened one for display.

    Facets count bytes of UTF-8 (https://docs.bsky.app/docs/advanced-guides/post-richtext).
    """
    text = record.get("text")
    raw = text.encode(errors="replace") if isinstance(text, str) else b""
    for begin, end, target in sorted(_links(record), reverse=True):
        shown = raw[begin:end].decode(errors="replace").strip()
        begins = _SCHEME.sub("", shown.rstrip("."))
        if shown.endswith("...") and begins and _SCHEME.sub("", target).startswith(begins):
            raw = raw[:begin] + target.encode() + raw[end:]
    return parsing.parse_text(raw.decode(errors="replace"))


def _links(record: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    for facet in attachments.objects_in(record.get("facets")):
        index = parsing.object_at(facet, "index")
        begin, end = index.get("byteStart"), index.get("byteEnd")
        if not isinstance(begin, int) or not isinstance(end, int) or not 0 <= begin < end:
            continue
        for feature in attachments.objects_in(facet.get("features")):
            if target := parsing.valid_url(feature.get("uri")):
                yield begin, end, target


def _attached(embed: Mapping[str, Any], web: str) -> Iterator[Attachment]:
    """Yield the attachments of an embed, as a view of an AppView or from the record."""
    kind = (
        parsing.parse_text(embed.get("$type")).removesuffix("#view").removeprefix("app.bsky.embed.")
    )
    if kind == "images":
        pictures = attachments.objects_in(embed.get("images")) or [{}]
        yield from (attachments.photo_attachment(each.get("alt")) for each in pictures)
    elif kind == "video":
        yield attachments.media_attachment("video", embed.get("alt"))
    elif kind == "external":
        page = parsing.object_at(embed, "external")
        said = (parsing.parse_line(page.get("title")), parsing.valid_url(page.get("uri")))
        yield Attachment("link", " ".join(filter(None, said))[: attachments.MAX_DESCRIPTION_LENGTH])
    elif kind == "record":
        quoted = parsing.object_at(embed, "record")
        author = parse_bluesky_profile(quoted.get("author"), web)
        if author:
            yield attachments.quote_attachment(
                author.name, parse_bluesky_text(parsing.object_at(quoted, "value"))
            )
    elif kind == "recordWithMedia":
        yield from _attached(parsing.object_at(embed, "media"), web)
        yield from _attached(
            {"$type": "app.bsky.embed.record", **parsing.object_at(embed, "record")}, web
        )


def parse_bluesky_feed(answer: Any, web: str) -> Iterator[RemoteFeedItem]:
    """Yield the readable entries of a timeline page, newest first."""
    for entry in parsing.list_at(answer, "feed") or ():
        found = parse_bluesky_feed_item(entry, web)
        if found is not None:
            yield found
