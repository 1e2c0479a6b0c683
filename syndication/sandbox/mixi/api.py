"""The API's table of addresses, and the way of a call through it: guard, limit, answer."""

from __future__ import annotations

from syndication.sandbox.http import BadBody, Refused, Reply, Request
from syndication.sandbox.mixi import (
    diary,
    people,
    photo,
    photo_reactions,
    reactions,
    share,
    updates,
    voice,
)
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.oauth import count_request, open_mixi_grant, token_endpoint
from syndication.sandbox.mixi.state import MixiState

ROUTES: list[Route] = [
    route
    for module in (people, voice, reactions, diary, photo, photo_reactions, share, updates)
    for route in module.ROUTES
]

# Seen on every answer of 2012.
_HEADERS = (("X-MIXI-GRAPH-API-SPEC", "131072"), ("Server", "Apache"))


class MixiApi:
    """Everything below `/2/` that speaks JSON."""

    def __init__(self, state: MixiState) -> None:
        self._state = state

    def handle(self, request: Request) -> Reply:
        """The answer to a call, errors included."""
        try:
            if request.path == "/2/token" and request.method == "POST":
                reply = token_endpoint(self._state, request)
            else:
                reply = self._call(request)
        except Refused as refused:
            reply = refused.reply
        except BadBody:
            reply = voice_error(400).reply
        return reply.adding(*_HEADERS)

    def _call(self, request: Request) -> Reply:
        route, args = _find(request)
        grant = open_mixi_grant(self._state, request, route.scope)
        count_request(self._state, grant)
        me = self._state.accounts.get(grant.user)
        if me is None:
            raise voice_error(403)  # a client's own token has no member to act for
        return route.answer(MixiCall(self._state, request, me, grant.scopes, args))


def _find(request: Request) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        found = route.pattern.fullmatch(request.path)
        if found and route.method == request.method:
            return route, found.groupdict()
    raise voice_error(404)
