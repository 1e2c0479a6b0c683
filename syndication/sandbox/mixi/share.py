"""Check (mixiチェック): sharing a page with friends."""

from __future__ import annotations

import re

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, described_error
from syndication.sandbox.mixi.rows import Share


def share(call: MixiCall) -> Reply:
    """`POST /2/share`: key, title and primary_url; every visibility but `everyone`."""
    fields = call.request.json()
    address = fields.get("primary_url") or fields.get("primaryUrl")
    if not re.fullmatch("[0-9a-f]{40}", str(fields.get("key"))):
        raise described_error("key is invalid")
    if not (fields.get("title") and re.match("https?://", str(address))):
        raise described_error("title and primary_url are required")
    privacy = fields.get("privacy", {"visibility": "friends"})
    visibility, group = call.privacy(privacy)
    if visibility == "everyone":
        raise described_error("privacy.visibility is invalid")
    made = Share(call.me.id, call.state.now(), visibility, group, title=str(fields["title"]))
    made.url, made.comment = str(address), str(fields.get("comment", ""))
    call.state.shares.append(made)
    return json_reply({})


ROUTES = [Route("POST", "share", "w_share", share)]
