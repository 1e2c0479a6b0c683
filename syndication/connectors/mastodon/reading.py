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
from syndication.connectors.base import Friend, RemoteFeedItem, RemotePost, Terms
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
LONGEST_QUERY = 1000  # characters of a next page's query, which is stored


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


def parse_mastodon_account(entry: Any) -> Friend | None:
    """Parse an Account. `acct` distinguishes accounts of the same name."""
    if not isinstance(entry, dict) or not parsing.valid_id(entry.get("id")):
        return None
    acct = parsing.parse_line(entry.get("acct"))
    return Friend(
        uid=parsing.valid_id(entry["id"]),
        name=parsing.parse_line(entry.get("display_name")) or acct or parsing.valid_id(entry["id"]),
        profile_url=parsing.valid_url(entry.get("url")),
        picture_url=parsing.valid_url(entry.get("avatar_static")),
    )


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
    )


def media_descriptions(status: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of a Status's attachments with their descriptions."""
    return {
        ident: parsing.parse_text(each.get("description"))
        for each in parsing.list_at(status, "media_attachments") or []
        if isinstance(each, dict) and (ident := parsing.valid_id(each.get("id")))
    }


def parse_mastodon_feed_item(entry: Any) -> RemoteFeedItem | None:
    """Parse another account's Status; a boost shows the boosted one."""
    if not isinstance(entry, dict):
        return None
    told = entry["reblog"] if isinstance(entry.get("reblog"), dict) else entry
    post, author = parse_mastodon_status(entry), parse_mastodon_account(told.get("account"))
    if post is None or author is None:
        return None
    found = tuple(_attached(told))
    by = parse_mastodon_account(entry.get("account")) if told is not entry else None
    sharing = (attachments.boost_attachment(by.name),) if by else ()
    warning = parsing.parse_line(told.get("spoiler_text"))
    return RemoteFeedItem(
        remote_id=post.remote_id,
        author=author,
        text=f"[{warning}]" if warning else _words_beside(found, told.get("content")),
        created_at=post.created_at,
        url=parsing.valid_url(told.get("url")),
        attached=sharing if warning else sharing + found,
    )


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
    if isinstance(content, str) and any(one.kind == "quote" for one in found):
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
            return query if len(query) <= LONGEST_QUERY else ""
    return ""


def _number(value: object) -> int:
    """Return a positive number, which some servers write as text; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and value is not True and value > 0 else 0
