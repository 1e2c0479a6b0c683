"""OAuth 2.0 server of the sandbox's networks (RFC 6749, 7009, 7636): consents, codes, tokens, endpoints.

A network supplies its clients, its error names and the fields of its answers.
"""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from syndication.sandbox.http import Refused, Reply, Request, json_reply, redirect
from syndication.sandbox.permission import Permission
from syndication.sandbox.social_graph import Account, SocialGraph


@dataclass
class Grant:
    """One consent: user, scopes, client. `key`: the thumbprint that its tokens are bound to."""

    user: str
    scopes: frozenset[str]
    client: str = ""
    key: str = ""
    is_revoked: bool = False


@dataclass(frozen=True)
class AuthorizationRequest:
    """A valid authorization request."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str = ""
    challenge: str = ""
    client: str = ""
    app: str = "Profile Link"
    issuer: str = ""
    key: str = ""


@dataclass
class Token:
    """A code, an access or a refresh token: its grant and its expiry (None: never)."""

    grant: Grant
    until: datetime | None = None
    asked: AuthorizationRequest | None = None  # of a code
    is_used: bool = False
    successor: str = ""  # the token that replaced it


class Tokens:
    """All issued tokens, by their text."""

    def __init__(self, now: Callable[[], datetime], mint: Callable[[], str]) -> None:
        self.now = now
        self.mint = mint
        self.codes: dict[str, Token] = {}
        self.access: dict[str, Token] = {}
        self.refresh: dict[str, Token] = {}

    def give(
        self, where: dict[str, Token], grant: Grant, seconds: float | None = None, **more: Any
    ) -> str:
        """Issue a token into `where`, valid for `seconds`."""
        text = str(more.pop("text", "")) or self.mint()
        where[text] = Token(grant, self.until(seconds), **more)
        return text

    def until(self, seconds: float | None) -> datetime | None:
        """Return the time in `seconds` from now."""
        return None if seconds is None else self.now() + timedelta(seconds=seconds)

    def is_over(self, token: Token) -> bool:
        """Whether the token has expired."""
        return token.until is not None and self.now() >= token.until

    def living(self, where: Mapping[str, Token], text: str) -> Token | None:
        """Return the token, if it is still valid."""
        token = where.get(text)
        is_good = token is not None and not token.grant.is_revoked and not self.is_over(token)
        return token if is_good else None

    def of(self, user: str) -> list[Grant]:
        """Return a member's grants that are not revoked."""
        kept = (*self.codes.values(), *self.access.values(), *self.refresh.values())
        found = {id(each.grant): each.grant for each in kept}
        return [each for each in found.values() if each.user == user and not each.is_revoked]

    def revoke(self, user: str) -> None:
        """Revoke all grants of a member."""
        for grant in self.of(user):
            grant.is_revoked = True

    def end(self, grant: Grant) -> None:
        """Delete every token of a grant."""
        for kept in (self.access, self.refresh):
            for text in [text for text, token in kept.items() if token.grant is grant]:
                del kept[text]


@dataclass(frozen=True)
class TokenClient:
    """The client at the token endpoint, and its signing key."""

    client: str
    key: str = ""


class OAuth2Server(ABC):
    """The OAuth endpoints of one network."""

    title: ClassVar[str]
    code_seconds = 600  # lifetime of a code: ten minutes at most (RFC 6749, 4.1.2)
    # Errors: status, code, description.
    noes: ClassVar[Mapping[str, tuple[int, str, str]]]
    denied: ClassVar[str] = ""  # error description where a member refuses
    renews: ClassVar[bool] = True

    def __init__(self, graph: SocialGraph, tokens: Tokens) -> None:
        self.tokens = tokens
        self.permission: Permission[AuthorizationRequest] = Permission(
            self.title, graph, self.decided
        )

    @abstractmethod
    def asked(self, request: Request) -> AuthorizationRequest:
        """Parse an authorization request. Raises Refused."""

    @abstractmethod
    def asker(self, request: Request, form: Mapping[str, str]) -> TokenClient:
        """Return the client of a token request. Raises Refused."""

    @abstractmethod
    def pair(self, grant: Grant) -> dict[str, object]:
        """Issue tokens; return the fields of the answer."""

    def form(self, request: Request) -> dict[str, str]:
        """Return the fields of a token request."""
        return request.form()

    def wants(self, asked: AuthorizationRequest) -> list[str]:
        """Return the permissions listed on the permission page."""
        return sorted(asked.scopes)

    def authorize(self, request: Request) -> Reply:
        """Serve the permission page and handle its form."""
        if request.method == "POST":
            return self.permission.answer(request)
        asked = self.asked(request)
        return self.permission.ask(request, asked, app=asked.app, wants=self.wants(asked))

    def token(self, request: Request) -> Reply:
        """Serve the token endpoint."""
        form = self.form(request)
        asker, kind = self.asker(request, form), form.get("grant_type")
        if kind == "authorization_code":
            return json_reply(self.pair(self.redeemed(form, asker)))
        if kind == "refresh_token" and self.renews:
            return json_reply(self.pair(self.renewed(form, asker)))
        raise self.no("grant_type")

    def redeemed(self, form: Mapping[str, str], asker: TokenClient) -> Grant:
        """Redeem a code, once; return its grant. Raises Refused."""
        code = self.tokens.codes.pop(form.get("code", ""), None)
        if code is None or code.asked is None or self.tokens.is_over(code):
            raise self.no("code")
        asked = code.asked
        if asked.challenge and challenge_of(form.get("code_verifier", "")) != asked.challenge:
            raise self.no("verifier")
        given = (asker.client, asker.key, form.get("redirect_uri"))
        if given != (asked.client, asked.key, asked.redirect_uri):
            raise self.no("another")
        return code.grant

    def renewed(self, form: Mapping[str, str], asker: TokenClient) -> Grant:
        """Redeem a refresh token, once; return its grant. Raises Refused."""
        token = self.tokens.refresh.pop(form.get("refresh_token", ""), None)
        if token is None or token.grant.is_revoked:
            raise self.no("refresh")
        return token.grant

    def decided(self, asked: AuthorizationRequest, who: Account | None) -> Reply:
        """Redirect to the client, with a code or an error."""
        fields = {"state": asked.state, "iss": asked.issuer}
        if who is None:
            fields |= {"error": "access_denied", "error_description": self.denied}
        else:
            grant = Grant(who.id, asked.scopes, asked.client, asked.key)
            codes = self.tokens.codes
            fields["code"] = self.tokens.give(codes, grant, self.code_seconds, asked=asked)
        said = {name: value for name, value in fields.items() if value}
        joint = "&" if "?" in asked.redirect_uri else "?"
        return redirect(f"{asked.redirect_uri}{joint}{urlencode(said)}")

    def no(self, what: str) -> Refused:
        """Return the error `what`; the one for a bad code, where the network names no other."""
        status, error, words = self.noes.get(what, self.noes["code"])
        return Refused(json_reply({"error": error, "error_description": words}, status))

    def refused(self, words: str, *, status: int = 200) -> Refused:
        """Return an error page without a redirect."""
        return Refused(self.permission.refused(words, status=status))


def challenge_of(verifier: str) -> str:
    """Return the S256 code_challenge of a code_verifier."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")
