"""Permission and tokens: OAuth 2.0 with PKCE (https://docs.x.com/fundamentals/authentication)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlencode

from syndication.sandbox.permission import Permission
from syndication.sandbox.society import Account
from syndication.sandbox.twitter.state import Access, Code, Grant, State
from syndication.sandbox.wire import Reply, Request, json_reply, redirect

SCOPES = frozenset(
    {
        "tweet.read",
        "tweet.write",
        "users.read",
        "follows.read",
        "offline.access",
        "media.write",
        "like.read",
    }
)


@dataclass(frozen=True)
class Asked:
    """An authorization request that was found good."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str
    challenge: str


class OAuth:
    """The permission page and the token endpoint."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._permission: Permission[Asked] = Permission("Twitter", state.society, self._decided)

    def authorize(self, request: Request) -> Reply:
        """/i/oauth2/authorize: PKCE is a must."""
        if request.method == "POST":
            return self._permission.answer(request)
        query = request.query
        scopes = frozenset(query.get("scope", "").split())
        is_known = query.get("client_id") == self._state.client.id
        is_ours = query.get("redirect_uri") == self._state.client.redirect_uri
        is_good = query.get("response_type") == "code" and 0 < len(query.get("state", "")) <= 500
        if not (is_known and is_ours and is_good) or not scopes or scopes - SCOPES:
            return self._permission.refused("アプリのリクエストが正しくありません。")
        if not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
            return self._permission.refused("code_challengeが必要です。")
        asked = Asked(
            scopes, query["redirect_uri"], query["state"], query.get("code_challenge", "")
        )
        return self._permission.ask(request, asked, app="Profile Link", wants=sorted(scopes))

    def token(self, request: Request) -> Reply:
        """/2/oauth2/token."""
        form = request.form()
        if not self._is_client(request, form):
            return _no(401, "unauthorized_client", "Missing valid authorization header")
        match form.get("grant_type"):
            case "authorization_code":
                return self._redeem(form)
            case "refresh_token":
                return self._renew(form)
        return _no(400, "unsupported_grant_type", "Value passed for the grant_type was invalid.")

    def revoke(self, request: Request) -> Reply:
        """/2/oauth2/revoke: the token that is named, and no other; of one that is none, nothing."""
        form = request.form()
        if not self._is_client(request, form):
            return _no(401, "unauthorized_client", "Missing valid authorization header")
        token = form.get("token", "")
        if not token:
            return _no(400, "invalid_request", "Missing required parameter [token].")
        self._state.access.pop(token, None)
        self._state.refresh.pop(token, None)
        return json_reply({"revoked": True})

    def _redeem(self, form: Mapping[str, str]) -> Reply:
        code = self._state.codes.pop(form.get("code", ""), None)
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        if (
            code is None
            or self._state.society.now() >= code.until
            or code.challenge != challenge
            or code.redirect_uri != form.get("redirect_uri")
        ):
            return _no(
                400, "invalid_request", "Value passed for the authorization code was invalid."
            )
        return self._pair(code.grant)

    def _renew(self, form: Mapping[str, str]) -> Reply:
        """A refresh token works once."""
        grant = self._state.refresh.pop(form.get("refresh_token", ""), None)
        if grant is None or grant.is_revoked:
            return _no(400, "invalid_request", "Value passed for the token was invalid.")
        return self._pair(grant)

    def _pair(self, grant: Grant) -> Reply:
        seconds = self._state.settings.access_seconds
        access = self._state.mint()
        until = self._state.society.now() + timedelta(seconds=seconds)
        self._state.access[access] = Access(grant, until)
        answer: dict[str, object] = {
            "token_type": "bearer",
            "expires_in": seconds,
            "access_token": access,
            "scope": " ".join(sorted(grant.scopes)),
        }
        if "offline.access" in grant.scopes:
            refresh = self._state.mint()
            self._state.refresh[refresh] = grant
            answer["refresh_token"] = refresh
        return json_reply(answer)

    def _is_client(self, request: Request, form: Mapping[str, str]) -> bool:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            pair = base64.b64decode(value).decode()
        except ValueError:
            return False
        ident, _, secret = pair.partition(":")
        client = self._state.client
        is_known = unquote(ident) == client.id
        return is_known and secrets.compare_digest(unquote(secret), client.secret)

    def _decided(self, asked: Asked, who: Account | None) -> Reply:
        fields = {"state": asked.state}
        if who is None:
            fields |= {"error": "access_denied"}
        else:
            value = self._state.mint()
            seconds = self._state.settings.code_seconds
            until = self._state.society.now() + timedelta(seconds=seconds)
            grant = Grant(who.id, asked.scopes)
            self._state.codes[value] = Code(grant, asked.redirect_uri, asked.challenge, until)
            fields |= {"code": value}
        return redirect(f"{asked.redirect_uri}?{urlencode(fields)}")


def _no(status: int, error: str, words: str) -> Reply:
    return json_reply({"error": error, "error_description": words}, status)
