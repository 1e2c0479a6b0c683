"""What mixi holds: one dataclass for each kind of thing. No rules here but those of naming."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

JST = timezone(timedelta(hours=9))

VISIBILITIES = {
    "everyone": "全体に公開",
    "friends_of_friends": "友人の友人まで公開",
    "friends": "友人まで公開",
    "top_friends": "仲良しに公開",
    "group": "グループに公開",
    "self": "非公開",
}


@dataclass
class Group:
    """A friend group that its owner made."""

    id: str
    title: str
    members: set[str] = field(default_factory=set)


@dataclass
class MixiAccount:
    """A mixi member. `face` is the number in the picture's file name.

    `has_private_face`: the picture is for friends alone; everybody else gets the empty one.
    """

    id: str
    name: str
    nickname: str
    mail: str
    face: int
    password: str = field(repr=False)
    has_private_face: bool = False
    voice_visibility: str = "everyone"
    profile: dict[str, Any] = field(default_factory=dict)
    friends: set[str] = field(default_factory=set)
    top_friends: set[str] = field(default_factory=set)
    groups: dict[str, Group] = field(default_factory=dict)


@dataclass
class Entry:
    """What the things that members write have in common.

    `is_seeded`: was here from the start, so it is not part of what mixi received.
    """

    owner: str
    at: datetime
    visibility: str = "everyone"
    group: str = ""
    is_deleted: bool = False
    is_seeded: bool = False

    @property
    def stamp(self) -> str:
        """The second of writing in Japan, as ids and addresses carry it."""
        return self.at.astimezone(JST).strftime("%Y%m%d%H%M%S")


@dataclass
class Comment(Entry):
    """A comment on a voice, named by it, its writer and the second; or on a picture, with a `number`."""

    post: str = ""
    text: str = ""
    number: str = ""

    @property
    def id(self) -> str:
        return self.number or f"{self.post}-{self.owner}-{self.stamp}"


@dataclass
class Status(Entry):
    """A voice (つぶやき). `photo` names the picture that came with it."""

    text: str = ""
    photo: str = ""
    likes: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.owner}-{self.stamp}"


@dataclass
class Diary(Entry):
    """A diary entry (日記) with up to three pictures, by their ids."""

    id: str = ""
    title: str = ""
    body: str = ""
    show_users: bool = False
    photos: list[str] = field(default_factory=list)


@dataclass
class MixiAlbum(Entry):
    """A photo album; `@default` is each member's かんたん公開アルバム."""

    id: str = ""
    title: str = ""
    description: str = ""
    access_key: str = ""
    is_default: bool = False


@dataclass
class Picture(Entry):
    """An uploaded picture. `album` is "" for those of voices and diaries."""

    id: str = ""
    album: str = ""
    title: str = ""
    content: bytes = field(default=b"", repr=False)
    media_type: str = "image/jpeg"
    likes: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Share(Entry):
    """A checked page (mixiチェック)."""

    title: str = ""
    url: str = ""
    comment: str = ""


def standing_comments(entry: Status | Picture) -> list[Comment]:
    """The comments that were not deleted, oldest first."""
    return [each for each in entry.comments if not each.is_deleted]


def rfc3339(at: datetime) -> str:
    """`2010-06-10T01:32:13+09:00`: every API's form but Voice's."""
    return at.astimezone(JST).isoformat(timespec="seconds")


def voice_time(at: datetime) -> str:
    """`Tue Feb 15 14:44:04 +0000 2011`, in English whatever the machine speaks."""
    at = at.astimezone(UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day} {names[at.month - 1]} {at:%d %H:%M:%S} +0000 {at.year}"
