"""Mastodon's entities as JSON (https://docs.joinmastodon.org/entities/)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.social_graph import Account, Post, Upload

_ADDRESS = re.compile(r"https?://[!-~]+")
_TAG = re.compile(r"[#＃](\w+)")
_MENTION = re.compile(r"@(\w+)(?:@([\w.-]+\w(?::\d+)?))?", re.ASCII)
_EMPHASIS = re.compile(r"([*_]{1,2})(?=\S)(.+?)\1")
_BULLET = re.compile(r"[-*] ")
PUBLIC = ("public", "unlisted")
_SHOWN = 30  # characters of an address that are shown


def rails_time(at: datetime) -> str:
    """Return ISO 8601 with milliseconds, as Rails writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def account_entity(one: Account, root: str) -> dict[str, Any]:
    """Account; `acct` has no host, since all accounts are local."""
    return {
        "id": one.id,
        "username": one.name,
        "acct": one.name,
        "display_name": one.nickname,
        "locked": one.is_locked,
        "bot": False,
        "url": f"{root}/@{one.name}",
        "avatar": f"{root}/avatars/{one.name}.jpg",
        "avatar_static": f"{root}/avatars/{one.name}.jpg",
        "following_count": len(one.follows),
    }


def status_entity(state: MastodonState, post: Post, root: str, viewer: str = "") -> dict[str, Any]:
    """Status. `content` is HTML; addresses are split in three pieces, two of them hidden.

    Only public and unlisted replies are counted. A reply whose parent was deleted answers nothing any more.
    """
    owner, parent = state.graph.accounts[post.user], standing_parent(state, post)
    counted = [each for each in state.graph.replies(post) if each.visibility in PUBLIC]
    return {
        "id": post.id,
        "created_at": rails_time(post.at),
        "edited_at": rails_time(post.more["edited_at"]) if "edited_at" in post.more else None,
        "visibility": post.visibility,
        "sensitive": bool(post.warning or post.more.get("sensitive")),
        "spoiler_text": post.warning,
        "language": post.language or None,
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_account_id": parent.user if parent else None,
        "uri": f"{root}/users/{owner.name}/statuses/{post.id}",
        "url": f"{root}/@{owner.name}/{post.id}",
        "content": _content(state, post.text),
        "account": account_entity(owner, root),
        "media_attachments": [media_entity(each, root) for each in post.photos],
        "mentions": [_mention_entity(state.graph.accounts[each], root) for each in post.told],
        "reblog": None,
        "reblogs_count": 0,
        "favourites_count": len(post.likes),
        "replies_count": len(counted),
        "favourited": viewer in post.likes,
    }


def standing_parent(state: MastodonState, post: Post) -> Post | None:
    """Return the post that `post` answers, where it was not deleted."""
    parent = state.graph.posts.get(post.in_reply_to)
    return None if parent is None or parent.is_deleted else parent


def _mention_entity(one: Account, root: str) -> dict[str, str]:
    return {"id": one.id, "username": one.name, "acct": one.name, "url": f"{root}/@{one.name}"}


def media_entity(upload: Upload, root: str, *, is_ready: bool = True) -> dict[str, Any]:
    """MediaAttachment; its `url` is null while it is being processed."""
    return {
        "id": upload.id,
        "type": "image",
        "url": f"{root}/media/{upload.id}" if is_ready else None,
        "preview_url": f"{root}/media/{upload.id}" if is_ready else None,
        "description": upload.alt or None,
    }


def _content(state: MastodonState, text: str) -> str:
    style = state.settings.text_style
    return status_html(text) if style == "mastodon" else STYLES[style](text)


def status_html(text: str) -> str:
    """Paragraphs, line breaks, links."""
    paragraphs = re.split(r"\n{2,}", text)
    return "".join(f"<p>{_line(each)}</p>" for each in paragraphs)


def _line(text: str) -> str:
    done, at = "", 0
    for match in _ADDRESS.finditer(text):
        done += _words(text[at : match.start()]) + _link(match.group())
        at = match.end()
    return (done + _words(text[at:])).replace("\n", "<br />")


def _words(text: str) -> str:
    """Show mentions without host and tags with a plain # (Mastodon's lib/text_formatter.rb)."""
    tagged = _TAG.sub(
        lambda found: (
            f'<a href="/tags/{found[1]}" class="mention hashtag">#<span>{found[1]}</span></a>'
        ),
        escape(text, quote=False),
    )
    return _MENTION.sub(_mention, tagged)


def _mention(found: re.Match[str]) -> str:
    name, host = found[1], found[2]
    address = f"https://{host}/@{name}" if host else f"/@{name}"
    return f'<a href="{address}" class="u-url mention">@<span>{name}</span></a>'


def _markdown(text: str) -> str:
    """Render lists and emphasis, as servers with Markdown do (simplified)."""
    lines = escape(text, quote=False).split("\n")
    if all(_BULLET.match(line) for line in lines):
        return "<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>"
    return f"<p>{_EMPHASIS.sub(_emphasised, '<br>'.join(lines))}</p>"


def _emphasised(found: re.Match[str]) -> str:
    return f"<em>{found[2]}</em>"


def _short(text: str) -> str:
    """Show only the beginning of a long address."""

    def link(found: re.Match[str]) -> str:
        address = found.group()
        shown = address.partition("://")[2]
        shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
        return f'<a href="{escape(address)}" rel="nofollow">{escape(shown)}</a>'

    lines = [
        _ADDRESS.sub(link, escape(line, quote=False).replace("&amp;", "&"))
        for line in text.split("\n")
    ]
    return "<p>" + "<br>".join(lines) + "</p>"


STYLES: dict[str, Callable[[str], str]] = {"markdown": _markdown, "short": _short}


def _link(address: str) -> str:
    scheme, _, rest = address.partition("://")
    shown, hidden = rest[:_SHOWN], rest[_SHOWN:]
    return (
        f'<a href="{escape(address)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )
