"""GNU social and StatusNet: the API that Twitter had in 2010, on a server that a member names.

OAuth 1.0a below /api/oauth/, as each server's own page doc/twitterapi describes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.asking import asked, check_not_blocked, fields_of, needed
from accounts.providers.base import (
    Authorized,
    ExchangeFailed,
    Leaving,
    name_at,
    told,
)
from accounts.providers.oauth1 import Endpoints, OAuth1Network, credentials, signed_get
from accounts.providers.servers import Server, origin_of

NAMELESS = "anonymous"

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


class GnusocialProvider(OAuth1Network):
    id = "gnusocial"
    name = "GNU social"
    asks_server = True

    @property
    def server_example(self) -> str:
        return "@hanako@gnusocial.jp"

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        _check(needed(server).host)
        try:
            return super().leave(request, server=server)
        except ExchangeFailed as error:
            host = needed(server).host
            words = _("%(host)s does not let this site register. Its staff may say why.")
            raise ExchangeFailed(error.words or words % {"host": host}) from None

    def endpoints(self, server: Server | None) -> Endpoints:
        host = needed(server).host
        root = f"{origin_of(host)}/api/oauth"
        key, secret = _apps(self.app.settings.get("apps", "")).get(host, (NAMELESS, NAMELESS))
        return Endpoints(
            f"{root}/request_token", f"{root}/authorize", f"{root}/access_token", key, secret
        )

    def account(
        self, endpoints: Endpoints, server: Server | None, token: str, secret: str
    ) -> Authorized:
        server = needed(server)
        url = f"{server.origin}/api/account/verify_credentials.json"
        found = fields_of(signed_get(endpoints, url, token, secret))
        ident, name = str(found.get("id") or ""), told(found.get("screen_name"))
        if not _ID.fullmatch(ident) or not name:
            raise ExchangeFailed
        held = credentials(token, secret, server)
        held["extra"] |= {"client_key": endpoints.client_key}
        held["extra"] |= {"client_secret": endpoints.client_secret}
        return Authorized(
            uid=f"{server.host}/{ident}",
            name=name_at(found.get("name") or name, name, server.host),
            shown=told(found.get("name")),
            credentials=held,
            profile_url=str(found.get("statusnet_profile_url") or f"{server.origin}/{name}"),
            picture_url=str(found.get("profile_image_url") or ""),
        )


def _apps(text: str) -> Mapping[str, tuple[str, str]]:
    """Host to key and secret, out of GNUSOCIAL_APPS."""
    found = (entry.split() for entry in text.split(","))
    return {parts[0].lower(): (parts[1], parts[2]) for parts in found if len(parts) == 3}


def _check(host: str) -> None:
    """That a server of this kind answers there. Raises ExchangeFailed with words."""
    for path in ("/api/gnusocial/config.json", "/api/statusnet/config.json"):
        answer = asked(host, "GET", origin_of(host) + path)
        if answer.status_code == 200 and "site" in fields_of(answer):
            return
        check_not_blocked(host, answer)
    words = _("%(host)s answers, but is no GNU social server. Look at the name once more.")
    raise ExchangeFailed(words % {"host": host})


provider_classes = [GnusocialProvider]
