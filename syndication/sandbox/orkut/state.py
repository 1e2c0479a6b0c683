"""State of Orkut between two resets."""

from __future__ import annotations

from dataclasses import dataclass, field

from syndication.sandbox import settings
from syndication.sandbox.network import World
from syndication.sandbox.oauth1 import OAuth1
from syndication.sandbox.social_graph import SocialGraph

CLIENT_ID = "profile-link.example"
CLIENT_SECRET = "ok7-only-in-the-sandbox-4c3b2a1908f7"  # noqa: S105 - opens the sandbox alone


@dataclass
class OrkutSettings(settings.NetworkSettings):
    """What `POST /_settings` can turn. `trouble` is an errorType that every call is answered with."""

    trouble: str = ""
    timeline_lag: int = 0


@dataclass
class OrkutAlbum:
    """Pictures of one member."""

    id: str
    user: str
    title: str
    items: list[str] = field(default_factory=list)


class OrkutState:
    """Rows by id, in order of writing."""

    def __init__(self, world: World) -> None:
        self.settings = OrkutSettings()
        self.graph = SocialGraph(world, account_id=orkut_account_id)
        self.secret = world.secrets.get("orkut", CLIENT_SECRET)
        self.tokens = OAuth1("Google アカウント", self.graph, {CLIENT_ID: self.secret})
        self.albums: dict[str, OrkutAlbum] = {}


def orkut_account_id(name: str, number: int) -> str:
    """20 digits."""
    return f"{3_060_000_000_000_000_000 + number * 7919:020}"
