"""Pages for people: accounts, a profile with its posts, one post."""

from __future__ import annotations

from html import escape

from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import handle_of
from syndication.sandbox.html import page, pictures, portrait
from syndication.sandbox.http import Reply, Request
from syndication.sandbox.social_graph import Post

TITLE = "Bluesky（サンドボックス）"


def bluesky_overview(state: BlueskyState, request: Request) -> Reply:
    rows = "".join(
        f'<li><a href="{escape(request.root)}/profile/{handle_of(each.name)}">'
        f"{escape(each.nickname)}</a> @{handle_of(each.name)}</li>"
        for each in state.graph.accounts.values()
    )
    return page(TITLE, f"<ul>{rows}</ul>")


def profile_page(state: BlueskyState, request: Request) -> Reply:
    """`/profile/<handle or DID>` and `/profile/…/post/<key>`."""
    who, _, rest = request.path.removeprefix("/profile/").partition("/")
    account = state.account(who)
    if account is None:
        return page(TITLE, "<p>見つかりません。</p>", status=404)
    posts = state.graph.standing(account.id)
    if rest:
        posts = [post for post in posts if rest == f"post/{post.more['key']}"]
    if rest and not posts:
        return page(TITLE, "<p>投稿が見つかりません。</p>", status=404)
    body = "".join(_one(post, request.root) for post in posts)
    return page(f"{account.nickname} @{handle_of(account.name)}", body)


def avatar(state: BlueskyState, request: Request) -> Reply:
    return portrait(request.path)


def _one(post: Post, root: str) -> str:
    address = f"{root}/xrpc/com.atproto.sync.getBlob?did={post.user}&cid="
    text = escape(post.text).replace("\n", "<br>")
    return f'<div class="one">{text}{pictures(post.photos, address)}<br><span class="small">{post.at:%F %T}</span></div>'
