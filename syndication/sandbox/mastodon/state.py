"""State of one Mastodon server between two resets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from syndication.sandbox import settings
from syndication.sandbox.network import World
from syndication.sandbox.oauth2 import Tokens
from syndication.sandbox.social_graph import Post, SocialGraph


@dataclass
class MastodonSettings(settings.NetworkSettings):
    """What `POST /_settings` can turn: servers that speak this API differ.

    `idempotency`: three of four servers ignore the key. `repeat_is_500`: a repeat with it is answered so
    (https://github.com/mastodon/mastodon/issues/40399). `text_style`: how texts are shown: as
    `mastodon` does, as `markdown`, or with `short` addresses (Takahē). `lists_private` off: an account's
    own list leaves out what is for followers (snac, Takahē). `instance_v2` off: only v1 tells the limits.
    `media_polls`: how often a picture is asked after before it is ready. `rate_limit`: requests of
    one account in five minutes. `dead_token`: how the server tells it: 401, 400 (HTML) or 422.
    `metadata` off: a server from before 4.3. `tells_issuer`: it says beside a code who gave it.
    `instance_v2_error`, `instance_v1_error`: the status with which it fails for good (Takahē 0.11: v2, 500).
    `broad_scopes`: whose a token is needs `read` itself, and no more is authorized than was registered
    (Takahē).
    `refuses_narrow_scopes`: they cannot even be registered. `forgets_at_revoke`: the registration goes
    with a revoked token (snac). `login_first`: the permission page sends everybody to log in before it
    looks at anything (Mastodon). `reuses_tokens` off: a new token each time (GoToSocial, snac, Takahē).
    `edit_twice_is_422`: the same edit said twice is refused (GoToSocial). `dotted_media`: uploads are named
    by their files (snac). `counts_whole`: texts are counted by code points with whole addresses, whatever
    `reserved_per_url` says, and one that is too long is a 400 (Takahē). `max_media` 0: no pictures at all.
    `drops_unknown_parents`: a reply to what is gone or not visible is posted as if it answered nothing
    (snac, Takahē). `knows_allowed_mentions` off: the undocumented `allowed_mentions` is not read.
    """

    max_characters: int = 500
    reserved_per_url: int = 23
    max_media: int = 4
    image_size_limit: int = 16_777_216
    idempotency: bool = True
    repeat_is_500: bool = False
    text_style: str = "mastodon"
    lists_private: bool = True
    instance_v2: bool = True
    instance_v2_error: int = 0
    instance_v1_error: int = 0
    broad_scopes: bool = False
    refuses_narrow_scopes: bool = False
    forgets_at_revoke: bool = False
    login_first: bool = False
    reuses_tokens: bool = True
    edit_twice_is_422: bool = False
    dotted_media: bool = False
    counts_whole: bool = False
    media_polls: int = 0
    drops_unknown_parents: bool = False
    knows_allowed_mentions: bool = True
    rate_limit: int = 300
    dead_token: int = 401
    metadata: bool = True
    tells_issuer: bool = (
        False  # Mastodon 4.5 does not: https://github.com/mastodon/mastodon/issues/31116
    )


@dataclass(frozen=True)
class App:
    """A registered client (POST /api/v1/apps)."""

    id: str
    secret: str = field(repr=False)
    name: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]


class MastodonState:
    """One server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = MastodonSettings()
        self.graph = SocialGraph(
            world, post_id=mastodon_snowflake, public=("public", "unlisted"), followers="private"
        )
        self.graph.named("hanako").is_locked = True
        self.apps: dict[str, App] = {}
        self.tokens = Tokens(world.clock.now, partial(secrets.token_urlsafe, 32))
        self.repeats: dict[tuple[str, str], str] = {}  # token and Idempotency-Key: the status

    def timeline(self, viewer: str) -> list[Post]:
        """Return the home timeline, newest first."""
        return [
            post
            for post in self.graph.home(viewer)
            if self.graph.sees(viewer, post) and self._is_of_known_people(viewer, post)
        ]

    def _is_of_known_people(self, viewer: str, post: Post) -> bool:
        """Leave out replies to accounts that `viewer` does not follow."""
        parent = self.graph.posts.get(post.in_reply_to)
        known = (viewer, post.user, *self.graph.accounts[viewer].follows)
        return parent is None or parent.user in known


def mastodon_snowflake(at: datetime, number: int) -> str:
    """Return an id that sorts by time: shifted milliseconds since the epoch, and a counter."""
    return str((int(at.timestamp() * 1000) << 16) + number % 65536)
