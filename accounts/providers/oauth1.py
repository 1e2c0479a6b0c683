"""Networks that speak OAuth 1.0a (RFC 5849): a request token, the permission page, an access token.

The older 1.0 is not spoken: there whoever began could take what another browser allowed. So a
server that does not confirm our callback, or sends no verifier, links nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.http import HttpRequest
from oauthlib.oauth1 import Client

from accounts.providers.base import (
    Authorized,
    ExchangeFailed,
    Leaving,
    NetworkProvider,
    credentials_of,
)
from accounts.providers.http import asked
from accounts.providers.issuers import callback_for, check_callback
from accounts.providers.servers import Server


@dataclass(frozen=True)
class Endpoints:
    """The three doors, and who we are to them."""

    request_token: str
    authorize: str
    access_token: str
    client_key: str = field(repr=False)
    client_secret: str = field(repr=False)


class OAuth1Network(NetworkProvider):
    """Subclasses say where the doors are and who it is that a token belongs to."""

    def endpoints(self, server: Server | None) -> Endpoints:
        """Where `server` (None: the network's one) is asked."""
        raise NotImplementedError

    def account(
        self, endpoints: Endpoints, server: Server | None, token: str, secret: str
    ) -> Authorized:
        """Whom the access token belongs to. Raises ExchangeFailed."""
        raise NotImplementedError

    @classmethod
    def return_key(cls, params: Mapping[str, str]) -> str:
        return params.get("oauth_token", "") or params.get("denied", "")

    @classmethod
    def was_refused(cls, params: Mapping[str, str]) -> bool:
        return "denied" in params or params.get("oauth_problem") == "user_refused"

    def request_params(self) -> dict[str, str]:
        """More parameters of the request for a request token."""
        return {}

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        return self.leave_by(self.endpoints(server), server)

    def leave_by(self, doors: Endpoints, server: Server | None) -> Leaving:
        """The way out through `doors`. Raises ExchangeFailed."""
        callback = self.app.settings["callback_url"]
        callback = callback_for(callback, server.host) if server else callback
        client = Client(doors.client_key, client_secret=doors.client_secret, callback_uri=callback)
        params = self.request_params()
        url = f"{doors.request_token}?{urlencode(params)}" if params else doors.request_token
        given = _signed(client, url, self._host(server, url))
        if given.get("oauth_callback_confirmed") != "true":
            raise ExchangeFailed
        token = given["oauth_token"]
        page = f"{doors.authorize}?{urlencode({'oauth_token': token})}"
        return Leaving(page, token, {"secret": given["oauth_token_secret"]})

    def come_back(
        self,
        request: HttpRequest,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        *,
        server: Server | None = None,
    ) -> Authorized:
        return self.come_back_by(self.endpoints(server), params, stash, server)

    def come_back_by(
        self,
        doors: Endpoints,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        server: Server | None,
    ) -> Authorized:
        """Who agreed, by the doors that they left through. Raises ExchangeFailed."""
        if server:
            check_callback(params, server.host)
        if not params.get("oauth_verifier") or "secret" not in stash:
            raise ExchangeFailed
        client = Client(
            doors.client_key,
            client_secret=doors.client_secret,
            resource_owner_key=self.return_key(params),
            resource_owner_secret=stash["secret"],
            verifier=params["oauth_verifier"],
        )
        given = _signed(client, doors.access_token, self._host(server, doors.access_token))
        return self.account(doors, server, given["oauth_token"], given["oauth_token_secret"])

    def _host(self, server: Server | None, url: str) -> str:
        return server.host if server else url.split("/")[2]


def signer(doors: Endpoints, token: str, secret: str) -> Client:
    """Signs for us, and for whom the access token belongs to."""
    return Client(
        doors.client_key,
        client_secret=doors.client_secret,
        resource_owner_key=token,
        resource_owner_secret=secret,
    )


def signed_get(doors: Endpoints, url: str, token: str, secret: str) -> Any:
    """The answer to a signed GET. Raises ExchangeFailed."""
    _url, headers, _body = signer(doors, token, secret).sign(url, "GET")
    return asked(url.split("/")[2], "GET", url, headers=headers)


def credentials(token: str, secret: str, server: Server | None) -> dict[str, Any]:
    """What opens the account: the token, and the secret that signs with it."""
    return {**credentials_of({"access_token": token}, server), "extra": {"token_secret": secret}}


def _signed(client: Client, url: str, host: str) -> dict[str, str]:
    """The token and its secret that a signed POST brings. Raises ExchangeFailed."""
    _url, headers, _body = client.sign(url, "POST")
    answer = asked(host, "POST", url, headers=headers)
    found = {name: values[0] for name, values in parse_qs(answer.text[:4000]).items()}
    if answer.status_code != 200 or not {"oauth_token", "oauth_token_secret"} <= found.keys():
        raise ExchangeFailed
    return found
