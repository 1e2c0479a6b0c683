"""Link Orkut accounts: OAuth 1.0a at Google Accounts as until 2014, profile by OpenSocial."""

from __future__ import annotations

import re
from typing import Any

from accounts.providers.base import Authorized, LinkingFailed, bounded_line
from accounts.providers.http import request_server
from accounts.providers.oauth1 import (
    OAuth1Endpoints,
    OAuth1Network,
    oauth1_client,
    oauth1_credentials,
)
from accounts.providers.servers import Server

SCOPE = "http://orkut.gmodules.com/social"
ME = (
    b'[{"method":"people.get","id":"me","params":{"userId":"@me","groupId":"@self",'
    b'"fields":["name","thumbnailUrl","profileUrl"]}}]'
)

_UID = re.compile(r"[0-9]{1,20}", re.ASCII)


class OrkutProvider(OAuth1Network):
    id = "orkut"
    name = "Orkut"

    def request_params(self) -> dict[str, str]:
        return {"scope": SCOPE}

    def endpoints(self, server: Server | None) -> OAuth1Endpoints:
        known = self.app.settings
        return OAuth1Endpoints(
            known["request_token_url"],
            known["authorize_url"],
            known["token_url"],
            self.app.client_id,
            self.app.secret,
        )

    def account(
        self, endpoints: OAuth1Endpoints, server: Server | None, token: str, secret: str
    ) -> Authorized:
        found = self._me(endpoints, token, secret)
        uid = str(found.get("id") or "")
        if not _UID.fullmatch(uid):
            raise LinkingFailed
        name = found.get("name")
        parts = (name.get("givenName"), name.get("familyName")) if isinstance(name, dict) else ()
        return Authorized(
            uid=uid,
            name=bounded_line(" ".join(str(part) for part in parts if part)) or uid,
            credentials=oauth1_credentials(token, secret, None),
            profile_url=str(found.get("profileUrl") or ""),
            picture_url=str(found.get("thumbnailUrl") or ""),
        )

    def _me(self, endpoints: OAuth1Endpoints, token: str, secret: str) -> dict[str, Any]:
        """Return the account's profile, by people.get. Raises LinkingFailed."""
        client = oauth1_client(endpoints, token, secret)
        url = f"{self.app.settings['api_url']}/rpc"
        headers = {"Content-Type": "application/json"}
        _url, headers, _body = client.sign(url, "POST", body=ME.decode(), headers=headers)
        answer = request_server(url.split("/")[2], "POST", url, data=ME, headers=headers)
        try:
            found = answer.json()[0]["result"]
        except (ValueError, LookupError, TypeError):
            raise LinkingFailed from None
        if not isinstance(found, dict):
            raise LinkingFailed
        return found


provider_classes = [OrkutProvider]
