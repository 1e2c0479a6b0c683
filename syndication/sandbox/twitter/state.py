"""State of Twitter between two resets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from syndication.sandbox import settings
from syndication.sandbox.network import World
from syndication.sandbox.oauth2 import Tokens
from syndication.sandbox.social_graph import SocialGraph
from syndication.sandbox.window import SlidingWindow

CLIENT_ID = "VXNlLW9ubHktaW4tdGhlLXNhbmRib3g"
CLIENT_SECRET = "vS7-only-in-the-sandbox-0d9c1b2a3f4e5d6c"  # noqa: S105 - opens the sandbox alone
_EPOCH = 1288834974657  # milliseconds: where Twitter's ids begin


@dataclass
class TwitterSettings(settings.NetworkSettings):
    """What `POST /_settings` can turn. `rate_limit`: posts of one account in a quarter of an hour.
    `entities` off: addresses appear as t.co without their originals."""

    rate_limit: int = 100
    code_seconds: int = 30
    access_seconds: int = 7200
    duplicate_seconds: int = 3600
    timeline_lag: int = 0
    entities: bool = True


@dataclass(frozen=True)
class RegisteredProgram:
    """The one registered program."""

    id: str
    secret: str = field(repr=False)
    redirect_uri: str


class TwitterState:
    """Rows by id, in order of writing."""

    def __init__(self, world: World) -> None:
        self.settings = TwitterSettings()
        self.graph = SocialGraph(world, account_id=twitter_account_id, post_id=twitter_snowflake)
        self.client = RegisteredProgram(
            CLIENT_ID,
            world.secrets.get("twitter", CLIENT_SECRET),
            f"{world.site}/accounts/twitter/login/callback/",
        )
        self.tokens = Tokens(world.clock.now, world.mint)
        self.written = SlidingWindow(world.clock.now, 15 * 60)


def twitter_account_id(name: str, number: int) -> str:
    """Digits."""
    return str(2_244_994_900 + number)


def twitter_snowflake(at: datetime, number: int) -> str:
    """Return an id that sorts by time: shifted milliseconds since 2010, and a counter."""
    return str(((int(at.timestamp() * 1000) - _EPOCH) << 22) + number % 4096)
