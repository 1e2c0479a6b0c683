"""Requests and replies as values, free of sockets, and the body formats that networks use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from syndication.sandbox import multipart

JSON_TYPE = "application/json"


class BadBody(ValueError):
    """The body or query does not match its declared format."""


class Refused(Exception):
    """Ends the request with `reply`."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True)
class Request:
    """One request. `path` is decoded and relative to the network, `root` its absolute address."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    root: str = ""

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, UTF-8. Raises BadBody."""
        return _fields(self.query_string, "utf-8")

    def form(self, encoding: str = "utf-8") -> dict[str, str]:
        """The urlencoded body's fields; empty for other media types. Raises BadBody."""
        if self.content_type != "application/x-www-form-urlencoded":
            return {}
        return _fields(self.body.decode("latin-1"), encoding)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadBody."""
        return json_object(self.body)

    def fields(self) -> dict[str, str]:
        """The fields of a JSON body, of a multipart one or of a form. Raises BadBody."""
        if self.content_type == JSON_TYPE:
            return {name: str(value) for name, value in self.json().items()}
        return {name: each.text for name, each in self.parts().items()} or self.form()

    @property
    def bearer(self) -> str:
        """The token of `Authorization: Bearer`, or ""."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else ""

    def parts(self) -> dict[str, multipart.Part]:
        """The parts of a multipart body by field name; empty for other media types."""
        if self.content_type != "multipart/form-data":
            return {}
        return multipart.parse(self.headers["content-type"], self.body)

    def cookie(self, name: str) -> str:
        """The value of one cookie, or ""."""
        for pair in self.headers.get("cookie", "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return ""


@dataclass(frozen=True)
class Reply:
    """One answer. `reason` None is the standard phrase for the status."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    reason: str | None = None

    def adding(self, *headers: tuple[str, str]) -> Reply:
        """The same answer with more headers."""
        return Reply(self.status, self.body, (*self.headers, *headers), self.reason)


def json_object(content: bytes) -> dict[str, Any]:
    """`content` as a JSON object. Raises BadBody."""
    try:
        value = json.loads(content)
    except ValueError as error:
        raise BadBody("not JSON") from error
    if not isinstance(value, dict):
        raise BadBody("not a JSON object")
    return value


def json_reply(value: object, status: int = 200) -> Reply:
    """`value` as compact JSON in UTF-8, keys in the order given."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, (("Content-Type", JSON_TYPE),))


def redirect(location: str) -> Reply:
    """Redirect (302) to an absolute address: feature phones accept no other."""
    return Reply(302, b"", (("Location", location),))


def _fields(text: str, encoding: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="strict")
    except ValueError as error:
        raise BadBody(f"not {encoding}") from error
    return dict(reversed(pairs))  # of repeated fields the first one counts
