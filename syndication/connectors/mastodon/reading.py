"""Parse Mastodon's entities into our values. Unreadable ones are left out; nothing here raises.

A status is HTML: an address is split in three pieces, two of them hidden, and is whole again once
the tags are removed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from syndication.connectors import attachments, parsing
from syndication.connectors.base import (
    Friend,
    PostActivity,
    ReceivedReply,
    RemoteFeedItem,
    RemotePost,
    ReplyTarget,
    Terms,
    Visibility,
)
from syndication.connectors.text import clean, text_of_html
from syndication.connectors.values import Attachment

_FALLBACK = re.compile(r"""\A\s*<p class=["']quote-inline["']>.*?</p>""", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
# No part of it crosses another link's beginning, so that a page of unclosed links takes no longer.
_ANCHOR = re.compile(
    r"""<a\b(?>[^<>]*?\bhref=["']([^"'<>]*)["'])[^<>]*>((?:[^<]|<(?!/?a\b))*+)</a>"""
)
_LINK = re.compile(r"""<([^<>]*)>([^<]*)""")
_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))""", re.IGNORECASE)
_HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,64}(@[\w.-]{1,253}(:[0-9]{1,5})?)?")
MAX_QUERY_LENGTH = 1000  # characters of a next page's query, which is stored
# Other software knows further ones ("local", "mutuals_only"): of these nobody knows who reads them.
VISIBILITIES: Mapping[str, Visibility] = {
    "public": "public",
    "unlisted": "unlisted",
    "private": "followers",
    "direct": "direct",
}


def parse_mastodon_text(content: object) -> str:
    """Return the text of a status."""
    if not isinstance(content, str):
        return ""
    return clean(text_of_html(content))


def with_whole_addresses(content: object) -> str:
    """Return `content` with full addresses where a link shows only the beginning of its own (Takahē)."""
    return _ANCHOR.sub(_whole, content) if isinstance(content, str) else ""


def _whole(link: re.Match[str]) -> str:
    address = html.unescape(link[1])
    shown = html.unescape(_TAG.sub("", link[2])).strip().rstrip(".…")
    is_address = shown and address.partition("://")[2].removeprefix("www.").startswith(
        shown.partition("://")[2] or shown.removeprefix("www.")
    )
    return html.escape(address) if is_address else link[0]


def parse_mastodon_account(entry: Any, host: str = "") -> Friend | None:
    """Parse an Account of the server `host`. `acct` distinguishes accounts of the same name."""
    if not isinstance(entry, dict) or not parsing.valid_id(entry.get("id")):
        return None
    acct, shown = (parsing.parse_line(entry.get(name)) for name in ("acct", "display_name"))
    return Friend(
        uid=parsing.valid_id(entry["id"]),
        name=shown or acct or parsing.valid_id(entry["id"]),
        profile_url=parsing.valid_url(entry.get("url")),
        picture_url=parsing.valid_url(entry.get("avatar_static")),
        handle=_handle(acct, host),
        display_name=shown,
    )


def _handle(acct: str, host: str) -> str:
    """Return the handle with its host, which `acct` lacks for accounts of the server itself."""
    whole = acct if "@" in acct or not host else f"{acct}@{host}"
    return f"@{whole}" if "@" in whole and _HANDLE.fullmatch(whole) else ""


def parse_mastodon_visibility(status: Mapping[str, Any]) -> Visibility:
    """Return who may read a Status."""
    return VISIBILITIES.get(parsing.parse_text(status.get("visibility")), "")


def parse_mastodon_status(entry: Any) -> RemotePost | None:
    """Parse one of the account's own Statuses."""
    created_at = parsing.parse_time(entry.get("created_at")) if isinstance(entry, dict) else None
    if created_at is None or not parsing.valid_id(entry.get("id")):
        return None
    return RemotePost(
        remote_id=parsing.valid_id(entry["id"]),
        text=parse_mastodon_text(with_whole_addresses(entry.get("content"))),
        created_at=created_at,
        url=parsing.valid_url(entry.get("url")),
        parent_id=parsing.valid_id(entry.get("in_reply_to_id")),
    )


def parse_mastodon_target(entry: Any, host: str) -> ReplyTarget | None:
    """Parse a Status that is to be answered or liked; of a boost, the boosted one."""
    told = _boosted(entry)
    remote_id = parsing.valid_id(told.get("id"))
    author = parse_mastodon_account(told.get("account"), host)
    if not remote_id or author is None:
        return None
    return ReplyTarget(
        remote_id,
        author,
        visibility=parse_mastodon_visibility(told),
        warning=parsing.parse_line(told.get("spoiler_text")),
    )


def parse_mastodon_reply(entry: Any, host: str) -> ReceivedReply | None:
    """Parse a Status in a thread. A content warning stands in place of the text, as in the feed."""
    post = parse_mastodon_status(entry)
    author = parse_mastodon_account(entry.get("account"), host) if post else None
    if post is None or author is None:
        return None
    text, attached = _words(entry)
    return ReceivedReply(
        remote_id=post.remote_id,
        parent_id=post.parent_id,
        author=author,
        text=text,
        created_at=post.created_at,
        url=post.url,
        visibility=parse_mastodon_visibility(entry),
        attached=attached,
    )


