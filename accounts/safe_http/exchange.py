"""One request and its response on one connection: no redirects, keep-alive or retries.

A connection that is never kept cannot be found reset by the next request, so nothing has to be
repeated here; whoever asks decides that.
"""

from __future__ import annotations

import http.client
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from requests.structures import CaseInsensitiveDict

from accounts.safe_http.addresses import Endpoint
from accounts.safe_http.dial import Dialler
from accounts.safe_http.errors import MaybeSent, NotSent
from accounts.safe_http.sockets import Deadline

CHUNK = 16_384
# What this module says itself; a caller's word on these is dropped.
RESERVED_HEADERS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}
)


@dataclass(frozen=True)
class OutgoingRequest:
    """A request to an endpoint. `body` is None where there is none."""

    method: str
    endpoint: Endpoint
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Response:
    """A response, read whole. `url` is where it came from, after redirects."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    phrase: str = ""

    def json(self) -> Any:
        """Decode the body as JSON. Raises ValueError, also for excessive nesting."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deep") from error

    @property
    def text(self) -> str:
        """The body in its declared charset, else UTF-8; undecodable bytes become U+FFFD."""
        charset = http.client.HTTPMessage()
        charset["Content-Type"] = self.headers.get("Content-Type", "")
        try:
            return self.body.decode(charset.get_content_charset("utf-8"), "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


def exchange_once(
    ask: OutgoingRequest, dialler: Dialler, *, deadline: Deadline, max_bytes: int
) -> Response:
    """Send the request and read the whole response. Raises NotSent and MaybeSent.

    `max_bytes` bounds the body as it comes and as it is unpacked.
    """
    connection = _request_head(ask)
    connection.sock = dialler.open(ask.endpoint, deadline)
    try:
        return _send_and_read(connection, ask, max_bytes)
    except MaybeSent:
        raise  # before the others: by requests it is an OSError itself
    except TimeoutError as error:
        raise MaybeSent("timeout") from error
    except http.client.RemoteDisconnected as error:
        raise MaybeSent("reset") from error
    except (http.client.HTTPException, zlib.error, ValueError) as error:
        raise MaybeSent("broken") from error
    except OSError as error:
        raise MaybeSent("reset") from error
    finally:
        connection.close()


class _Connection(http.client.HTTPConnection):
    """http.client's writer and reader on a given socket; it opens none itself."""

    auto_open = 0


def _request_head(ask: OutgoingRequest) -> _Connection:
    """A connection with the request's head in its buffer. Raises NotSent("bad_request")."""
    connection = _Connection(ask.endpoint.host, ask.endpoint.port)
    try:
        connection.putrequest(ask.method, ask.endpoint.target, skip_host=True)
        connection.putheader("Host", ask.endpoint.host_header)
        connection.putheader("Connection", "close")
        for name, value in ask.headers.items():
            if name.lower() not in RESERVED_HEADERS:
                connection.putheader(name, value)
        if ask.body is not None or ask.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(ask.body or b"")))
    except (http.client.HTTPException, ValueError) as error:
        raise NotSent("bad_request") from error
    return connection


def _send_and_read(connection: _Connection, ask: OutgoingRequest, max_bytes: int) -> Response:
    broken: OSError | None = None
    try:
        connection.endheaders(ask.body)
    except TimeoutError:
        raise
    except OSError as error:
        broken = error  # it may have answered before it read everything: 401 to a big photo
    try:
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise broken or error from error
    with response:  # it holds the socket by itself
        return Response(
            status=response.status,
            headers=_headers(response),
            body=_body(response, max_bytes),
            url=ask.endpoint.url,
            phrase=response.reason,
        )


def _headers(response: http.client.HTTPResponse) -> CaseInsensitiveDict[str]:
    """The headers; repeated ones are joined by commas (RFC 9110 section 5.3)."""
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for name, value in response.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    body = bytearray()
    taken = 0
    while chunk := response.read(CHUNK):
        taken += len(chunk)
        body += unpack.decompress(chunk, max_bytes + 1 - len(body))
        if max(taken, len(body)) > max_bytes:
            raise MaybeSent("too_big")
    # http.client says nothing when a body that was announced ends early.
    if response.length or (taken and not unpack.eof):
        raise http.client.IncompleteRead(bytes(body))
    return bytes(body)


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    eof = True

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return data


def _unpacker(encoding: str) -> _Unpacker:
    """The decompressor of a content encoding. Raises ValueError for unknown ones."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        case "deflate":
            return zlib.decompressobj()
    raise ValueError("unknown content encoding")
