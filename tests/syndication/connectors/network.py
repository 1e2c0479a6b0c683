"""How a test reaches a network, and the posts that it hands over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from accounts.safe_http import SafeHttp
from syndication.connectors.base import (
    App,
    Connector,
    Credentials,
    Friend,
    OutgoingPost,
    Photo,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.errors import ConnectorError
from tests.photographs import a_photo
from tests.scripted_server import Play, ScriptedServer

PERMALINK = "http://testserver/posts/7/"

# In the middle of a JPEG, where it says how coarse it is: what a careless multipart body breaks on.
ODD_BYTES = b"\r\n--with\r\n\r\nodd bytes\r\n--\r\n".ljust(64, b"\x0c")


def a_plain_jpeg() -> bytes:
    """A real picture with nothing else in its file, so that it goes byte for byte."""
    content = a_photo((16, 16))
    tables = content.index(b"\xff\xdb") + 5
    return content[:tables] + ODD_BYTES + content[tables + 64 :]


JPEG = a_plain_jpeg()
SECRETS = ("access-secret-1", "refresh-secret-2", "client-secret-3")
KINDS = ("status", "note", "photo", "link")
AUDIENCES = ("everyone", "friends_of_friends", "friends", "group", "only_me")


def a_reply(target: ReplyTarget, text: str = "いいですね 😀", **changes: Any) -> OutgoingPost:
    """A reply as the product would hand it over, to be seen as `reply_visibility` says."""
    whole = OutgoingPost(kind="reply", text=text, reply_to=target)
    return replace(whole, **changes)


def a_post(kind: str, audience: str = "everyone", **changes: Any) -> OutgoingPost:
    """A post of that kind as the product would hand it over."""
    whole = OutgoingPost(
        kind=kind,
        text=f"{kind}: 今日はいい天気 & <b>😀</b>",
        title="日記のタイトル" if kind == "note" else "",
        url="https://example.org/a?b=c&d=%E3%81%82" if kind == "link" else "",
        permalink=PERMALINK if audience == "everyone" else "",
        photos=(Photo(JPEG, alt="a picture"),) if kind == "photo" else (),
        audience=audience,
    )
    return replace(whole, **changes)


def several_photos(count: int) -> tuple[Photo, ...]:
    """Pictures that differ, each with its own words."""
    contents = (a_photo((16, 16 + number)) for number in range(1, count + 1))
    return tuple(Photo(each, alt=f"picture {place}") for place, each in enumerate(contents, 1))


READINGS: dict[str, Callable[[Connector], object]] = {
    "friends": lambda connector: list(connector.friends()),
    "feed": lambda connector: list(connector.feed()),
    "profile": lambda connector: connector.profile(),
    "look_up": lambda connector: connector.look_up(a_post("status"), since=0, idempotency_key="k"),
}


class Impatient:
    """A SafeHttp that gives no request more than `seconds`, so that a test need not wait."""

    NotSent = SafeHttp.NotSent
    MaybeSent = SafeHttp.MaybeSent

    def __init__(self, http: SafeHttp, seconds: float) -> None:
        self._http = http
        self._seconds = seconds

    def request(self, method: str, url: str, *, deadline: float = 20.0, **content: Any) -> Any:
        deadline = min(deadline, self._seconds)
        return self._http.request(method, url, deadline=deadline, **content)


class Network:
    """How one network is reached in the tests. A subclass fills in what raises here."""

    connector_class: type[Connector]
    # Hanako's account there, as the page before linking shows it; {server} is the sandbox's server.
    shown = ""
    typed = ""  # where the member names the server: what is typed for it
    is_none = ""  # what is said of a server of another kind
    longest = 0  # text that a server says it takes
    can_refresh = True  # else an access either holds or is gone
    ends_at_once = True  # an access that was taken back; else only its refresh tells for good
    # What its servers may do to a text that they show, as settings of the sandbox.
    manners: tuple[dict[str, Any], ...] = ()
    # What its servers may do otherwise when a post comes in, as settings of the sandbox.
    sending_manners: tuple[dict[str, Any], ...] = ()
    posts_at = ""  # where a post comes in that names pictures which were handed over before
    asks_terms = False  # of its servers, which differ
    lasts_when_given_back = False  # the access token, to its own end; nothing renews it
    uid = ""  # of the scripted account, where that spares a question
    receipt_id = "voice:a1"  # a well-formed remote id of a status
    # A page of the friend list with one friend, `a1`; {next} is the address of the next page, which
    # the network may also name in its Link header, and {total} how many there are.
    friend_page = (
        '{"entry":[{"id":"a1","displayName":"A"}],"totalResults":{total},"startIndex":0,'
        '"next":"{next}","nextLink":"{next}"}'
    )
    last_friend_page = '{"entry":[]}'
    friend_uid = "a1"  # as `friends()` tells that friend
    # How the network says no: {words} stands for its own words; what a definite end of the access
    # looks like where it is no refresh that says so.
    refusal_body = '{"error":"x","error_description":"{words}"}'

    # Replies and likes (contract_replies). The friend is one whom hanako follows there.
    friend = "momo"
    friend_handle = ""  # as her posts name her, {server} is the sandbox's; "" where there are none
    # The network's own words for who reads a post, and ours; the first is what a post has by itself.
    visibilities: dict[str, Visibility] = {"": ""}
    drops_parents: dict[str, Any] = {}  # the setting by which the sandbox posts strays
    target_id = "116"  # a well-formed id of somebody's status, on a scripted server
    odd_id = "a.b/c?d#e"  # an id that breaks a path unless it is quoted
    is_odd_id_quoted = b"a.b%2Fc%3Fd%23e"  # how it reads in the request

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def a_friends_post(self, visibility: str = "", text: str = "夕焼けがきれい") -> str:
        """A post of the friend that hanako may read; its remote id."""
        graph = self.there.state.graph
        seen = {"visibility": visibility} if visibility else {}
        told = [graph.named("hanako").id]
        post = graph.write(graph.named(self.friend).id, text, is_seeded=True, told=told, **seen)
        return str(post.id)

    def answer(self, remote_id: str, text: str, visibility: str = "") -> str:
        """The friend answers a post; the reply's remote id."""
        return str(self.there.reply_as(self.friend, remote_id, text, visibility))

    def like(self, remote_id: str) -> None:
        """The friend likes a post."""
        self.there.like_as(self.friend, remote_id)

    def likes_of(self, remote_id: str) -> list[str]:
        """The names of those who like a post."""
        likes = self.there.received()["likes"]
        return [each["user"] for each in likes if each["to"] == remote_id]

    def remove(self, remote_id: str) -> None:
        """Whoever wrote that post deletes it."""
        self.there.state.graph.posts[remote_id].is_deleted = True

    def rename_friend(self, name: str) -> None:
        """The friend calls herself `name` from now on."""
        self.there.state.graph.named(self.friend).nickname = name

    def reply_row(self, remote_id: str) -> dict[str, Any]:
        """One of our replies as `_received` shows it."""
        rows = self.there.received()["statuses"]
        return next(each for each in rows if each["id"] == remote_id)

    def parent_of(self, remote_id: str) -> str:
        """What a reply of ours answers there, "" for nothing."""
        return str(self.reply_row(remote_id)["in_reply_to"])

    def readers_of(self, remote_id: str) -> Visibility:
        """Who reads a reply of ours there, in our words."""
        return self.visibilities[self.reply_row(remote_id)["visibility"]]

    def a_target(self) -> ReplyTarget:
        """A target on a scripted server."""
        author = Friend("9", "もも", handle="@momo@server.example")
        return ReplyTarget(self.target_id, author, visibility="public")

    def replying(self, *replies: Play) -> list[Play]:
        """What a server plays, in order, for one reply, where the write itself gets `replies`."""
        return self.publishing(*replies)

    def liking(self, *replies: Play) -> list[Play]:
        """What a server plays, in order, for one like, where the write itself gets `replies`."""
        return list(replies)

    def thread_of(self, count: int) -> list[Play]:
        """What a server plays for `replies(PostActivity(target_id))`, of so many direct replies."""
        return []

    def app(self) -> App:
        """Our registration there, pointing at the sandbox."""
        raise NotImplementedError

    def credentials(self) -> Credentials:
        """Those of a member who has just consented to everything."""
        raise NotImplementedError

    def publishing(self, *replies: Play) -> list[Play]:
        """What a server plays, in order, for one status, where the write itself gets `replies`.

        Networks that ask something first (the limits of an instance, say) put it before.
        """
        return list(replies)

    def amending(self, *replies: Play) -> list[Play]:
        """What a server plays, in order, for other words to a copy, where the write gets `replies`."""
        return list(replies)

    @property
    def ident(self) -> str:
        """Hanako's own id there."""
        return str(self.there.state.graph.named("hanako").id)

    @property
    def there(self) -> Any:
        """The network in the sandbox."""
        return getattr(self.sandbox, self.connector_class.key)

    def copies(self, kind: str) -> list[tuple[str, str]]:
        """Title and text of the copies there that are not deleted, oldest first."""
        received: dict[str, list[dict[str, Any]]] = self.there.received()
        if kind == "note" and "diaries" in received:
            return [(each["title"], each["body"]) for each in standing(received["diaries"])]
        if kind == "photo" and "photos" in received:
            return [("", each["title"]) for each in standing(received["photos"])]
        return [("", each["text"]) for each in standing(received["statuses"])]

    def pictures(self) -> list[bytes]:
        """The pictures of the last copy in their order."""
        *_earlier, copy = (
            one for one in self.there.state.graph.posts.values() if not one.is_seeded
        )
        return [each.content for each in copy.photos]

    def friends(self, count: int) -> int:
        """Give the member `count` more friends; how many that makes."""
        before = len(list(self.connector().friends()))
        self.there.add_friends("hanako", count)
        return before + count

    def expire(self) -> None:
        """Let time pass until the access token has run out."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Take the access back, as the member would on the network's own page."""
        self.there.revoke("hanako")

    def is_scripted(self, server: ScriptedServer) -> App:
        """A registration whose addresses are all at `server`."""
        raise NotImplementedError

    def http(self, *servers: ScriptedServer) -> SafeHttp:
        allowed = [server.authority for server in servers] or self.allowed()
        return SafeHttp(user_agent="ProfileLink/0 (+http://testserver)", allowed=allowed)

    def allowed(self) -> list[str]:
        return self.sandbox.environment()["ALLOWED_PRIVATE_HOSTS"].split(",")

    def connector(self, credentials: Credentials | None = None) -> Connector:
        """A connector that speaks to the sandbox."""
        return self.connector_class(
            credentials or self.credentials(), http=self.http(), app=self.app()
        )

    def scripted(self, server: ScriptedServer, *, seconds: float = 20.0) -> Connector:
        """A connector that speaks to `server`, with known secrets."""
        access, refresh, _ = SECRETS
        return self.connector_class(
            Credentials(access_token=access, refresh_token=refresh, uid=self.uid),
            http=Impatient(self.http(server), seconds),
            app=self.is_scripted(server),
        )


def standing(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that were not deleted."""
    return [each for each in things if not each["deleted"]]


def told_by(act: Callable[[], object]) -> str:
    """Everything that an error of `act` tells, "" where there is none."""
    try:
        act()
    except ConnectorError as error:
        return f"{error!r} {error} {error.reason} {error.message} {error.excerpt}"
    return ""
