"""Pages for people: received posts, statuses, profiles, pictures."""

from __future__ import annotations

from syndication.sandbox.html import page, pictures, portrait, post_box, upload_reply
from syndication.sandbox.http import Reply, Request, json_reply
from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.social_graph import Post


def mastodon_overview(state: MastodonState, request: Request) -> Reply:
    """`/`: posts received through the API, newest first, then seeded ones."""
    posts = state.graph.newest
    came = "".join(_one(state, post, request.root) for post in posts if not post.is_seeded)
    before = "".join(_one(state, post, request.root) for post in posts if post.is_seeded)
    return page(
        "Mastodon（サンドボックス）",
        "<p>Profile Link から届いたもの。本物のサーバーではありません。</p>"
        f"{came or '<p class=small>まだありません。</p>'}<h2>みんなの投稿</h2>{before}",
    )


def mastodon_page(state: MastodonState, request: Request) -> Reply:
    """`/@name`, `/@name/<id>`, `/media/<id>`, `/avatars/<name>.jpg`."""
    place, _, rest = request.path.removeprefix("/").partition("/")
    if place == "media" and rest in state.graph.uploads:
        return upload_reply(state.graph.uploads[rest])
    if place == "avatars":
        return portrait(rest)
    if place.startswith("@") and rest in state.graph.posts:
        return page("Mastodon", _one(state, state.graph.posts[rest], request.root))
    if place.startswith("@") and not rest:
        return _profile(state, place.removeprefix("@"), request.root)
    return json_reply({"error": "Record not found"}, 404)


def _profile(state: MastodonState, name: str, root: str) -> Reply:
    try:
        account = state.graph.named(name)
    except KeyError:
        return json_reply({"error": "Record not found"}, 404)
    posts = "".join(_one(state, post, root) for post in state.graph.standing(account.id))
    return page(f"{account.nickname} @{account.name}", posts)


def _one(state: MastodonState, post: Post, root: str) -> str:
    owner = state.graph.accounts[post.user]
    body = shapes.status_html(post.text) + pictures(post.photos, f"{root}/media/")
    edited = (f"編集 {post.edits}",) if post.edits else ()
    return post_box(post, owner, body, post.visibility, *edited)
