"""Client for Orkut: batches of JSON-RPC in signed POSTs; errors come with status 200.

Codes and `errorType`s are those that the vendor's client knew (orkut-os-client, OrkutError).
"""

from __future__ import annotations

import json
import re
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import MEDIA_DEADLINE
from syndication.connectors.base import Photo, Response
from syndication.connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    TryLater,
    Unauthorized,
)
from syndication.connectors.oauth1 import OAuth1Client
from syndication.connectors.responses import error_message

JSON = {"Content-Type": "application/json", "X-Orkut-Client-Lib": "1.1"}
AN_HOUR = 3600.0
_PROBLEM = re.compile(
    r"(?:oauth_problem=)?(?:token|signature|consumer_key|permission|timestamp|nonce|version|parameter)"
    r"_[a-z_]+(?:[:&\s]|$)"
)


class OrkutRpc(OAuth1Client):
    """API client for one account."""

    def is_api_error(self, response: Response) -> bool:
        """Errors before the batch is read may use OAuth's problem reporting instead of JSON."""
        return _PROBLEM.match(response.text) is not None or super().is_api_error(response)

    def access_error(self, response: Response) -> Unauthorized | None:
        if response.status == 401:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return None

    def ask(self, method: str, **params: Any) -> Any:
        """Call a method that reads; return its result. Raises TryLater, Unauthorized, Rejected."""
        return self._called(method, params, is_write=False)

    def do(self, method: str, **params: Any) -> Any:
        """Call a method that writes; return its result. Raises OutcomeUnknown, too."""
        return self._called(method, params, is_write=True)

    def upload_photo(self, photo: Photo, **params: Any) -> Any:
        """Call mediaItems.create with the batch in the address and the picture in the body."""
        name = "mediaItems.create"
        batch = _batch(name, {"userId": "@me", "groupId": "@self", **params})
        response = self._ask(
            "POST",
            f"{self.app.api_url}/rpc",
            is_write=True,
            params={"request": batch},
            headers={"X-Orkut-Client-Lib": "1.1"},
            files=[("photo", ("photo.jpg", photo.content, photo.content_type))],
            deadline=MEDIA_DEADLINE,
        )
        return self._result(name, response, is_write=True)

    def _called(self, name: str, params: dict[str, Any], *, is_write: bool) -> Any:
        body = _batch(name, {"userId": "@me", "groupId": "@self", **params}).encode()
        response = self._ask(
            "POST", f"{self.app.api_url}/rpc", is_write=is_write, data=body, headers=dict(JSON)
        )
        return self._result(name, response, is_write=is_write)

    def _result(self, name: str, response: Response, *, is_write: bool) -> Any:
        if response.status != 200:
            raise self.refusal(response, is_write=is_write)
        found = self.parse_json(response, is_write=is_write)
        one = found[0] if isinstance(found, list) and len(found) == 1 else None
        if not isinstance(one, dict) or one.get("id") != name:
            raise self.unreadable_error(response, is_write=is_write)
        result = one.get("result", one.get("data"))
        error = one.get("error") or (result.get("error") if isinstance(result, dict) else None)
        if isinstance(error, dict):
            raise self._rpc_error(error, response, is_write=is_write)
        if result is None:
            raise self.unreadable_error(response, is_write=is_write)
        return result

    def _rpc_error(
        self, error: dict[str, Any], response: Response, *, is_write: bool
    ) -> ConnectorError:
        log = self.log_fields(response) | {
            "message": error_message(error.get("message"), self.secrets())
        }
        match error.get("code"), parsing.object_at(error, "data").get("errorType"):
            case _, "requiresCaptcha":
                return TryLater(reasons.CAPTCHA, after=AN_HOUR, **log)
            case _, "tosNotAccepted":
                return Unauthorized(reasons.TERMS_NOT_ACCEPTED, **log)
            case _, "apiLimitExceeded":
                return TryLater(reasons.SLOW_DOWN, after=AN_HOUR, **log)
            case 401, _:
                return Unauthorized(reasons.ACCESS_GONE, **log)
            case int(code), _ if 500 <= code < 600:
                lost = OutcomeUnknown if is_write else TryLater
                return lost(reasons.NO_ANSWER if is_write else reasons.IN_TROUBLE, **log)
        return Rejected(reasons.REFUSED, **log)


def _batch(name: str, params: dict[str, Any]) -> str:
    """Return one call as a batch, with the method's name as its id."""
    call = {"method": name, "id": name, "params": params}
    return json.dumps([call], ensure_ascii=False, separators=(",", ":"))
