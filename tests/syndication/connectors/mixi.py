"""mixi as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accounts.safe_http import SafeHttp
from syndication.connectors.base import App, Credentials
from syndication.connectors.mixi import Mixi
from syndication.connectors.values import ReplyTarget, Visibility
from syndication.sandbox.mixi.rows import Status
from tests.scripted_server import ScriptedServer
from tests.syndication.connectors.network import Network
from tests.syndication.sandbox.conftest import Caller

ACCESS = "2199f67266d20a5d00dcb4fda135570957df205f"
REFRESH = "a6065549ec8e7be1b0505c31142ff200a7de8869"
CLIENT = "cf60e9095216f4ca5bd6"
SECRET = "0123456789abcdef0123456789abcdef01234567"


class MixiOnTheSandbox(Network):
    connector_class = Mixi
    shown = "mixi account ザキ"
    target_id = "voice:u-20110215234404"
    odd_id = "voice:a.b/c?d#e"  # no id of mixi's, so nothing is asked

    @property
    def ident(self) -> str:
        return "ezkjdy9s8rwsc"

    def app(self) -> App:
        return App(
            client_id=self.sandbox.mixi.state.client.id,
            client_secret=self.sandbox.mixi.state.client.secret,
            api_url=self.sandbox.root("mixi") + "/2",
            token_url=self.sandbox.root("mixi") + "/2/token",
        )

    def credentials(self, **consent: str) -> Credentials:
        caller = Caller(self.sandbox).login("hanako", **consent)
        return Credentials(access_token=caller.access, refresh_token=caller.refresh)

    def pictures(self) -> list[bytes]:
        return [each.content for each in self.there.state.pictures.values() if not each.is_seeded]

    def expire(self) -> None:
        self.sandbox.clock.advance(901)

    def a_friends_post(self, visibility: str = "", text: str = "夕焼けがきれい") -> str:
        state = self.there.state
        voice = Status(state.named(self.friend).id, state.now(), text=text, is_seeded=True)
        voice.at = state.free_second(lambda at: Status(voice.owner, at).id in state.statuses)
        state.statuses[voice.id] = voice
        return f"voice:{voice.id}"

    def remove(self, remote_id: str) -> None:
        voice, _, comment = remote_id.partition(":")[2].partition("/")
        there = self.there.state.statuses[voice]
        for each in [each for each in there.comments if each.id == comment] or [there]:
            each.is_deleted = True

    def rename_friend(self, name: str) -> None:
        self.there.account(self.friend).nickname = name

    def reply_row(self, remote_id: str) -> dict[str, Any]:
        rows = self.there.received()["comments"]
        return next(each for each in rows if each["id"] == remote_id)

    def readers_of(self, remote_id: str) -> Visibility:
        return "inherited"

    def a_target(self) -> ReplyTarget:
        return replace(super().a_target(), visibility="")

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", f"{server.url}/2", f"{server.url}/2/token")


def played_by(server: ScriptedServer) -> Mixi:
    """A connector with the transcripts' own tokens, whose clock stands still."""
    return Mixi(
        Credentials(ACCESS, refresh_token=REFRESH, scopes=("r_profile",), uid="u"),
        http=SafeHttp(user_agent="ProfileLink/0", allowed=[server.authority]),
        app=App(CLIENT, SECRET, f"{server.url}/2", f"{server.url}/2/token"),
        clock=lambda: 1_000_000.0,
    )
