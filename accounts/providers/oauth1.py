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
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    NetworkProvider,
    credentials_of,
)
from accounts.providers.http import request_server
from accounts.providers.issuers import check_server_callback, server_callback_url
from accounts.providers.servers import Server


@dataclass(frozen=True)
class OAuth1Endpoints:
    """The three OAuth 1.0a endpoints, and our client credentials."""

    request_token: str
    authorize: str
    access_token: str
    client_key: str = field(repr=False)
    client_secret: str = field(repr=False)


class OAuth1Network(NetworkProvider):
    """Network with OAuth 1.0a. Subclasses name the endpoints and read the account of a token."""

    def endpoints(self, server: Server | None) -> OAuth1Endpoints:
        """Return the endpoints of `server` (None: of the network's only one)."""
        raise NotImplementedError

    def account(
        self, endpoints: OAuth1Endpoints, server: Server | None, token: str, secret: str
    ) -> Authorized:
        """Return the account of the access token. Raises LinkingFailed."""
        raise NotImplementedError

    @classmethod
    def callback_key(cls, params: Mapping[str, str]) -> str:
        return params.get("oauth_token") or params.get("denied", "")

    @classmethod
    def is_denied(cls, params: Mapping[str, str]) -> bool:
        return "denied" in params or params.get("oauth_problem") == "user_refused"

    def request_params(self) -> dict[str, str]:
        """Return further parameters of the request-token request."""
        return {}

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        return self.begin_at(self.endpoints(server), server)

    def begin_at(self, endpoints: OAuth1Endpoints, server: Server | None) -> LinkRedirect:
        """Begin a link at `endpoints`. Raises LinkingFailed."""
        callback = self.app.settings["callback_url"]
        callback = server_callback_url(callback, server.host) if server else callback
        client = Client(
            endpoints.client_key, client_secret=endpoints.client_secret, callback_uri=callback
        )
        params = self.request_params()
        url = (
            f"{endpoints.request_token}?{urlencode(params)}" if params else endpoints.request_token
        )
        given = _signed(client, url, self._host(server, url))
        if given.get("oauth_callback_confirmed") != "true":
            raise LinkingFailed
        token = given["oauth_token"]
        page = f"{endpoints.authorize}?{urlencode({'oauth_token': token})}"
        return LinkRedirect(page, token, {"secret": given["oauth_token_secret"]})

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        return self.finish_at(self.endpoints(callback.server), callback)

    def finish_at(self, endpoints: OAuth1Endpoints, callback: LinkCallback) -> Authorized:
        """Return the account that consented at these `endpoints`. Raises LinkingFailed."""
        params, stash, server = callback.params, callback.stash, callback.server
        if server:
            check_server_callback(params, server.host)
        if not params.get("oauth_verifier") or "secret" not in stash:
            raise LinkingFailed
        client = Client(
            endpoints.client_key,
            client_secret=endpoints.client_secret,
            resource_owner_key=self.callback_key(params),
            resource_owner_secret=stash["secret"],
            verifier=params["oauth_verifier"],
        )
        given = _signed(client, endpoints.access_token, self._host(server, endpoints.access_token))
        return self.account(endpoints, server, given["oauth_token"], given["oauth_token_secret"])

    def _host(self, server: Server | None, url: str) -> str:
        return server.host if server else url.split("/")[2]


def oauth1_client(endpoints: OAuth1Endpoints, token: str, secret: str) -> Client:
    """Return a client that signs for us and for the owner of the access token."""
    return Client(
        endpoints.client_key,
        client_secret=endpoints.client_secret,
        resource_owner_key=token,
        resource_owner_secret=secret,
    )


def signed_get(endpoints: OAuth1Endpoints, url: str, token: str, secret: str) -> Any:
    """Send a signed GET. Raises LinkingFailed."""
    _url, headers, _body = oauth1_client(endpoints, token, secret).sign(url)
    return request_server(url.split("/")[2], "GET", url, headers=headers)


def oauth1_credentials(token: str, secret: str, server: Server | None) -> dict[str, Any]:
    """Return the credentials: the token, and the secret that signs with it."""
    return {**credentials_of({"access_token": token}, server), "extra": {"token_secret": secret}}


def _signed(client: Client, url: str, host: str) -> dict[str, str]:
    """Send a signed POST; return the token and its secret. Raises LinkingFailed."""
    _url, headers, _body = client.sign(url, "POST")
    answer = request_server(host, "POST", url, headers=headers)
    found = {name: values[0] for name, values in parse_qs(answer.text[:4000]).items()}
    if answer.status_code != 200 or not {"oauth_token", "oauth_token_secret"} <= found.keys():
        raise LinkingFailed
    return found
