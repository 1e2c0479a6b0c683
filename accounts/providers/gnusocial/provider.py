"""GNU social and StatusNet: the API that Twitter had in 2010, on a server that a member names.

OAuth 1.0a below /api/oauth/, as each server's own page doc/twitterapi describes it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.base import (
    Authorized,
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    bounded_line,
    name_with_server,
)
from accounts.providers.http import check_not_blocked, json_fields, request_server, require_server
from accounts.providers.oauth1 import OAuth1Endpoints, OAuth1Network, oauth1_credentials, signed_get
from accounts.providers.servers import Server, origin_of

NAMELESS = "anonymous"

logger = logging.getLogger(__name__)

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


class GnusocialProvider(OAuth1Network):
    id = "gnusocial"
    name = "GNU social"
    asks_server = True
    server_example = "@hanako@gnusocial.jp"

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        host = require_server(server).host
        _check(host)
        try:
            return self._leave(require_server(server))
        except LinkingFailed as error:
            sentence = _(
                "%(host)s does not let this site register. Ask the staff of that server why."
            )
            raise LinkingFailed(error.sentence or sentence % {"host": host}) from None

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        endpoints = self.endpoints(callback.server)
        if callback.stash.get("is_nameless"):
            endpoints = _endpoints(require_server(callback.server), NAMELESS, NAMELESS)
        return self.finish_at(endpoints, callback)

    def endpoints(self, server: Server | None) -> OAuth1Endpoints:
        server = require_server(server)
        known = _apps(self.app.settings.get("apps", ""))
        return _endpoints(server, *known.get(server.host, (NAMELESS, NAMELESS)))

    def _leave(self, server: Server) -> LinkRedirect:
        """Begin a link; as the anonymous consumer where the server no longer knows ours."""
        endpoints = self.endpoints(server)
        try:
            return self.begin_at(endpoints, server)
        except LinkingFailed as error:
            if endpoints.client_key == NAMELESS or error.sentence:  # no answer is no refusal
                raise
        logger.warning("%s does not take the key that GNUSOCIAL_APPS has for it", server.host)
        leaving = self.begin_at(_endpoints(server, NAMELESS, NAMELESS), server)
        return replace(leaving, stash={**leaving.stash, "is_nameless": "yes"})

    def account(
        self, endpoints: OAuth1Endpoints, server: Server | None, token: str, secret: str
    ) -> Authorized:
        server = require_server(server)
        url = f"{server.origin}/api/account/verify_credentials.json"
        found = json_fields(signed_get(endpoints, url, token, secret))
        ident, name = str(found.get("id") or ""), bounded_line(found.get("screen_name"))
        if not _ID.fullmatch(ident) or not name:
            raise LinkingFailed
        held = oauth1_credentials(token, secret, server)
        held["extra"] |= {"client_key": endpoints.client_key}
        held["extra"] |= {"client_secret": endpoints.client_secret}
        return Authorized(
            uid=f"{server.host}/{ident}",
            name=name_with_server(found.get("name") or name, name, server.host),
            shown=bounded_line(found.get("name")),
            credentials=held,
            profile_url=str(found.get("statusnet_profile_url") or f"{server.origin}/{name}"),
            picture_url=str(found.get("profile_image_url") or ""),
        )


def _endpoints(server: Server, key: str, secret: str) -> OAuth1Endpoints:
    root = f"{server.origin}/api/oauth"
    return OAuth1Endpoints(
        f"{root}/request_token", f"{root}/authorize", f"{root}/access_token", key, secret
    )


def _apps(text: str) -> Mapping[str, tuple[str, str]]:
    """Parse GNUSOCIAL_APPS: host to key and secret."""
    found = (entry.split() for entry in text.split(","))
    return {parts[0].lower(): (parts[1], parts[2]) for parts in found if len(parts) == 3}


def _check(host: str) -> None:
    """Check that a server of this kind answers. Raises LinkingFailed with a sentence.

    One that fails to say so (5xx) is asked for a request token, which tells as well.
    """
    fails = False
    for path in ("/api/gnusocial/config.json", "/api/statusnet/config.json"):
        answer = request_server(host, "GET", origin_of(host) + path)
        if answer.status_code == 200 and "site" in json_fields(answer):
            return
        fails = fails or answer.status_code >= 500
        check_not_blocked(host, answer)
    if fails:
        return
    sentence = _("%(host)s answers, but is not a GNU social server. Check the name.")
    raise LinkingFailed(sentence % {"host": host})


provider_classes = [GnusocialProvider]
