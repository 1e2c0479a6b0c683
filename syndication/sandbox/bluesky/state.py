"""State of the server between two resets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from syndication.sandbox import settings
from syndication.sandbox.bluesky.clients import Clients
from syndication.sandbox.bluesky.values import HANDLES, LIKE, POST, did_of, record_cid
from syndication.sandbox.network import World
from syndication.sandbox.oauth2 import Tokens
from syndication.sandbox.social_graph import Account, Post, SocialGraph

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass
class BlueskySettings(settings.NetworkSettings):
    """What `POST /_settings` can turn. `points`: an hour, for one account; a new record costs 3.

    `has_appview` False: a self-hosted server without an AppView.
    """

    access_seconds: int = 7200
    refresh_seconds: int = 90 * 86400
    oauth_access_seconds: int = 1800
    oauth_refresh_seconds: int = 14 * 86400
    points: int = 5000
    has_appview: bool = True


@dataclass
class OtherRecord:
    """A record that is no post: a like, or the gate of a thread."""

    uri: str
    user: str
    collection: str
    key: str
    record: dict[str, Any]
    at: datetime

    @property
    def cid(self) -> str:
        return record_cid(self.record)

    @property
    def subject(self) -> str:
        """The post that a like is of."""
        return str(self.record.get("subject", {}).get("uri", ""))


class HandleGraph(SocialGraph):
    """Social graph whose accounts can log in by handle, too."""

    def login(self, name: str, password: str) -> Account | None:
        return super().login(name.strip().removeprefix("@").removesuffix(HANDLES), password)


class BlueskyState:
    """Rows, and queries shared by several addresses."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = BlueskySettings()
        self.graph = HandleGraph(world, account_id=did_of, post_id=_seeded_key)
        for post in self.graph.posts.values():
            post.more["key"] = post.id
        self.graph.posts = {
            f"at://{post.user}/{POST}/{post.id}": post for post in self.graph.posts.values()
        }
        for uri, post in self.graph.posts.items():
            post.id = uri
        self.tokens = Tokens(self.now, partial(secrets.token_hex, 32))
        self.clients = Clients()
        self.others: dict[str, OtherRecord] = {}  # records that are no posts, by URI
        self.spent: dict[str, list[tuple[datetime, int]]] = {}  # points, by account

    def now(self) -> datetime:
        """This instant in UTC."""
        return self.world.clock.now()

    def account(self, name: str) -> Account | None:
        """Return the account of a DID or handle."""
        if name in self.graph.accounts:
            return self.graph.accounts[name]
        wanted = name.lower()
        for account in self.graph.accounts.values():
            if account.name.replace("_", "-") + HANDLES == wanted:
                return account
        return None

    def post(self, user: str, key: str) -> Post | None:
        """Return the post under a record key, if not deleted."""
        post = self.graph.posts.get(f"at://{user}/{POST}/{key}")
        return None if post is None or post.is_deleted else post

    def keep_record(self, user: str, collection: str, key: str, record: dict[str, Any]) -> None:
        """Store a record that is no post. A post counts one like of each account."""
        uri = f"at://{user}/{collection}/{key}"
        kept = OtherRecord(uri, user, collection, key, record, self.now())
        self.others[uri] = kept
        if collection == LIKE and kept.subject in self.graph.posts:
            self.graph.like(user, self.graph.posts[kept.subject])

    def drop_record(self, uri: str) -> None:
        """Delete a record that is no post, if it is there."""
        gone = self.others.pop(uri, None)
        if gone is None or gone.collection != LIKE or self.likes_of(gone.subject, gone.user):
            return
        if gone.subject in self.graph.posts:
            self.graph.unlike(gone.user, self.graph.posts[gone.subject])

    def likes_of(self, subject: str, user: str = "") -> list[OtherRecord]:
        """Return the likes of a post, oldest first; of one account or of all."""
        return [
            each
            for each in self.others.values()
            if each.collection == LIKE and each.subject == subject and user in ("", each.user)
        ]


def tid(at: datetime, number: int) -> str:
    """Return a timestamp identifier: https://atproto.com/specs/tid."""
    value = int(at.timestamp() * 1_000_000) << 10 | number % 1024
    return "".join(_DIGITS[value >> 5 * place & 31] for place in range(12, -1, -1))


def _seeded_key(at: datetime, number: int) -> str:
    return tid(at, number)
