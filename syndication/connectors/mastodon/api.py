"""Client for Mastodon's API: pages by Link header, and recognition of dead tokens.

Not all say 401 in JSON: some answer 400 with a page or a line of text (Takahē), some 401 with nothing
(snac), some 422 or 403. A doubtful answer is verified by the one request that any live token may make;
and where that gives no JSON either, by one that needs no token: a firewall in between answers that one
with a page, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from syndication.connectors import reasons
from syndication.connectors.api import DONE, GONE, ApiClient, json_object
from syndication.connectors.base import Response
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, TextRejected, Unauthorized
from syndication.connectors.mastodon.reading import next_page
from syndication.connectors.paging import follow_pages, halved_counts, with_fewer_entries

ME = "/api/v1/accounts/verify_credentials"
INSTANCE = "/api/v1/instance"  # anybody may ask
MAX_PAGES = 600  # of one reading; whoever reads may stop before
PLAINLY_DEAD = frozenset({400, 401})  # how a server without JSON refuses a token; walls say 403

_OF_LENGTH = ("too long", "character limit", "characters", "文字")
_OF_THE_TOKEN = ("token", "authenti", "credential", "log in", "login")


class MastodonApi(ApiClient):
    """API client for one account on one server."""

    def access_error(self, response: Response) -> Unauthorized | None:
        if response.status == 401:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        if response.status == 403:
            return self._denied(response)
        if self._may_be_dead(response) and self._is_dead():
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return None

    def intermediary_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        if response.status in PLAINLY_DEAD and self._is_dead():
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return super().intermediary_error(response, is_write=is_write)

    def request_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        """Recognize a text that is too long: 422 on Mastodon ("character limit of 500 exceeded"), 400 elsewhere."""
        message = str(self.error_text(json_object(response)) or "").lower()
        if response.status in {400, 413, 422} and any(each in message for each in _OF_LENGTH):
            return TextRejected(reasons.TOO_LONG_THERE, **self.log_fields(response))
        return super().request_error(response, is_write=is_write)

    def remove(self, method: str, path: str, **content: Any) -> None:
        """Delete; snac answers with a page for what is gone, as a proxy does."""
        try:
            super().remove(method, path, **content)
        except OutcomeUnknown as error:
            if error.status not in GONE or not self.is_gone(path):
                raise

    def is_gone(self, path: str) -> bool:
        """Whether nothing is at `path`, according to a server that answers other requests."""
        return self._is_reachable() and all(self._is_missing(path) for _ in range(2))

    def _is_missing(self, path: str) -> bool:
        return self._ask("GET", self.app.api_url + path, is_write=False).status in GONE

    def list_pages(
        self, path: str, params: dict[str, str], *, most: int, start: str = ""
    ) -> Iterator[tuple[list[Any], str]]:
        """Yield the pages of a list, each with the query of the next one ("" on the last).

        `most` is the number of entries to ask for, `start` an earlier query. Each page is fetched at
        `path` on this very origin: the request carries the token. Raises as `read` does.
        """

        def page(query: str) -> tuple[list[Any], str]:
            asked = {**params, **dict(parse_qsl(query))}
            found, response = with_fewer_entries(
                halved_counts(most), partial(self._list_at, path, asked)
            )
            return found, next_page(response.headers.get("Link", "")) if found else ""

        return follow_pages(page, start, most=MAX_PAGES)

    def read_up_to(self, max_bytes: int, path: str) -> Any:
        """Return the JSON at `path`. Raises ResponseTooLarge beyond `max_bytes`, else as `read` does."""
        url = self.app.api_url + path
        response = self._ask("GET", url, is_write=False, max_bytes=max_bytes)
        if response.status not in DONE:
            raise self.refusal(response, is_write=False)
        return self.parse_json(response, is_write=False)

    def read_pending(self, path: str) -> dict[str, Any]:
        """Return what is at `path`, which may still be processed (206). Raises as `read` does."""
        response = self._ask("GET", self.app.api_url + path, is_write=False)
        if response.status not in DONE | {206}:
            raise self.refusal(response, is_write=False)
        return dict(json_object(response))

    def _list_at(self, path: str, params: dict[str, str], count: int) -> tuple[list[Any], Response]:
        response = self.page(self.app.api_url + path, {**params, "limit": str(count)})
        found = self.parse_json(response, is_write=False)
        if not isinstance(found, list):
            raise self.unreadable_error(response, is_write=False)
        return found, response

    def _denied(self, response: Response) -> Unauthorized | None:
        """Classify a 403: a missing scope, a dead token (other software), or a refusal of this very post."""
        message = str(self.error_text(json_object(response)) or "").lower()
        if "scope" in message:
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log_fields(response))
        if self._is_dead():
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return None

    def _may_be_dead(self, response: Response) -> bool:
        message = str(self.error_text(json_object(response)) or "").lower()
        return response.status in {400, 422} and any(each in message for each in _OF_THE_TOKEN)

    def _is_dead(self) -> bool:
        """Whether the server refuses the token for `verify_credentials`, too."""
        try:
            response = self._ask("GET", self.app.api_url + ME, is_write=False)
            if response.status in DONE or not self.is_api_error(response):
                return response.status in PLAINLY_DEAD and self._is_reachable()
        except ConnectorError:
            return False
        message = str(self.error_text(json_object(response)) or "").lower()
        return response.status in {400, 401, 403, 422} and "scope" not in message

    def _is_reachable(self) -> bool:
        """Whether the API itself answers now. Raises TryLater."""
        response = self.send("GET", self.app.api_url + INSTANCE, is_write=False)
        return response.status in DONE and bool(json_object(response).get("version"))
