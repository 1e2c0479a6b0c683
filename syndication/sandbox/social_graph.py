"""Social graph of a network of short posts: accounts, follows, posts and uploads, without a protocol.

The networks after mixi differ in their APIs, hardly in their data. Each has
a graph of its own; ids are the network's affair.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syndication.sandbox.network import Person, World

# Login name and shown name of who is here besides the demo's members.
NEIGHBOURS = {
    "momo": "もも",
    "kenji": "けんじ＠札幌",
    "sakura": "さくら♪",
    "takezo": "たけぞう",
    "masaru": "まさる＠自転車",
}
# Who, minutes ago, text.
SEEDS = (
    ("momo", 14, "夕焼けがきれいだったので遠回りして帰った"),
    ("kenji", 52, "初雪！ 長靴を出した #札幌"),
    ("taro", 130, "自転車のタイヤ交換、ひとりでできた"),
    ("sakura", 310, "図書館で借りた本、あと三冊"),
    ("yuki", 640, "窓の外が真っ白です"),
    ("masaru", 1600, "今年の走行距離 4,000km"),
)


@dataclass
class Account:
    """An account. `is_locked`: followers need approval."""

    id: str
    name: str
    nickname: str
    password: str = field(repr=False)
    is_locked: bool = False
    follows: list[str] = field(default_factory=list)


@dataclass
class Upload:
    """An uploaded file, perhaps not yet part of a post."""

    id: str
    user: str
    content: bytes = field(repr=False)
    content_type: str
    alt: str = ""
    asked: int = 0  # how often its state was polled


@dataclass
class Post:
    """One post, as the network holds it.

    `told` are the accounts that it names: they read it whatever its visibility. `likes` are the
    accounts that like it, oldest first.
    """

    id: str
    user: str
    text: str
    at: datetime
    visibility: str = "public"
    photos: list[Upload] = field(default_factory=list)
    is_deleted: bool = False
    is_seeded: bool = False
    edits: int = 0
    in_reply_to: str = ""
    told: list[str] = field(default_factory=list)
    likes: list[str] = field(default_factory=list)
    warning: str = ""
    language: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class SocialGraph:
    """Accounts, posts and uploads by id, in order of coming."""

    def __init__(
        self,
        world: World,
        *,
        account_id: Callable[[str, int], str] | None = None,
        post_id: Callable[[datetime, int], str] | None = None,
        public: Collection[str] = ("public",),
        followers: str = "",
    ) -> None:
        self.world = world
        self.accounts: dict[str, Account] = {}
        self.posts: dict[str, Post] = {}
        self.uploads: dict[str, Upload] = {}
        self._account_id = account_id or _numbered_account
        self._post_id = post_id or _numbered_post
        self._public, self._followers = public, followers  # visibilities, by their names
        self._numbers = itertools.count(1)
        self._fill()

    def now(self) -> datetime:
        """This instant in UTC."""
        return self.world.clock.now()

    def number(self) -> int:
        """Return the next number."""
        return next(self._numbers)

    def named(self, name: str) -> Account:
        """The account with this login name. Raises KeyError."""
        for account in self.accounts.values():
            if account.name == name:
                return account
        raise KeyError(name)

    def login(self, name: str, password: str) -> Account | None:
        """Return the account with this name and password."""
        for account in self.accounts.values():
            if name == account.name and password == account.password:
                return account
        return None

    def write(self, user: str, text: str, **more: Any) -> Post:
        """Add a post of `user`, dated now."""
        at = more.pop("at", None) or self.now()
        ident = more.pop("id", "") or self._post_id(at, self.number())
        post = Post(ident, user, text, at, **more)
        self.posts[post.id] = post
        return post

    def upload(
        self, user: str, content: bytes, content_type: str, alt: str = "", *, name: str = ""
    ) -> Upload:
        """Store a file, under `name` or under a number."""
        ident = name or str(500_000 + self.number())
        upload = Upload(ident, user, content, content_type, alt)
        self.uploads[upload.id] = upload
        return upload

    def standing(self, user: str = "") -> list[Post]:
        """Return the posts that are not deleted, of one account or of all, newest first."""
        found = [
            each for each in self.posts.values() if not each.is_deleted and user in ("", each.user)
        ]
        return sorted(found, key=lambda post: (post.at, post.id), reverse=True)

    @property
    def newest(self) -> list[Post]:
        """Return all posts, deleted ones too, newest first."""
        return sorted(self.posts.values(), key=lambda post: post.at, reverse=True)

    def home(self, user: str) -> list[Post]:
        """Return the home timeline of `user`: their own posts and those of accounts followed, newest first."""
        read = {user, *self.accounts[user].follows}
        return [each for each in self.standing() if each.user in read]

    def sees(self, viewer: str, post: Post) -> bool:
        """Whether `viewer` may read `post`."""
        if post.is_deleted:
            return False
        if viewer in (post.user, *post.told) or post.visibility in self._public:
            return True
        is_followed = post.user in self.accounts[viewer].follows
        return post.visibility == self._followers and is_followed

    def seen(self, viewer: str, ident: str) -> Post | None:
        """Return the post with this id, where `viewer` may read it."""
        post = self.posts.get(ident)
        return post if post is not None and self.sees(viewer, post) else None

    def replies(self, post: Post) -> list[Post]:
        """Return the direct replies that are not deleted, oldest first."""
        return [each for each in self.standing() if each.in_reply_to == post.id][::-1]

    def like(self, user: str, post: Post) -> bool:
        """Like `post`. Return False where `user` likes it already."""
        if user in post.likes:
            return False
        post.likes.append(user)
        return True

    def unlike(self, user: str, post: Post) -> bool:
        """Take the like back. Return False where there is none."""
        if user not in post.likes:
            return False
        post.likes.remove(user)
        return True

    def add_account(self, person: Person) -> Account:
        """Add an account."""
        ident = self._account_id(person.name, self.number())
        account = Account(ident, person.name, person.nickname, person.password)
        self.accounts[ident] = account
        return account

    def add_follows(self, name: str, count: int) -> None:
        """Add `count` accounts that `name` follows, for lists of several pages."""
        owner = self.named(name)
        for number in range(count):
            other = Person(f"{name}_friend_{number:03}", f"友人{number:03}", owner.password)
            owner.follows.append(self.add_account(other).id)

    def received(self) -> dict[str, Any]:
        """Return what came in, in the sandbox's fixed shape. `likes` are those of all accounts."""
        return {
            "likes": [
                {"user": self.accounts[user].name, "to": post.id}
                for post in self.posts.values()
                for user in post.likes
            ],
            "statuses": [
                {
                    "id": post.id,
                    "user": self.accounts[post.user].name,
                    "text": post.text,
                    "created_at": post.at.isoformat(timespec="seconds"),
                    "visibility": post.visibility,
                    "deleted": post.is_deleted,
                    "edits": post.edits,
                    "in_reply_to": post.in_reply_to,
                    "warning": post.warning,
                    "language": post.language,
                    "photos": [
                        {"type": each.content_type, "bytes": len(each.content), "alt": each.alt}
                        for each in post.photos
                    ],
                }
                for post in self.posts.values()
                if not post.is_seeded
            ],
        }

    def _fill(self) -> None:
        for person in self.world.people:
            self.add_account(person)
        password = self.world.people[0].password if self.world.people else ""
        for name, nickname in NEIGHBOURS.items():
            self.add_account(Person(name, nickname, password))
        everybody = list(self.accounts.values())
        for member in everybody[: len(self.world.people)]:
            member.follows = [other.id for other in everybody if other is not member]
        names = {account.name for account in everybody}
        now = self.now().replace(microsecond=0)
        for name, minutes, text in reversed(SEEDS):
            if name in names:
                at = now - timedelta(minutes=minutes)
                self.write(self.named(name).id, text, at=at, is_seeded=True)


def _numbered_account(name: str, number: int) -> str:
    return str(1000 + number)


def _numbered_post(at: datetime, number: int) -> str:
    return str(100_000 + number)


def digest(text: str, length: int) -> str:
    """Return `length` hexadecimal digits derived from `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]
