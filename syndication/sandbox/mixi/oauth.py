"""Token endpoint and validation of tokens (specifications of 2010 and of the OpenID era)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndication.sandbox import oauth2
from syndication.sandbox.http import BadBody, Refused, Reply, Request, json_reply
from syndication.sandbox.mixi.grants import SCOPES, MixiGrant
from syndication.sandbox.mixi.state import MixiState

REALM = "api.mixi-platform.com"
SCHEMES = {"oauth": "OAuth", "bearer": "Bearer"}


# -- the token endpoint ------------------------------------------------------------------------


def token_endpoint(state: MixiState, request: Request) -> Reply:
    """`POST /2/token`."""
    grants: dict[str, Callable[[MixiState, dict[str, str]], dict[str, object]]] = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
        "client_credentials": _by_client_credentials,
        "server_state": _server_state,
    }
    try:
        form = request.form()
        give = grants.get(_need(form, "grant_type"))
        if give is None:
            raise _refusal("unsupported_grant_type")
        reply = json_reply(give(state, form))
    except BadBody:
        reply = json_reply({"error": "invalid_request"}, 400)
    except Refused as refused:
        reply = refused.reply
    return reply.adding(("Cache-Control", "no-store"))


def _refusal(error: str, status: int = 400, description: str = "") -> Refused:
    """The token endpoint's no: an OAuth error code, maybe a description."""
    words = {"error_description": description} if description else {}
    return Refused(json_reply({"error": error, **words}, status))


def _need(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise _refusal("invalid_request")
    return form[name]


def _check_client(state: MixiState, form: dict[str, str]) -> None:
    given = (_need(form, "client_id"), _need(form, "client_secret"))
    if given != (state.client.id, state.client.secret):
        raise _refusal("invalid_client", 401)


def _by_code(state: MixiState, form: dict[str, str]) -> dict[str, object]:
    _check_client(state, form)
    code, address = _need(form, "code"), _need(form, "redirect_uri")
    grant = state.grants.redeem(code)
    if grant is None:
        raise _refusal("invalid_grant", 401, "authorization code is invalid or expired")
    if address != state.client.redirect_uri:
        raise _refusal("invalid_grant", 401, "redirect_uri mismatch")
    if form.get("server_state", grant.server_state) != grant.server_state:
        raise _refusal("invalid_grant", 401, "server_state mismatch")
    return _pair(state, grant)


def _by_refresh_token(state: MixiState, form: dict[str, str]) -> dict[str, object]:
    _check_client(state, form)
    grant = state.grants.renew(_need(form, "refresh_token"))
    if grant is None:
        raise _refusal("invalid_grant", 401)
    return _pair(state, grant)


def _by_client_credentials(state: MixiState, form: dict[str, str]) -> dict[str, object]:
    """A token without a member, so without a refresh token."""
    _check_client(state, form)
    grant = MixiGrant(user="", scopes=frozenset(form.get("scope", "").split()) & set(SCOPES))
    access = state.grants.give_access(grant)
    rest = _rest(state, grant)
    return {"expires_in": state.settings.access_seconds, "access_token": access} | rest


def _server_state(state: MixiState, form: dict[str, str]) -> dict[str, object]:
    """Issue a server_state; the client's id suffices, without its secret."""
    if _need(form, "client_id") != state.client.id:
        raise _refusal("invalid_client", 401)
    return {"server_state": state.grants.new_server_state()}


def _pair(state: MixiState, grant: MixiGrant) -> dict[str, object]:
    refresh = state.grants.give_refresh(grant)
    access = state.grants.give_access(grant)
    return {
        "refresh_token": refresh,
        "expires_in": state.settings.access_seconds,
        "access_token": access,
    } | _rest(state, grant)


def _rest(state: MixiState, grant: MixiGrant) -> dict[str, object]:
    """The scopes, sorted; the newer spec names the token type as well."""
    scope: dict[str, object] = {"scope": " ".join(sorted(grant.scopes))}
    is_newer = grant.has_server_state or state.settings.bearer_only
    return scope | ({"token_type": "Bearer"} if is_newer else {})


# -- what a token opens ------------------------------------------------------------------------


@dataclass(frozen=True)
class Presented:
    """The token as it was presented; errors are told in the same scheme."""

    scheme: str
    value: str

    def refusal(self, error: str, *, status: int = 401, scope: str = "") -> Reply:
        """The answer for a bad token, single quotes and no blanks, as mixi wrote it."""
        needed = f"scope='{scope}'," if scope else ""
        header = f"{self.scheme} error='{error}',{needed}realm='{REALM}'"
        reason = "Authorization Required" if status == 401 else None
        return Reply(status, b"", (("WWW-Authenticate", header),), reason)


def presented_token(request: Request) -> Presented:
    """Return the token of a request, from its header or, for old clients, its query. Raises Refused."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in SCHEMES and value:
        return Presented(SCHEMES[scheme.lower()], value.strip())
    query = {} if scheme else request.query
    if query.get("oauth_token"):
        return Presented("OAuth", query["oauth_token"])
    if query.get("access_token") and request.method == "GET":
        return Presented("Bearer", query["access_token"])
    raise Refused(Presented("OAuth", "").refusal("invalid_request", status=400))


def open_mixi_grant(state: MixiState, request: Request, scope: str) -> oauth2.Grant:
    """Return the grant of a request's token, if it has `scope` (any, where ""). Raises Refused."""
    shown = presented_token(request)
    token = state.grants.access.get(shown.value)
    if state.settings.bearer_only and shown.scheme != "Bearer":
        raise Refused(shown.refusal("invalid_request", status=401))
    if token is None or token.grant.is_revoked:
        raise Refused(shown.refusal("invalid_token"))
    if state.grants.is_over(token):
        raise Refused(shown.refusal("expired_token"))
    if scope and scope not in token.grant.scopes:
        raise Refused(shown.refusal("insufficient_scope", status=403, scope=scope))
    return token.grant


def count_request(state: MixiState, grant: oauth2.Grant) -> None:
    """Count one request of one client and member: so many a minute, then 503 (number not known: ours).

    Raises Refused beyond the limit; what is refused does not count.
    """
    if not state.asked.takes(grant.user, state.settings.rate_limit):
        html = b"<html><body><h1>Service Temporarily Unavailable</h1></body></html>"
        kind = ("Content-Type", "text/html; charset=iso-8859-1")
        raise Refused(Reply(503, html, (kind,), "Service Temporarily Unavailable"))
