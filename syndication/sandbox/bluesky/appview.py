"""AppView: views of all records (app.bsky.*). A server without one serves none."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from syndication.sandbox.bluesky import threads
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import iso_time, xrpc_error
from syndication.sandbox.http import Reply, Request, json_reply
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.social_graph import Post

_AT_ONCE = 25
_FILTERS = ("posts_with_replies", "posts_no_replies", "posts_and_author_threads")


def bluesky_timeline(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getTimeline: own posts and those of accounts followed, newest first."""
    _check_appview(state, request)
    return _feed(state, grant, request, state.graph.home(grant.user))


def author_feed(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getAuthorFeed: one account's posts, newest first; replies as the filter says."""
    _check_appview(state, request)
    account = state.account(request.query.get("actor", ""))
    wanted = request.query.get("filter", _FILTERS[0])
    if account is None or wanted not in _FILTERS:
        raise xrpc_error("InvalidRequest", "Profile not found")
    posts = state.graph.standing(account.id)
    if wanted != _FILTERS[0]:
        posts = [each for each in posts if not each.in_reply_to]
    return _feed(state, grant, request, posts)


def post_thread(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getPostThread: the post and its replies, `depth` levels of them."""
    _check_appview(state, request)
    uri = request.query.get("uri", "")
    post, depth = threads.standing_post(state, uri), int(request.query.get("depth", "6"))
    if post is None:
        raise xrpc_error("NotFound", f"Post not found: {uri}")
    return json_reply({"thread": _thread(state, grant, request.root, post, depth)})


def get_posts(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getPosts: up to 25; missing ones are left out."""
    _check_appview(state, request)
    uris = [value for name, value in parse_qsl(request.query_string) if name == "uris"]
    if not 0 < len(uris) <= _AT_ONCE:
        raise xrpc_error("InvalidRequest", f"array too big (maximum {_AT_ONCE}) at $.uris")
    found = [post for each in uris if (post := threads.standing_post(state, each))]
    views = [threads.post_view(state, post, grant.user, request.root) for post in found]
    return json_reply({"posts": views})


def get_likes(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """app.bsky.feed.getLikes, newest first, one of each account."""
    _check_appview(state, request)
    uri, people = request.query.get("uri", ""), state.graph.accounts
    newest = {each.user: each for each in state.likes_of(uri)}
    limit = min(int(request.query.get("limit", "50")), 100)
    likes = [
        {
            "actor": threads.person_view(people[each.user], request.root),
            "createdAt": each.record["createdAt"],
            "indexedAt": iso_time(each.at),
        }
        for each in reversed(newest.values())
    ]
    return json_reply({"uri": uri, "likes": likes[:limit]})


def get_profile(state: BlueskyState, request: Request) -> Reply:
    """app.bsky.actor.getProfile."""
    _check_appview(state, request)
    account = state.account(request.query.get("actor", ""))
    if account is None:
        raise xrpc_error("InvalidRequest", "Profile not found")
    return json_reply(threads.person_view(account, request.root))


def get_profiles(state: BlueskyState, request: Request) -> Reply:
    """app.bsky.actor.getProfiles: up to 25 at once; unknown ones are left out."""
    _check_appview(state, request)
    actors = [value for name, value in parse_qsl(request.query_string) if name == "actors"]
    if len(actors) > _AT_ONCE:
        raise xrpc_error("InvalidRequest", f"array too big (maximum {_AT_ONCE}) at $.actors")
    found = [account for each in actors if (account := state.account(each))]
    return json_reply({"profiles": [threads.person_view(each, request.root) for each in found]})


def _check_appview(state: BlueskyState, request: Request) -> None:
    """As a PDS answers that is told of no AppView (tests/pds: bskyAppViewUrl undefined)."""
    if not state.settings.has_appview:
        method = request.path.rpartition("/")[2]
        raise xrpc_error("InvalidRequest", f"No service configured for {method}")


def _feed(state: BlueskyState, grant: Grant, request: Request, posts: list[Post]) -> Reply:
    query = request.query
    start = int(query.get("cursor") or "0")
    limit = min(int(query.get("limit", "50")), 100)
    page = posts[start : start + limit]
    more = {"cursor": str(start + limit)} if len(posts) > start + limit else {}
    return json_reply(
        {**more, "feed": [_entry(state, post, grant.user, request.root) for post in page]}
    )


def _entry(state: BlueskyState, post: Post, viewer: str, root: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"post": threads.post_view(state, post, viewer, root)}
    if post.in_reply_to:
        uris = {"root": threads.root_uri(post), "parent": post.in_reply_to}
        entry["reply"] = {
            name: threads.referred_view(state, uri, viewer, root) for name, uri in uris.items()
        }
    return entry


def _thread(state: BlueskyState, grant: Grant, root: str, post: Post, depth: int) -> dict[str, Any]:
    view: dict[str, Any] = {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": threads.post_view(state, post, grant.user, root),
    }
    if depth > 0:
        below = threads.replies_in_thread(state, post)
        view["replies"] = [_thread(state, grant, root, each, depth - 1) for each in below]
    return view
