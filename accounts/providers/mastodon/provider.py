"""Mastodon: the way to the permission page of the server that a member names, and who came back.

https://docs.joinmastodon.org/methods/oauth/. PKCE always: servers that do not
know it pass it over.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.base import (
    Authorized,
    ExchangeFailed,
    Leaving,
    NetworkProvider,
    RegistrationGone,
    ScopesRefused,
    credentials_of,
    name_at,
    not_kept,
    told,
)
from accounts.providers.http import asked, fields_of, needed
from accounts.providers.issuers import Issuer, callback_for, check_callback
from accounts.providers.mastodon import registration
from accounts.providers.servers import Server
from accounts.safe_http import HttpFailure

_ID = re.compile(r"(?!\.$|.*\.\.)[!-~]{1,90}")  # opaque; a uid is host and id, and has 191 letters


class MastodonProvider(NetworkProvider):
    id = "mastodon"
    name = "Mastodon"
    asks_server = True

    @property
    def server_example(self) -> str:
        return "@hanako@mstdn.jp"

    def register(
        self, request: HttpRequest, host: str, *, is_broad: bool = False
    ) -> Mapping[str, str]:
        return registration.register(host, callback_url=self._callback(host), is_broad=is_broad)

    def is_registered(self, request: HttpRequest, server: Server) -> bool:
        return registration.is_known(server, callback_url=self._callback(server.host))

    def caution(self, account: Authorized) -> str:
        if not set(registration.BROAD) & set(account.credentials["scopes"]):
            return ""
        return _(
            "This server gives only the whole permission: to read and to write everything. This site "
            "reads who you are, whom you follow and what they wrote, and writes what you send there; "
            "nothing else."
        )

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        server = needed(server)
        issuer = registration.issuer_of(server.host)
        client = self._client(request, server)
        client.state = secrets.token_urlsafe(20)
        pkce = generate_code_challenge()
        verifier = str(pkce.pop("code_verifier"))
        scopes = list(registration.scopes_of(server))
        url = client.get_redirect_url(f"{server.origin}/oauth/authorize", scopes, pkce)
        stash = {
            "verifier": verifier,
            "issuer": issuer.name,
            "is_told": "yes" if issuer.is_told else "",
        }
        return Leaving(url, client.state, stash)

    def come_back(
        self,
        request: HttpRequest,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        *,
        server: Server | None = None,
    ) -> Authorized:
        server = needed(server)
        if params.get("error") == "invalid_scope":
            raise ScopesRefused
        try:
            check_callback(params, server.host)
            Issuer(stash["issuer"], bool(stash["is_told"])).check(params)
            client = self._client(request, server)
            answer = client.get_access_token(params["code"], stash.get("verifier"))
            credentials = credentials_of(answer, server)
        except OAuth2Error as error:
            if "invalid_client" in str(error):
                raise RegistrationGone from None
            raise ExchangeFailed from None
        except (HttpFailure, LookupError, TypeError, ValueError, AttributeError):
            raise ExchangeFailed from None
        credentials["scopes"] = credentials["scopes"] or list(registration.scopes_of(server))
        with not_kept(credentials):
            return _account(server, credentials)

    def _callback(self, host: str) -> str:
        return callback_for(self.app.settings["callback_url"], host)

    def _client(self, request: HttpRequest, server: Server) -> OAuth2Client:
        return OAuth2Client(
            request,
            server.details.get("client_id", ""),
            server.details.get("client_secret", ""),
            "POST",
            f"{server.origin}/oauth/token",
            self._callback(server.host),
        )


def _account(server: Server, credentials: dict[str, Any]) -> Authorized:
    """Whom the token belongs to. Raises ExchangeFailed."""
    answer = asked(
        server.host,
        "GET",
        f"{server.origin}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {credentials['access_token']}"},
    )
    is_narrow = not set(registration.BROAD) & set(registration.scopes_of(server))
    if answer.status_code == 403 and is_narrow:
        raise ScopesRefused  # for the account's own name Takahē wants `read`
    found = fields_of(answer)
    ident = str(found.get("id") or "")
    if answer.status_code != 200 or not _ID.fullmatch(ident):
        raise ExchangeFailed
    acct = told(found.get("acct")) or ident
    return Authorized(
        uid=f"{server.host}/{ident}",
        name=name_at(found.get("display_name") or acct, acct, server.host),
        shown=told(found.get("display_name")),
        credentials=credentials,
        profile_url=str(found.get("url") or ""),
        picture_url=str(found.get("avatar_static") or ""),
    )


provider_classes = [MastodonProvider]
