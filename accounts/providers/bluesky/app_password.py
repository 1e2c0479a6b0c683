"""Link by app password: open a session with the account's own server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.crypto import dpop
from accounts.providers.base import LinkingFailed, credentials_of, discarding_on_failure
from accounts.providers.bluesky.http import post_form
from accounts.providers.bluesky.identity import Identity
from accounts.providers.servers import Server, origin_of

MAIN_PASSWORD = "com.atproto.access"  # noqa: S105 - the scope of a session that it opens
LATEST = 1e10  # seconds since the epoch; what is later is no time
USUAL = 7200.0  # seconds that an access token lives


def session_by_password(identity: Identity, password: str) -> dict[str, Any]:
    """Open a session; return its credentials. Raises LinkingFailed with a sentence."""
    server = f"{origin_of(identity.host)}/xrpc/com.atproto.server"
    typed = {"identifier": identity.did, "password": password}
    status, answer = post_form(f"{server}.createSession", json=typed)
    error = answer.get("error")
    if error == "AuthFactorTokenRequired":
        raise _main_password()
    if status == 401 or error == "AuthenticationRequired":
        raise LinkingFailed(
            _(
                "This app password does not work for %(handle)s. Make a new one in your Bluesky "
                "settings."
            )
            % {"handle": identity.handle}
        )
    access, refresh = answer.get("accessJwt"), answer.get("refreshJwt")
    if status != 200 or not isinstance(access, str) or not isinstance(refresh, str):
        raise LinkingFailed
    claims = dpop.unverified_claims(access)
    tokens = {"access_token": access, "refresh_token": refresh, "expires_in": _left(claims)}
    credentials = credentials_of(tokens, Server(identity.host))
    is_main = claims.get("scope") == MAIN_PASSWORD
    # That session could do anything, so it is revoked here and not by a worker.
    if is_main and _is_ended(server, refresh):
        raise _main_password()
    with discarding_on_failure(credentials):
        if is_main:
            raise _main_password()
        if answer.get("did") != identity.did:
            raise LinkingFailed
    return credentials


def _is_ended(server: str, refresh: str) -> bool:
    """Whether the server ended the session at the first try."""
    headers = {"Authorization": f"Bearer {refresh}"}
    try:
        status, _fields = post_form(f"{server}.deleteSession", headers=headers)
    except LinkingFailed:
        return False
    return status == 200


def _left(claims: Mapping[str, Any]) -> float:
    """Return the remaining lifetime of an access token in seconds."""
    ends = claims.get("exp")
    if not isinstance(ends, int | float) or not 0 < ends < LATEST:
        return USUAL
    return ends - time.time()


def _main_password() -> LinkingFailed:
    return LinkingFailed(
        _("This is your main password. Make an app password in Bluesky’s settings instead.")
    )
