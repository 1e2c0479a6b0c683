"""Values that connectors take and return, independent of any protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from syndication.connectors.content import PostContent

# What is delivered: the four kinds of a post, and the two of an interaction with a post on a network.
SubjectKind = Literal["status", "note", "photo", "link", "reply", "like"]
WireAudience = Literal["everyone", "friends_of_friends", "friends", "chosen", "group", "only_me"]

EVERYONE_ONLY: frozenset[WireAudience] = frozenset({"everyone"})

# Who may read a post on a network. "inherited": as the post that it answers, "": not known.
Visibility = Literal["public", "unlisted", "followers", "direct", "inherited", ""]

# Of posts; some networks carry fewer.
KINDS: tuple[SubjectKind, ...] = ("status", "note", "photo", "link")


@dataclass(frozen=True)
class Credentials:
    """Access to one account on one network. Encrypted at rest; never in a repr.

    `expires_at` is seconds since the epoch (None: does not expire). `host` is the server that the
    member named, where the network has many. `extra` holds what else a network needs.
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
    """Our registration with a network, and its addresses (the sandbox has others)."""

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
    """A picture, already re-encoded and without location data. `alt` is its text alternative."""

    content: bytes = field(repr=False)
    content_type: str = "image/jpeg"
    alt: str = ""


@dataclass(frozen=True)
class Terms:
    """Limits of one server where they differ from the network's usual ones.

    0: not stated. `address` is the length that any address counts as; `approves_followers`: the account
    confirms each follower; `no_photos`: the server states that it accepts none; `counts_code_points`:
    it was observed to count code points, and addresses in full, whatever it states.
    """

    text: int = 0
    address: int = 0
    photos: int = 0
    photo_bytes: int = 0
    approves_followers: bool = False
    no_photos: bool = False
    counts_code_points: bool = False


@dataclass(frozen=True)
class Friend:
    """A person on a network. `picture_url` may be "". `display_name` is the name that the account gave
    itself, "" where it has none; `name` is its handle or id then.

    `handle` is how that network writes a mention of the account, "" where it has none or it is not
    known: `@taro@server` (always with its host), `@taro.bsky.social`.
    """

    uid: str
    name: str
    profile_url: str = ""
    picture_url: str = ""
    handle: str = ""
    display_name: str = ""


@dataclass(frozen=True)
class ReplyTarget:
    """A post on the network that is answered or liked, as read right before.

    `version` is the present version's id where a reply names it (the `cid` on Bluesky). `root_id` and
    `root_version` name the first post of the thread where a reply names that, too; "" where the post
    is itself the first. `is_closed`: it takes no reply of this account, and may still be liked.
    """

    remote_id: str
    author: Friend
    visibility: Visibility = ""
    warning: str = ""
    version: str = ""
    root_id: str = ""
    root_version: str = ""
    is_closed: bool = False


@dataclass(frozen=True)
class OutgoingPost(PostContent):
    """A post to be sent, with the member's words. `permalink` is "" where the copy may carry none (a narrower post).

    A reply has the kind "reply", its `reply_to`, and the `visibility` that the member was shown.
    `mentions` maps names in the text ("@taro") to the handle that a copy on this network says instead,
    `mention_uids` those handles to the accounts that are meant, where a handle alone proves none.

    `written_at` is when the member wrote it, in seconds since the epoch; 0 where nobody says.
    `terms` are those of the link that it goes to, as they were last read.
    `lost_photos` counts pictures of the post that can no longer be read: they are not sent.
    """

    kind: SubjectKind
    permalink: str = ""
    photos: tuple[Photo, ...] = ()
    audience: WireAudience = "everyone"
    always_permalink: bool = False
    never_permalink: bool = False  # also a copy that is cut goes without
    written_at: float = 0.0
    terms: Terms | None = None
    lost_photos: int = 0
    reply_to: ReplyTarget | None = None
    visibility: Visibility = ""
    mentions: Mapping[str, str] = field(default_factory=dict)
    mention_uids: Mapping[str, str] = field(default_factory=dict)  # when it is sent
    replaces_photos: bool = False  # of an edit: the copy gets `photos` in place of those it has


