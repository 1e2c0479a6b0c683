"""The API's table of addresses, and the way of a call through it: guard, limit, answer."""

from __future__ import annotations

from syndication.sandbox.mixi import diary, people, photo, reactions, share, updates, voice
from syndication.sandbox.mixi.calls import Call, Route, failed
from syndication.sandbox.mixi.oauth import opened, pass_one, token
from syndication.sandbox.mixi.state import State
from syndication.sandbox.wire import BadBody, Refused, Reply, Request

ROUTES: list[Route] = [
    route
    for module in (people, voice, reactions, diary, photo, share, updates)
    for route in module.ROUTES
]

# Seen on every answer of 2012.
_HEADERS = (("X-MIXI-GRAPH-API-SPEC", "131072"), ("Server", "Apache"))


class Api:
    """Everything below `/2/` that speaks JSON."""

    def __init__(self, state: State) -> None:
        self._state = state

    def handle(self, request: Request) -> Reply:
        """The answer to a call, errors included."""
        try:
            if request.path == "/2/token" and request.method == "POST":
                reply = token(self._state, request)
            else:
                reply = self._call(request)
        except Refused as refused:
            reply = refused.reply
        except BadBody:
            reply = failed(400).reply
        return reply.adding(*_HEADERS)

    def _call(self, request: Request) -> Reply:
        route, args = _find(request)
        grant = opened(self._state, request, route.scope)
        pass_one(self._state, grant)
        me = self._state.accounts.get(grant.user)
        if me is None:
            raise failed(403)  # a client's own token has no member to act for
        return route.answer(Call(self._state, request, me, grant.scopes, args))


def _find(request: Request) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        found = route.pattern.fullmatch(request.path)
        if found and route.method == request.method:
            return route, found.groupdict()
    raise failed(404)
