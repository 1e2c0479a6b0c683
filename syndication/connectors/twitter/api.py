"""Client for Twitter's API: problem details (RFC 9457), two-hour tokens, duplicates."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from syndication.connectors import reasons
from syndication.connectors.api import ApiClient, json_object
from syndication.connectors.base import Response
from syndication.connectors.duplicates import DuplicateRejected
from syndication.connectors.errors import ConnectorError, Rejected, TryLater, Unauthorized

AN_HOUR = 3600.0
OURS = ("client-forbidden", "usage-capped", "client-disconnected", "credits")


class TwitterApi(ApiClient):
    """API client for one account."""

    error_fields: ClassVar[frozenset[str]] = frozenset(
        {"title", "detail", "type", "errors", "error"}
    )

    def error_text(self, fields: Mapping[str, Any]) -> object:
        return fields.get("detail") or fields.get("error_description") or fields.get("error")

    def access_error(self, response: Response) -> Unauthorized | None:
        if response.status == 401:
            return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **self.log_fields(response))
        message = self._message(response)
        if response.status == 403 and "scope" in message:
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log_fields(response))
        return None

    def request_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        message, kind = self._message(response), str(json_object(response).get("type") or "")
        if response.status == 402 or any(each in kind for each in OURS):
            # This site's quota is used up or its access withdrawn: not the member's fault.
            return TryLater(reasons.APP_REFUSED, after=AN_HOUR, **self.log_fields(response))
        if response.status == 403 and "duplicate content" in message:
            return DuplicateRejected(reasons.SAID_ALREADY, **self.log_fields(response))
        return super().request_error(response, is_write=is_write)

    def refresh_tokens(self) -> Mapping[str, Any]:
        """Exchange the refresh token, which is then used up. Raises Unauthorized, TryLater."""
        return self.request_refresh({}, {"Authorization": self._basic()})

    def revoke_tokens(self, *tokens: str) -> None:
        """Revoke each token, whatever becomes of the others. Raises Rejected, TryLater."""
        refusal = None
        for token in filter(None, tokens):
            response = self.send(
                "POST",
                f"{self.app.api_url}/oauth2/revoke",
                is_write=False,
                headers={"Authorization": self._basic()},
                data={"token": token, "client_id": self.app.client_id},
            )
            try:
                self.check_revoked(response)
            except Rejected as error:
                refusal = error
        if refusal is not None:
            raise refusal

    def refresh_error(self, response: Response) -> ConnectorError:
        """Recognize a dead refresh token: 400 `invalid_grant`, or `invalid_request` with a known message."""
        error = json_object(response).get("error")
        if error == "invalid_request" and "token was invalid" in self._message(response):
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return super().refresh_error(response)

    def _message(self, response: Response) -> str:
        return str(self.error_text(json_object(response)) or "").lower()

    def _basic(self) -> str:
        pair = f"{quote(self.app.client_id, safe='')}:{quote(self.app.client_secret, safe='')}"
        return "Basic " + b64encode(pair.encode()).decode()
