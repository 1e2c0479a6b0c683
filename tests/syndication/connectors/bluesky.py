"""Bluesky as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

import json
from dataclasses import replace

import requests

from accounts.crypto import dpop
from syndication.connectors.base import App, Credentials
from syndication.connectors.bluesky import Bluesky
from syndication.connectors.values import Friend, ReplyTarget
from syndication.sandbox.bluesky.repo import write_post
from syndication.sandbox.bluesky.state import tid
from syndication.sandbox.bluesky.values import POST, did_of, iso_time
from syndication.sandbox.network import DEFAULT_PASSWORD
from syndication.sandbox.oauth2 import Grant
from tests.scripted_server import Play, ScriptedServer, answer
from tests.syndication.connectors.network import Network

HANAKO = did_of("hanako")
# The rules of a client on this machine stand in its name.
CLIENT = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2F&scope=atproto"
FRIEND = "did:plc:" + "a" * 24
CID = "bafyreibijhvvxvdgvuifgg7lclso3fl3psvsmz5uctar6swnyqn6imigwa"


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
    friend_handle = "@momo.test"
    visibilities = {"public": "public"}
    target_id = f"at://{FRIEND}/app.bsky.feed.post/3k2222222222a"

    def a_friends_post(self, visibility: str = "", text: str = "夕焼けがきれい") -> str:
        state = self.there.state
        at, record = state.now(), {"$type": POST, "text": text, "createdAt": iso_time(state.now())}
        user, key = state.graph.named(self.friend).id, tid(at, state.graph.number())
        return write_post(state, user, key, record, is_seeded=True).id

    def a_target(self) -> ReplyTarget:
        return replace(super().a_target(), author=Friend(FRIEND, "もも"), version=CID)

    def thread_of(self, count: int) -> list[Play]:
        parent = {"uri": self.target_id, "cid": CID}
        rows = [
            {
                "post": {
                    "uri": f"at://{FRIEND}/{POST}/3k22222{number:06}",
                    "author": {"did": FRIEND, "handle": "a.test"},
                    "indexedAt": "2026-11-29T00:00:00Z",
                    "record": {"text": "花" * 100, "reply": {"root": parent, "parent": parent}},
                }
            }
            for number in range(count)
        ]
        return [answer(json.dumps({"thread": {"post": {}, "replies": rows}}))]

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
