"""Client for mixi's Graph API: authorization, expired access, paginated lists.

The scheme is `Bearer` where the token answer named that type (the newer specification), else the
older `OAuth`. Access errors are named in WWW-Authenticate: `OAuth error='expired_token'`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from syndication.connectors import reasons
from syndication.connectors.api import ApiClient
from syndication.connectors.base import Response
from syndication.connectors.errors import Unauthorized
from syndication.connectors.mixi.reading import opensocial_entries, parse_count
from syndication.connectors.paging import halved_counts, with_fewer_entries
from syndication.connectors.responses import auth_challenge

PAGE = 100
MAX_PAGES = 50  # of one reading; mixi allows 1,000 friends

Files = list[tuple[str, tuple[str, bytes, str]]]


class MixiGraph(ApiClient):
    """API client for one account. mixi limits by the minute and answers 503 without Retry-After."""

    throttles_by_status = True

    def auth_headers(self, method: str, url: str, content: Mapping[str, Any]) -> dict[str, str]:
        is_newer = self.credentials.token_type.lower() == "bearer"
        scheme = "Bearer" if is_newer else "OAuth"
        return {"Authorization": f"{scheme} {self.credentials.access_token}"}

    def is_api_error(self, response: Response) -> bool:
        """Access errors appear in the header alone."""
        return bool(auth_challenge(response.headers).get("error")) or super().is_api_error(response)

    def refresh_tokens(self) -> Mapping[str, Any]:
        """Exchange the refresh token for a new pair. Raises Unauthorized, TryLater."""
        return self.request_refresh({"client_secret": self.app.client_secret})

    def list_pages(self, path: str, params: Mapping[str, str]) -> list[Any]:
        """Return a bare list: Voice's answers have no envelope. Raises as `read` does."""
        return self.as_list(
            with_fewer_entries(halved_counts(PAGE), partial(self._page_of, path, params))
        )

    def paged(self, path: str) -> Iterator[Any]:
        """Yield the entries of all pages at `path`. Raises as `read` does."""
        for found, _ in self.pages(path):
            yield from found

    def pages(
        self, path: str, params: Mapping[str, str] | None = None, *, start: int = 0
    ) -> Iterator[tuple[list[Any], int]]:
        """Yield the pages at `path`, each with the index of the next (0 on the last).

        `itemsPerPage` may exceed what a page holds, so it is ignored; an empty page ends the list,
        too. Raises as `read` does.
        """
        for _ in range(MAX_PAGES):
            page = {"startIndex": str(start), **(params or {})}
            answer = with_fewer_entries(halved_counts(PAGE), partial(self._page_of, path, page))
            found = opensocial_entries(answer)
            if found is None:
                raise self.unreadable_error(is_write=False)
            start += len(found)
            is_last = not found or start >= parse_count(answer.get("totalResults"), start + 1)
            yield found, 0 if is_last else start
            if is_last:
                return

    def total(self, path: str) -> int:
        """Return how many entries the list at `path` has. Raises as `read` does."""
        return parse_count(self.as_object(self._page_of(path, {}, 1)).get("totalResults"), 0)

    def _page_of(self, path: str, params: Mapping[str, str], count: int) -> Any:
        return self.read(path, {"count": str(count), **params})

    def access_error(self, response: Response) -> Unauthorized | None:
        told = auth_challenge(response.headers)
        log = self.log_fields(response)
        match told.get("error"):
            case "expired_token":
                return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **log)
            case "invalid_token":
                return Unauthorized(reasons.ACCESS_GONE, **log)
            case "insufficient_scope":
                scope = told.get("scope", "")
                return Unauthorized(reasons.ACCESS_TOO_NARROW, scope=scope or "?", **log)
            case "invalid_request":
                return None
            case _ if response.status == 401:
                # No reason given: one refresh gives the definite answer.
                return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **log)
        return None
