"""Link Mastodon accounts, on the server that a member names.

https://docs.joinmastodon.org/methods/oauth/. PKCE always: servers that do not
support it ignore it.
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
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    NetworkProvider,
    RegistrationGone,
    ScopesRefused,
    bounded_line,
    credentials_of,
    discarding_on_failure,
    name_with_server,
)
from accounts.providers.http import json_fields, request_server, require_server
from accounts.providers.issuers import Issuer, check_server_callback, server_callback_url
from accounts.providers.mastodon import registration
from accounts.providers.servers import Server
from accounts.safe_http import HttpFailure

_ID = re.compile(
    r"(?!\.$|.*\.\.)[!-~]{1,90}"
)  # opaque; a uid is host and id, and has 191 characters


class MastodonProvider(NetworkProvider):
    id = "mastodon"
    name = "Mastodon"
    asks_server = True
    server_example = "@hanako@mstdn.jp"
    like_scope = registration.LIKE_SCOPE

    def register(
        self, request: HttpRequest, host: str, *, is_broad: bool = False
    ) -> Mapping[str, str]:
        return registration.register_client(
            host, callback_url=self._callback(host), is_broad=is_broad
        )

    def is_registered(self, request: HttpRequest, server: Server) -> bool:
        """One that does not cover liking is made anew, too: who is linked keeps the old one."""
        callback_url = self._callback(server.host)
        is_known = registration.is_registration_known(server, callback_url=callback_url)
        return is_known and registration.allows_likes(server)

    def permission_caution(self, account: Authorized) -> str:
        if not set(registration.BROAD_SCOPES) & set(account.credentials["scopes"]):
            return ""
        return _(
            "This server offers only full permission: to read and write everything. This site "
            "reads who you are, whom you follow and what they wrote, and writes what you send "
            "there; nothing else."
        )

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        server = require_server(server)
        issuer = registration.issuer_of(server.host)
        client = self._client(request, server)
        client.state = secrets.token_urlsafe(20)
        pkce = generate_code_challenge()
        verifier = str(pkce.pop("code_verifier"))
        scopes = list(registration.scopes_of(server, with_likes=with_likes))
        url = client.get_redirect_url(f"{server.origin}/oauth/authorize", scopes, pkce)
        stash = {
            "verifier": verifier,
            "issuer": issuer.name,
            "is_told": "yes" if issuer.promises_iss else "",
            "scopes": " ".join(scopes),
        }
        return LinkRedirect(url, client.state, stash)

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        server, params, stash = require_server(callback.server), callback.params, callback.stash
        if params.get("error") == "invalid_scope":
            raise ScopesRefused
        try:
            check_server_callback(params, server.host)
            Issuer(stash["issuer"], bool(stash["is_told"])).check(params)
            client = self._client(request, server)
            answer = client.get_access_token(params["code"], stash.get("verifier"))
            credentials = credentials_of(answer, server)
        except OAuth2Error as error:
            if "invalid_client" in str(error):
                raise RegistrationGone from None
            raise LinkingFailed from None
        except (HttpFailure, LookupError, TypeError, ValueError, AttributeError):
            raise LinkingFailed from None
        credentials["scopes"] = credentials["scopes"] or stash.get("scopes", "").split()
        with discarding_on_failure(credentials):
            return _account(server, credentials)

    def _callback(self, host: str) -> str:
        return server_callback_url(self.app.settings["callback_url"], host)

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
    """Return the account of the token. Raises LinkingFailed."""
    answer = request_server(
        server.host,
        "GET",
        f"{server.origin}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {credentials['access_token']}"},
    )
    is_narrow = not set(registration.BROAD_SCOPES) & set(registration.scopes_of(server))
    if answer.status_code == 403 and is_narrow:
        raise ScopesRefused  # for the account's own name Takahē wants `read`
    found = json_fields(answer)
    ident = str(found.get("id") or "")
    if answer.status_code != 200 or not _ID.fullmatch(ident):
        raise LinkingFailed
    acct = bounded_line(found.get("acct")) or ident
    return Authorized(
        uid=f"{server.host}/{ident}",
        name=name_with_server(found.get("display_name") or acct, acct, server.host),
        shown=bounded_line(found.get("display_name")),
        credentials=credentials,
        profile_url=str(found.get("url") or ""),
        picture_url=str(found.get("avatar_static") or ""),
    )


provider_classes = [MastodonProvider]
