"""Registering, permission, tokens (https://docs.joinmastodon.org/methods/oauth/ and /apps/)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from syndication.sandbox.http import Refused, Reply, Request, json_reply, redirect
from syndication.sandbox.mastodon.state import App, MastodonState
from syndication.sandbox.oauth2 import AuthorizationRequest, Grant, OAuth2Server, TokenClient

SCOPES = ("read", "write", "follow", "push", "profile")


class MastodonOAuth(OAuth2Server):
    """The endpoints of /oauth/ and /api/v1/apps. No refresh tokens."""

    title = "Mastodon"
    renews = False
    denied = "The resource owner or authorization server denied the request."
    noes = {
        "asker": (401, "invalid_client", "Client authentication failed"),
        "grant_type": (400, "unsupported_grant_type", "The grant type is not supported"),
        "code": (400, "invalid_grant", "The provided authorization grant is invalid"),
        "token": (403, "unauthorized_client", "You are not authorized to revoke this token"),
    }

    def __init__(self, state: MastodonState) -> None:
        super().__init__(state.graph, state.tokens)
        self._state = state

    def metadata(self, request: Request) -> Reply:
        """GET /.well-known/oauth-authorization-server, since 4.3: the issuer ends with a slash.

        `iss` is as Doorkeeper does it where it is told its issuer
        (https://github.com/doorkeeper-gem/doorkeeper/pull/1849).
        """
        if not self._state.settings.metadata:
            return json_reply({"error": "Not Found"}, 404)
        root = request.root
        found: dict[str, object] = {
            "issuer": f"{root}/",
            "authorization_endpoint": f"{root}/oauth/authorize",
            "token_endpoint": f"{root}/oauth/token",
            "revocation_endpoint": f"{root}/oauth/revoke",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "service_documentation": "https://docs.joinmastodon.org/",
            "app_registration_endpoint": f"{root}/api/v1/apps",
        }
        if self._state.settings.tells_issuer:
            found["authorization_response_iss_parameter_supported"] = True
        return json_reply(found)

    def register(self, request: Request) -> Reply:
        """POST /api/v1/apps."""
        fields = request.fields()
        name, uris = fields.get("client_name", ""), fields.get("redirect_uris", "").split()
        if not name or not uris:
            return json_reply({"error": "Validation failed: Application name can't be blank"}, 422)
        scopes = frozenset(fields.get("scopes", "read").split())
        is_narrow = self._state.settings.refuses_narrow_scopes and not scopes <= set(SCOPES)
        if not scopes or not all(each.partition(":")[0] in SCOPES for each in scopes) or is_narrow:
            return json_reply({"error": "Validation failed: Scopes doesn't match configured"}, 422)
        app = App(secrets.token_urlsafe(32), secrets.token_urlsafe(32), name, tuple(uris), scopes)
        self._state.apps[app.id] = app
        return json_reply(
            {
                "id": str(len(self._state.apps)),
                "name": app.name,
                "website": fields.get("website") or None,
                "scopes": sorted(app.scopes),
                "redirect_uri": "\n".join(app.redirect_uris),
                "redirect_uris": list(app.redirect_uris),
                "client_id": app.id,
                "client_secret": app.secret,
                "client_secret_expires_at": 0,
            }
        )

    def asked(self, request: Request) -> AuthorizationRequest:
        if self._state.settings.login_first:
            raise Refused(redirect(f"{request.root}/auth/sign_in"))
        query = request.query
        app = self._state.apps.get(query.get("client_id", ""))
        scopes = frozenset(query.get("scope", "read").split())
        uri, challenge = query.get("redirect_uri", ""), query.get("code_challenge", "")
        if app is None or query.get("response_type") != "code":
            raise self.refused("このアプリは登録されていません。", status=400)
        is_broad = self._state.settings.broad_scopes
        allowed = {each for each in scopes if not is_broad and allows(app.scopes, each)}
        is_ours = any(_matches(uri, each) for each in app.redirect_uris)
        if not is_ours or not scopes <= app.scopes | allowed:
            raise self.refused("リクエストの内容が正しくありません。", status=400)
        if challenge and query.get("code_challenge_method") != "S256":
            raise self.refused("code_challenge_methodが正しくありません。", status=400)
        issuer = f"{request.root}/" if self._state.settings.tells_issuer else ""
        return AuthorizationRequest(
            scopes, uri, query.get("state", ""), challenge, app.id, app.name, issuer
        )

    def form(self, request: Request) -> dict[str, str]:
        return request.fields()

    def asker(self, request: Request, form: Mapping[str, str]) -> TokenClient:
        app = self._app(form)
        if app is None:
            raise self.no("asker")
        return TokenClient(app.id)

    def revoke(self, request: Request) -> Reply:
        """POST /oauth/revoke: by the client of the token, repeatable."""
        fields = request.fields()
        app, token = self._app(fields), self.tokens.access.get(fields.get("token", ""))
        is_others = app is None or (token is not None and token.grant.client != app.id)
        if app is None or is_others or not fields.get("token"):
            raise self.no("token")
        if token is not None:
            token.grant.is_revoked = True
            if self._state.settings.forgets_at_revoke:
                del self._state.apps[app.id]
        return json_reply({})

    def pair(self, grant: Grant) -> dict[str, object]:
        """Return the existing token for this client and these scopes, or a new one.

        https://github.com/mastodon/mastodon/blob/main/config/initializers/doorkeeper.rb
        (`reuse_access_token`).
        """
        held = self.tokens.access.items() if self._state.settings.reuses_tokens else ()
        standing = [value for value, token in held if token.grant == grant]  # a revoked one differs
        return {
            "access_token": standing[0]
            if standing
            else self.tokens.give(self.tokens.access, grant),
            "token_type": "Bearer",
            "scope": " ".join(sorted(grant.scopes)),
            "created_at": int(self.tokens.now().timestamp()),
        }

    def _app(self, form: Mapping[str, str]) -> App | None:
        """Return the client that knows its secret."""
        app = self._state.apps.get(form.get("client_id", ""))
        given = form.get("client_secret", "")
        return app if app and secrets.compare_digest(app.secret, given) else None


def allows(scopes: frozenset[str], needed: str) -> bool:
    """`write` allows `write:statuses`."""
    return needed in scopes or needed.partition(":")[0] in scopes


def _matches(asked: str, registered: str) -> bool:
    """Whether a redirect URI is the registered one; with any query where that has none (older Doorkeeper)."""
    return asked == registered or ("?" not in registered and asked.partition("?")[0] == registered)
