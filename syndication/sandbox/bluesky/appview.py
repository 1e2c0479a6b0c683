"""AppView: views of all records (app.bsky.*). A server without one serves none."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from syndication.sandbox.bluesky.repo import seeded_record
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import cid, handle_of, iso_time, xrpc_error
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.social_graph import Account, Post
from syndication.sandbox.wire import Reply, Request, json_reply

_AT_ONCE = 25


def bluesky_timeline(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getTimeline: own posts and those of accounts followed, newest first."""
    _there_is_one(state)
    query = request.query
    posts = state.graph.home(grant.user)
    start = int(query.get("cursor") or "0")
    limit = min(int(query.get("limit", "50")), 100)
    page = posts[start : start + limit]
    more = {"cursor": str(start + limit)} if len(posts) > start + limit else {}
    return json_reply({**more, "feed": [_entry(state, post, request.root) for post in page]})


def get_profile(state: BlueskyState, request: Request) -> Reply:
    """app.bsky.actor.getProfile."""
    _there_is_one(state)
    account = state.account(request.query.get("actor", ""))
    if account is None:
        raise xrpc_error("InvalidRequest", "Profile not found")
    return json_reply(_person(account, request.root))


def get_profiles(state: BlueskyState, request: Request) -> Reply:
    """app.bsky.actor.getProfiles: up to 25 at once; unknown ones are left out."""
    _there_is_one(state)
    actors = [value for name, value in parse_qsl(request.query_string) if name == "actors"]
    if len(actors) > _AT_ONCE:
        raise xrpc_error("InvalidRequest", f"array too big (maximum {_AT_ONCE}) at $.actors")
    found = [account for each in actors if (account := state.account(each))]
    return json_reply({"profiles": [_person(each, request.root) for each in found]})


def _there_is_one(state: BlueskyState) -> None:
    if not state.settings.has_appview:
        raise xrpc_error("MethodNotImplemented", "No service configured", 501)


def _person(account: Account, root: str) -> dict[str, Any]:
    return {
        "did": account.id,
        "handle": handle_of(account.name),
        "displayName": account.nickname,
        "avatar": f"{root}/avatar/{account.id}.jpg",
    }


def _entry(state: BlueskyState, post: Post, root: str) -> dict[str, Any]:
    return {
        "post": {
            "uri": post.id,
            "cid": cid(post.id.encode(), 0x71),
            "author": _person(state.graph.accounts[post.user], root),
            "record": post.more.get("record") or seeded_record(post),
            "indexedAt": iso_time(post.at),
        }
    }
