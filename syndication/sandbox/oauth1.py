"""OAuth 1.0a server (RFC 5849): checks signatures, issues tokens, refuses repeated nonces.

For the networks of 2010. Parameters come in the Authorization header or in the query; a form's
fields are signed, other bodies by `oauth_body_hash` where the client sends one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

from syndication.sandbox.http import Reply, Request, redirect
from syndication.sandbox.permission import Permission
from syndication.sandbox.social_graph import Account, SocialGraph

FORM = "application/x-www-form-urlencoded"
SKEW = 300  # seconds that a timestamp may be off
TEXT = ("Content-Type", "text/plain; charset=utf-8")
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class BadSignature(Exception):
    """The signature is missing or wrong; the text says how."""


@dataclass
class RequestToken:
    """A request token: its callback, and who consented."""

    secret: str = field(repr=False)
    callback: str
    consumer: str
    user: str = ""
    verifier: str = ""


@dataclass
class AccessToken:
    """An access token. It does not expire; the member can take it back."""

    user: str
    secret: str = field(repr=False)
    consumer: str = ""
    is_revoked: bool = False


class OAuth1:
    """The three OAuth endpoints and signature checks of one network."""

    def __init__(self, title: str, graph: SocialGraph, consumers: Mapping[str, str]) -> None:
        self._society = graph
        self._consumers = consumers
        self._nonces: set[tuple[str, str]] = set()
        self._requests: dict[str, RequestToken] = {}
        self.tokens: dict[str, AccessToken] = {}
        self._permission: Permission[str] = Permission(title, graph, self._decided)

    def request_token(self, request: Request) -> Reply:
        """Issue a request token for a callback."""
        given = self._checked(request, "", "")
        if not given.get("oauth_callback"):
            return Reply(400, b"oauth_callback is missing", (TEXT,))
        token, secret = secrets.token_hex(16), secrets.token_hex(16)
        self._requests[token] = RequestToken(
            secret, given["oauth_callback"], given["oauth_consumer_key"]
        )
        fields = {"oauth_token": token, "oauth_token_secret": secret}
        return _form(fields | {"oauth_callback_confirmed": "true"})

    def authorize(self, request: Request) -> Reply:
        """The permission page."""
        if request.method == "POST":
            return self._permission.answer(request)
        token = request.query.get("oauth_token", "")
        if token not in self._requests or self._requests[token].user:
            return self._permission.refused("リクエストトークンが正しくありません。")
        return self._permission.ask(request, token, app="Profile Link", wants=["読み取りと投稿"])

    def access_token(self, request: Request) -> Reply:
        """Exchange an allowed request token for an access token."""
        token = parameters(request).get("oauth_token", "")
        waiting = self._requests.get(token)
        if waiting is None:
            raise BadSignature("unknown request token")
        given = self._checked(request, token, waiting.secret)
        if not waiting.user or given.get("oauth_verifier") != waiting.verifier:
            raise BadSignature("the verifier is wrong")
        del self._requests[token]
        value = self.give(waiting.user, waiting.consumer)
        held = self.tokens[value]
        return _form({"oauth_token": value, "oauth_token_secret": held.secret})

    def give(self, user: str, consumer: str = "") -> str:
        """Issue a fresh access token of `user`."""
        value = secrets.token_hex(16)
        self.tokens[value] = AccessToken(user, secrets.token_hex(16), consumer)
        return value

    def opened(self, request: Request) -> Account:
        """Return the account of a signed request. Raises BadSignature."""
        token = parameters(request).get("oauth_token", "")
        held = self.tokens.get(token)
        if held is None or held.is_revoked:
            raise BadSignature("unknown token")
        self._checked(request, token, held.secret)
        return self._society.accounts[held.user]

    def revoke(self, user: str) -> None:
        """Revoke all tokens of a member."""
        for held in self.tokens.values():
            held.is_revoked = held.is_revoked or held.user == user

    def _decided(self, token: str, who: Account | None) -> Reply:
        waiting = self._requests[token]
        joint = "&" if "?" in waiting.callback else "?"
        if who is None:
            del self._requests[token]
            return redirect(waiting.callback + joint + urlencode({"denied": token}))
        waiting.user, waiting.verifier = who.id, secrets.token_hex(8)
        fields = {"oauth_token": token, "oauth_verifier": waiting.verifier}
        return redirect(waiting.callback + joint + urlencode(fields))

    def _checked(self, request: Request, token: str, secret: str) -> dict[str, str]:
        """Return the parameters of a correctly signed request. Raises BadSignature."""
        given = parameters(request)
        consumer = self._consumers.get(given.get("oauth_consumer_key", ""))
        if consumer is None or given.get("oauth_token", "") != token:
            raise BadSignature("unknown consumer or token")
        if given.get("oauth_signature_method") != "HMAC-SHA1":
            raise BadSignature("unknown signature method")
        now, stamp = self._society.now().timestamp(), given.get("oauth_timestamp", "")
        if not stamp.isdigit() or abs(now - int(stamp)) > SKEW:
            raise BadSignature("the timestamp is off")
        key = f"{quote(consumer, safe='')}&{quote(secret, safe='')}"
        right = hmac.new(key.encode(), base_string(request).encode(), hashlib.sha1).digest()
        if not hmac.compare_digest(
            base64.b64encode(right).decode(), given.get("oauth_signature", "")
        ):
            raise BadSignature("the signature is wrong")
        once = (given.get("oauth_nonce", ""), stamp)
        if once in self._nonces:
            raise BadSignature("the nonce was used before")
        self._nonces.add(once)
        _check_body(request, given)
        return given


def parameters(request: Request) -> dict[str, str]:
    """Return the oauth_ parameters, from the header or the query."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "oauth":
        return {name: unquote(value) for name, value in _PARAMETER.findall(rest)}
    return {name: value for name, value in request.query.items() if name.startswith("oauth_")}


def base_string(request: Request) -> str:
    """Return the signature base string: method, address without query, sorted parameters (3.4.1)."""
    signed = [*parse_qsl(request.query_string, keep_blank_values=True)]
    header = request.headers.get("authorization", "").lower().startswith("oauth ")
    signed += list(parameters(request).items()) if header else []
    if request.content_type == FORM:
        signed += parse_qsl(request.body.decode("latin-1"), keep_blank_values=True)
    pairs = sorted(
        (quote(name, safe="-._~"), quote(value, safe="-._~"))
        for name, value in signed
        if name not in ("oauth_signature", "realm")
    )
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    address = request.root + quote(request.path, safe="/:@-._~")
    return "&".join(quote(each, safe="-._~") for each in (request.method, address, joined))


def _check_body(request: Request, given: Mapping[str, str]) -> None:
    """Raise BadSignature where the body hash is wrong, or missing with JSON, which nothing else signs."""
    claimed = given.get("oauth_body_hash")
    right = base64.b64encode(hashlib.sha1(request.body, usedforsecurity=False).digest()).decode()
    is_needed = claimed is not None or request.content_type == "application/json"
    if is_needed and claimed != right:
        raise BadSignature("the body is not the signed one")


def _form(fields: Mapping[str, str]) -> Reply:
    return Reply(200, urlencode(fields).encode(), (("Content-Type", FORM),))
