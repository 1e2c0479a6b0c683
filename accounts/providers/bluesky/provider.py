"""Link Bluesky accounts, on whichever server they are hosted. https://atproto.com/specs/oauth

The member types a handle, or the server where they would rather choose the account there. An account
is known by its DID, which it keeps when it moves to another server; so the DID alone is the uid.
An app password links without a redirect, for browsers that cannot show the server's page.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.crypto import dpop
from accounts.providers.base import (
    Authorized,
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    NetworkProvider,
    bounded_line,
    credentials_of,
    discarding_on_failure,
    name_with_handle,
)
from accounts.providers.bluesky.app_password import session_by_password
from accounts.providers.bluesky.authorization_server import (
    AuthorizationServer,
    find_authorization_server,
    new_verifier,
)
from accounts.providers.bluesky.client import SCOPE, BlueskyClient
from accounts.providers.bluesky.identity import (
    Identity,
    fetch_display,
    fetch_identity,
    parse_did,
    parse_handle,
    resolve_handle,
)
from accounts.providers.issuers import Issuer
from accounts.providers.servers import Server


class BlueskyProvider(NetworkProvider):
    id = "bluesky"
    name = "Bluesky"
    asks_server = True
    server_example = "hanako.bsky.social"
    has_app_password = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._identity: Identity | None = None  # of the handle that was typed in this request

    @property
    def _client(self) -> BlueskyClient:
        return BlueskyClient.of(self.app.settings)

    @property
    def permission_hint(self) -> str:
        return _("If Bluesky’s page does not work in your browser, use an app password instead.")

    def find_server(self, typed: str) -> str:
        """Return the host of the handle's account; for other input, that host itself."""
        handle = parse_handle(typed)
        did = resolve_handle(handle, self.app.settings) if handle else ""
        self._identity = self._own(did, handle) if did else None
        if self._identity:
            return self._identity.host
        return super().find_server(typed)

    def register(
        self, request: HttpRequest, host: str, *, is_broad: bool = False
    ) -> Mapping[str, str]:
        """Check that it is a server of this kind; there is no registration."""
        try:
            return {"issuer": find_authorization_server(host).issuer}
        except LinkingFailed:
            sentence = _("No Bluesky account or server was found at %(host)s. Check the name.")
            raise LinkingFailed(sentence % {"host": host}) from None

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        if server is None:
            raise LinkingFailed
        authorizer = find_authorization_server(server.host)
        key, verifier, state = dpop.new_private_key(), new_verifier(), secrets.token_urlsafe(20)
        known = self._identity
        hint = (known.handle or known.did) if known else ""
        url = authorizer.push(
            self._client, key=key, verifier=verifier, state=state, login_hint=hint
        )
        stash = {
            "key": key,
            "verifier": verifier,
            "issuer": authorizer.issuer,
            "did": known.did if known else "",
        }
        return LinkRedirect(url, state, stash)

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        """Check both directions: the account's server must name the issuer that gave the code."""
        try:
            return self._exchanged(callback.params, callback.stash, callback.server)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            raise LinkingFailed from None  # an answer that is not of the promised shape

    def link_by_password(self, request: HttpRequest, *, name: str, password: str) -> Authorized:
        handle = parse_handle(name)
        did = resolve_handle(handle, self.app.settings) if handle else ""
        if not did:
            raise LinkingFailed(self._no_such_handle(name))
        identity = self._own(did, handle)
        credentials = session_by_password(identity, password)
        with discarding_on_failure(credentials):
            return self._authorized(identity, credentials)

    def _exchanged(
        self, params: Mapping[str, str], stash: Mapping[str, str], server: Server | None
    ) -> Authorized:
        if server is None:
            raise LinkingFailed
        Issuer(stash["issuer"], promises_iss=True).check(params)
        authorizer = find_authorization_server(server.host)
        if authorizer.issuer != stash["issuer"]:
            raise LinkingFailed
        answer = authorizer.exchange(
            self._client, key=stash["key"], verifier=stash["verifier"], code=params["code"]
        )
        credentials = credentials_of(answer, server)
        credentials["extra"] = {
            "dpop_key": stash["key"],
            "issuer": authorizer.issuer,
            "token_url": authorizer.token_url,
            "client_id": self._client.id,
            "client_key": self._client.key,
        }
        with discarding_on_failure(credentials):
            identity = self._identity_of(answer, stash, server, authorizer)
            credentials["host"] = identity.host
            if not set(SCOPE.split()) <= set(credentials["scopes"]):
                raise LinkingFailed
            return self._authorized(identity, credentials)

    def _identity_of(
        self,
        answer: Mapping[str, Any],
        stash: Mapping[str, str],
        server: Server,
        authorizer: AuthorizationServer,
    ) -> Identity:
        """Return the account of the tokens, if the issuer is authoritative for it. Raises LinkingFailed."""
        did = parse_did(answer["sub"])
        is_bound = str(answer.get("token_type")).lower() == "dpop"
        if not is_bound or not did or (stash["did"] and did != stash["did"]):
            raise LinkingFailed
        identity = fetch_identity(did, self.app.settings)
        if identity.host != server.host and find_authorization_server(identity.host) != authorizer:
            raise LinkingFailed
        return identity

    def _own(self, did: str, handle: str) -> Identity:
        """Return the account of `did`, which must have `handle`. Raises LinkingFailed with a sentence."""
        identity = fetch_identity(did, self.app.settings)
        if identity.handle != handle:
            sentence = _("The owner of %(handle)s could not be verified. Check the name.")
            raise LinkingFailed(sentence % {"handle": handle})
        return identity

    def _authorized(self, identity: Identity, credentials: dict[str, Any]) -> Authorized:
        known_as = identity.handle or identity.did
        shown, picture_url = fetch_display(identity)
        by_did = bounded_line(f"{identity.did} {shown}")
        return Authorized(
            uid=identity.did,
            name=name_with_handle(shown, identity.handle) if identity.handle else by_did,
            shown=shown,
            credentials=credentials,
            profile_url=f"{self.app.settings['web_url']}/profile/{known_as}",
            picture_url=picture_url,
        )

    def _no_such_handle(self, typed: str) -> str:
        return _("No account is called %(name)s. Type the whole name: %(example)s") % {
            "name": bounded_line(typed),
            "example": self.server_example,
        }


provider_classes = [BlueskyProvider]
