"""What goes into a connector and comes out of it: plain values, and no word of how they travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from syndication.connectors.content import PostContent

Kind = Literal["status", "note", "photo", "link"]
Audience = Literal["everyone", "friends_of_friends", "friends", "group", "only_me"]

KINDS: tuple[Kind, ...] = ("status", "note", "photo", "link")  # all; some networks carry fewer


@dataclass(frozen=True)
class Credentials:
    """What opens one account on one network. Sealed at rest; never in a repr.

    `expires_at` is seconds since the epoch (None: does not expire). `host` is the server that the
    member named, where the network has many. `extra` holds what a network needs besides.
    `token_type` is what the token answer called it, "" where it did not (RFC 6749, section 5.1).
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    uid: str = ""
    host: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    token_type: str = ""


@dataclass(frozen=True)
class App:
    """Our registration with a network and where its addresses are (the sandbox has others)."""

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    token_url: str = ""
    redirect_uri: str = ""
    more: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # the network's other settings


@dataclass(frozen=True)
class Photo:
    """A picture, already re-encoded and without place data. `alt` is its text for who cannot see."""

    content: bytes = field(repr=False)
    content_type: str = "image/jpeg"
    alt: str = ""


@dataclass(frozen=True)
class Terms:
    """What one server lets through where it differs from the network's usual, and who is let in.

    0 means that it did not say. `address` is what any address counts; `approves_followers` whether
    the account is asked before somebody follows it; `no_photos`: the server said that it takes none;
    `counts_code_points`: it was seen to count so, and addresses whole, whatever it says.
    """

    text: int = 0
    address: int = 0
    photos: int = 0
    photo_bytes: int = 0
    approves_followers: bool = False
    no_photos: bool = False
    counts_code_points: bool = False


@dataclass(frozen=True)
class OutgoingPost(PostContent):
    """A post on its way out, with the words of its member. `permalink` is "" where the copy may carry none (a narrower post).

    `written_at` is when the member wrote it, in seconds since the epoch; 0 where nobody says.
    `terms` are those of the link that it goes to, as they were last read.
    `lost_photos` counts pictures that the post has and nobody can read any more: they do not go.
    """

    kind: Kind
    permalink: str = ""
    photos: tuple[Photo, ...] = ()
    audience: Audience = "everyone"
    always_permalink: bool = False
    never_permalink: bool = False  # also a copy that is cut goes without
    written_at: float = 0.0
    terms: Terms | None = None
    lost_photos: int = 0


@dataclass(frozen=True)
class Preview:
    """How a post will read there: what the member sees before sending and what is then sent.

    `title` is "" where the network has none; `is_cut` says that text was left out;
    `dropped` names in words what cannot go along (a photo too many, say).
    """

    text: str
    title: str = ""
    is_cut: bool = False
    photos: int = 0
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """The network has it. `remote_id` names the copy there (with its kind of thing), `url` shows it.

    `dropped` as in Preview, where the connector knows better by now than `preview` does.
    """

    remote_id: str
    url: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemotePost:
    """One entry of the account's own timeline, for reading back. `created_at` is epoch seconds."""

    remote_id: str
    text: str
    created_at: float
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Candidates:
    """What on the account's own timeline could be one post, each list oldest first.

    `exact` reads as it left; `alike` reads so once what servers write anew is left out.
    `is_conclusive`: where the copy is in neither list, it is not there. Else only the member can tell.
    """

    exact: tuple[RemotePost, ...] = ()
    alike: tuple[RemotePost, ...] = ()
    is_conclusive: bool = True


@dataclass(frozen=True)
class Friend:
    """Somebody on the member's friend list there. `picture_url` may be ""."""

    uid: str
    name: str
    profile_url: str = ""
    picture_url: str = ""


@dataclass(frozen=True)
class FriendPage:
    """A page of a friend list. `following` is where the next page begins, "" after the last."""

    friends: tuple[Friend, ...]
    following: str = ""


class Attachment(NamedTuple):
    """What a post holds beside its words: a key of syndication.models.feed_text.LABELS, and what it says."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class RemoteFeedItem:
    """What a friend wrote there. `created_at` is epoch seconds."""

    remote_id: str
    author: Friend
    text: str
    created_at: float
    url: str = ""
    attached: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How much fits. `text` and `title` count what `unit` names."""

    text: int
    title: int = 0
    unit: str = "characters"  # a key of connectors.text.UNITS
    photos: int = 0
    photo_bytes: int = 5_000_000
    photo_pixels: int = 2048  # longest side
    photo_types: tuple[str, ...] = ("image/jpeg",)


@dataclass(frozen=True)
class RateLimit:
    """So many requests in so many seconds, as the network's own page says."""

    requests: int
    seconds: float
