"""Twitter as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from syndication.connectors.base import App, Credentials
from syndication.connectors.twitter import Twitter
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.twitter.oauth import SCOPES
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network


class TwitterOnTheSandbox(Network):
    connector_class = Twitter
    shown = "Twitter/X account ザキ @hanako"
    manners = ({"entities": False},)
    posts_at = "POST /2/tweets"
    receipt_id = "7"
    uid = "7"
    friend_page = (
        '{"data":[{"id":"11","username":"a","name":"A"}],'
        '"meta":{"result_count":1,"next_token":"again"}}'
    )
    last_friend_page = '{"meta":{"result_count":0}}'
    friend_uid = "11"
    refusal_body = '{"title":"x","detail":"{words}","type":"about:blank"}'
    ends_at_once = False  # 401 either way: the refresh tells

    def app(self) -> App:
        client = self.sandbox.twitter.state.client
        root = self.sandbox.root("twitter")
        return App(
            client.id,
            client.secret,
            f"{root}/2",
            f"{root}/2/oauth2/token",
            more={"pull_feed": "yes"},
        )

    def credentials(self, scopes: frozenset[str] = SCOPES) -> Credentials:
        state = self.sandbox.twitter.state
        hanako = state.graph.named("hanako")
        grant = Grant(hanako.id, scopes)
        access = state.tokens.give(state.tokens.access, grant, state.settings.access_seconds)
        refresh = state.tokens.give(state.tokens.refresh, grant)
        return Credentials(access, refresh_token=refresh, uid=hanako.id)

    def expire(self) -> None:
        self.sandbox.clock.advance(7201)

    def is_scripted(self, server: ScriptedServer) -> App:
        token = f"{server.url}/2/oauth2/token"
        more = {"pull_feed": "yes"}
        return App("client", "client-secret-3", f"{server.url}/2", token, more=more)
