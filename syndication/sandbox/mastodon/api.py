"""/api/…: who asks, what they may, how often (https://docs.joinmastodon.org/api/)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.oauth import allows
from syndication.sandbox.mastodon.state import State, Token
from syndication.sandbox.society import Account
from syndication.sandbox.wire import Reply, Request, json_reply

WINDOW = timedelta(minutes=5)
HTML = ("Content-Type", "text/html; charset=utf-8")


class Refused(Exception):
    """The request ends here, with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True)
class Call:
    """One authorised request. `rest` is what stands in the address behind the route's name."""

    state: State
    request: Request
    token: Token
    key: str
    rest: str = ""

    @property
    def me(self) -> Account:
        return self.state.society.accounts[self.token.user]

    def needs(self, scope: str) -> None:
        """Raises Refused where the token does not cover `scope`."""
        if not allows(self.token.scopes, scope):
            raise Refused(error("This action is outside the authorized scopes", 403))


class Gate:
    """Opens tokens and counts requests."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._seen: dict[str, deque[datetime]] = defaultdict(deque)

    def call(self, request: Request, rest: str = "") -> Call:
        """Raises Refused for a token that opens nothing, or one that asked too often."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._state.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is None or token.is_revoked:
            raise Refused(self.dead_token())
        self._count(token.user)
        return Call(self._state, request, token, value.strip(), rest)

    def dead_token(self) -> Reply:
        """As this server tells it."""
        match self._state.settings.dead_token:
            case 400:
                return Reply(400, b"<html><body>Bad Request</body></html>", (HTML,))
            case 422:
                return error("The access token was revoked", 422)
            case _:
                return error("The access token is invalid", 401)

    def headers(self, user: str) -> tuple[tuple[str, str], ...]:
        """What is left in this window."""
        seen, limit = self._seen[user], self._state.settings.rate_limit
        reset = (seen[0] if seen else self._state.society.now()) + WINDOW
        return (
            ("X-RateLimit-Limit", str(limit)),
            ("X-RateLimit-Remaining", str(max(limit - len(seen), 0))),
            ("X-RateLimit-Reset", shapes.moment(reset)),
        )

    def _count(self, user: str) -> None:
        seen, now = self._seen[user], self._state.society.now()
        while seen and seen[0] <= now - WINDOW:
            seen.popleft()
        if len(seen) >= self._state.settings.rate_limit:
            raise Refused(error("Too many requests", 429).adding(*self.headers(user)))
        seen.append(now)


Handler = Callable[[Call], Reply]


def error(words: str, status: int) -> Reply:
    """Mastodon's Error entity."""
    return json_reply({"error": words}, status)
