"""API client that signs each request: OAuth 1.0a (RFC 5849) with HMAC-SHA1.

A form's fields are signed along. Other bodies are bytes, whose hash is signed (oauth_body_hash of
the extension of 2009); a multipart body is not, as the RFC has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from oauthlib.oauth1 import Client

from syndication.connectors.api import ApiClient

FORM = "application/x-www-form-urlencoded"


class OAuth1Client(ApiClient):
    """`credentials.extra` holds `token_secret`, and the client's pair where a server has its own."""

    def auth_headers(self, method: str, url: str, content: Mapping[str, Any]) -> dict[str, str]:
        """Sign address, query and form fields (RFC 5849)."""
        if content.get("params"):
            joint = "&" if "?" in url else "?"
            url += joint + urlencode(content["params"], quote_via=quote)
        headers, body = self._signed_body(content)
        _url, headers, _body = self._client().sign(url, method, body=body, headers=headers)
        return {"Authorization": headers["Authorization"]}

    def _signed_body(self, content: Mapping[str, Any]) -> tuple[dict[str, str], Any]:
        data = content.get("data")
        if content.get("files") or data is None:
            return {}, None
        if isinstance(data, bytes):
            return {"Content-Type": "application/json"}, data.decode()
        return {"Content-Type": FORM}, list(data.items())

    def _client(self) -> Client:
        extra = self.credentials.extra
        return Client(
            extra.get("client_key") or self.app.client_id,
            client_secret=extra.get("client_secret") or self.app.client_secret,
            resource_owner_key=self.credentials.access_token,
            resource_owner_secret=extra.get("token_secret", ""),
        )
