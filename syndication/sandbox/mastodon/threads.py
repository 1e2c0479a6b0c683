"""Threads, mentions and favourites.

https://docs.joinmastodon.org/methods/statuses/ (#create, #context, #favourite, #favourited_by). Who is told of
a status is decided by its text alone: a reply that does not mention its parent's author tells nobody
(https://github.com/mastodon/mastodon/issues/5797). No server checks that a reply is as narrow as its parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndication.sandbox.http import Refused, Reply, json_reply
from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.api import MastodonCall, mastodon_error
from syndication.sandbox.social_graph import Post

GONE = "The post you are trying to reply to does not appear to exist."
UNEXPECTED = "Post would be sent to unexpected accounts"
_MENTION = re.compile(r"(?<![=/\w])@(\w+)(?:@([\w.:-]+\w))?")


def answered(call: MastodonCall, ident: str) -> Post | None:
    """Return the post that a new status answers. Raises Refused for one that is gone or not visible."""
    if not ident:
        return None
    parent = call.state.graph.seen(call.me.id, ident)
    if parent is None and not call.state.settings.drops_unknown_parents:
        raise Refused(mastodon_error(GONE, 404))
    return parent


def mentioned(call: MastodonCall, text: str) -> list[str]:
    """Return the accounts that are told of a status with this text: local ones, with or without host."""
    here = (None, call.request.headers.get("host", ""))
    names = [name.lower() for name, host in _MENTION.findall(text) if (host or None) in here]
    accounts = call.state.graph.accounts.values()
    return [each.id for each in accounts if each.name.lower() in names]


def check_allowed_mentions(call: MastodonCall, told: list[str], fields: dict[str, Any]) -> None:
    """Raise Refused where others are mentioned than `allowed_mentions` names (statuses_controller.rb)."""
    allowed = fields.get("allowed_mentions")
    if allowed is None or not call.state.settings.knows_allowed_mentions:
        return
    others = [each for each in told if each not in map(str, allowed)]
    if others:
        people = [{"id": each, "acct": call.state.graph.accounts[each].name} for each in others]
        raise Refused(json_reply({"error": UNEXPECTED, "unexpected_accounts": people}, 422))


def context(call: MastodonCall) -> Reply:
    """GET /api/v1/statuses/:id/context: the whole subtree, depth first, as far as it is visible."""
    call.needs("read:statuses")
    post = visible_status(call)
    return json_reply(
        {
            "ancestors": [_entity(call, each) for each in reversed(list(_above(call, post)))],
            "descendants": [_entity(call, each) for each in _below(call, post)],
        }
    )


def favourited_by(call: MastodonCall) -> Reply:
    """GET /api/v1/statuses/:id/favourited_by: at most 80 accounts, newest first."""
    call.needs("read:statuses")
    limit = min(int(call.request.query.get("limit", "40")), 80)
    people = [call.state.graph.accounts[each] for each in reversed(visible_status(call).likes)]
    return json_reply([shapes.account_entity(each, call.request.root) for each in people[:limit]])


def favourite(call: MastodonCall) -> Reply:
    """POST /api/v1/statuses/:id/favourite; a repeat changes nothing."""
    call.needs("write:favourites")
    post = visible_status(call)
    call.state.graph.like(call.me.id, post)
    return status_reply(call, post)


def unfavourite(call: MastodonCall) -> Reply:
    """POST /api/v1/statuses/:id/unfavourite; a repeat changes nothing."""
    call.needs("write:favourites")
    post = visible_status(call)
    call.state.graph.unlike(call.me.id, post)
    return status_reply(call, post)


def visible_status(call: MastodonCall) -> Post:
    """Return the status that the path names. Raises Refused where the caller may not read it."""
    post = call.state.graph.seen(call.me.id, call.rest)
    if post is None:
        raise Refused(mastodon_error("Record not found", 404))
    return post


def status_reply(call: MastodonCall, post: Post) -> Reply:
    """Return the Status as the caller sees it."""
    return json_reply(_entity(call, post))


def _entity(call: MastodonCall, post: Post) -> dict[str, Any]:
    return shapes.status_entity(call.state, post, call.request.root, call.me.id)


def _above(call: MastodonCall, post: Post) -> Iterator[Post]:
    parent = shapes.standing_parent(call.state, post)
    if parent is not None:
        if call.state.graph.sees(call.me.id, parent):
            yield parent
        yield from _above(call, parent)


def _below(call: MastodonCall, post: Post) -> Iterator[Post]:
    for each in call.state.graph.replies(post):
        if call.state.graph.sees(call.me.id, each):
            yield each
        yield from _below(call, each)