@dataclass(frozen=True)
class Preview:
    """A post as it will read on the network: shown before sending, then sent.

    `title` is "" where the network has none; `is_cut` says that text was left out;
    `dropped` holds the reason codes of what cannot go along (a photo too many, say). `warning` is the
    content warning that the network shows before the text, "" where that begins with it.
    """

    text: str
    title: str = ""
    is_cut: bool = False
    photos: int = 0
    dropped: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True)
class Receipt:
    """Proof that the network has the copy. `remote_id` identifies it (with its type), `url` shows it.

    `dropped` as in Preview, where the connector knows better by now than `preview` does.
    `parent_id` is the post that the network says a reply answers; "" where the network does not say.
    `is_stray`: the network says that this reply answers nothing, or another post.
    """

    remote_id: str
    url: str = ""
    dropped: tuple[str, ...] = ()
    parent_id: str = ""
    is_stray: bool = False


@dataclass(frozen=True)
class RemotePost:
    """One entry of the account's own timeline, for looking up. `created_at` is epoch seconds."""

    remote_id: str
    text: str
    created_at: float
    url: str = ""
    title: str = ""
    parent_id: str = ""  # of a reply: the post that it answers


@dataclass(frozen=True)
class Candidates:
    """Entries of the account's own timeline that could be one post, each list oldest first.

    `exact` equals the text sent; `alike` equals it apart from what servers rewrite. `is_conclusive`: a
    copy in neither list does not exist. Else only the member can tell.
    """

    exact: tuple[RemotePost, ...] = ()
    alike: tuple[RemotePost, ...] = ()
    is_conclusive: bool = True


@dataclass(frozen=True)
class FriendPage:
    """A page of a friend list. `following` is where the next page begins, "" after the last."""

    friends: tuple[Friend, ...]
    following: str = ""


class Attachment(NamedTuple):
    """Attachment of a friend's post: a key of syndication.models.feed_text.LABELS, and its text."""

    label: str
    text: str = ""


@dataclass(frozen=True)
class RemoteFeedItem:
    """A post by a friend on the network. `created_at` is epoch seconds.

    `target_id` is what a reply or a like names, where that is not `remote_id` (of a boost: the boosted
    post); "none" where the network takes neither (a diary on mixi). `visibility` is the target's.
    `sharer` is who boosted it.
    """

    remote_id: str
    author: Friend
    text: str
    created_at: float
    url: str = ""
    attached: tuple[Attachment, ...] = ()
    visibility: Visibility = ""
    target_id: str = ""
    sharer: Friend | None = None


@dataclass(frozen=True)
class PostActivity:
    """One of the account's own posts in a listing, with its counts; None where the network has none.

    `thread` is what reading the replies needs besides the id (the conversation on GNU social).
    """

    remote_id: str
    replies: int | None = None
    likes: int | None = None
    thread: str = ""


@dataclass(frozen=True)
class ReceivedReply:
    """A direct reply to one of the account's own posts. `created_at` is epoch seconds.

    The account's own replies and direct messages are listed, too: what is kept of them is not the
    connector's decision.
    """

    remote_id: str
    parent_id: str
    author: Friend
    text: str
    created_at: float
    url: str = ""
    visibility: Visibility = ""
    attached: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Limits of one kind of post. `text` and `title` are counted in `unit`."""

    text: int
    title: int = 0
    unit: str = "characters"  # a key of connectors.text.UNITS
    photos: int = 0
    photo_bytes: int = 5_000_000
    photo_pixels: int = 2048  # longest side
    photo_types: tuple[str, ...] = ("image/jpeg",)


@dataclass(frozen=True)
class RateLimit:
    """Allowed requests per period, as the network documents it."""

    requests: int
    seconds: float
