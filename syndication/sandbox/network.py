"""Base class of the sandbox's networks, and the world that they share."""

from __future__ import annotations

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from syndication.sandbox.clock import Clock
from syndication.sandbox.http import Refused, Reply, Request

DEFAULT_PASSWORD = "profile-link-demo"  # noqa: S105 - the demo prints it


@dataclass(frozen=True)
class Person:
    """A person with an account on every network: login name, display name, password."""

    name: str
    nickname: str
    password: str = field(default=DEFAULT_PASSWORD, repr=False)


def demo_people(password: str = DEFAULT_PASSWORD) -> tuple[Person, ...]:
    """Return the demo's members, as the networks know them."""
    return (
        Person("hanako", "ザキ", password),
        Person("taro", "たろう", password),
        Person("yuki", "ゆき☆彡", password),
    )


def fresh_token() -> str:
    """40 hexadecimal digits."""
    return secrets.token_hex(20)


@dataclass(frozen=True)
class World:
    """Shared by the networks: the product's address, people, clock and token generator.

    `site` is the product's address without a slash at its end. `mint` makes a fresh token of
    40 hexadecimal digits. `secrets` replaces a network's client secret, by key.
    """

    site: str
    people: tuple[Person, ...]
    clock: Clock = field(default_factory=Clock)
    mint: Callable[[], str] = fresh_token
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Network(ABC):
    """One network: key, state since the last reset, request handling.

    With `port_offset` 0 it lives under `/<key>/` of the main port, else at the root of a port of
    its own, so many above the main one.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    port_offset: ClassVar[int] = 0
    unreadable: ClassVar[tuple[type[Exception], ...]] = (
        ValueError,
    )  # raised by an unreadable request
    state: Any

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    @abstractmethod
    def reset(self) -> None:
        """Restore the seeded state and the initial settings."""

    def handle(self, request: Request) -> Reply:
        """Answer one request; `request.path` is relative to the network's root."""
        try:
            return self.answer(request)
        except Refused as refused:
            return refused.reply
        except self.unreadable:
            return self.bad_request(request)

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """Answer one request. Raises Refused, and the errors in `unreadable`."""

    @abstractmethod
    def bad_request(self, request: Request) -> Reply:
        """Return the network's answer to an unreadable request."""

    @abstractmethod
    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        """Return the network's answer to an expired or unknown token."""

    def environment(self, root: str) -> dict[str, str]:
        """Return the environment variables that point the product at this network at `root`."""
        return {}

    def is_api(self, path: str) -> bool:
        """Whether faults apply at `path`; not to pages for people."""
        return True

    def configure(self, values: Mapping[str, Any]) -> None:
        """Change settings. Raises ValueError for an unknown name."""
        self.state.settings.change(dict(values))

    def received(self) -> dict[str, Any]:
        """Return what came in through the API, as JSON: the fixed answer of `/<key>/_received`."""
        found: dict[str, Any] = self.state.graph.received()
        return found

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """Add `count` accounts that `name` follows."""
        self.state.graph.add_follows(name, count)

    def reply_as(self, name: str, to: str, text: str, visibility: str = "") -> str:
        """Let the account `name` answer the post `to`, as on the network's own page. Return the id.

        Raises KeyError for an unknown name, ValueError where the account does not see the post.
        """
        graph = self.state.graph
        author, parent = graph.named(name), self._seen_by(name, to)
        post = graph.write(
            author.id,
            text,
            visibility=visibility or parent.visibility,
            in_reply_to=parent.id,
            told=[parent.user],
            is_seeded=True,
        )
        return str(post.id)

    def like_as(self, name: str, to: str) -> None:
        """Let the account `name` like the post `to`. Raises as `reply_as` does."""
        self.state.graph.like(self.state.graph.named(name).id, self._seen_by(name, to))

    def unlike_as(self, name: str, to: str) -> None:
        """Take that like back. Raises as `reply_as` does."""
        self.state.graph.unlike(self.state.graph.named(name).id, self._seen_by(name, to))

    def _seen_by(self, name: str, ident: str) -> Any:
        post = self.state.graph.seen(self.state.graph.named(name).id, ident)
        if post is None:
            raise ValueError(f"{name} sees no post {ident}")
        return post

    def revoke(self, name: str) -> None:
        """Revoke the access, as the member does in the network's settings."""
        self.state.tokens.revoke(self.state.graph.named(name).id)


Answering = TypeVar("Answering")


def match_route(
    routes: Iterable[tuple[str, Answering]], request: Request
) -> tuple[Answering, str] | None:
    """Return the handler of a request, by method and path pattern, and the pattern's group."""
    asked = f"{request.method} {request.path}"
    for route, answering in routes:
        found = re.fullmatch(route, asked)
        if found:
            return answering, "".join(found.groups())
    return None
