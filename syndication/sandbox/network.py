"""What each network of the sandbox is, and what all of them share."""

from __future__ import annotations

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from syndication.sandbox.clock import Clock
from syndication.sandbox.wire import Refused, Reply, Request

DEFAULT_PASSWORD = "profile-link-demo"  # noqa: S105 - the demo prints it


@dataclass(frozen=True)
class Person:
    """Somebody with an account on every network: login name, shown name, password."""

    name: str
    nickname: str
    password: str = field(default=DEFAULT_PASSWORD, repr=False)


def demo_people(password: str = DEFAULT_PASSWORD) -> tuple[Person, ...]:
    """The demo's members, as the networks know them."""
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
    """What the networks share: where the product lives, who has accounts, time and chance.

    `site` is the product's address without a slash at its end. `mint` makes a fresh token of
    40 hexadecimal digits. `secrets` replaces a network's client secret, by key.
    """

    site: str
    people: tuple[Person, ...]
    clock: Clock = field(default_factory=Clock)
    mint: Callable[[], str] = fresh_token
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Network(ABC):
    """One network: its key, its state since the last reset, its answers.

    With `port_offset` 0 it lives under `/<key>/` of the main port, else at the root of a port of
    its own, so many above the main one.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    port_offset: ClassVar[int] = 0
    unreadable: ClassVar[tuple[type[Exception], ...]] = (ValueError,)  # what a bad request raises
    state: Any

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    @abstractmethod
    def reset(self) -> None:
        """Back to the seeded state and the settings of the start."""

    def handle(self, request: Request) -> Reply:
        """The answer to one request; `request.path` begins after the network's own root."""
        try:
            return self.answer(request)
        except Refused as refused:
            return refused.reply
        except self.unreadable:
            return self.bad_request(request)

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """The same. Raises Refused, and what is `unreadable`."""

    @abstractmethod
    def bad_request(self, request: Request) -> Reply:
        """The network's own words for what cannot be read."""

    @abstractmethod
    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        """The network's own words for a token that is expired, or unknown."""

    def environment(self, root: str) -> dict[str, str]:
        """The product's environment variables that point it at this network at `root`."""
        return {}

    def is_api(self, path: str) -> bool:
        """Whether faults may strike at `path`; pages for people are spared."""
        return True

    def configure(self, values: Mapping[str, Any]) -> None:
        """Change settings. Raises ValueError for a name that this network does not have."""
        self.state.settings.change(dict(values))

    def received(self) -> dict[str, Any]:
        """What came in through the API, as JSON values: the fixed answer of `/<key>/_received`."""
        found: dict[str, Any] = self.state.graph.received()
        return found

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """So many more accounts that `name` follows."""
        self.state.graph.add_follows(name, count)

    def revoke(self, name: str) -> None:
        """What the member does who takes the access back in the network's own settings."""
        self.state.tokens.revoke(self.state.graph.named(name).id)


Answering = TypeVar("Answering")


def match_route(
    routes: Iterable[tuple[str, Answering]], request: Request
) -> tuple[Answering, str] | None:
    """What answers a request, by a table of methods with paths, and what the path's brackets caught."""
    asked = f"{request.method} {request.path}"
    for route, answering in routes:
        found = re.fullmatch(route, asked)
        if found:
            return answering, "".join(found.groups())
    return None
