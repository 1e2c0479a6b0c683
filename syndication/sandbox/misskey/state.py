"""State of one Misskey server between two resets."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from syndication.sandbox import settings
from syndication.sandbox.network import World
from syndication.sandbox.oauth2 import Grant, Tokens
from syndication.sandbox.social_graph import Post, SocialGraph, digest
from syndication.sandbox.window import SlidingWindow

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HEART = "❤"  # a like, and what an unknown emoji becomes
_EPOCH_2000 = 946684800000  # aidx counts milliseconds from 2000 on


@dataclass
class MisskeySettings(settings.NetworkSettings):
    """What `POST /_settings` can turn. `rate_limit`: notes of one account in an hour. `same_within`: an
    equal note within so many seconds is answered with the first one (misskey.io: 60)."""

    max_note_text_length: int = 3000
    rate_limit: int = 300
    same_within: int = 0


class MisskeyState:
    """One server."""

    def __init__(self, world: World) -> None:
        self.settings = MisskeySettings()
        self.graph = SocialGraph(
            world,
            account_id=misskey_account_id,
            post_id=aidx,
            public=("public", "home"),
            followers="followers",
        )
        self.graph.named("hanako").is_locked = True
        self.consents: dict[str, Grant] = {}  # what was allowed by MiAuth, until it is fetched
        self.tokens = Tokens(world.clock.now, partial(secrets.token_urlsafe, 24))
        self.files: dict[str, str] = {}  # account and hash: the upload that is there already
        self.written = SlidingWindow(world.clock.now, 3600)
        self.blocks: set[tuple[str, str]] = set()  # who blocks, and whom

    def keep(self, user: str, content: bytes, kind: str, comment: str) -> str:
        """Store a file in the drive; equal bytes give the existing file."""
        mark = f"{user} {hashlib.md5(content, usedforsecurity=False).hexdigest()}"
        if mark not in self.files:
            self.files[mark] = self.graph.upload(user, content, kind, comment).id
        return self.files[mark]

    @staticmethod
    def reactions_to(post: Post) -> dict[str, int]:
        """Return how many reacted to `post` in which way."""
        return dict(Counter(reaction_row(post, each)["type"] for each in post.likes))


def reaction_row(post: Post, user: str) -> dict[str, str]:
    """Return the reaction of `user`, who is among the likes of `post`; a heart where nothing else is kept."""
    rows: dict[str, dict[str, str]] = post.more.get("reactions", {})
    at = post.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return rows.get(user) or {"id": f"r{user}", "createdAt": at, "type": HEART}


def misskey_account_id(name: str, number: int) -> str:
    """16 letters and digits."""
    return digest(f"misskey {name}", 16)


def aidx(at: datetime, number: int) -> str:
    """Return an id that sorts by time: base-36 time, node, counter."""
    return f"{_base36(int(at.timestamp() * 1000) - _EPOCH_2000, 8)}node{_base36(number, 4)}"


def _base36(number: int, length: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits.rjust(length, "0")


@dataclass(frozen=True)
class Problem:
    """One of Misskey's errors: status, code, id, message."""

    status: int
    code: str
    ident: str
    message: str = field(default="")
