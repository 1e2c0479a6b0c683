"""Mastodon: registering with the server that a member names, and who came back from it.

https://docs.joinmastodon.org/methods/apps/ and /methods/oauth/. PKCE always: servers that do not
know it pass it over.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.asking import asked, check_not_blocked, fields_of, needed
from accounts.providers.base import (
    Authorized,
    ExchangeFailed,
    Leaving,
    NetworkProvider,
    RegistrationGone,
    credentials_of,
    name_at,
    told,
)
from accounts.providers.issuers import METADATA, Issuer
from accounts.providers.servers import NotAServer, Server, origin_of, read_host
from accounts.safe_http import HttpFailure

SCOPES = (
    "read:accounts",  # who it is, and whether followers are approved
    "read:follows",  # the friend list
    "read:statuses",  # look up a post whose answer was lost; what friends wrote
    "write:statuses",
    "write:media",
)

LONGEST_KEY = 500  # letters of what a server calls us; its registration stays

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class MastodonProvider(NetworkProvider):
    id = "mastodon"
    name = "Mastodon"
    asks_server = True

    @property
    def server_example(self) -> str:
        return "@hanako@mstdn.jp"

    def register(self, request: HttpRequest, host: str) -> Mapping[str, str]:
        """First that there is such a server at all, so that a member hears what is wrong."""
        origin = origin_of(host)
        _checked(host)
        answer = asked(
            host,
            "POST",
            f"{origin}/api/v1/apps",
            json={
                "client_name": settings.SITE_NAME,
                "redirect_uris": self.app.settings["callback_url"],
                "scopes": " ".join(SCOPES),
                "website": settings.PUBLIC_URL,
            },
        )
        known = fields_of(answer)
        keys = {name: str(known.get(name) or "") for name in ("client_id", "client_secret")}
        if not all(0 < len(key) <= LONGEST_KEY for key in keys.values()):
            raise ExchangeFailed(
                _("%(host)s does not let this site register. Its staff may say why.")
                % {"host": host}
            )
        return keys

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        server = needed(server)
        issuer = _checked(server.host)
        client = self._client(request, server)
        client.state = secrets.token_urlsafe(20)
        pkce = generate_code_challenge()
        verifier = str(pkce.pop("code_verifier"))
        url = client.get_redirect_url(f"{server.origin}/oauth/authorize", list(SCOPES), pkce)
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
        try:
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
        return _account(server, credentials)

    def _client(self, request: HttpRequest, server: Server) -> OAuth2Client:
        return OAuth2Client(
            request,
            server.details.get("client_id", ""),
            server.details.get("client_secret", ""),
            "POST",
            f"{server.origin}/oauth/token",
            self.app.settings["callback_url"],
        )


def _account(server: Server, credentials: dict[str, Any]) -> Authorized:
    """Whom the token belongs to. Raises ExchangeFailed."""
    answer = asked(
        server.host,
        "GET",
        f"{server.origin}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {credentials['access_token']}"},
    )
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


def _checked(host: str) -> Issuer:
    """That a server of this kind answers there, and by which name. Raises ExchangeFailed with words."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        answer = asked(host, "GET", origin_of(host) + path)
        if answer.status_code == 200 and fields_of(answer).get("version"):
            return _issuer(host)
        check_not_blocked(host, answer)
    raise _no_such_server(host)


def _issuer(host: str) -> Issuer:
    """By its metadata; by its address where it has none (before 4.3, and servers of other makes)."""
    origin = origin_of(host)
    answer = asked(host, "GET", f"{origin}{METADATA}")
    if answer.status_code != 200:
        return Issuer(origin)
    try:
        issuer = Issuer.described(fields_of(answer))
        other = read_host(issuer.name)
    except (ExchangeFailed, NotAServer):
        raise _no_such_server(host) from None
    if other == host:
        return issuer
    words = _("%(host)s signs people in at %(other)s. Type that name instead.")
    raise ExchangeFailed(words % {"host": host, "other": other})


def _no_such_server(host: str) -> ExchangeFailed:
    words = _("%(host)s answers, but is no Mastodon server. Look at the name once more.")
    return ExchangeFailed(words % {"host": host})


provider_classes = [MastodonProvider]
