"""What connectors are handed besides values: the HTTP client, and pictures uploaded before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from syndication.connectors.values import Photo


class Response(Protocol):
    """A response, read completely. Header names are case-insensitive."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    @property
    def url(self) -> str: ...

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is not."""

    @property
    def text(self) -> str: ...


class Http(Protocol):
    """HTTP client. `deadline` is the total number of seconds for the whole exchange.

    Its two error classes are attributes, because a connector imports nothing of ours:
    `NotSent` where nothing can have reached the server (refused address, no connection),
    `MaybeSent` where the request may have arrived and no complete answer came. Both carry `reason`,
    one word. Redirects are never followed.
    """

    @property
    def NotSent(self) -> type[Exception]: ...

    @property
    def MaybeSent(self) -> type[Exception]: ...

    def request(  # noqa: PLR0913 - the parts of a request, each by its name
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | None = None,
        json: Any = None,
        files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
        deadline: float = 20.0,
        max_bytes: int = 1_000_000,
    ) -> Response: ...


class Uploads:
    """Uploaded pictures that no post uses yet (connectors.uploads); this base class keeps none.

    A value is what the connector needs to name the picture, as JSON.
    """

    was_used = False  # `get` gave something

    def get(self, photo: Photo) -> Any:
        """Return the value kept for `photo`, else None."""
        return None

    def put(self, photo: Photo, value: Any) -> None:
        """Keep `value` for `photo`."""

    def clear(self) -> None:
        """Forget all of them."""
