"""Sessions by an app password: com.atproto.server.*. Each account's own password serves as one here.

The access token is a readable JWT; it is validated by look-up, not by its signature.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from syndication.sandbox.bluesky import es256
from syndication.sandbox.bluesky.dpop import BadProof, Proofs
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import HANDLES, handle_of, xrpc_error
from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.oauth2 import Grant, Token
from syndication.sandbox.social_graph import Account

GRACE = timedelta(hours=2)
MAIN = "main-"  # prefix of the main password, which members should not use here


def open_session(state: BlueskyState, proofs: Proofs, request: Request) -> Grant:
    """Return the grant of a request. Raises Refused."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if not text:
        raise xrpc_error("AuthMissing", "Authentication Required", 401)
    token = state.tokens.access.get(text)
    if scheme == "DPoP":
        return _by_oauth(state, proofs, request, text)
    if token is None or token.grant.key or scheme != "Bearer":
        raise xrpc_error("InvalidToken", "Token could not be verified")
    if state.tokens.is_over(token):
        raise xrpc_error("ExpiredToken", "Token has expired")
    return token.grant


def _by_oauth(state: BlueskyState, proofs: Proofs, request: Request, text: str) -> Grant:
    nonce = ("DPoP-Nonce", proofs.nonce())
    try:
        key = proofs.check(request, text)
        token = state.tokens.access.get(text)
        if token is None or token.grant.key != key:
            raise BadProof("Invalid token", "invalid_token")
        if state.tokens.is_over(token):
            raise BadProof("Token has expired", "invalid_token")
    except BadProof as bad:
        raise Refused(bad.to_caller().adding(nonce)) from bad
    return token.grant


def create_session(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.server.createSession."""
    fields = request.json()
    name, password = str(fields.get("identifier", "")), str(fields.get("password", ""))
    account = state.account(name) or state.account(name.removeprefix("@") + HANDLES)
    is_main = password.startswith(MAIN)
    if account is None or password.removeprefix(MAIN) != account.password:
        raise xrpc_error("AuthenticationRequired", "Invalid identifier or password", 401)
    return json_reply(_session(state, Grant(account.id, frozenset()), account, is_main=is_main))


def refresh_session(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.server.refreshSession. Repeated within two hours it returns the same successor, so
    that a lost answer does not end the session."""
    token, account = _refreshed(state, request)
    given = _session(state, token.grant, account)
    if token.successor in state.tokens.refresh:
        del state.tokens.refresh[given["refreshJwt"]]
        given["refreshJwt"] = token.successor
    else:
        token.successor = given["refreshJwt"]
        token.until = min(token.until or state.now(), state.now() + GRACE)
    return json_reply(given)


def delete_session(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.server.deleteSession: by the refresh token, repeatable. No refresh works any
    more; the access token lasts until it expires, as on the real server."""
    token = _presented(state, request)
    token.grant.is_revoked = True
    return Reply()


def show_session(state: BlueskyState, grant: Grant) -> Reply:
    """com.atproto.server.getSession."""
    account = state.graph.accounts[grant.user]
    return json_reply({"did": account.id, "handle": handle_of(account.name), "active": True})


def _presented(state: BlueskyState, request: Request) -> Token:
    """Return the refresh token of a request. Raises Refused for an unknown one."""
    text = request.headers.get("authorization", "").removeprefix("Bearer ")
    token = state.tokens.refresh.get(text)
    if token is None or token.grant.key:
        raise xrpc_error("InvalidToken", "Token could not be verified")
    return token


def _refreshed(state: BlueskyState, request: Request) -> tuple[Token, Account]:
    token = _presented(state, request)
    if token.grant.is_revoked:
        raise xrpc_error("ExpiredToken", "Token has been revoked")
    if state.tokens.is_over(token):
        raise xrpc_error("ExpiredToken", "Token has expired")
    return token, state.graph.accounts[token.grant.user]


def _session(
    state: BlueskyState, grant: Grant, account: Account, *, is_main: bool = False
) -> dict[str, Any]:
    now, settings = state.now(), state.settings
    ends_at = now + timedelta(seconds=settings.access_seconds)
    scope = "com.atproto.access" if is_main else "com.atproto.appPass"
    access = _jwt(account, scope, now, ends_at)
    state.tokens.access[access] = Token(grant, ends_at)
    last = now + timedelta(seconds=settings.refresh_seconds)
    renewal = _jwt(account, "com.atproto.refresh", now, last)
    state.tokens.refresh[renewal] = Token(grant, last)
    return {
        "accessJwt": access,
        "refreshJwt": renewal,
        "handle": handle_of(account.name),
        "did": account.id,
        "active": True,
    }


def _jwt(account: Account, scope: str, now: datetime, ends_at: datetime) -> str:
    claims = {
        "scope": scope,
        "aud": "did:web:sandbox",
        "sub": account.id,
        "jti": secrets.token_hex(8),
        "iat": int(now.timestamp()),
        "exp": int(ends_at.timestamp()),
    }
    head = es256.base64url_encode(b'{"typ":"at+jwt","alg":"HS256"}')
    return (
        f"{head}.{es256.base64url_encode(json.dumps(claims).encode())}.{secrets.token_urlsafe(32)}"
    )
