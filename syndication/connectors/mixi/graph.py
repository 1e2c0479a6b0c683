"""mixi's wire: how it authorises, how it says that an access is over, how its lists are paged.

The scheme is `Bearer` where the token answer named that type (the newer specification), else the
older `OAuth`. An error of the access is named in WWW-Authenticate: `OAuth error='expired_token'`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from syndication.connectors import reasons
from syndication.connectors.api import DONE, Api, fewer, fields_of, halves
from syndication.connectors.base import Response
from syndication.connectors.errors import ConnectorError, TryLater, Unauthorized
from syndication.connectors.mixi.reading import entries, number, word
from syndication.connectors.wire import challenge

PAGE = 100
MOST_PAGES = 50  # of one reading; mixi allows 1,000 friends

Files = list[tuple[str, tuple[str, bytes, str]]]


class Graph(Api):
    """mixi's API for one account. It counts by the minute and says 503 without a Retry-After."""

    throttles_by_status = True

    def authorised(self, method: str, url: str, content: Mapping[str, Any]) -> dict[str, str]:
        is_newer = self.credentials.token_type.lower() == "bearer"
        scheme = "Bearer" if is_newer else "OAuth"
        return {"Authorization": f"{scheme} {self.credentials.access_token}"}

    def is_own(self, response: Response) -> bool:
        """An error of the access stands in the header alone."""
        return bool(challenge(response.headers).get("error")) or super().is_own(response)

    def refreshed(self) -> Mapping[str, Any]:
        """A new pair of tokens for the refresh token. Raises Unauthorized, TryLater."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "refresh_token": self.credentials.refresh_token,
        }
        response = self.send("POST", self.app.token_url, is_write=False, data=form)
        if response.status not in DONE:
            raise self._refresh_refusal(response)
        found = fields_of(response)
        if not isinstance(found.get("access_token"), str):
            # No excerpt: it may well hold the new tokens.
            raise TryLater(reasons.UNREADABLE, status=response.status)
        return found

    def listed(self, path: str, params: Mapping[str, str]) -> list[Any]:
        """A bare list: Voice's answers have no envelope. Raises as `read` does."""
        found = fewer(halves(PAGE), partial(self._page_of, path, params))
        if not isinstance(found, list):
            raise self.unreadable(is_write=False)
        return found

    def paged(self, path: str) -> Iterator[Any]:
        """The entries of all pages behind `path`. Raises as `read` does."""
        for found, _ in self.pages(path):
            yield from found

    def pages(
        self, path: str, params: Mapping[str, str] | None = None, *, start: int = 0
    ) -> Iterator[tuple[list[Any], int]]:
        """The pages behind `path`, each with where the next begins (0: it was the last).

        `itemsPerPage` may be more than a page holds, so it is not believed; an empty page ends the
        list too. Raises as `read` does.
        """
        for _ in range(MOST_PAGES):
            page = {"startIndex": str(start), **(params or {})}
            answer = fewer(halves(PAGE), partial(self._page_of, path, page))
            found = entries(answer)
            if found is None:
                raise self.unreadable(is_write=False)
            start += len(found)
            is_last = not found or start >= number(answer.get("totalResults"), start + 1)
            yield found, 0 if is_last else start
            if is_last:
                return

    def _page_of(self, path: str, params: Mapping[str, str], count: int) -> Any:
        return self.read(path, {"count": str(count), **params})

    def new_id(self, answer: Any) -> str:
        """The id in the answer to a write. Raises NoVerdict: without it nobody knows what happened."""
        remote_id = word(answer.get("id")) if isinstance(answer, dict) else ""
        if not remote_id:
            raise self.unreadable(is_write=True)
        return remote_id

    def access_refusal(self, response: Response) -> Unauthorized | None:
        told = challenge(response.headers)
        log = self.log(response)
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
                # Says no reason: one refresh brings the definite answer.
                return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **log)
        return None

    def _refresh_refusal(self, response: Response) -> ConnectorError:
        """Only the word that the refresh token is dead ends the access; our own faults never do."""
        if fields_of(response).get("error") == "invalid_grant":
            return Unauthorized(reasons.ACCESS_GONE, **self.log(response))
        return self.other_renewal_refusal(response)
