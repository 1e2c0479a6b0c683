"""API calls: caller, scopes, arguments; and error answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from re import Pattern
from typing import Any

from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.mixi.rows import VISIBILITIES, MixiAccount
from syndication.sandbox.mixi.state import MixiState


@dataclass(frozen=True)
class MixiCall:
    """An authorized call. `args` are the variable pieces of the path."""

    state: MixiState
    request: Request
    me: MixiAccount
    scopes: frozenset[str]
    args: dict[str, str] = field(default_factory=dict)

    def account(self, name: str = "user") -> MixiAccount:
        """The account that the path names, `@me` being the caller. Raises Refused (404)."""
        value = self.args[name]
        if value == "@me":
            return self.me
        if value not in self.state.accounts:
            raise voice_error(404)
        return self.state.accounts[value]

    def circle(self, owner: MixiAccount, group: str) -> set[str]:
        """The ids in `@self`, `@friends` or a group of `owner`. Raises Refused."""
        if group == "@self":
            return {owner.id}
        if owner is not self.me:
            raise voice_error(403)
        if group == "@friends":
            return set(owner.friends)
        if group not in owner.groups:
            raise voice_error(404)
        return set(owner.groups[group].members)

    def number(self, *names: str, default: int, most: int, least: int = 0) -> int:
        """A number from the query by any of its names. Raises Refused (400) for nonsense."""
        for name in names:
            value = self.request.query.get(name)
            if value is not None:
                if not re.fullmatch(r"\d{1,9}", value) or int(value) < least:
                    raise voice_error(400)
                return min(int(value), most)
        return default

    def page(self, entries: Sequence[Any], *, most: int = 1000) -> dict[str, Any]:
        """The envelope of every API but Voice, with the page that was asked for."""
        start = self.number("startIndex", default=0, most=10**9)
        count = self.number("count", default=20, most=most)
        return {
            "entry": list(entries[start : start + count]),
            "startIndex": start,
            "itemsPerPage": count,
            "totalResults": len(entries),
        }

    def privacy(self, value: Any) -> tuple[str, str]:
        """Visibility and group of a `privacy` object. Raises Refused (400)."""
        if not isinstance(value, dict) or value.get("visibility") not in VISIBILITIES:
            raise described_error("privacy.visibility is invalid")
        group = str(value.get("group", ""))
        if value["visibility"] == "group" and group not in self.me.groups:
            raise described_error("privacy.group is invalid")
        return value["visibility"], group


@dataclass(frozen=True)
class Route:
    """One address of the API. `{name}` in the path takes one piece."""

    method: str
    path: str
    scope: str
    answer: Callable[[MixiCall], Reply]

    @cached_property
    def pattern(self) -> Pattern[str]:
        """The path as a pattern below `/2`."""
        pieces = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+?)", self.path.replace(".", r"\."))
        return re.compile(f"/2/{pieces}/?")


def voice_error(status: int) -> Refused:
    """The error body of Voice and of all that is simply not there."""
    return Refused(json_reply({"error": f"unknown error. code:{status}"}, status))


def described_error(description: str, error: str = "invalid_request") -> Refused:
    """A 400 that says what is wrong, as Diary does."""
    return Refused(json_reply({"error": error, "error_description": description}, 400))
