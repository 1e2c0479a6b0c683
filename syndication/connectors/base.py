"""What every connector is: a pure translation between our values and one network's wire.

Values in, values out. No Django, no models, no settings, no clock of its own, no logging of
tokens. The HTTP client is handed in (`Http`, fulfilled by accounts.safe_http), the credentials
too; a connector never stores either. Everything a page must say beforehand (what the network
carries, to whom, how long a text may be, whether a copy can be deleted or read back) is a class
attribute, so that no page needs an instance.

Words for members. The reason of an error and each entry of `Preview.dropped` is one of the
constants of connectors.reasons, English sentences marked with `gettext_noop`; a page translates
one by handing it to `gettext`. What the network itself said is in `ConnectorError.words`, in
whatever language it speaks, and is never translated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

Kind = Literal["status", "note", "photo", "link"]
Audience = Literal["everyone", "friends_of_friends", "friends", "group", "only_me"]


class Response(Protocol):
    """An answer, read whole. Header names are case-insensitive."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...

    @property
    def url(self) -> str: ...

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is not."""

    @property
    def text(self) -> str: ...


class Http(Protocol):
    """The one way out. `deadline` is the total number of seconds for the whole exchange.

    Two families of errors, handed in as attributes because a connector imports nothing of ours:
    `NotSent` where nothing can have reached the other side (refused address, no connection),
    `MaybeSent` where the request may have arrived and no whole answer came. Both carry `reason`,
    one word. Redirects are never followed.
    """

    @property
    def NotSent(self) -> type[Exception]: ...  # noqa: N802

    @property
    def MaybeSent(self) -> type[Exception]: ...  # noqa: N802

    def request(  # noqa: PLR0913 - the parts of a request, each by its name
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | None = None,
        json: Any = None,
        files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
        deadline: float = 20.0,
        max_bytes: int = 1_000_000,
    ) -> Response: ...


@dataclass(frozen=True)
class Credentials:
    """What opens one account on one network. Sealed at rest; never in a repr.

    `expires_at` is seconds since the epoch (None: does not expire). `host` is the server that the
    member named, where the network has many. `extra` holds what a network needs besides.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    uid: str = ""
    host: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


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
    the account is asked before somebody follows it.
    """

    text: int = 0
    address: int = 0
    photos: int = 0
    photo_bytes: int = 0
    approves_followers: bool = False


@dataclass(frozen=True)
class OutgoingPost:
    """A post on its way out. `permalink` is "" where the copy may carry none (a narrower post).

    `written_at` is when the member wrote it, in seconds since the epoch; 0 where nobody says.
    `terms` are those of the link that it goes to, as they were last read.
    `lost_photos` counts pictures that the post has and nobody can read any more: they do not go.
    """

    kind: Kind
    text: str
    title: str = ""
    url: str = ""
    permalink: str = ""
    photos: tuple[Photo, ...] = ()
    audience: Audience = "everyone"
    always_permalink: bool = False
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
class Friend:
    """Somebody on the member's friend list there. `picture_url` may be ""."""

    uid: str
    name: str
    profile_url: str = ""
    picture_url: str = ""


@dataclass(frozen=True)
class FeedItem:
    """What a friend wrote there. `created_at` is epoch seconds."""

    remote_id: str
    author: Friend
    text: str
    created_at: float
    url: str = ""


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
class Budget:
    """So many requests in so many seconds, as the network's own page says."""

    requests: int
    seconds: float


class Connector:
    """One network's protocol. Subclasses fill in the attributes and the methods they support."""

    key: ClassVar[str]
    name: ClassVar[str]  # as people write it
    limits: ClassVar[Mapping[Kind, Limits]]
    audiences: ClassVar[Mapping[Kind, frozenset[Audience]]]  # what it can hold for each kind
    # Of these, the audiences that the network means by "followers": never without their approval.
    followers_read: ClassVar[frozenset[Audience]] = frozenset()
    can_delete: ClassVar[frozenset[Kind]] = frozenset()
    can_edit: ClassVar[frozenset[Kind]] = frozenset()  # whose copies take other words: `amend`
    # Whether the same edit said twice leaves what it leaves when said once. Then a lost answer is
    # simply asked for again; else the timeline is read first, as for a publish.
    edits_repeat: ClassVar[bool] = True
    can_read_back: ClassVar[frozenset[Kind]] = frozenset()  # else a lost answer stays unconfirmed
    needs_scope: ClassVar[Mapping[Kind, str]] = {}
    refresh_ahead: ClassVar[float] = 120.0  # refresh when fewer seconds than this are left
    read_back_quiet: ClassVar[float] = 60.0  # seconds to let a late request land before looking
    timeline_lags: ClassVar[bool] = False  # then it is read twice
    keep_fresh_every: ClassVar[float] = (
        0.0  # seconds within which an idle link needs a refresh; 0: never
    )
    budget_of_link: ClassVar[Budget | None] = None  # for one account; None: not known
    budget_of_network: ClassVar[Budget | None] = None  # for all accounts of ours together
    relink_hint: ClassVar[str] = ""  # what to mind on its permission page, for who links again

    def __init__(
        self,
        credentials: Credentials,
        *,
        http: Http,
        app: App,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.credentials = credentials
        self.http = http
        self.app = app
        self.clock = clock  # seconds since the epoch
        self.pause: Callable[[float], None] = time.sleep  # until the network is done with a picture

    @classmethod
    def kinds(cls) -> frozenset[Kind]:
        """The kinds of post that it carries at all."""
        return frozenset(cls.limits)

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        """How `post` will read there. Raises Unsupported where it cannot go, with the reason."""
        raise NotImplementedError

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. Raises the five errors of connectors.errors and no other."""
        raise NotImplementedError

    def amend(self, receipt: Receipt, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Give the copy `receipt` the words of `post`; how it is named and shown from now on.

        Words alone: `post.photos` says what the pictures show (`alt`) and has no bytes, and the
        pictures stay. Who may read the copy stays too: `post.audience` is what it was made for.
        Reads afterwards as `preview(post)` does. Raises `Gone` where the copy is no longer there,
        and the five errors as `publish` does.
        """
        raise NotImplementedError

    def retract(self, receipt: Receipt) -> None:
        """Delete the copy. A copy that is already gone is a success."""
        raise NotImplementedError

    def look_up(
        self, post: OutgoingPost, *, since: float, idempotency_key: str
    ) -> Iterator[RemotePost]:
        """What on the account's own timeline could be `post`, sent at `since` or later, oldest first.

        "Could be" means: reads as `preview(post)` does once both are normalised. `since` is compared
        with the network's clock; take the margin for its being wrong off beforehand. Raises
        Unsupported for a kind that is not in `can_read_back`.
        """
        raise NotImplementedError

    def friends(self) -> Iterator[Friend]:
        """The whole friend list, page by page."""
        raise NotImplementedError

    def feed(self, *, since: str = "") -> Iterator[FeedItem]:
        """What friends wrote after the item `since`, a `remote_id` (all that is offered, where ""), oldest first."""
        raise NotImplementedError

    def profile(self) -> Friend:
        """The account itself, as its friends see it."""
        raise NotImplementedError

    def terms(self) -> Terms:
        """What this server lets through and whom this account lets in, as of now."""
        return Terms()

    def refresh(self) -> Credentials:
        """New credentials for old. Raises Unauthorized where the network says that is over."""
        raise NotImplementedError
