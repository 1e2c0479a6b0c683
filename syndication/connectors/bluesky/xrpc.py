"""Client for the AT Protocol (XRPC), authorized by an app password's session or by OAuth with DPoP.

An account that has a `dpop_key` uses OAuth. Then each request is signed together with a nonce of the
server, which refuses a request without one before doing anything, so that repeating it is safe for
writes too (RFC 9449, section 9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from accounts.crypto import dpop
from syndication.connectors import reasons
from syndication.connectors.api import DONE, ApiClient, json_object
from syndication.connectors.base import Credentials, Response
from syndication.connectors.bluesky.nonces import PROCESS_NONCES, NonceCache
from syndication.connectors.errors import ConnectorError, Rejected, TryLater, Unauthorized
from syndication.connectors.responses import auth_challenge

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METADATA = "/.well-known/oauth-authorization-server"
STALE = frozenset({"ExpiredToken", "InvalidToken", "invalid_token", "AuthMissing"})
NARROW = frozenset({"insufficient_scope", "ScopeMissingError"})
LATEST = 1e10  # seconds since the epoch; what is later is no time
ENDED = frozenset(
    {"AccountTakedown", "AccountSuspended", "AccountDeactivated", "AccountDeleted"}
)  # the account itself, whatever token comes
DEAD_REFRESH = frozenset({"invalid_grant", "ExpiredToken", "InvalidToken"}) | ENDED


class Xrpc(ApiClient):
    """Client of the account's server. `call` reads, `procedure` writes."""

    nonces: ClassVar[NonceCache] = PROCESS_NONCES

    def call(
        self, method: str, params: Mapping[str, str], *, max_bytes: int = 1_000_000
    ) -> Mapping[str, Any]:
        """Return the object that a query answers. Raises as `Api.read` does."""
        url = f"{self.app.api_url}/xrpc/{method}"
        response = self._ask("GET", url, is_write=False, params=params, max_bytes=max_bytes)
        if response.status not in DONE:
            raise self.refusal(response, is_write=False)
        return self.as_object(self.parse_json(response, is_write=False))

    def procedure(self, method: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the object that a procedure answers. Raises as `Api.write` does."""
        found = self.write("POST", f"/xrpc/{method}", json=dict(content))
        return self.as_object(found, is_write=True)

    def refresh_session(self) -> Credentials:
        """Exchange the refresh token for new tokens. Raises Unauthorized, TryLater."""
        url, headers, form = self._renewal()
        response = self.signed("POST", url, headers=headers, data=form)
        found = json_object(response)
        if response.status not in DONE:
            raise self._session_refresh_error(response, str(found.get("error", "")))
        by_oauth = bool(self._key)
        access = found.get("access_token" if by_oauth else "accessJwt")
        newer = found.get("refresh_token" if by_oauth else "refreshJwt")
        if not isinstance(access, str) or not isinstance(newer, str):
            # No excerpt: it may hold the new tokens.
            raise TryLater(reasons.UNREADABLE, status=response.status)
        if found.get("sub" if by_oauth else "did") != self.credentials.uid:
            raise Unauthorized(reasons.ACCESS_GONE, status=response.status)
        ends = jwt_expiry(access)
        lasts = _valid_seconds(found.get("expires_in"))
        if by_oauth and lasts is not None:
            ends = self.clock() + lasts
        return replace(self.credentials, access_token=access, refresh_token=newer, expires_at=ends)

    def revoke_tokens(self) -> None:
        """Revoke the session. Raises Rejected, TryLater."""
        token = self.credentials.refresh_token or self.credentials.access_token
        url = f"{self.app.api_url}/xrpc/com.atproto.server.deleteSession"
        content: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}}
        if self._key:
            url = self._revocation_url()
            content = {"data": {**self._client(), "token": token}}
        if url:
            self.check_revoked(self.signed("POST", url, **content))

    def auth_headers(self, method: str, url: str, content: Mapping[str, Any]) -> dict[str, str]:
        if not self._key:
            return super().auth_headers(method, url, content)
        token = self.credentials.access_token
        return {"Authorization": f"DPoP {token}", **self._proof(method, url, token)}

    def access_error(self, response: Response) -> Unauthorized | None:
        """Ask for one refresh for any token error: the refresh gives the definite answer."""
        names = {
            str(json_object(response).get("error")),
            auth_challenge(response.headers).get("error"),
        }
        log = self.log_fields(response)
        if names & ENDED:
            return Unauthorized(reasons.ACCESS_GONE, **log)
        if names & NARROW:
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **log)
        if names & STALE or response.status == 401:
            return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **log)
        return None

    def is_api_error(self, response: Response) -> bool:
        """DPoP errors may appear in the header alone."""
        return bool(auth_challenge(response.headers).get("error")) or super().is_api_error(response)

    def error_text(self, fields: Mapping[str, Any]) -> object:
        return fields.get("message") or super().error_text(fields)

    def signed(self, method: str, url: str, **content: Any) -> Response:
        """Send a request for a token: signed with OAuth, else unsigned."""
        headers = content.pop("headers", {})

        def ask() -> Response:
            proof = self._proof(method, url, "") if self._key else {}
            return self.send(method, url, is_write=False, headers={**headers, **proof}, **content)

        return self._with_newest_nonce(url, ask)

    def _ask(self, method: str, url: str, *, is_write: bool, **content: Any) -> Response:
        ask = partial(super()._ask, method, url, is_write=is_write, **content)
        return self._with_newest_nonce(url, ask)

    def _with_newest_nonce(self, url: str, ask: Callable[[], Response]) -> Response:
        """Call `ask`, and once more where the server demands a nonce. The nonce sent is not compared:
        another thread may have fetched the newest meanwhile."""
        response = ask()
        if self._keep_nonce(url, response) and _wants_nonce(response):
            response = ask()
            self._keep_nonce(url, response)
        return response

    def _keep_nonce(self, url: str, response: Response) -> bool:
        newest = response.headers.get("DPoP-Nonce", "")
        if not self._key or not newest:
            return False
        self.nonces.keep(_origin(url), newest)
        return True

    def _proof(self, method: str, url: str, token: str) -> dict[str, str]:
        return {
            "DPoP": dpop.dpop_proof(
                self._key,
                method=method,
                url=url,
                now=self.clock(),
                nonce=self.nonces.newest(_origin(url)),
                access_token=token,
            )
        }

    def _renewal(self) -> tuple[str, dict[str, str], dict[str, str] | None]:
        """Return address, headers and form of the refresh request."""
        token, extra = self.credentials.refresh_token, self.credentials.extra
        if not self._key:
            url = f"{self.app.api_url}/xrpc/com.atproto.server.refreshSession"
            return url, {"Authorization": f"Bearer {token}"}, None
        form = {"grant_type": "refresh_token", "refresh_token": token, **self._client()}
        return extra.get("token_url", ""), {}, form

    def _client(self) -> dict[str, str]:
        """Return the fields that identify us to the authorization server."""
        extra = self.credentials.extra
        form = {"client_id": extra.get("client_id", "")}
        if client_key := extra.get("client_key", ""):
            form["client_assertion_type"] = ASSERTION
            form["client_assertion"] = dpop.client_assertion(
                client_key,
                client_id=form["client_id"],
                audience=extra.get("issuer", ""),
                now=self.clock(),
            )
        return form

    def _revocation_url(self) -> str:
        """Return the revocation endpoint of the authorization server (RFC 8414), "" where it names none."""
        issuer = self.credentials.extra.get("issuer", "")
        if not issuer:
            return ""
        response = self.send("GET", issuer + METADATA, is_write=False)
        self.check_revoked(response)
        found = json_object(response)
        url = found.get("revocation_endpoint")
        if found.get("issuer") != issuer or not isinstance(url, str):
            return ""
        return url if url.startswith("https://") or _origin(url) == issuer else ""

    def _session_refresh_error(self, response: Response, name: str) -> ConnectorError:
        """Return Unauthorized only where the refresh token or the account is dead."""
        if name in DEAD_REFRESH:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return self.other_refresh_error(response)

    @property
    def _key(self) -> str:
        return self.credentials.extra.get("dpop_key", "")


def lacks_appview(error: ConnectorError) -> bool:
    """Whether a view was refused because the server passes nothing on to an AppView.

    A PDS that is told of none says 400 "No service configured"; other servers know no such method. One
    whose AppView does not answer says 502: an outage.
    """
    if error.status == 400:
        return "No service configured" in error.excerpt
    return (error.status == 404 and isinstance(error, Rejected)) or error.status == 501


def jwt_expiry(token: str) -> float | None:
    """Return the expiry stated in a JWT; None where it states none."""
    return _valid_seconds(dpop.unverified_claims(token).get("exp"))


def _valid_seconds(value: object) -> float | None:
    """Return a time that `datetime` can represent, else None."""
    return float(value) if isinstance(value, int | float) and 0 < value < LATEST else None


def _wants_nonce(response: Response) -> bool:
    """Whether the request was refused only for its nonce, before anything was done."""
    names = (json_object(response).get("error"), auth_challenge(response.headers).get("error"))
    return response.status in {400, 401} and "use_dpop_nonce" in names


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
