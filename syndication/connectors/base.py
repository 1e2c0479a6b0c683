"""Connector interface: a pure translation between our values and one network's protocol.

Values in, values out. No Django, no models, no settings, no clock of its own, no logging of
tokens. The HTTP client (`Http`, implemented by accounts.safe_http) and the credentials are passed in;
a connector stores neither. Everything that a page shows beforehand (kinds, audiences, limits,
whether a copy can be deleted or looked up) is a class attribute, so that no page needs an instance.

Words for members. The reason of an error and each entry of `Preview.dropped` is a code of
connectors.reasons; syndication.models.reason_texts has the sentence for it. What the network itself said
is in `ConnectorError.message`, in whatever language it speaks, and is never translated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from syndication.connectors.http import Http, Response, Uploads
from syndication.connectors.values import (
    EVERYONE_ONLY,
    KINDS,
    App,
    Candidates,
    Credentials,
    Friend,
    FriendPage,
    Limits,
    OutgoingPost,
    Photo,
    PostActivity,
    Preview,
    RateLimit,
    Receipt,
    ReceivedReply,
    RemoteFeedItem,
    RemotePost,
    ReplyTarget,
    SubjectKind,
    Terms,
    Visibility,
    WireAudience,
)

__all__ = [
    "EVERYONE_ONLY",
    "KINDS",
    "App",
    "WireAudience",
    "RateLimit",
    "Candidates",
    "Connector",
    "Credentials",
    "RemoteFeedItem",
    "Friend",
    "FriendPage",
    "Http",
    "SubjectKind",
    "Limits",
    "OutgoingPost",
    "Photo",
    "PostActivity",
    "Preview",
    "Receipt",
    "RemotePost",
    "ReceivedReply",
    "ReplyTarget",
    "Response",
    "Terms",
    "Uploads",
    "Visibility",
]


IDLE_PAGES = 3  # in a row that name nobody new, and the list has no end


class Connector:
    """One network's protocol. Subclasses fill in the attributes and the methods they support."""

    key: ClassVar[str]
    name: ClassVar[str]  # as people write it
    limits: ClassVar[Mapping[SubjectKind, Limits]]
    audiences: ClassVar[
        Mapping[SubjectKind, frozenset[WireAudience]]
    ]  # what it can hold for each kind
    # Of these, the audiences that the network means by "followers": never without their approval.
    followers_read: ClassVar[frozenset[WireAudience]] = frozenset()
    closed_in: ClassVar[str] = ""  # the year in which the network closed; what plays it goes on
    address_costs: ClassVar[bool] = (
        False  # a post with an address costs more: members may leave it out
    )
    can_delete: ClassVar[frozenset[SubjectKind]] = frozenset()
    can_edit: ClassVar[frozenset[SubjectKind]] = (
        frozenset()
    )  # whose copies take other words: `amend`
    # Whether the same edit said twice leaves what it leaves when said once. Then a lost answer is
    # simply asked for again; else the timeline is read first, as for a publish.
    is_edit_idempotent: ClassVar[bool] = True
    can_reconcile: ClassVar[frozenset[SubjectKind]] = (
        frozenset()
    )  # else a lost answer stays unconfirmed
    needs_scope: ClassVar[Mapping[SubjectKind, str]] = {}
    photos_need_scope: ClassVar[str] = ""  # besides, for a post of any kind that has photos
    refresh_ahead: ClassVar[float] = 120.0  # refresh when fewer seconds than this are left
    reconcile_delay: ClassVar[float] = 60.0  # seconds to let a late request land before looking
    # Seconds from the answer to one post of a kind to the next request of that account. Where a network
    # names posts by their second, two within one second would be one name.
    seconds_between_posts: ClassVar[Mapping[SubjectKind, float]] = {}
    # Seconds after a post for which an equal one of that account is not taken as another.
    seconds_between_equals: ClassVar[float] = 0.0
    upload_lifetime: ClassVar[float] = (
        0.0  # seconds for which a picture may be used that no post names
    )
    counts_differ: ClassVar[bool] = False  # some servers count texts otherwise than they say
    timeline_lags: ClassVar[bool] = False  # then it is read twice
    refresh_interval: ClassVar[float] = (
        0.0  # seconds within which an idle link needs a refresh; 0: never
    )
    rate_limit_per_link: ClassVar[RateLimit | None] = None  # for one account; None: not known
    rate_limit_per_network: ClassVar[RateLimit | None] = None  # for all accounts of ours together
    relink_hint: ClassVar[str] = ""  # advice for the permission page when a member links again
    has_local_ids: ClassVar[bool] = False  # ids of accounts and posts are one server's own
    can_revoke: ClassVar[bool] = False  # access can be revoked by a request: `revoke`
    permissions_page: ClassVar[str] = ""  # path on the member's server where they can revoke it
    # Kinds whose copies bring replies and likes back; "reply" for replies sent from here.
    brings_replies: ClassVar[frozenset[SubjectKind]] = frozenset()
    brings_likes: ClassVar[frozenset[SubjectKind]] = frozenset()
    counts_replies: ClassVar[bool] = True  # else only reading a thread shows that it grew
    has_handles: ClassVar[bool] = False  # `profile` says how the account is mentioned
    can_like: ClassVar[bool] = False  # `needs_scope["like"]` is the right that it takes

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
        self.uploads = Uploads()

    @classmethod
    def kinds(cls) -> frozenset[SubjectKind]:
        """The kinds of post that it carries at all."""
        return frozenset(cls.limits).intersection(KINDS)

    @classmethod
    def can_reply(cls) -> bool:
        """Whether posts on the network can be answered: it has limits for a reply."""
        return "reply" in cls.limits

    @classmethod
    def can_like_target(cls, target_id: str) -> bool:
        """Whether a post with this id can be liked, as far as the id tells."""
        return cls.can_like

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        """Return who may read a reply to a post of this visibility: never more readers than the parent's.

        What answers something narrower than public is for the people answered alone, and so is what
        answers a post of which nobody knows who reads it.
        """
        raise NotImplementedError

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        """Return how `post` will read on the network. Raises Unsupported, with the reason, where it cannot go."""
        raise NotImplementedError

    @classmethod
    def reconciled_text(cls, post: OutgoingPost) -> str:
        """Return the part of `post` that `look_up` compares: its text, or its title alone."""
        return cls.preview(post).text

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. Raises the five errors of connectors.errors and no other."""
        raise NotImplementedError

    def amend(self, receipt: Receipt, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Edit the copy `receipt` to the text of `post`; return its id and address from now on.

        Text only, unless it `replaces_photos`: `post.photos` holds descriptions (`alt`) without bytes, and
        the pictures stay. So does the audience: `post.audience` is the copy's own, and is checked again where `publish`
        checks it.

        Reads afterwards as `preview(post)` does. Raises `CopyGone` where the copy is no longer there,
        and the five errors as `publish` does.
        """
        raise NotImplementedError

    def retract(self, receipt: Receipt) -> None:
        """Delete the copy. Succeeds where it is already gone."""
        raise NotImplementedError

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        """Find the entries of the account's own timeline that could be `post`, sent at `since` or later.

        `since` is compared with the network's clock: subtract a margin for clock skew
        beforehand. Raises Unsupported for a kind that is not in `can_reconcile`.
        """
        raise NotImplementedError

    def read_target(self, remote_id: str) -> ReplyTarget:
        """Read the post that is to be answered or liked, as the account sees it now.

        Raises `TargetGone` where it is gone, not visible, or takes no reply of this account; else as
        reads do.
        """
        raise NotImplementedError

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        """Like the post; its receipt names the like for `unlike`. Succeeds where it is liked already.

        Raises as `publish` does, and Unauthorized with its `scope` where the access does not cover it.
        """
        raise NotImplementedError

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        """Take the like of the post `target_id` back. Succeeds where it is gone already."""
        raise NotImplementedError

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        """Yield the account's own posts and replies written at `since` (epoch seconds) or later, newest
        first, with their counts: one request a page, and no more pages than needed."""
        raise NotImplementedError

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        """Yield the direct replies to one of the account's own posts.

        Raises where the thread cannot be read, also because the post is gone: no answer is no list.
        Raises ResponseTooLarge at its end where more may be there than it yielded.
        """
        raise NotImplementedError

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        """Yield who likes one of the account's own posts, as far as the network tells in one request.

        Raises where they cannot be read, as `replies` does.
        """
        raise NotImplementedError

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the friend list by pages, from its beginning or from a page's `following`.

        A list that changes meanwhile may repeat a friend. Raises Rejected where the network no longer
        knows `start`.
        """
        raise NotImplementedError

    def friends(self) -> Iterator[Friend]:
        """Yield the whole friend list; stop early once pages bring no new friends."""
        seen: set[str] = set()
        idle = 0
        for page in self.friend_pages():
            fresh = {each.uid: each for each in page.friends if each.uid not in seen}
            seen.update(fresh)
            yield from fresh.values()
            idle = 0 if fresh else idle + 1
            if idle >= IDLE_PAGES:
                return

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        """Yield what friends wrote after the `remote_id` `since` ("": all on offer), oldest first."""
        raise NotImplementedError

    def profile(self) -> Friend:
        """Return the account itself, as its friends see it."""
        raise NotImplementedError

    def terms(self) -> Terms:
        """Read the server's limits, and whether this account approves its followers."""
        return Terms()

    def refresh(self) -> Credentials:
        """Refresh the credentials. Raises Unauthorized where the network says that the access has ended."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Revoke these tokens, and no others of the account; a short-lived one may run out by itself.

        Does nothing where `can_revoke` is False. Succeeds where they are revoked already, so it can be
        repeated. Raises TryLater, or Rejected where the network refuses for good.
        """
