"""Accounts, follows, timelines, and the instance.

https://docs.joinmastodon.org/methods/accounts/, /timelines/ and /instance/. Lists are paged by the
Link header alone.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from syndication.sandbox.http import Reply, Request, json_reply
from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.api import HTML, MastodonCall, mastodon_error
from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.social_graph import Post

TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"]


def verify_credentials(call: MastodonCall) -> Reply:
    """GET /api/v1/accounts/verify_credentials."""
    if call.state.settings.broad_scopes and "read" not in call.grant.scopes:
        return mastodon_error("out_of_scope_for_token", 403)
    if not {"read", "profile", "read:accounts"} & call.grant.scopes:
        return mastodon_error("This action is outside the authorized scopes", 403)
    one = call.me
    return json_reply(
        shapes.account_entity(one, call.request.root)
        | {"source": {"privacy": "public", "sensitive": False, "language": "ja"}}
    )


def mastodon_following(call: MastodonCall) -> Reply:
    """GET /api/v1/accounts/:id/following: at most 80, newest first; `max_id` is a row's id."""
    call.needs("read:follows")
    owner = call.state.graph.accounts.get(call.rest)
    if owner is None:
        return mastodon_error("Record not found", 404)
    query = call.request.query
    limit = min(int(query.get("limit", "40")), 80)
    rows = [(str(number), ident) for number, ident in enumerate(owner.follows, start=1)]
    below = int(query.get("max_id", str(len(rows) + 1)))
    found = [row for row in reversed(rows) if int(row[0]) < below][:limit]
    people = [
        shapes.account_entity(call.state.graph.accounts[ident], call.request.root)
        for _, ident in found
    ]
    more = bool(found) and int(found[-1][0]) > 1
    return _paged(
        call.request, people, {"limit": str(limit), "max_id": found[-1][0]} if more else {}
    )


def account_statuses(call: MastodonCall) -> Reply:
    """GET /api/v1/accounts/:id/statuses."""
    call.needs("read:statuses")
    if call.rest not in call.state.graph.accounts:
        return mastodon_error("Record not found", 404)
    hidden = () if call.state.settings.lists_private else ("private", "direct")
    mine = [
        post
        for post in call.state.graph.standing(call.rest)
        if call.state.graph.sees(call.me.id, post) and post.visibility not in hidden
    ]
    return _timeline(call, mine)


def home_timeline(call: MastodonCall) -> Reply:
    """GET /api/v1/timelines/home."""
    call.needs("read:statuses")
    return _timeline(call, call.state.timeline(call.me.id))


def instance_v2(state: MastodonState, request: Request) -> Reply:
    """GET /api/v2/instance; 404 where other software is simulated."""
    if state.settings.instance_v2_error:
        return _broken(state.settings.instance_v2_error)
    if not state.settings.instance_v2:
        return mastodon_error("Not Found", 404)
    return json_reply(
        {
            "domain": request.headers.get("host", ""),
            "title": "Mastodon（サンドボックス）",
            "version": "4.5.2",
            "configuration": _configuration(state),
        }
    )


def instance_v1(state: MastodonState, request: Request) -> Reply:
    """GET /api/v1/instance."""
    if state.settings.instance_v1_error:
        return _broken(state.settings.instance_v1_error)
    configuration = _configuration(state)
    return json_reply(
        {
            "uri": request.headers.get("host", ""),
            "title": "Mastodon（サンドボックス）",
            "version": "2.7.2 (compatible; Another 1.0)",
            "max_toot_chars": state.settings.max_characters,
            "configuration": configuration,
        }
    )


def _broken(status: int) -> Reply:
    return Reply(status, b"<!DOCTYPE html><title>Error</title>", (HTML,))


def _configuration(state: MastodonState) -> dict[str, Any]:
    settings = state.settings
    return {
        "statuses": {
            "max_characters": settings.max_characters,
            "max_media_attachments": settings.max_media,
            "characters_reserved_per_url": settings.reserved_per_url,
        },
        "media_attachments": {
            "supported_mime_types": TYPES,
            "image_size_limit": settings.image_size_limit,
            "image_matrix_limit": 33_177_600,
        },
    }


def _timeline(call: MastodonCall, posts: list[Post]) -> Reply:
    """Return posts newest first: the next above `min_id`, or the newest above `since_id`."""
    query = call.request.query
    limit = min(int(query.get("limit", "20")), 40)
    found = posts
    if "max_id" in query:
        found = [post for post in found if int(post.id) < int(query["max_id"])]
    if "since_id" in query:
        found = [post for post in found if int(post.id) > int(query["since_id"])]
    if "min_id" in query:
        found = [post for post in found if int(post.id) > int(query["min_id"])][-limit:]
    page = found[:limit]
    root, me = call.request.root, call.me.id
    shown = [shapes.status_entity(call.state, post, root, me) for post in page]
    more = len(found) > limit
    return _paged(call.request, shown, {"limit": str(limit), "max_id": page[-1].id} if more else {})


def _paged(request: Request, rows: list[dict[str, Any]], following: dict[str, str]) -> Reply:
    reply = json_reply(rows)
    if not following:
        return reply
    address = f"{request.root}{request.path}?{urlencode(following)}"
    return reply.adding(("Link", f'<{address}>; rel="next"'))
