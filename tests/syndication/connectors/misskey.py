"""Misskey as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from syndication.connectors.base import App, Credentials
from syndication.connectors.misskey import Misskey
from syndication.sandbox.oauth2 import Grant
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network

PERMISSIONS = frozenset(
    {"read:account", "read:following", "write:notes", "write:drive", "write:reactions"}
)


class MisskeyOnTheSandbox(Network):
    connector_class = Misskey
    shown = "Misskey account ザキ @hanako@{server}"
    typed = "http://{server}/"
    is_none = "answers, but is not a Misskey server. Check the name."
    longest = 3000
    asks_terms = True
    sending_manners = ({"same_within": 60},)
    posts_at = "POST /api/notes/create"
    can_refresh = False
    receipt_id = "a1"
    friend_page = (
        '[{"id":"row1","followeeId":"a1","followee":{"id":"a1","username":"a","name":"A"}}]'
    )
    last_friend_page = "[]"
    refusal_body = '{"error":{"message":"{words}","code":"X","id":"x","kind":"client"}}'
    friend_handle = "@momo@{server}"
    visibilities = {
        "public": "public",
        "home": "unlisted",
        "followers": "followers",
        "specified": "direct",
    }
    is_odd_id_quoted = b'"a.b/c?d#e"'  # in JSON
    uid = "here/7"  # so that a scripted server need not be asked who it is

    def app(self) -> App:
        return App("", "", self.sandbox.root("misskey"))

    def credentials(self, permissions: frozenset[str] = PERMISSIONS) -> Credentials:
        state = self.sandbox.misskey.state
        hanako = state.graph.named("hanako")
        value = f"token-{state.graph.number()}"
        state.tokens.give(state.tokens.access, Grant(hanako.id, permissions), text=value)
        return Credentials(value, uid=f"{self.sandbox.root('misskey')}/{hanako.id}")

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", server.url)
