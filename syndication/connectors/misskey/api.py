"""API client for Misskey: every request is a POST with JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api import DONE, THROTTLED_FOR, ApiClient, json_object
from syndication.connectors.errors import (
    ConnectorError,
    CopyGone,
    TargetGone,
    TryLater,
    Unauthorized,
)
from syndication.connectors.http import Response
from syndication.connectors.paging import follow_pages, halved_counts, with_fewer_entries

PAGE = 100
MAX_PAGES = 600  # of one reading; whoever reads may stop before

_DEAD = {"AUTHENTICATION_FAILED", "CREDENTIAL_REQUIRED", "YOUR_ACCOUNT_SUSPENDED"}
# Of the post that is answered or liked: gone or not visible, and such that takes neither from us.
_TARGET_GONE = {"NO_SUCH_REPLY_TARGET", "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE"}
_TARGET_CLOSED = {
    "YOU_HAVE_BEEN_BLOCKED",
    "CANNOT_REPLY_TO_A_PURE_RENOTE",
    "CANNOT_REACT_TO_RENOTE",
    "REPLY_TO_BOT_NOT_ALLOWED",
}


class MisskeyApi(ApiClient):
    """API client for one account on one server. Errors: `{"error":{"message","code","id","kind"}}`."""

    def access_error(self, response: Response) -> Unauthorized | None:
        code = error_code(response)
        if code == "PERMISSION_DENIED":
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log_fields(response))
        if response.status == 401 or code in _DEAD:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return None

    def request_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        code = error_code(response)
        if code == "NO_SUCH_NOTE":
            return CopyGone(reasons.COPY_GONE, **self.log_fields(response))
        if code in _TARGET_GONE:
            return TargetGone(reasons.TARGET_GONE, **self.log_fields(response))
        if code in _TARGET_CLOSED:
            return TargetGone(reasons.TARGET_CLOSED, **self.log_fields(response))
        if code == "RATE_LIMIT_EXCEEDED" and response.status == 400:
            return TryLater(reasons.SLOW_DOWN, after=THROTTLED_FOR, **self.log_fields(response))
        return super().request_error(response, is_write=is_write)

    def error_text(self, fields: Mapping[str, Any]) -> object:
        error = fields.get("error")
        return error.get("message") if isinstance(error, dict) else error

    def ask(self, path: str, **fields: Any) -> Any:
        """Send a POST that reads. Raises TryLater, Unauthorized, Rejected."""
        return self.upload("POST", path, json=fields, deadline=20.0)

    def order(self, path: str, *, done_by: str, **fields: Any) -> None:
        """Send a write that answers nothing. Succeeds with the error `done_by`, too: it was so already.

        Raises as `write` does.
        """
        response = self._ask("POST", self.app.api_url + path, is_write=True, json=fields)
        is_done = response.status == 204 or (
            response.status in DONE and self.is_delete_confirmed(response)
        )
        if is_done or error_code(response) == done_by:
            return
        if response.status in DONE:
            raise self.unreadable_error(response, is_write=True)
        raise self.refusal(response, is_write=True)

    def list_pages(
        self, path: str, *, start: str = "", **fields: Any
    ) -> Iterator[tuple[list[Any], str]]:
        """Yield the pages of a list, newest first, each with the id below which the next begins ("" on
        the last). Raises as `ask` does."""

        def page(below: str) -> tuple[list[Any], str]:
            found = self.entries(path, **fields, **({"untilId": below} if below else {}))
            last: Any = found[-1] if found else None
            return found, parsing.valid_id(last.get("id")) if _is_object(last) else ""

        return follow_pages(page, start, most=MAX_PAGES)

    def entries(self, path: str, **fields: Any) -> list[Any]:
        """Return one page of a list, as large as one answer can hold. Raises as `ask` does."""
        return self.as_list(
            with_fewer_entries(
                halved_counts(PAGE), lambda count: self.ask(path, limit=count, **fields)
            )
        )


def error_code(response: Response) -> str:
    """Return the code of an error, "" where the answer names none."""
    return parsing.parse_text(parsing.object_at(json_object(response), "error").get("code"))


def _is_object(value: object) -> bool:
    return isinstance(value, dict)
