"""/api/…: authorization, scopes, rate limit (https://docs.joinmastodon.org/api/)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.oauth import allows
from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.social_graph import Account
from syndication.sandbox.window import SlidingWindow

HTML = ("Content-Type", "text/html; charset=utf-8")


@dataclass(frozen=True)
class MastodonCall:
    """One authorized request. `rest` is the variable part of the path."""

    state: MastodonState
    request: Request
    grant: Grant
    key: str
    rest: str = ""

    @property
    def me(self) -> Account:
        return self.state.graph.accounts[self.grant.user]

    def needs(self, scope: str) -> None:
        """Raise Refused where the token does not cover `scope`."""
        if not allows(self.grant.scopes, scope):
            raise Refused(mastodon_error("This action is outside the authorized scopes", 403))


class Gate:
    """Validates tokens and counts requests."""

    def __init__(self, state: MastodonState) -> None:
        self._state = state
        self._seen = SlidingWindow(state.graph.now, 5 * 60)

    def call(self, request: Request, rest: str = "") -> MastodonCall:
        """Authorize a request. Raises Refused for an invalid token or an exceeded limit."""
        token = self._state.tokens.living(self._state.tokens.access, request.bearer)
        if token is None:
            raise Refused(self.dead_token())
        user = token.grant.user
        if not self._seen.takes(user, self._state.settings.rate_limit):
            raise Refused(mastodon_error("Too many requests", 429).adding(*self.headers(user)))
        return MastodonCall(self._state, request, token.grant, request.bearer, rest)

    def dead_token(self) -> Reply:
        """Return the answer to an invalid token, as this server is set."""
        match self._state.settings.dead_token:
            case 400:
                return Reply(400, b"<html><body>Bad Request</body></html>", (HTML,))
            case 422:
                return mastodon_error("The access token was revoked", 422)
            case _:
                return mastodon_error("The access token is invalid", 401)

    def headers(self, user: str) -> tuple[tuple[str, str], ...]:
        """Return the rate-limit headers of this window."""
        limit = self._state.settings.rate_limit
        return (
            ("X-RateLimit-Limit", str(limit)),
            ("X-RateLimit-Remaining", str(self._seen.left(user, limit))),
            ("X-RateLimit-Reset", shapes.rails_time(self._seen.ends(user))),
        )


Handler = Callable[[MastodonCall], Reply]


def mastodon_error(words: str, status: int) -> Reply:
    """Return Mastodon's Error entity."""
    return json_reply({"error": words}, status)
