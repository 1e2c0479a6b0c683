"""One Mastodon server as one of the sandbox's networks: which address is answered by what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from syndication.sandbox.mastodon import pages, people, statuses
from syndication.sandbox.mastodon.api import Call, Gate, Refused, error
from syndication.sandbox.mastodon.oauth import OAuth
from syndication.sandbox.mastodon.state import State
from syndication.sandbox.network import Network
from syndication.sandbox.wire import BadBody, Reply, Request

Open = Callable[[State, Request], Reply]

OPEN: dict[str, Open] = {
    "/api/v1/instance": people.instance_v1,
    "/api/v2/instance": people.instance_v2,
    "/": pages.overview,
}
# Method and path, the handler; what the brackets catch becomes `Call.rest`.
API: list[tuple[str, Callable[[Call], Reply]]] = [
    (r"POST /api/v1/statuses", statuses.create),
    (r"GET /api/v1/statuses/(\d+)", statuses.show),
    (r"PUT /api/v1/statuses/(\d+)", statuses.change),
    (r"DELETE /api/v1/statuses/(\d+)", statuses.delete),
    (r"POST /api/v2/media", statuses.upload),
    (r"GET /api/v1/media/([\w.-]+)", statuses.upload_state),
    (r"GET /api/v1/accounts/verify_credentials", people.me),
    (r"GET /api/v1/accounts/(\d+)/following", people.following),
    (r"GET /api/v1/accounts/(\d+)/statuses", people.statuses),
    (r"GET /api/v1/timelines/home", people.home),
]


class Mastodon(Network):
    """Mastodon 4.5. `state` is there for tests to look at."""

    key = "mastodon"
    title = "Mastodon"
    port_offset = 1
    state: State

    def reset(self) -> None:
        self.state = State(self.world)
        self._oauth = OAuth(self.state)
        self._gate = Gate(self.state)

    def handle(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.reply
        except (BadBody, UnicodeDecodeError, ValueError):
            return error("Bad Request", 400)

    def _answer(self, request: Request) -> Reply:
        doors = {
            "/oauth/authorize": self._oauth.authorize,
            "/oauth/token": self._oauth.token,
            "/oauth/revoke": self._oauth.revoke,
            "/.well-known/oauth-authorization-server": self._oauth.metadata,
            "/api/v1/apps": self._oauth.register,
        }
        if request.path in doors:
            return doors[request.path](request)
        if request.path in OPEN:
            return OPEN[request.path](self.state, request)
        asked = f"{request.method} {request.path}"
        for route, handler in API:
            found = re.fullmatch(route, asked)
            if found:
                call = self._gate.call(request, "".join(found.groups()))
                return handler(call).adding(*self._gate.headers(call.token.user))
        return pages.shown(self.state, request)

    def is_api(self, path: str) -> bool:
        """Registering and the server's own words are spared by faults, as is the permission page."""
        is_open = path in (*OPEN, "/api/v1/apps")
        return path == "/oauth/revoke" or (path.startswith("/api/") and not is_open)

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return self._gate.dead_token()

    def configure(self, values: Mapping[str, Any]) -> None:
        self.state.settings.change(dict(values))

    def environment(self, root: str) -> dict[str, str]:
        return {}

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """So many more accounts that `name` follows."""
        self.state.society.add_follows(name, count)

    def revoke(self, name: str) -> None:
        """What the member's "Revoke" in the settings does."""
        user = self.state.account(name).id
        for token in self.state.tokens.values():
            if token.user == user:
                token.is_revoked = True

    def received(self) -> dict[str, Any]:
        return self.state.society.received()
