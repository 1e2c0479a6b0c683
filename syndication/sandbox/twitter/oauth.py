"""Permission and tokens: OAuth 2.0 with PKCE (https://docs.x.com/fundamentals/authentication)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from urllib.parse import unquote

from syndication.sandbox.http import Reply, Request, json_reply
from syndication.sandbox.oauth2 import AuthorizationRequest, Grant, OAuth2Server, TokenClient
from syndication.sandbox.social_graph import Account
from syndication.sandbox.twitter.state import TwitterState

SCOPES = frozenset(
    [
        "tweet.read",
        "tweet.write",
        "users.read",
        "follows.read",
        "offline.access",
        "media.write",
        "like.read",
    ]
)


class TwitterOAuth(OAuth2Server):
    """The permission page and the token endpoint. A refresh token works once."""

    title = "Twitter"
    noes = {
        "asker": (401, "unauthorized_client", "Missing valid authorization header"),
        "grant_type": (
            400,
            "unsupported_grant_type",
            "Value passed for the grant_type was invalid.",
        ),
        "code": (400, "invalid_request", "Value passed for the authorization code was invalid."),
        "refresh": (400, "invalid_request", "Value passed for the token was invalid."),
        "token": (400, "invalid_request", "Missing required parameter [token]."),
    }

    def __init__(self, state: TwitterState) -> None:
        super().__init__(state.graph, state.tokens)
        self._state = state

    def decided(self, asked: AuthorizationRequest, who: Account | None) -> Reply:
        self.code_seconds = self._state.settings.code_seconds
        return super().decided(asked, who)

    def asked(self, request: Request) -> AuthorizationRequest:
        """/i/oauth2/authorize: requires PKCE."""
        query, client = request.query, self._state.client
        scopes = frozenset(query.get("scope", "").split())
        is_known = query.get("client_id") == client.id
        is_ours = query.get("redirect_uri") == client.redirect_uri
        is_good = query.get("response_type") == "code" and 0 < len(query.get("state", "")) <= 500
        if not (is_known and is_ours and is_good) or not scopes or scopes - SCOPES:
            raise self.refused("アプリのリクエストが正しくありません。")
        if not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
            raise self.refused("code_challengeが必要です。")
        state, challenge = query["state"], query["code_challenge"]
        return AuthorizationRequest(scopes, client.redirect_uri, state, challenge, client.id)

    def asker(self, request: Request, form: Mapping[str, str]) -> TokenClient:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(value).decode() if scheme.lower() == "basic" else ""
        except ValueError:
            pair = ""
        ident, _, secret = pair.partition(":")
        client = self._state.client
        if unquote(ident) != client.id or not secrets.compare_digest(
            unquote(secret).encode(), client.secret.encode()
        ):
            raise self.no("asker")
        return TokenClient(client.id)

    def revoke(self, request: Request) -> Reply:
        """/2/oauth2/revoke: the named token alone; an unknown one is ignored."""
        form = request.form()
        self.asker(request, form)
        token = form.get("token", "")
        if not token:
            raise self.no("token")
        self.tokens.access.pop(token, None)
        self.tokens.refresh.pop(token, None)
        return json_reply({"revoked": True})

    def pair(self, grant: Grant) -> dict[str, object]:
        seconds = self._state.settings.access_seconds
        answer: dict[str, object] = {
            "token_type": "bearer",
            "expires_in": seconds,
            "access_token": self.tokens.give(self.tokens.access, grant, seconds),
            "scope": " ".join(sorted(grant.scopes)),
        }
        if "offline.access" in grant.scopes:
            answer["refresh_token"] = self.tokens.give(self.tokens.refresh, grant)
        return answer
