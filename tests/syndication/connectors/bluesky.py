"""Bluesky as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from typing import Any

import requests

from syndication.connectors.base import App, Credentials
from syndication.connectors.bluesky import Bluesky
from syndication.sandbox.bluesky.words import did_of
from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network

HANAKO = did_of("hanako")
FRIEND = "did:plc:" + "a" * 24


class BlueskyOnTheSandbox(Network):
    """By an app password."""

    connector_class = Bluesky
    ends_at_once = False
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

    def app(self) -> App:
        root = self.sandbox.root("bluesky")
        return App("", "", root, more={"web_url": root, "plc_url": root})

    def credentials(self) -> Credentials:
        url = f"{self.sandbox.root('bluesky')}/xrpc/com.atproto.server.createSession"
        typed = {"identifier": "hanako.test", "password": DEFAULT_PASSWORD}
        opened = requests.post(url, json=typed, timeout=10).json()
        return Credentials(opened["accessJwt"], refresh_token=opened["refreshJwt"], uid=HANAKO)

    def copies(self, kind: str) -> list[tuple[str, str]]:
        received: list[dict[str, Any]] = self.sandbox.bluesky.received()["statuses"]
        return [("", each["text"]) for each in received if not each["deleted"]]

    def friends(self, count: int) -> int:
        before = len(list(self.connector().friends()))
        self.sandbox.bluesky.add_friends("hanako", count)
        return before + count

    def expire(self) -> None:
        self.sandbox.clock.advance(7201)

    def revoke(self) -> None:
        self.sandbox.bluesky.revoke("hanako")

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("", "client-secret-3", server.url, more={"plc_url": server.url})
