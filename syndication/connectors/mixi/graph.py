"""mixi's wire: one authorised request, one answer, and what a refusal means.

The scheme is the older `OAuth <token>`, which both of mixi's spec generations take; the newer one
is `Bearer`. An error of the access is named in WWW-Authenticate: `OAuth error='expired_token'`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from syndication.connectors import reasons
from syndication.connectors.base import App, Credentials, Http, Response
from syndication.connectors.errors import (
    ConnectorError,
    NoVerdict,
    Rejected,
    TryLater,
    Unauthorized,
    Unreachable,
)
from syndication.connectors.mixi.reading import entries, number, word
from syndication.connectors.wire import challenge, excerpt, retry_after, said

THROTTLED_FOR = 60.0  # mixi counts by the minute and says 503 without a Retry-After
MEDIA_DEADLINE = 60.0
PAGE = 100
MOST_PAGES = 50  # mixi allows 1,000 friends; a list without end is not read to its end
DONE = frozenset({200, 201})

Files = list[tuple[str, tuple[str, bytes, str]]]


class Graph:
    """mixi's API for one account. `read` for what changes nothing, `write` for what does.

    The difference is what a lost answer means: a read is simply done again, a write has no verdict.
    """

    def __init__(
        self, credentials: Credentials, *, http: Http, app: App, clock: Callable[[], float]
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._app = app
        self._clock = clock

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON behind `path`. Raises TryLater, Unauthorized, Rejected."""
        response = self._ask("GET", path, is_write=False, params=params)
        if response.status not in DONE:
            raise self._refusal(response, is_write=False)
        return self._json(response, is_write=False)

    def write(self, method: str, path: str, **content: Any) -> Any:
        """Send `content` (the keywords of Http.request) and return the JSON of the answer."""
        response = self._ask(method, path, is_write=True, **content)
        if response.status not in DONE:
            raise self._refusal(response, is_write=True)
        return self._json(response, is_write=True)

    def remove(self, method: str, path: str) -> None:
        """Delete what is at `path`. What is gone already is gone."""
        response = self._ask(method, path, is_write=True)
        if response.status not in DONE | {204, 404, 410}:
            raise self._refusal(response, is_write=True)

    def refreshed(self) -> Mapping[str, Any]:
        """A new pair of tokens for the refresh token. Raises Unauthorized, TryLater."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "refresh_token": self._credentials.refresh_token,
        }
        response = self._send("POST", self._app.token_url, is_write=False, data=form)
        if response.status not in DONE:
            raise self._refresh_refusal(response)
        found = _fields(response)
        if not isinstance(found.get("access_token"), str):
            # No excerpt: it may well hold the new tokens.
            raise TryLater(reasons.UNREADABLE, status=response.status)
        return found

    def listed(self, path: str, params: Mapping[str, str]) -> list[Any]:
        """A bare list: Voice's answers have no envelope. Raises as `read` does."""
        found = self.read(path, {"count": str(PAGE), **params})
        if not isinstance(found, list):
            raise self.unreadable(is_write=False)
        return found

    def paged(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[Any]:
        """The entries of all pages behind `path`. Raises as `read` does.

        `itemsPerPage` may be more than a page holds, so it is not believed; an empty page ends the
        list too.
        """
        start = 0
        for _ in range(MOST_PAGES):
            page = {"count": str(PAGE), "startIndex": str(start), **(params or {})}
            answer = self.read(path, page)
            found = entries(answer)
            if found is None:
                raise self.unreadable(is_write=False)
            yield from found
            start += len(found)
            if not found or start >= number(answer.get("totalResults"), start + 1):
                return

    def new_id(self, answer: Any) -> str:
        """The id in the answer to a write. Raises NoVerdict: without it nobody knows what happened."""
        remote_id = word(answer.get("id")) if isinstance(answer, dict) else ""
        if not remote_id:
            raise self.unreadable(is_write=True)
        return remote_id

    def unreadable(self, *, is_write: bool) -> ConnectorError:
        """The error for an answer that is JSON, but not what it should be."""
        return NoVerdict(reasons.UNREADABLE) if is_write else TryLater(reasons.UNREADABLE)

    def _ask(self, method: str, path: str, *, is_write: bool, **content: Any) -> Response:
        headers = {
            "Authorization": f"OAuth {self._credentials.access_token}",
            **content.pop("headers", {}),
        }
        url = self._app.api_url + path
        return self._send(method, url, is_write=is_write, headers=headers, **content)

    def _send(self, method: str, url: str, *, is_write: bool, **content: Any) -> Response:
        try:
            return self._http.request(method, url, **content)
        except self._http.NotSent as error:
            word = str(getattr(error, "reason", ""))
            raise Unreachable(reasons.NOT_SENT.get(word, reasons.UNREACHABLE)) from error
        except self._http.MaybeSent as error:
            lost = NoVerdict if is_write else TryLater
            raise lost(reasons.NO_ANSWER, excerpt=str(getattr(error, "reason", ""))) from error

    def _refusal(self, response: Response, *, is_write: bool) -> ConnectorError:
        return self._access_refusal(response) or self._other_refusal(response, is_write=is_write)

    def _access_refusal(self, response: Response) -> ConnectorError | None:
        """Unauthorized where the answer speaks of the access, None where it does not."""
        told = challenge(response.headers)
        log = self._log(response)
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
                # Says nothing definite: one refresh brings the definite answer.
                return Unauthorized(reasons.ACCESS_EXPIRED, expired=True, **log)
        return None

    def _other_refusal(self, response: Response, *, is_write: bool) -> ConnectorError:
        log = self._log(response)
        if response.status in {429, 503}:
            wait = retry_after(response.headers, self._clock())
            after = THROTTLED_FOR if wait is None else wait
            return TryLater(reasons.SLOW_DOWN, after=after, **log)
        if 400 <= response.status < 500 and response.status != 408:
            return Rejected(reasons.REFUSED, **log)
        if is_write:
            return NoVerdict(reasons.NO_ANSWER, **log)
        return TryLater(reasons.IN_TROUBLE, **log)

    def _refresh_refusal(self, response: Response) -> ConnectorError:
        """Only the word that the refresh token is dead ends the access; our own faults never do."""
        log = self._log(response)
        error = _fields(response).get("error")
        if error == "invalid_grant" or (response.status == 401 and error is None):
            return Unauthorized(reasons.ACCESS_GONE, **log)
        if response.status in {429, 503}:
            return self._other_refusal(response, is_write=False)
        if 400 <= response.status < 500:
            return TryLater(reasons.APP_REFUSED, **log)
        return TryLater(reasons.IN_TROUBLE, **log)

    def _json(self, response: Response, *, is_write: bool) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self._unreadable(response, is_write=is_write) from error

    def _unreadable(self, response: Response, *, is_write: bool) -> ConnectorError:
        kind = NoVerdict if is_write else TryLater
        return kind(reasons.UNREADABLE, **self._log(response))

    def _log(self, response: Response) -> dict[str, Any]:
        fields = _fields(response)
        words = fields.get("error_description") or fields.get("error")
        return {
            "status": response.status,
            "excerpt": excerpt(response, self._secrets),
            "words": said(words, self._secrets),
        }

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (
            self._credentials.access_token,
            self._credentials.refresh_token,
            self._app.client_secret,
        )


def part(name: str) -> str:
    """`name` as one part of a path."""
    return quote(name, safe="@")


def _fields(response: Response) -> Mapping[str, Any]:
    """The body's fields where it is a JSON object, none where it is not."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
