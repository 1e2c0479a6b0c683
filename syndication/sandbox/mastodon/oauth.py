"""Registering, permission, tokens (https://docs.joinmastodon.org/methods/oauth/ and /apps/)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from syndication.sandbox.mastodon.state import App, Code, State, Token
from syndication.sandbox.permission import Permission
from syndication.sandbox.society import Account
from syndication.sandbox.wire import Reply, Request, json_reply, redirect

SCOPES = ("read", "write", "follow", "push", "profile")
CODE_SECONDS = 600


@dataclass(frozen=True)
class Asked:
    """An authorization request that was found good."""

    app: str
    scopes: frozenset[str]
    redirect_uri: str
    state: str
    challenge: str
    issuer: str


class OAuth:
    """The doors of /oauth/ and /api/v1/apps."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._permission: Permission[Asked] = Permission("Mastodon", state.society, self._decided)

    def metadata(self, request: Request) -> Reply:
        """GET /.well-known/oauth-authorization-server, since 4.3: the issuer ends with a slash.

        `iss` is as Doorkeeper does it where it is told its issuer
        (https://github.com/doorkeeper-gem/doorkeeper/pull/1849).
        """
        if not self._state.settings.metadata:
            return json_reply({"error": "Not Found"}, 404)
        root = request.root
        return json_reply(
            {
                "issuer": f"{root}/",
                "authorization_endpoint": f"{root}/oauth/authorize",
                "token_endpoint": f"{root}/oauth/token",
                "revocation_endpoint": f"{root}/oauth/revoke",
                "scopes_supported": list(SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "code_challenge_methods_supported": ["S256"],
                "service_documentation": "https://docs.joinmastodon.org/",
                "app_registration_endpoint": f"{root}/api/v1/apps",
                **(
                    {"authorization_response_iss_parameter_supported": True}
                    if self._state.settings.tells_issuer
                    else {}
                ),
            }
        )

    def register(self, request: Request) -> Reply:
        """POST /api/v1/apps."""
        fields = given(request)
        name, uris = fields.get("client_name", ""), fields.get("redirect_uris", "").split()
        if not name or not uris:
            return json_reply({"error": "Validation failed: Application name can't be blank"}, 422)
        scopes = frozenset(fields.get("scopes", "read").split())
        is_narrow = self._state.settings.refuses_narrow_scopes and not scopes <= set(SCOPES)
        if not _known(scopes) or is_narrow:
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

    def authorize(self, request: Request) -> Reply:
        """GET and POST /oauth/authorize."""
        if request.method == "POST":
            return self._permission.answer(request)
        if self._state.settings.login_first:
            return redirect(f"{request.root}/auth/sign_in")
        query = request.query
        app = self._state.apps.get(query.get("client_id", ""))
        scopes = frozenset(query.get("scope", "read").split())
        uri = query.get("redirect_uri", "")
        if app is None or query.get("response_type") != "code":
            return self._permission.refused("このアプリは登録されていません。", status=400)
        allowed = _with_parts(app.scopes, scopes)
        if self._state.settings.broad_scopes:
            allowed = app.scopes
        if not any(_matches(uri, each) for each in app.redirect_uris) or not scopes <= allowed:
            return self._permission.refused("リクエストの内容が正しくありません。", status=400)
        challenge = query.get("code_challenge", "")
        if challenge and query.get("code_challenge_method") != "S256":
            return self._permission.refused("code_challenge_methodが正しくありません。", status=400)
        issuer = f"{request.root}/" if self._state.settings.tells_issuer else ""
        asked = Asked(app.id, scopes, uri, query.get("state", ""), challenge, issuer)
        return self._permission.ask(request, asked, app=app.name, wants=sorted(scopes))

    def token(self, request: Request) -> Reply:
        """POST /oauth/token."""
        fields = given(request)
        app = self._state.apps.get(fields.get("client_id", ""))
        if app is None or not secrets.compare_digest(app.secret, fields.get("client_secret", "")):
            return _no(401, "invalid_client", "Client authentication failed")
        if fields.get("grant_type") != "authorization_code":
            return _no(400, "unsupported_grant_type", "The grant type is not supported")
        code = self._state.codes.pop(fields.get("code", ""), None)
        if code is None or not self._fits(code, app, fields):
            return _no(400, "invalid_grant", "The provided authorization grant is invalid")
        value = self._token_of(Token(code.user, app.id, code.scopes))
        return json_reply(
            {
                "access_token": value,
                "token_type": "Bearer",
                "scope": " ".join(sorted(code.scopes)),
                "created_at": int(self._state.society.now().timestamp()),
            }
        )

    def revoke(self, request: Request) -> Reply:
        """POST /oauth/revoke: by the program that the token was given to, as often as it likes."""
        fields = given(request)
        app = self._state.apps.get(fields.get("client_id", ""))
        is_app = app and secrets.compare_digest(app.secret, fields.get("client_secret", ""))
        token = self._state.tokens.get(fields.get("token", ""))
        is_others = app is None or (token is not None and token.app != app.id)
        if not is_app or is_others or not fields.get("token"):
            return _no(403, "unauthorized_client", "You are not authorized to revoke this token")
        if token is not None:
            token.is_revoked = True
            if self._state.settings.forgets_at_revoke and app is not None:
                del self._state.apps[app.id]
        return json_reply({})

    def _token_of(self, wanted: Token) -> str:
        """The member's token for this program and these scopes: the one that stands, or a new one.

        https://github.com/mastodon/mastodon/blob/main/config/initializers/doorkeeper.rb
        (`reuse_access_token`).
        """
        for value, token in self._state.tokens.items():
            if self._state.settings.reuses_tokens and token == wanted:  # a revoked one differs
                return value
        value = secrets.token_urlsafe(32)
        self._state.tokens[value] = wanted
        return value

    def _fits(self, code: Code, app: App, fields: Mapping[str, str]) -> bool:
        verifier = fields.get("code_verifier", "")
        hashed = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        return (
            code.app == app.id
            and code.redirect_uri == fields.get("redirect_uri")
            and self._state.society.now() < code.until
            and (not code.challenge or challenge == code.challenge)
        )

    def _decided(self, asked: Asked, who: Account | None) -> Reply:
        fields = {"state": asked.state} if asked.state else {}
        fields |= {"iss": asked.issuer} if asked.issuer else {}
        if who is None:
            words = "The resource owner or authorization server denied the request."
            fields |= {"error": "access_denied", "error_description": words}
        else:
            value = secrets.token_urlsafe(32)
            until = self._state.society.now() + timedelta(seconds=CODE_SECONDS)
            self._state.codes[value] = Code(
                asked.app, who.id, asked.scopes, asked.redirect_uri, asked.challenge, until
            )
            fields |= {"code": value}
        joint = "&" if "?" in asked.redirect_uri else "?"
        return redirect(f"{asked.redirect_uri}{joint}{urlencode(fields)}")


def given(request: Request) -> dict[str, str]:
    """The fields of a JSON body or of a form."""
    if request.content_type == "application/json":
        return {name: str(value) for name, value in request.json().items()}
    if request.content_type == "multipart/form-data":
        return {name: each.text for name, each in request.parts().items()}
    return request.form()


def allows(scopes: frozenset[str], needed: str) -> bool:
    """`write` allows `write:statuses`."""
    return needed in scopes or needed.partition(":")[0] in scopes


def _matches(asked: str, registered: str) -> bool:
    """Whether a redirect URI is the registered one; any query where that has none (older Doorkeeper)."""
    return asked == registered or ("?" not in registered and asked.partition("?")[0] == registered)


def _known(scopes: frozenset[str]) -> bool:
    return bool(scopes) and all(each.partition(":")[0] in SCOPES for each in scopes)


def _with_parts(registered: frozenset[str], asked: frozenset[str]) -> frozenset[str]:
    return registered | {each for each in asked if allows(registered, each)}


def _no(status: int, error: str, words: str) -> Reply:
    return json_reply({"error": error, "error_description": words}, status)
