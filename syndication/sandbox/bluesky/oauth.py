"""The authorization server: https://atproto.com/specs/oauth. Requests are pushed, proofs demanded."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from syndication.sandbox.bluesky.clients import BadClient, Document
from syndication.sandbox.bluesky.dpop import BadProof, Proofs
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.oauth2 import AuthorizationRequest, Grant, OAuth2Server, TokenClient

URN = "urn:ietf:params:oauth:request_uri:"
REQUEST_SECONDS = 300
WANTS = {
    "atproto": "アカウントの確認",
    "transition:generic": "投稿・画像・フォローなど、公開データの読み書き",
}


class BlueskyOAuth(OAuth2Server):
    """Its addresses below `/oauth/` and `/.well-known/`."""

    title = "Bluesky"
    code_seconds = 60
    denied = "Access denied"
    noes = {
        "grant_type": (400, "unsupported_grant_type", "grant_type"),
        "code": (400, "invalid_grant", "Invalid code"),
        "verifier": (400, "invalid_grant", "Invalid code_verifier"),
        "another": (400, "invalid_grant", "The code was issued to another client or key"),
        "refresh": (400, "invalid_grant", "Invalid refresh token"),
        "replayed": (400, "invalid_grant", "Refresh token replayed"),
        "expired": (400, "invalid_grant", "Refresh token expired or bound to another key"),
        "pkce": (400, "invalid_request", "PKCE and response_type=code are required"),
        "state": (400, "invalid_request", "code_challenge and state are required"),
        "redirect_uri": (400, "invalid_request", "Invalid redirect_uri"),
        "scope": (400, "invalid_scope", "Scope is not declared in the client metadata"),
    }

    def __init__(self, state: BlueskyState, proofs: Proofs) -> None:
        super().__init__(state.graph, state.tokens)
        self._state = state
        self._proofs = proofs
        self._pushed: dict[str, tuple[AuthorizationRequest, datetime]] = {}

    def metadata(self, request: Request) -> Reply:
        """RFC 8414."""
        root = request.root
        return json_reply(
            {
                "issuer": root,
                "scopes_supported": ["atproto", "transition:generic"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "authorization_endpoint": f"{root}/oauth/authorize",
                "token_endpoint": f"{root}/oauth/token",
                "revocation_endpoint": f"{root}/oauth/revoke",
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
                "pushed_authorization_request_endpoint": f"{root}/oauth/par",
                "require_pushed_authorization_requests": True,
                "dpop_signing_alg_values_supported": ["ES256"],
                "protected_resources": [root],
                "client_id_metadata_document_supported": True,
            }
        )

    def resource(self, request: Request) -> Reply:
        """RFC 9728: the authorization server of this server."""
        return json_reply({"resource": request.root, "authorization_servers": [request.root]})

    def push(self, request: Request) -> Reply:
        """`/oauth/par` (RFC 9126)."""
        return self._answered(self._push, request)

    def token(self, request: Request) -> Reply:
        return self._answered(super().token, request)

    def revoke(self, request: Request) -> Reply:
        """`/oauth/revoke` (RFC 7009): the whole session of a token; of one that is none, nothing.

        Signed like the others, though the reference server lets it go unsigned.
        """
        return self._answered(self._revoke, request)

    def asked(self, request: Request) -> AuthorizationRequest:
        query = request.query
        asked, until = self._pushed.get(query.get("request_uri", ""), (None, None))
        is_late = until is None or until < self.tokens.now()
        if asked is None or is_late or asked.client != query.get("client_id"):
            raise self.refused("このリクエストは見つからないか、期限が切れています。")
        return asked

    def wants(self, asked: AuthorizationRequest) -> list[str]:
        return [words for scope, words in WANTS.items() if scope in asked.scopes]

    def asker(self, request: Request, form: Mapping[str, str]) -> TokenClient:
        key = self._proofs.check(request)
        self._document(request, form)
        return TokenClient(form["client_id"], key)

    def renewed(self, form: Mapping[str, str], asker: TokenClient) -> Grant:
        token = self.tokens.refresh.get(form.get("refresh_token", ""))
        if token is None or token.grant.client != asker.client or token.grant.is_revoked:
            raise self.no("refresh")
        if token.is_used:
            self.tokens.end(token.grant)
            raise self.no("replayed")
        if token.grant.key != asker.key or self.tokens.is_over(token):
            raise self.no("expired")
        token.is_used = True
        return token.grant

    def pair(self, grant: Grant) -> dict[str, object]:
        settings, tokens = self._state.settings, self.tokens
        seconds = settings.oauth_access_seconds
        return {
            "access_token": tokens.give(tokens.access, grant, seconds),
            "token_type": "DPoP",
            "refresh_token": tokens.give(tokens.refresh, grant, settings.oauth_refresh_seconds),
            "scope": " ".join(sorted(grant.scopes)),
            "expires_in": seconds,
            "sub": grant.user,
        }

    def _document(self, request: Request, form: Mapping[str, str]) -> Document:
        return self._state.clients.authenticate(form, request.root)

    def _answered(self, answer: Callable[[Request], Reply], request: Request) -> Reply:
        """Add a nonce, as every answer has one."""
        try:
            reply = answer(request)
        except BadProof as bad:
            reply = bad.to_client()
        except (BadClient, Refused) as bad:
            reply = bad.reply
        return reply.adding(("DPoP-Nonce", self._proofs.nonce()), ("Cache-Control", "no-store"))

    def _push(self, request: Request) -> Reply:
        key, form = self._proofs.check(request), request.form()
        document = self._document(request, form)
        scopes = frozenset(form.get("scope", "").split())
        rules = {
            "pkce": form.get("response_type") == "code"
            and form.get("code_challenge_method") == "S256",
            "state": len(form.get("code_challenge", "")) == 43 and bool(form.get("state")),
            "redirect_uri": form.get("redirect_uri") in document["redirect_uris"],
            "scope": "atproto" in scopes and scopes <= set(document["scope"].split()),
        }
        for name, holds in rules.items():
            if not holds:
                raise self.no(name)
        client = form["client_id"]
        app = str(document.get("client_name") or client)
        asked = AuthorizationRequest(
            scopes,
            form["redirect_uri"],
            form["state"],
            form["code_challenge"],
            client,
            app,
            request.root,
            key,
        )
        uri = f"{URN}req-{secrets.token_hex(16)}"
        self._pushed[uri] = (asked, self.tokens.now() + timedelta(seconds=REQUEST_SECONDS))
        return json_reply({"request_uri": uri, "expires_in": REQUEST_SECONDS - 1}, 201)

    def _revoke(self, request: Request) -> Reply:
        form = request.form()
        asker, text = self.asker(request, form), form.get("token", "")
        token = self.tokens.refresh.get(text) or self.tokens.access.get(text)
        if token is not None and token.grant.client == asker.client:
            self.tokens.end(token.grant)
        return json_reply({})
