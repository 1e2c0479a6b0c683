"""Bluesky as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

import requests

from accounts.crypto import dpop
from syndication.connectors.base import App, Credentials
from syndication.connectors.bluesky import Bluesky
from syndication.sandbox.bluesky.values import did_of
from syndication.sandbox.network import DEFAULT_PASSWORD
from syndication.sandbox.oauth2 import Grant
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network

HANAKO = did_of("hanako")
# The rules of a client on this machine stand in its name.
CLIENT = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2F&scope=atproto"
FRIEND = "did:plc:" + "a" * 24


class BlueskyOnTheSandbox(Network):
    """By an app password."""

    connector_class = Bluesky
    shown = "Bluesky account ザキ @hanako.test"
    typed = "hanako.test"
    is_none = "No Bluesky account or server was found"
    posts_at = "POST /xrpc/com.atproto.repo.putRecord"
    ends_at_once = False
    lasts_when_given_back = True
    uid = HANAKO
    receipt_id = f"at://{HANAKO}/app.bsky.feed.post/3k2222222222a"
    # The same answer for the records of whom one follows and for who they are.
    friend_page = (
        f'{{"records":[{{"value":{{"subject":"{FRIEND}"}}}}],"cursor":"on",'
        f'"profiles":[{{"did":"{FRIEND}","handle":"a.test","displayName":"A"}}],"next":"{{next}}"}}'
    )
    last_friend_page = '{"records":[],"profiles":[]}'
    friend_uid = FRIEND
    refusal_body = '{"error":"InvalidRequest","message":"{words}"}'

    @property
    def ident(self) -> str:
        return did_of("hanako")

    def app(self) -> App:
        root = self.sandbox.root("bluesky")
        return App("", "", root, more={"web_url": root, "plc_url": root})

    def credentials(self) -> Credentials:
        url = f"{self.sandbox.root('bluesky')}/xrpc/com.atproto.server.createSession"
        typed = {"identifier": "hanako.test", "password": DEFAULT_PASSWORD}
        opened = requests.post(url, json=typed, timeout=10).json()
        return Credentials(opened["accessJwt"], refresh_token=opened["refreshJwt"], uid=HANAKO)

    def expire(self) -> None:
        self.sandbox.clock.advance(7201)

    def revoke(self) -> None:
        """Seen when the token that was given has ended: it lasts, but nothing is renewed."""
        super().revoke()
        self.expire()

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("", "client-secret-3", server.url, more={"plc_url": server.url})


class BlueskyByOAuth(BlueskyOnTheSandbox):
    """By tokens that are bound to a key."""

    lasts_when_given_back = False

    def credentials(self, *, signs_as: str = "") -> Credentials:
        """`signs_as` another key than the one that the tokens are bound to."""
        state, key = self.sandbox.bluesky.state, dpop.new_private_key()
        scopes = frozenset({"atproto", "transition:generic"})
        grant, tokens = Grant(HANAKO, scopes, CLIENT, dpop.jwk_thumbprint(key)), state.tokens
        access = tokens.give(tokens.access, grant, 1800)
        refresh = tokens.give(tokens.refresh, grant, 14 * 86400)
        root = self.sandbox.root("bluesky")
        extra = {
            "dpop_key": dpop.new_private_key() if signs_as else key,
            "client_id": CLIENT,
            "issuer": root,
            "token_url": f"{root}/oauth/token",
        }
        return Credentials(access, refresh_token=refresh, uid=HANAKO, extra=extra)
