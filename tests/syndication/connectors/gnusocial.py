"""GNU social as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

import json

from syndication.connectors.base import App, Credentials
from syndication.connectors.gnusocial import Gnusocial
from tests.scripted_server import Play, ScriptedServer, answer
from tests.syndication.connectors.network import Network


class GnusocialOnTheSandbox(Network):
    connector_class = Gnusocial
    shown = "GNU social account ザキ @hanako@{server}"
    typed = "hanako@{server}"
    is_none = "answers, but is not a GNU social server. Check the name."
    longest = 140
    asks_terms = True
    manners = ({"shortens": True},)
    sending_manners = ({"tells_address": False},)
    can_refresh = False
    receipt_id = "7"
    friend_handle = "@momo@{server}"
    visibilities = {"public": ""}  # nothing says who reads a notice
    target_id = "116"
    uid = "here/7"  # so that a scripted server need not be asked who it is
    friend_page = '[{"id":11,"screen_name":"a","name":"A"}]'
    last_friend_page = "[]"
    friend_uid = "11"
    refusal_body = '{"error":"{words}","request":"/api/x.json"}'

    @property
    def ident(self) -> str:
        return str(self.there.graph.named("hanako").id)

    def app(self) -> App:
        return App("", "", self.sandbox.root("gnusocial"))

    def credentials(self) -> Credentials:
        network = self.sandbox.gnusocial
        hanako = network.graph.named("hanako")
        value = network.oauth.give(hanako.id, "anonymous")
        secret = network.oauth.tokens[value].secret
        pair = {"client_key": "anonymous", "client_secret": "anonymous"}
        uid = f"{self.sandbox.root('gnusocial')}/{hanako.id}"
        return Credentials(value, uid=uid, extra={"token_secret": secret, **pair})

    def thread_of(self, count: int) -> list[Play]:
        """Pages of a hundred, without end."""
        rows = [
            {
                "id": 1_000_000 - number,
                "created_at": "Sun Nov 29 14:08:13 +0000 2026",
                "in_reply_to_status_id": int(self.target_id),
                "text": "花" * 140,
                "user": {"id": 9, "screen_name": "momo", "name": "もも"},
            }
            for number in range(count)
        ]
        shown = [answer('{"id":116,"statusnet_conversation_id":5}')]
        return shown + [
            answer(json.dumps(rows[start : start + 100])) for start in range(0, count, 100)
        ]

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", server.url)
