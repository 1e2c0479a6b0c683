"""Parse objects of API v2 into our values. Unreadable ones are left out; nothing here raises.

A text holds each address as a t.co link; `entities.urls` has the original, and a picture is such a
link at the end, too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import Friend, RemoteFeedItem, RemotePost
from syndication.connectors.text import clean
from syndication.connectors.values import Attachment

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)


def valid_twitter_id(value: object) -> str:
    """Return `value` where it is an id, else ""."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def twitter_data(answer: Any) -> list[Any] | None:
    """Return the `data` list of an answer, empty where it has no rows; None where it is no such answer."""
    if not isinstance(answer, dict):
        return None
    found = answer.get("data", [] if "meta" in answer else None)
    return found if isinstance(found, list) else None


def next_token(answer: Mapping[str, Any]) -> str:
    """Return the token of the next page, "" on the last."""
    token = parsing.object_at(answer, "meta").get("next_token")
    return token if isinstance(token, str) else ""


def parse_twitter_user(entry: Any) -> Friend | None:
    """Parse a User."""
    if not isinstance(entry, dict) or not valid_twitter_id(entry.get("id")):
        return None
    username = entry.get("username")
    known = username if isinstance(username, str) and _NAME.fullmatch(username) else ""
    shown = parse_twitter_line(entry.get("name"))
    return Friend(
        uid=valid_twitter_id(entry["id"]),
        name=shown or known or valid_twitter_id(entry["id"]),
        profile_url=f"https://x.com/{known}" if known else "",
        picture_url=parsing.valid_url(entry.get("profile_image_url")),
        handle=f"@{known}" if known else "",
        display_name=shown,
    )


def parse_tweet(entry: Any) -> RemotePost | None:
    """Parse a Post (Tweet)."""
    created_at = parsing.parse_time(entry.get("created_at")) if isinstance(entry, dict) else None
    if created_at is None or not valid_twitter_id(entry.get("id")):
        return None
    return RemotePost(
        remote_id=valid_twitter_id(entry["id"]),
        text=parse_tweet_text(entry),
        created_at=created_at,
        url=tweet_address(valid_twitter_id(entry["id"])),
    )


def parse_twitter_feed(answer: Mapping[str, Any]) -> list[RemoteFeedItem]:
    """Parse a timeline with its authors, oldest first."""
    includes = answer.get("includes")
    people = map(parse_twitter_user, attachments.objects_in(parsing.value_at(includes, "users")))
    authors = {each.uid: each for each in people if each}
    found = []
    for entry in twitter_data(answer) or []:
        told = parse_tweet(entry)
        author = authors.get(valid_twitter_id(entry.get("author_id"))) if told else None
        if told and author:
            item = RemoteFeedItem(told.remote_id, author, told.text, told.created_at, url=told.url)
            found.append(replace(item, attached=tuple(_attached(entry, includes))))
    return sorted(found, key=lambda item: int(item.remote_id))


def _attached(entry: Mapping[str, Any], includes: object) -> Iterator[Attachment]:
    """Yield pictures and a poll that the answer includes; else pictures by their links in the text."""
    keys = parsing.object_at(entry, "attachments").get("media_keys")
    known = {
        str(each.get("media_key")): each
        for each in attachments.objects_in(parsing.value_at(includes, "media"))
    }
    urls = attachments.objects_in(parsing.object_at(entry, "entities").get("urls"))
    named = keys if isinstance(keys, list) else [url.get("media_key") for url in urls]
    for key in dict.fromkeys(key for key in named if isinstance(key, str)):
        one = known.get(key, {})
        is_film = one.get("type") in ("video", "animated_gif")
        yield attachments.media_attachment("video" if is_film else "image", one.get("alt_text"))
    polls = parsing.object_at(entry, "attachments").get("poll_ids")
    for each in attachments.objects_in(parsing.value_at(includes, "polls")):
        if isinstance(polls, list) and each.get("id") in polls:
            yield from attachments.poll_attachments(
                one.get("label") for one in attachments.objects_in(each.get("options"))
            )


def parse_tweet_text(entry: Mapping[str, Any]) -> str:
    """Return the text with the addresses as they were written."""
    text = entry.get("text")
    words = text if isinstance(text, str) else ""
    for each in parsing.list_at(parsing.object_at(entry, "entities"), "urls") or []:
        short = each.get("url") if isinstance(each, dict) else None
        if isinstance(short, str) and short:
            is_picture = bool(each.get("media_key"))
            written = "" if is_picture else parsing.valid_url(each.get("expanded_url"))
            words = words.replace(short, written)
    return clean(html.unescape(words))


def tweet_address(ident: str) -> str:
    """Return the public address of a post; it redirects to the author's."""
    return f"https://x.com/i/status/{ident}"


def parse_twitter_line(value: object) -> str:
    """Return one line of text."""
    return parsing.parse_line(html.unescape(value)) if isinstance(value, str) else ""
