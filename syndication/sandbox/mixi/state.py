"""State of mixi between two resets, and queries shared by several APIs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from syndication.sandbox import settings
from syndication.sandbox.mixi.grants import Grants
from syndication.sandbox.mixi.rows import (
    Diary,
    Entry,
    MixiAccount,
    MixiAlbum,
    Picture,
    Share,
    Status,
)
from syndication.sandbox.network import World
from syndication.sandbox.window import SlidingWindow

CLIENT_ID = "cf60e9095216f4ca5bd6"
CLIENT_SECRET = "0f2d7a6c4c1b4b5e9e1d8a7f6c5b4a39"  # noqa: S105 - opens the sandbox alone

_FIRST_ID = 1721036643

EntryType = TypeVar("EntryType", bound=Entry)


@dataclass
class MixiSettings(settings.NetworkSettings):
    """What `POST /_settings` can turn.

    `rate_limit` is requests a minute for one client and member. `refresh_grace` is how many
    seconds a refresh token still works after it was used. `login_first` sends browsers without
    a session to login.pl; otherwise the consent page itself asks for name and password, so that
    a phone without cookies gets through. `timeline_lag`: seconds until a voice shows on timelines.
    `bearer_only`: the newer specification without the older: each token answer names its type, and the
    scheme OAuth opens nothing. `refuses_same_second`: a second voice of a member within a second is a
    bad request, and so is a second comment on a voice; else it is dated a second later.
    `friends_answer`: two friends comment on each voice that comes in, and one of them likes it.
    """

    rate_limit: int = 60
    code_seconds: int = 180
    access_seconds: int = 900
    refresh_seconds: int = 6 * 3600
    refresh_always_seconds: int = 90 * 86400
    refresh_grace: int = 0
    bearer_only: bool = False
    login_first: bool = False
    timeline_lag: int = 0
    refuses_same_second: bool = False
    friends_answer: bool = False


@dataclass(frozen=True)
class RegisteredService:
    """The one registered service. mixi knows one redirect address for each."""

    id: str
    secret: str = field(repr=False)
    name: str
    redirect_uri: str


class MixiState:
    """Rows by id, in order of writing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = MixiSettings()
        self.client = RegisteredService(
            id=CLIENT_ID,
            secret=world.secrets.get("mixi", CLIENT_SECRET),
            name="Profile Link",
            redirect_uri=f"{world.site}/accounts/mixi/login/callback/",
        )
        self.grants = Grants(self.settings, world.clock.now, world.mint)
        self.asked = SlidingWindow(world.clock.now, 60)
        self.accounts: dict[str, MixiAccount] = {}
        self.statuses: dict[str, Status] = {}
        self.diaries: dict[str, Diary] = {}
        self.albums: dict[str, MixiAlbum] = {}
        self.pictures: dict[str, Picture] = {}
        self.shares: list[Share] = []
        self.sessions: dict[str, str] = {}
        self._numbers = itertools.count(_FIRST_ID)

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return self.world.clock.now()

    def number(self) -> str:
        """The next id of diaries, albums and pictures: digits."""
        return str(next(self._numbers))

    def named(self, name: str) -> MixiAccount:
        """The account with this login name. Raises KeyError."""
        return (
            next((each for each in self.accounts.values() if each.name == name), None)
            or (self.accounts[name])
        )

    def login(self, name: str, password: str) -> MixiAccount | None:
        """The account that name (or mail address) and password open."""
        for account in self.accounts.values():
            if name in (account.name, account.mail) and password == account.password:
                return account
        return None

    def can_see(self, viewer: str, entry: Entry) -> bool:
        """Whether `entry` is for `viewer`'s eyes, by its visibility. Deleted: for nobody's."""
        if entry.is_deleted:
            return False
        if viewer == entry.owner:
            return True
        owner = self.accounts[entry.owner]
        group = owner.groups.get(entry.group)
        friends_too = any(viewer in self.accounts[each].friends for each in owner.friends)
        readers: dict[str, bool] = {
            "everyone": True,
            "friends_of_friends": viewer in owner.friends or friends_too,
            "friends": viewer in owner.friends,
            "top_friends": viewer in owner.top_friends,
            "group": group is not None and viewer in group.members,
        }
        return readers.get(entry.visibility, False)

    def seen_by(
        self, viewer: str, entries: Iterable[EntryType], owners: set[str]
    ) -> list[EntryType]:
        """Those of `owners` that `viewer` may see, newest first."""
        return sorted(
            (each for each in entries if each.owner in owners and self.can_see(viewer, each)),
            key=lambda each: each.at,
            reverse=True,
        )

    def free_second(self, is_taken: Callable[[datetime], bool]) -> datetime:
        """The first second from now on that is free: ids carry the second of writing."""
        at = self.now().replace(microsecond=0)
        while is_taken(at):
            at += timedelta(seconds=1)
        return at
