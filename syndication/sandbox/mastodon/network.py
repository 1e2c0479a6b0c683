"""A Mastodon server in the sandbox: routing of its addresses."""

from __future__ import annotations

from collections.abc import Callable

from syndication.sandbox.http import Reply, Request
from syndication.sandbox.mastodon import pages, people, statuses, threads
from syndication.sandbox.mastodon.api import Gate, MastodonCall, mastodon_error
from syndication.sandbox.mastodon.oauth import MastodonOAuth
from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.network import Network, match_route

Open = Callable[[MastodonState, Request], Reply]

OPEN: dict[str, Open] = {
    "/api/v1/instance": people.instance_v1,
    "/api/v2/instance": people.instance_v2,
    "/": pages.mastodon_overview,
}
# Method and path, the handler; what the brackets catch becomes `Call.rest`.
API: list[tuple[str, Callable[[MastodonCall], Reply]]] = [
    (r"POST /api/v1/statuses", statuses.create_status),
    (r"GET /api/v1/statuses/(\d+)", statuses.show_status),
    (r"PUT /api/v1/statuses/(\d+)", statuses.edit_status),
    (r"DELETE /api/v1/statuses/(\d+)", statuses.delete_status),
    (r"GET /api/v1/statuses/(\d+)/context", threads.context),
    (r"GET /api/v1/statuses/(\d+)/favourited_by", threads.favourited_by),
    (r"POST /api/v1/statuses/(\d+)/favourite", threads.favourite),
    (r"POST /api/v1/statuses/(\d+)/unfavourite", threads.unfavourite),
    (r"POST /api/v2/media", statuses.upload_media),
    (r"GET /api/v1/media/([\w.-]+)", statuses.show_media),
    (r"GET /api/v1/accounts/verify_credentials", people.verify_credentials),
    (r"GET /api/v1/accounts/(\d+)/following", people.mastodon_following),
    (r"GET /api/v1/accounts/(\d+)/statuses", people.account_statuses),
    (r"GET /api/v1/timelines/home", people.home_timeline),
]


class Mastodon(Network):
    """Mastodon 4.5. `state` is public for tests."""

    key = "mastodon"
    title = "Mastodon"
    port_offset = 1
    state: MastodonState

    def reset(self) -> None:
        self.state = MastodonState(self.world)
        self._oauth = MastodonOAuth(self.state)
        self._gate = Gate(self.state)

    def answer(self, request: Request) -> Reply:
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
        if found := match_route(API, request):
            handler, rest = found
            call = self._gate.call(request, rest)
            return handler(call).adding(*self._gate.headers(call.grant.user))
        return pages.mastodon_page(self.state, request)

    def reply_as(self, name: str, to: str, text: str, visibility: str = "") -> str:
        """As in the network's own web client, which puts the author's name before the text."""
        author = self.state.graph.accounts[self._seen_by(name, to).user].name
        named = text if f"@{author}" in text else f"@{author} {text}"
        return super().reply_as(name, to, named, visibility)

    def bad_request(self, request: Request) -> Reply:
        return mastodon_error("Bad Request", 400)

    def is_api(self, path: str) -> bool:
        """Whether faults apply: not to registration, instance pages and the permission page."""
        is_open = path in (*OPEN, "/api/v1/apps")
        return path == "/oauth/revoke" or (path.startswith("/api/") and not is_open)

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return self._gate.dead_token()
