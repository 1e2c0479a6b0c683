"""Views of posts, and which replies are in a thread.

A reply is in the thread if its parent is there, its root is the parent's root, and the gate of the root's
author lets it: packages/bsky/src/data-plane/server/util.ts and views/index.ts of bluesky-social/atproto.
The number of replies counts also those with a wrong root, but none that breaks the gate.
"""

from __future__ import annotations

from typing import Any

from syndication.sandbox.bluesky.repo import record_of
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import GATE, POST, handle_of, iso_time, record_cid
from syndication.sandbox.social_graph import Account, Post

_RULE = f"{GATE}#"


def person_view(account: Account, root: str) -> dict[str, Any]:
    """Return a profile view."""
    return {
        "did": account.id,
        "handle": handle_of(account.name),
        "displayName": account.nickname,
        "avatar": f"{root}/avatar/{account.id}.jpg",
    }


def post_view(state: BlueskyState, post: Post, viewer: str, root: str) -> dict[str, Any]:
    """Return a post view, with its counts and what `viewer` may do."""
    record = record_of(post)
    likes = {each.user for each in state.likes_of(post.id)}
    mine = state.likes_of(post.id, viewer)
    seen: dict[str, Any] = {"like": mine[-1].uri} if mine else {}
    if not may_reply(state, post, viewer):
        seen["replyDisabled"] = True
    return {
        "uri": post.id,
        "cid": record_cid(record),
        "author": person_view(state.graph.accounts[post.user], root),
        "record": record,
        "replyCount": len(_counted(state, post)),
        "likeCount": len(likes),
        "repostCount": 0,
        "indexedAt": iso_time(post.at),
        "viewer": seen,
    }


def referred_view(state: BlueskyState, uri: str, viewer: str, root: str) -> dict[str, Any]:
    """Return the view of a post that another one refers to."""
    post = standing_post(state, uri)
    if post is None:
        return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
    return {"$type": "app.bsky.feed.defs#postView", **post_view(state, post, viewer, root)}


def standing_post(state: BlueskyState, uri: str) -> Post | None:
    """Return the post with this URI, if it is not deleted."""
    post = state.graph.posts.get(uri)
    return None if post is None or post.is_deleted else post


def root_uri(post: Post) -> str:
    """Return the first post of the thread, as the post's record names it."""
    return str(record_of(post).get("reply", {}).get("root", {}).get("uri", "")) or post.id


def replies_in_thread(state: BlueskyState, post: Post) -> list[Post]:
    """Return the direct replies that a thread shows, newest first."""
    return [each for each in _counted(state, post)[::-1] if _is_rooted(state, each)]


def may_reply(state: BlueskyState, post: Post, user: str) -> bool:
    """Whether the gate of the thread lets `user` reply: that of the root's author, who always may."""
    root = root_uri(post)
    owner, _, key = root.removeprefix("at://").replace(f"/{POST}/", " ").partition(" ")
    gate = state.others.get(f"at://{owner}/{GATE}/{key}")
    if gate is None or "allow" not in gate.record or user == owner:
        return True
    return any(
        _allows(state, rule.get("$type", "").removeprefix(_RULE), owner, user, root)
        for rule in gate.record["allow"]
    )


def _allows(state: BlueskyState, rule: str, owner: str, user: str, root: str) -> bool:
    accounts = state.graph.accounts
    if rule == "followingRule":
        return owner in accounts and user in accounts[owner].follows
    if rule == "followerRule":
        return user in accounts and owner in accounts[user].follows
    post = standing_post(state, root)
    facets = record_of(post).get("facets", []) if post else []
    named = [feature.get("did") for facet in facets for feature in facet["features"]]
    return rule == "mentionRule" and user in named


def _counted(state: BlueskyState, post: Post) -> list[Post]:
    return [each for each in state.graph.replies(post) if may_reply(state, each, each.user)]


def _is_rooted(state: BlueskyState, post: Post) -> bool:
    """Whether the post, and all above it, name the root that their parents name."""
    parent = state.graph.posts.get(post.in_reply_to)
    if parent is None:
        return not post.in_reply_to
    return root_uri(post) == root_uri(parent) and _is_rooted(state, parent)
