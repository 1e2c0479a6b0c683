"""The authorization server: https://atproto.com/specs/oauth. Requests are pushed, proofs demanded."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from syndication.sandbox.bluesky import es256
from syndication.sandbox.bluesky.clients import BadClient, Document
from syndication.sandbox.bluesky.proofs import BadProof, Proofs
from syndication.sandbox.bluesky.state import Session, State, Token
from syndication.sandbox.permission import Permission
from syndication.sandbox.society import Account
from syndication.sandbox.wire import Reply, Request, json_reply, redirect

URN = "urn:ietf:params:oauth:request_uri:"
REQUEST_SECONDS = 300
CODE_SECONDS = 60
WANTS = {
    "atproto": "アカウントの確認",
    "transition:generic": "投稿・画像・フォローなど、公開データの読み書き",
}


# What a form, the key that signed it, our own address and the client's document are answered.
Answer = Callable[[Mapping[str, str], str, str, Document], dict[str, object]]


@dataclass
class Asked:
    """A pushed request."""

    fields: Mapping[str, str]
    key: str
    issuer: str
    ends_at: datetime


class Bad(Exception):
    """An OAuth error answer."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.reply = json_reply({"error": error, "error_description": description}, 400)


class OAuth:
    """Its addresses below `/oauth/` and `/.well-known/`."""

    def __init__(self, state: State, proofs: Proofs) -> None:
        self._state = state
        self._proofs = proofs
        self._pushed: dict[str, Asked] = {}
        self._codes: dict[str, tuple[Asked, Account]] = {}
        self._page: Permission[Asked] = Permission("Bluesky", state.society, self._decided)

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
        """RFC 9728: who authorizes for this server."""
        return json_reply({"resource": request.root, "authorization_servers": [request.root]})

    def push(self, request: Request) -> Reply:
        """`/oauth/par` (RFC 9126)."""
        return self._answered(request, self._push, 201)

    def token(self, request: Request) -> Reply:
        """`/oauth/token`."""
        return self._answered(request, self._token, 200)

    def revoke(self, request: Request) -> Reply:
        """`/oauth/revoke` (RFC 7009): the whole session of a token; of one that is none, nothing.

        Signed like the others, though the reference server lets it go unsigned.
        """
        return self._answered(request, self._revoke, 200)

    def authorize(self, request: Request) -> Reply:
        """The permission page, for a request that was pushed."""
        if request.method == "POST":
            return self._page.answer(request)
        query = request.query
        asked = self._pushed.get(query.get("request_uri", ""))
        is_known = asked and asked.fields.get("client_id") == query.get("client_id")
        if asked is None or not is_known or asked.ends_at < self._state.now():
            return self._page.refused("このリクエストは見つからないか、期限が切れています。")
        document = self._state.clients.read(asked.fields["client_id"])
        wants = [WANTS[each] for each in asked.fields["scope"].split() if each in WANTS]
        name = str(document.get("client_name") or asked.fields["client_id"])
        return self._page.ask(request, asked, app=name, wants=wants)

    def _answered(self, request: Request, answer: Answer, status: int) -> Reply:
        """With a nonce in any case, as every answer has one."""
        try:
            key = self._proofs.check(request)
            form = request.form()
            document = self._state.clients.authenticate(form, request.root)
            found = answer(form, key, request.root, document)
            reply = json_reply(found, status)
        except BadProof as bad:
            reply = bad.to_client()
        except (BadClient, Bad) as bad:
            reply = bad.reply
        return reply.adding(("DPoP-Nonce", self._proofs.nonce()), ("Cache-Control", "no-store"))

    def _push(
        self, form: Mapping[str, str], key: str, issuer: str, document: Document
    ) -> dict[str, object]:
        scopes = set(form.get("scope", "").split())
        if form.get("response_type") != "code" or form.get("code_challenge_method") != "S256":
            raise Bad("invalid_request", "PKCE and response_type=code are required")
        if len(form.get("code_challenge", "")) != 43 or not form.get("state"):
            raise Bad("invalid_request", "code_challenge and state are required")
        if form.get("redirect_uri") not in document["redirect_uris"]:
            raise Bad("invalid_request", "Invalid redirect_uri")
        if "atproto" not in scopes or not scopes <= set(document["scope"].split()):
            raise Bad("invalid_scope", "Scope is not declared in the client metadata")
        uri = f"{URN}req-{secrets.token_hex(16)}"
        ends_at = self._state.now() + timedelta(seconds=REQUEST_SECONDS)
        self._pushed[uri] = Asked(dict(form), key, issuer, ends_at)
        return {"request_uri": uri, "expires_in": REQUEST_SECONDS - 1}

    def _decided(self, asked: Asked, account: Account | None) -> Reply:
        answer = {"iss": asked.issuer, "state": asked.fields["state"]}
        if account is None:
            answer |= {"error": "access_denied", "error_description": "Access denied"}
        else:
            answer["code"] = code = f"cod-{secrets.token_hex(32)}"
            asked.ends_at = self._state.now() + timedelta(seconds=CODE_SECONDS)
            self._codes[code] = (asked, account)
        return redirect(f"{asked.fields['redirect_uri']}?{urlencode(answer)}")

    def _token(
        self, form: Mapping[str, str], key: str, issuer: str, document: Document
    ) -> dict[str, object]:
        if form.get("grant_type") == "refresh_token":
            return self._tokens(self._renewed(form, key))
        if form.get("grant_type") != "authorization_code":
            raise Bad("unsupported_grant_type", "grant_type")
        asked, account = self._codes.pop(form.get("code", ""), (None, None))
        if asked is None or account is None or asked.ends_at < self._state.now():
            raise Bad("invalid_grant", "Invalid code")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if es256.packed(digest) != asked.fields["code_challenge"]:
            raise Bad("invalid_grant", "Invalid code_verifier")
        same = all(form.get(each) == asked.fields[each] for each in ("client_id", "redirect_uri"))
        if not same or key != asked.key:
            raise Bad("invalid_grant", "The code was issued to another client or key")
        session = Session(account.id, key, form["client_id"], asked.fields["scope"])
        return self._tokens(session)

    def _revoke(
        self, form: Mapping[str, str], key: str, issuer: str, document: Document
    ) -> dict[str, object]:
        text = form.get("token", "")
        token = self._state.tokens.refresh.get(text) or self._state.tokens.access.get(text)
        if token is not None and token.session.client_id == form.get("client_id"):
            self._state.tokens.end(token.session)
        return {}

    def _renewed(self, form: Mapping[str, str], key: str) -> Session:
        """The session of a refresh token, which is good once. Raises Bad."""
        token = self._state.tokens.refresh.get(form.get("refresh_token", ""))
        is_ours = token and token.session.client_id == form.get("client_id")
        if token is None or not is_ours or token.is_revoked:
            raise Bad("invalid_grant", "Invalid refresh token")
        if token.is_used:
            self._state.tokens.end(token.session)
            raise Bad("invalid_grant", "Refresh token replayed")
        if token.session.key != key or token.ends_at < self._state.now():
            raise Bad("invalid_grant", "Refresh token expired or bound to another key")
        token.is_used = True
        return token.session

    def _tokens(self, session: Session) -> dict[str, object]:
        settings, tokens = self._state.settings, self._state.tokens
        access, refresh = f"at-{secrets.token_hex(32)}", f"ref-{secrets.token_hex(32)}"
        now = self._state.now()
        seconds = settings.oauth_access_seconds
        tokens.access[access] = Token(session, now + timedelta(seconds=seconds))
        ends_at = now + timedelta(seconds=settings.oauth_refresh_seconds)
        tokens.refresh[refresh] = Token(session, ends_at)
        return {
            "access_token": access,
            "token_type": "DPoP",
            "refresh_token": refresh,
            "scope": session.scope,
            "expires_in": seconds,
            "sub": session.user,
        }
