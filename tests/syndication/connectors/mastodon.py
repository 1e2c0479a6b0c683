"""Mastodon as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

import json

from syndication.connectors.base import App, Credentials
from syndication.connectors.mastodon import Mastodon
from syndication.sandbox.mastodon.state import App as Registered
from syndication.sandbox.oauth2 import Grant
from tests.scripted_server import Play, ScriptedServer, answer
from tests.syndication.connectors.network import Network

SCOPES = frozenset(
    {
        "read:accounts",
        "read:follows",
        "read:statuses",
        "write:statuses",
        "write:media",
        "write:favourites",
    }
)
REGISTERED = Registered("app", "app-secret", "Profile Link", (), SCOPES)


class MastodonOnTheSandbox(Network):
    connector_class = Mastodon
    shown = "Mastodon account ザキ @hanako@{server}"
    typed = "@hanako@{server}"
    is_none = "answers, but is not a Mastodon server. Check the name."
    longest = 500
    asks_terms = True
    manners = ({"text_style": "mastodon"}, {"text_style": "markdown"}, {"text_style": "short"})
    sending_manners = (
        {"dotted_media": True},
        {"media_polls": 1},
        {"instance_v2": False},
        {"instance_v2_error": 500},
        {"edit_twice_is_422": True},
        {"counts_whole": True},
        {"max_media": 0},
        {"idempotency": False},
    )
    posts_at = "POST /api/v1/statuses"
    can_refresh = False
    receipt_id = "116"
    friend_page = '[{"id":"a1","acct":"a","display_name":"A"}]'
    last_friend_page = "[]"
    refusal_body = '{"error":"{words}"}'
    friend_handle = "@momo@{server}"
    visibilities = {
        "public": "public",
        "unlisted": "unlisted",
        "private": "followers",
        "direct": "direct",
    }
    drops_parents = {"drops_unknown_parents": True}
    uid = "here/7"  # so that a scripted server need not be asked who it is

    def app(self) -> App:
        ours = self.sandbox.mastodon.state.apps.setdefault("app", REGISTERED)
        return App(ours.id, ours.secret, self.sandbox.root("mastodon"))

    def credentials(self, scopes: frozenset[str] = SCOPES) -> Credentials:
        state = self.sandbox.mastodon.state
        hanako = state.graph.named("hanako")
        value = f"token-{state.graph.number()}"
        state.tokens.give(state.tokens.access, Grant(hanako.id, scopes, "app"), text=value)
        return Credentials(value, uid=f"{self.sandbox.root('mastodon')}/{hanako.id}")

    def amending(self, *replies: Play) -> list[Play]:
        """The pictures are read first."""
        return [answer('{"id":"116","media_attachments":[]}'), *replies]

    def thread_of(self, count: int) -> list[Play]:
        rows = [
            {
                "id": str(number),
                "created_at": "2026-11-29T14:08:13.515Z",
                "in_reply_to_id": self.target_id,
                "content": "<p>花見</p>",
                "account": {"id": "9", "acct": "momo", "display_name": "もも"},
            }
            for number in range(count)
        ]
        return [answer(json.dumps({"ancestors": [], "descendants": rows}))]

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", server.url)
