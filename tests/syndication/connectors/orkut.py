"""Orkut as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from syndication.connectors.base import App, Credentials
from syndication.connectors.orkut import Orkut
from syndication.sandbox.orkut.state import CLIENT_ID
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network


class OrkutOnTheSandbox(Network):
    connector_class = Orkut
    shown = "Orkut account ザキ"
    can_refresh = False
    receipt_id = "photo:1/2"
    uid = "7"
    friend_page = (
        '[{"id":"people.get","result":{"totalResults":{total},'
        '"list":[{"id":"11","name":{"givenName":"A"}}]}}]'
    )
    last_friend_page = '[{"id":"people.get","result":{"totalResults":1,"list":[]}}]'
    friend_uid = "11"

    @property
    def ident(self) -> str:
        return str(self.there.state.graph.named("hanako").id)

    def app(self) -> App:
        secret = self.sandbox.orkut.state.secret
        return App(CLIENT_ID, secret, self.sandbox.root("orkut") + "/social")

    def credentials(self) -> Credentials:
        state = self.sandbox.orkut.state
        hanako = state.graph.named("hanako")
        value = state.tokens.give(hanako.id, CLIENT_ID)
        secret = state.tokens.tokens[value].secret
        return Credentials(value, uid=hanako.id, extra={"token_secret": secret})

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", f"{server.url}/social")
