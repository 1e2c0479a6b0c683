"""`SafeHttp`, the client for all outside requests, and a requests session over it."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_encoding_from_headers

from accounts.safe_http.addresses import parse_url
from accounts.safe_http.bodies import Files, encode_body
from accounts.safe_http.dial import Dialler, Resolve
from accounts.safe_http.errors import MaybeSent, NotSent
from accounts.safe_http.exchange import OutgoingRequest, Response, exchange_once
from accounts.safe_http.sockets import Deadline, tls_context

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 3
# Headers that may go to another origin: whatever else a caller added could open something.
SAFE_ACROSS_ORIGINS = frozenset({"accept", "accept-language", "user-agent"})
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


class SafeHttp:
    """HTTP client. Fulfils syndication.connectors.base.Http.

    `user_agent` goes with each request, `ProfileLink/<version> (+<public url>)`: some servers
    answer 418 without. `allowed` lists private `host:port` that may be reached all the same.
    `ca_files` are PEM files of further authorities to trust. Nothing is read from the environment:
    no proxies, no netrc.
    """

    NotSent = NotSent
    MaybeSent = MaybeSent

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: Iterable[str] = (),
        resolve: Resolve = socket.getaddrinfo,
        ca_files: tuple[str, ...] = (),
    ) -> None:
        self.user_agent = user_agent
        self._dialler = Dialler(
            allowed=frozenset(entry.strip().lower() for entry in allowed),
            resolve=resolve,
            tls=tls_context((DEFAULT_CA_BUNDLE_PATH, *ca_files)),
        )

    def request(  # noqa: PLR0913 - the parts of a request, each by its name
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | None = None,
        json: Any = None,
        files: Files | None = None,
        deadline: float = 20.0,
        max_bytes: int = 1_000_000,
        redirects: int = 0,
    ) -> Response:
        """Send a request and read the response within `deadline` seconds. Raises NotSent and
        MaybeSent.

        Redirects are answers like any other, unless `redirects` says how many to follow. `json`
        and `data` (a form, or raw bytes with a Content-Type of the caller's) exclude each other;
        `files` makes it multipart, `data` its plain fields.
        """
        url = url.partition("#")[0]
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params, quote_via=quote)
        body, content_type = encode_body(data, json, files)
        sent = dict(headers or {})
        if content_type:
            sent["Content-Type"] = content_type
        return self.follow(
            OutgoingRequest(method, parse_url(url), sent, body),
            redirects=redirects,
            deadline=Deadline(deadline),
            max_bytes=max_bytes,
        )

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline: float = 20.0,
        max_bytes: int = 1_000_000,
    ) -> Response:
        """Fetch a page or picture whose URL a member gave, through up to three redirects."""
        return self.request(
            "GET",
            url,
            headers=headers,
            deadline=deadline,
            max_bytes=max_bytes,
            redirects=MAX_REDIRECTS,
        )

    def follow(
        self, ask: OutgoingRequest, *, redirects: int, deadline: Deadline, max_bytes: int
    ) -> Response:
        """Send, and follow up to `redirects` redirects, each checked like the first URL.

        Only GET and HEAD follow: a form that is sent on would carry what it holds to a place that
        nobody chose. Raises MaybeSent("redirects") where there are more.
        """
        for hops_left in range(redirects, -1, -1):
            headers = {"User-Agent": self.user_agent, **ask.headers}
            ask = OutgoingRequest(ask.method, ask.endpoint, headers, ask.body)
            response = exchange_once(ask, self._dialler, deadline=deadline, max_bytes=max_bytes)
            onward = _redirected_request(ask, response) if redirects else None
            if onward is None:
                return response
            if hops_left:
                ask = onward
        raise MaybeSent("redirects")

    def session(self, *, deadline: float = 20.0, max_bytes: int = 1_000_000) -> SafeSession:
        """A requests session over this client, for libraries that want one."""
        return SafeSession(self, deadline=deadline, max_bytes=max_bytes)


class SafeSession(requests.Session):
    """requests.Session over SafeHttp. Keeps no cookies, reads no environment, has no adapters.

    `verify`, `cert`, `proxies` and `stream` of a call change nothing; a `timeout` can only shorten
    the session's deadline. A failure is a requests.RequestException.
    """

    def __init__(self, http: SafeHttp, *, deadline: float, max_bytes: int) -> None:
        super().__init__()
        self._http = http
        self._deadline = deadline
        self._max_bytes = max_bytes
        self.trust_env = False
        self.adapters.clear()
        self.headers = CaseInsensitiveDict({"Accept": "*/*"})

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send by SafeHttp, without requests' cookies, adapters, redirects and hooks."""
        timeout = kwargs.get("timeout")
        deadline = (
            min(self._deadline, timeout) if isinstance(timeout, int | float) else self._deadline
        )
        response = self._http.follow(
            _from_prepared(request),
            redirects=MAX_REDIRECTS if kwargs.get("allow_redirects", True) else 0,
            deadline=Deadline(deadline),
            max_bytes=self._max_bytes,
        )
        return _as_response(response, request)


def _from_prepared(request: requests.PreparedRequest) -> OutgoingRequest:
    body = request.body.encode() if isinstance(request.body, str) else request.body
    if body is not None and not isinstance(body, bytes):
        raise NotSent("bad_request")
    headers = {name: _as_text(value) for name, value in request.headers.items()}
    return OutgoingRequest(request.method or "GET", parse_url(request.url or ""), headers, body)


def _as_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class _Response(requests.Response):
    """requests' Response, with JSON nested too deep reported as bad JSON."""

    def json(self, **kwargs: Any) -> Any:
        try:
            return super().json(**kwargs)
        except RecursionError as error:
            raise requests.JSONDecodeError("nested too deep", "", 0) from error


def _as_response(found: Response, request: requests.PreparedRequest) -> requests.Response:
    response = _Response()
    response.status_code = found.status
    response.reason = found.phrase
    response.headers = CaseInsensitiveDict(found.headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(found.body)
    response.url = found.url
    response.request = request
    return response


def _redirected_request(ask: OutgoingRequest, response: Response) -> OutgoingRequest | None:
    """The request that a redirect asks for, or None."""
    location = response.headers.get("Location", "")
    if response.status not in REDIRECTS or not location or ask.method not in {"GET", "HEAD"}:
        return None
    # Header bytes come as Latin-1; servers that put UTF-8 into a Location mean UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        endpoint = parse_url(urljoin(ask.endpoint.url, location))
    except ValueError as error:
        raise NotSent("bad_address") from error
    if endpoint.origin == ask.endpoint.origin:
        return OutgoingRequest(ask.method, endpoint, ask.headers)
    names = {name.lower() for name in ask.headers}
    if ask.endpoint.scheme == "https" and endpoint.scheme == "http" and names & CREDENTIALS:
        raise MaybeSent("downgrade")
    harmless = {
        name: value for name, value in ask.headers.items() if name.lower() in SAFE_ACROSS_ORIGINS
    }
    return OutgoingRequest(ask.method, endpoint, harmless)
