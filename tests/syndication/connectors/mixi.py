"""mixi as the tests reach it: on the sandbox, or played by a script."""

from __future__ import annotations

from accounts.safe_http import SafeHttp
from syndication.connectors.base import App, Credentials
from syndication.connectors.mixi import Mixi
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

    def expire(self) -> None:
        self.sandbox.clock.advance(901)

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
