"""HTTP API client for one account: authorized requests, answers, and how a refusal is classified.

`read` is for requests that change nothing, `write` for those that do. The difference is a lost
answer: a read is repeated, the outcome of a write is unknown. A network subclasses this to say how it
authorizes and how it reports that the access has ended; the rest is plain HTTP.

A status decides only with the API's own answer (`is_api_error`). A 403, a 404 or a 200 with a page of HTML
comes from something in between (bot protection, a proxy, maintenance, a captive portal) and
never means "refused", "signed out", "gone" or "done".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from syndication.connectors import parsing, reasons
from syndication.connectors.base import App, Credentials, Http, Response
from syndication.connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    ResponseTooLarge,
    TryLater,
    Unauthorized,
    Unreachable,
)
from syndication.connectors.responses import body_excerpt, error_message, retry_after

MEDIA_DEADLINE = 60.0  # seconds for a request that carries a picture
THROTTLED_FOR = 60.0  # seconds, where a network asks us to slow down and not for how long
DONE = frozenset({200, 201})
RETRYABLE = frozenset({408, 425, 429})  # 4xx, yet worth a retry
GONE = frozenset({404, 410})  # besides DONE, when something was to be deleted


class ApiClient:
    """The API at `app.api_url` for the account of `credentials`."""

    scheme: ClassVar[str] = "Bearer"
    error_fields: ClassVar[frozenset[str]] = frozenset({"error"})  # one of them is in each refusal
    throttles_by_status: ClassVar[bool] = False  # its 503 has no body, and nothing was done

    def __init__(
        self, credentials: Credentials, *, http: Http, app: App, clock: Callable[[], float]
    ) -> None:
        self.credentials = credentials
        self.http = http
        self.app = app
        self.clock = clock

    # What a network says differently

    def auth_headers(self, method: str, url: str, content: Mapping[str, Any]) -> dict[str, str]:
        """Return the authorization headers. `content` holds the keywords of Http.request."""
        return {"Authorization": f"{self.scheme} {self.credentials.access_token}"}

    def access_error(self, response: Response) -> Unauthorized | None:
        """Return Unauthorized where the answer concerns the access, else None."""
        if response.status == 401:
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        if response.status == 403:
            return Unauthorized(reasons.ACCESS_TOO_NARROW, scope="?", **self.log_fields(response))
        return None

    def is_api_error(self, response: Response) -> bool:
        """Whether the API itself sent this error: its JSON has the API's error fields."""
        fields = json_object(response)
        return any(fields.get(name) for name in self.error_fields)

    def error_text(self, fields: Mapping[str, Any]) -> object:
        """Return the network's own error message from the JSON of a refusal."""
        return fields.get("error_description") or fields.get("error")

    def secrets(self) -> tuple[str, ...]:
        """Return the secrets that no excerpt may contain."""
        held = (self.credentials.access_token, self.credentials.refresh_token)
        return (*held, self.app.client_secret, *self.credentials.extra.values())

    # Asking

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return the JSON at `path`. Raises TryLater, Unauthorized, Rejected."""
        return self.parse_json(self.page(self.app.api_url + path, params), is_write=False)

    def page(self, url: str, params: Mapping[str, str] | None = None) -> Response:
        """Return the response at `url`, with its headers. Raises as `read` does."""
        given: dict[str, Any] = {} if params is None else {"params": params}
        response = self._ask("GET", url, is_write=False, **given)
        if response.status not in DONE:
            raise self.refusal(response, is_write=False)
        return response

    def write(self, method: str, path: str, **content: Any) -> Any:
        """Send `content` (the keywords of Http.request) and return the JSON of the answer."""
        response = self._ask(method, self.app.api_url + path, is_write=True, **content)
        if response.status not in DONE:
            raise self.refusal(response, is_write=True)
        return self.parse_json(response, is_write=True)

    def upload(self, method: str, path: str, **content: Any) -> Any:
        """Upload what no reader sees until a write names it, so a lost answer is simply retried."""
        content.setdefault("deadline", MEDIA_DEADLINE)
        response = self._ask(method, self.app.api_url + path, is_write=False, **content)
        if response.status not in DONE | {202}:
            raise self.refusal(response, is_write=False)
        return self.parse_json(response, is_write=False)

    def remove(self, method: str, path: str, **content: Any) -> None:
        """Delete what is at `path`. Succeeds where it is already gone."""
        response = self._ask(method, self.app.api_url + path, is_write=True, **content)
        if response.status in DONE and self.is_delete_confirmed(response):
            return
        if response.status == 204 or (response.status in GONE and self.is_api_error(response)):
            return
        if response.status in DONE:
            raise self.unreadable_error(response, is_write=True)
        raise self.refusal(response, is_write=True)

    def send(self, method: str, url: str, *, is_write: bool, **content: Any) -> Response:
        """Send one request without authorization. Raises Unreachable, OutcomeUnknown, TryLater."""
        try:
            return self.http.request(method, url, **content)
        except self.http.NotSent as error:
            word = str(getattr(error, "reason", ""))
            raise Unreachable(reasons.NOT_SENT.get(word, reasons.UNREACHABLE)) from error
        except self.http.MaybeSent as error:
            word = str(getattr(error, "reason", ""))
            lost = (
                OutcomeUnknown if is_write else ResponseTooLarge if word == "too_big" else TryLater
            )
            raise lost(reasons.NO_ANSWER, excerpt=word) from error

    # Reading answers

    def parse_json(self, response: Response, *, is_write: bool) -> Any:
        """Return the body as JSON. Raises OutcomeUnknown (write) or TryLater (read) where it is not JSON."""
        try:
            return response.json()
        except ValueError as error:
            raise self.unreadable_error(response, is_write=is_write) from error

    def unreadable_error(
        self, response: Response | None = None, *, is_write: bool
    ) -> OutcomeUnknown | TryLater:
        """Return the error for an answer that does not have the expected form."""
        kind = OutcomeUnknown if is_write else TryLater
        return kind(reasons.UNREADABLE, **(self.log_fields(response) if response else {}))

    def as_list(self, found: Any) -> list[Any]:
        """Return `found`, which was read and must be a list. Raises TryLater."""
        if not isinstance(found, list):
            raise self.unreadable_error(is_write=False)
        return found

    def as_object(self, found: Any, *, is_write: bool = False) -> dict[str, Any]:
        """Return `found`, which must be a JSON object. Raises TryLater; OutcomeUnknown for a write."""
        if not isinstance(found, dict):
            raise self.unreadable_error(is_write=is_write)
        return found

    def is_delete_confirmed(self, response: Response) -> bool:
        """Whether a 200 to a delete comes from the API itself: a JSON object that names no error."""
        return bool(json_object(response)) and not self.is_api_error(response)

    def refusal(self, response: Response, *, is_write: bool) -> ConnectorError:
        """Return the error for a response that is not a success."""
        if not self.is_api_error(response):
            return self.intermediary_error(response, is_write=is_write)
        return self.access_error(response) or self.request_error(response, is_write=is_write)

    def intermediary_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        """Return the error where something between us and the API answered: never a permanent one.

        The outcome of a write is then unknown: some firewalls inspect the response, not the request, and
        a proxy that lost its server says 503. Only a request to slow down proves that it was not taken.
        """
        log = self.log_fields(response)
        wait = retry_after(response.headers, self.clock())
        is_slow_down = wait is not None or self.throttles_by_status or not is_write
        if response.status == 429 or (response.status == 503 and is_slow_down):
            return TryLater(reasons.SLOW_DOWN, after=THROTTLED_FOR if wait is None else wait, **log)
        if is_write:
            return OutcomeUnknown(reasons.NO_ANSWER, **log)
        return TryLater(reasons.IN_TROUBLE, **log)

    def request_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        """Return the error for a refusal that does not concern the access."""
        log = self.log_fields(response)
        if response.status in {429, 503}:
            wait = retry_after(response.headers, self.clock())
            return TryLater(reasons.SLOW_DOWN, after=THROTTLED_FOR if wait is None else wait, **log)
        if 400 <= response.status < 500 and response.status != 408:
            return Rejected(reasons.REFUSED, **log)
        if is_write:
            return OutcomeUnknown(reasons.NO_ANSWER, **log)
        return TryLater(reasons.IN_TROUBLE, **log)

    def created_id(
        self,
        answer: Any,
        word: Callable[[object], str] = parsing.valid_id,
        *,
        is_write: bool = True,
    ) -> str:
        """Return the id in an answer. Raises OutcomeUnknown where a write's answer has none."""
        found = word(answer.get("id")) if isinstance(answer, dict) else ""
        if not found:
            raise self.unreadable_error(is_write=is_write)
        return found

    def request_refresh(
        self, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Exchange the refresh token, which is then used up. Raises Unauthorized, TryLater."""
        data = {
            "grant_type": "refresh_token",
            "client_id": self.app.client_id,
            **form,
            "refresh_token": self.credentials.refresh_token,
        }
        url = self.app.token_url
        response = self.send("POST", url, is_write=False, data=data, headers=headers or {})
        if response.status not in DONE:
            raise self.refresh_error(response)
        found = json_object(response)
        if not isinstance(found.get("access_token"), str):
            # No excerpt: it may well hold the new tokens.
            raise TryLater(reasons.UNREADABLE, status=response.status)
        return found

    def refresh_error(self, response: Response) -> ConnectorError:
        """Return the error for a failed refresh: only a dead refresh token ends the access."""
        if json_object(response).get("error") == "invalid_grant":
            return Unauthorized(reasons.ACCESS_GONE, **self.log_fields(response))
        return self.other_refresh_error(response)

    def check_revoked(self, response: Response) -> None:
        """Check that a token was revoked (RFC 7009, section 2.2). Raises Rejected for a definite refusal,
        TryLater for any other. The body of a success may be empty, but is never HTML."""
        status, log = response.status, self.log_fields(response)
        if 200 <= status < 300 and not is_html(response):
            return
        if 400 <= status < 500 and status not in RETRYABLE and self.is_api_error(response):
            raise Rejected(reasons.REFUSED, **log)
        raise TryLater(reasons.IN_TROUBLE, after=retry_after(response.headers, self.clock()), **log)

    def other_refresh_error(self, response: Response) -> ConnectorError:
        """Return the error for a refresh that was refused for another reason than a dead token."""
        if response.status in {429, 503}:
            return self.request_error(response, is_write=False)
        is_of_us = 400 <= response.status < 500 and self.is_api_error(response)
        reason = reasons.APP_REFUSED if is_of_us else reasons.IN_TROUBLE
        return TryLater(reason, **self.log_fields(response))

    def log_fields(self, response: Response) -> dict[str, Any]:
        """Return the fields of an error that go to the attempt log."""
        message = self.error_text(json_object(response))
        return {
            "status": response.status,
            "excerpt": body_excerpt(response, self.secrets()),
            "message": error_message(message, self.secrets()),
        }

    def _ask(self, method: str, url: str, *, is_write: bool, **content: Any) -> Response:
        headers = {**content.pop("headers", {}), **self.auth_headers(method, url, content)}
        return self.send(method, url, is_write=is_write, headers=headers, **content)


def quote_segment(name: str) -> str:
    """Quote `name` as one segment of a path."""
    return quote(name, safe="@")


def json_object(response: Response) -> Mapping[str, Any]:
    """Return the body where it is a JSON object, else an empty mapping."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_html(response: Response) -> bool:
    """Whether the body is HTML."""
    return response.text.lstrip()[:1] == "<"