def parse_mastodon_activity(entry: Any) -> PostActivity | None:
    """Parse the counts of one of the account's own Statuses."""
    remote_id = parsing.valid_id(entry.get("id")) if isinstance(entry, dict) else ""
    if not remote_id or isinstance(entry.get("reblog"), dict):
        return None
    return PostActivity(
        remote_id,
        replies=parsing.valid_count(entry.get("replies_count")),
        likes=parsing.valid_count(entry.get("favourites_count")),
    )


def _boosted(entry: Any) -> dict[str, Any]:
    """Return the Status that a boost shows, else the Status itself."""
    return parsing.object_at(entry, "reblog") or (entry if isinstance(entry, dict) else {})


def media_descriptions(status: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of a Status's attachments with their descriptions."""
    return {
        ident: parsing.parse_text(each.get("description"))
        for each in parsing.list_at(status, "media_attachments") or []
        if isinstance(each, dict) and (ident := parsing.valid_id(each.get("id")))
    }


def parse_mastodon_feed_item(entry: Any, host: str = "") -> RemoteFeedItem | None:
    """Parse another account's Status; a boost shows the boosted one, which a reply or a like is of."""
    post, told = parse_mastodon_status(entry), _boosted(entry)
    author = parse_mastodon_account(told.get("account"), host)
    if post is None or author is None:
        return None
    by = parse_mastodon_account(entry.get("account")) if told is not entry else None
    sharing = (attachments.boost_attachment(by.name),) if by else ()
    text, attached = _words(told)
    return RemoteFeedItem(
        remote_id=post.remote_id,
        author=author,
        text=text,
        created_at=post.created_at,
        url=parsing.valid_url(told.get("url")),
        attached=sharing + attached,
        visibility=parse_mastodon_visibility(told),
        target_id=_target_of(told) if told is not entry else "",
        sharer=by,
    )


def _target_of(boosted: Mapping[str, Any]) -> str:
    """Return the id of a boosted Status; "none" where it cannot be named."""
    return parsing.valid_id(boosted.get("id")) or "none"


def _words(status: Mapping[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    """Return text and attachments; where there is a content warning, that alone."""
    warning = parsing.parse_line(status.get("spoiler_text"))
    if warning:
        return f"[{warning}]", ()
    found = tuple(_attached(status))
    return _words_beside(found, status.get("content")), found


def _attached(status: Mapping[str, Any]) -> Iterator[Attachment]:
    """Yield pictures, a poll, a quoted status: inside `quote` (Mastodon), or `quote` itself (other software)."""
    for each in attachments.objects_in(status.get("media_attachments")):
        yield attachments.media_attachment(each.get("type"), each.get("description"))
    choices = attachments.objects_in(parsing.object_at(status, "poll").get("options"))
    yield from attachments.poll_attachments(each.get("title") for each in choices)
    quote = parsing.object_at(status, "quote")
    quoted = parsing.object_at(quote, "quoted_status") or quote
    author = parse_mastodon_account(quoted.get("account"))
    if author:
        warning = parsing.parse_line(quoted.get("spoiler_text"))
        words = f"[{warning}]" if warning else parse_mastodon_text(quoted.get("content"))
        yield attachments.quote_attachment(author.name, words)


def _words_beside(found: Iterable[Attachment], content: object) -> str:
    """Return the text without the address of a quoted status, added for clients that show no quotes."""
    if isinstance(content, str) and any(one.label == "quote" for one in found):
        content = _FALLBACK.sub("", content)
    return parse_mastodon_text(content)


def parse_mastodon_terms(instance: Mapping[str, Any], account: Mapping[str, Any]) -> Terms:
    """Parse an Instance of v2 or v1; other software may state its limit beside the configuration."""
    told = parsing.object_at(instance, "configuration")
    statuses = parsing.object_at(told, "statuses")
    media = parsing.object_at(told, "media_attachments")
    most = statuses.get("max_media_attachments")
    return Terms(
        text=_number(statuses.get("max_characters")) or _number(instance.get("max_toot_chars")),
        address=_number(statuses.get("characters_reserved_per_url")),
        photos=_number(most),
        photo_bytes=_number(media.get("image_size_limit")),
        approves_followers=account.get("locked") is True,
        no_photos=not isinstance(most, bool) and str(most) == "0",
    )


def next_page(header: str) -> str:
    """Return the query of the next page in a Link header (RFC 8288), "" where it names none.

    The rest of the address is not needed and not trusted: behind a proxy servers write `http://`,
    `:443`, or no origin at all.
    """
    for address, params in _LINK.findall(header):
        rel = _REL.search(params)
        if rel and "next" in (rel[1] or rel[2] or rel[3]).lower().split():
            query = address.partition("#")[0].partition("?")[2]
            return query if len(query) <= MAX_QUERY_LENGTH else ""
    return ""


def _number(value: object) -> int:
    """Return a positive number, which some servers write as text; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and value is not True and value > 0 else 0
