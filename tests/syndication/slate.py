"""Slate: a small network of the tests' own, whose copies can be changed. Real HTTP on a free port.

It holds posts for everyone or for its account's friends, changes the words of one and keeps all that
it ever said, in the order in which it came in. Its fixture is `slate`.

    slate.fail("PUT", "drop_after")
    slate.fail("POST", "429", seconds=5)
    with slate.holding("PUT") as held: held.came_in.wait(10) …
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from accounts.models import Member
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.api import ApiClient
from syndication.connectors.base import (
    Candidates,
    Connector,
    Credentials,
    Limits,
    OutgoingPost,
    Preview,
    Receipt,
    RemotePost,
    SubjectKind,
    Terms,
    WireAudience,
)
from syndication.connectors.errors import CopyGone, Rejected, Unsupported
from syndication.delivery import credentials
from syndication.models import Link
from syndication.sandbox.clock import Clock
from tests.making import make_link

KEY = "slate"
LONGEST = 300
KINDS: tuple[SubjectKind, ...] = ("status", "note", "photo", "link")


@dataclass
class Entry:
    """One post there. `said` is all the words that it ever had, oldest first."""

    id: str
    text: str
    audience: str
    key: str
    created_at: float
    is_deleted: bool = False
    said: list[str] = field(default_factory=list)
    # Of replies, and of what friends wrote (tests.syndication.slate_talk)
    author: str = ""  # "": the member's account
    parent: str = ""
    visibility: str = "public"
    parent_visibility: str = ""  # when it came in
    is_closed: bool = False
    shares: str = ""  # the id of the post that this boost shows
    likes: set[str] = field(default_factory=set)


@dataclass
class Hold:
    """A request that is in and gets no answer yet."""

    came_in: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


class Slate:
    """The network. `knows_keys`: a repeat of a key gets the first post again, as on Mastodon."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.entries: dict[str, Entry] = {}
        self.requests: list[str] = []
        self.knows_keys = False
        self.says = "no"  # with each 422
        self.longest = 0  # what it takes; 0: anything
        self.tells = 0  # what it says that it takes
        self.drops_parents = False  # a reply becomes a post of its own, as on snac and Takahē
        self.allows_likes = True
        self.likes_came = 0  # requests that liked something
        self._faults: list[tuple[str, str, int]] = []
        self._holds: dict[str, Hold] = {}
        self._lock = threading.Lock()
        slate = self

        class Door(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                slate.serve(self, json.loads(body or b"{}"))

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self.authority = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # What a test orders and sees

    def reset(self) -> None:
        self.forget_faults()
        self.clock.reset()
        with self._lock:
            self.entries.clear()
            self.requests.clear()

    def forget_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    def fail(self, method: str, kind: str, *, seconds: int = 0) -> None:
        """The next request of `method` goes wrong: 500_before, 500_after, drop_after, 429, or
        422 with what it says."""
        with self._lock:
            self._faults.append((method, kind, seconds))

    @contextmanager
    def holding(self, method: str) -> Iterator[Hold]:
        """The next request of `method` is carried out; its answer waits for the block's end."""
        held = self._holds[method] = Hold()
        try:
            yield held
        finally:
            held.go_on.set()

    @property
    def texts(self) -> list[str]:
        """The words that stand there."""
        return [each.text for each in self.entries.values() if not each.is_deleted]

    # Answering

    def serve(self, door: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        method, path = door.command, door.path.partition("?")[0]
        with self._lock:
            self.requests.append(f"{method} {path}")
            order = next((each for each in self._faults if each[0] == method), None)
            if order is not None:
                self._faults.remove(order)
            kind, seconds = order[1:] if order else ("", 0)
            status, answer = 500, {}
            if kind == "429":
                status = 429
            elif kind == "422":
                status, answer = 422, {"error": self.says}
            elif kind != "500_before":
                status, answer = self._carried_out(method, path, body)
            held = self._holds.pop(method, None)
        if held is not None:
            held.came_in.set()
            held.go_on.wait(20)
        if kind == "drop_after":
            door.close_connection = True
            return
        self._send(door, 500 if kind == "500_after" else status, answer, seconds)

    def _send(self, door: BaseHTTPRequestHandler, status: int, answer: Any, seconds: int) -> None:
        raw = json.dumps(answer).encode()
        door.send_response(status)
        if seconds:
            door.send_header("Retry-After", str(seconds))
        door.send_header("Content-Length", str(len(raw)))
        door.end_headers()
        door.wfile.write(raw)

    def _carried_out(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/limits":
            return 200, {"text": self.tells}
        if method in ("POST", "PUT") and 0 < self.longest < len(body["text"]):
            return 422, {"error": self.says}
        if path == "/posts" and method == "POST":
            made = self._post(body)
            return 200, {"id": made.id, "parent": made.parent}
        if path == "/posts":
            own = [
                each for each in self.entries.values() if not each.is_deleted and not each.author
            ]
            return 200, [_shown(each) for each in own]
        entry = self.entries.get(path.rpartition("/")[2])
        if entry is None or entry.is_deleted:
            return 404, {"error": "no such post"}
        if path.startswith("/likes/"):
            return self._like(method, entry)
        if method == "GET":
            entry = self.entries.get(entry.shares, entry)
            return 200, {**_shown(entry), "author": entry.author, "visibility": entry.visibility,
                         "closed": entry.is_closed}  # fmt: skip
        if method == "DELETE":
            entry.is_deleted = True
        else:
            entry.text = body["text"]
            entry.said.append(entry.text)
        return 200, {"id": entry.id}

    def _like(self, method: str, entry: Entry) -> tuple[int, Any]:
        if not self.allows_likes:
            return 403, {"error": "missing scope"}
        if method == "DELETE":
            entry.likes.discard("me")
        else:
            self.likes_came += 1
            entry.likes.add("me")
        return 200, {"id": entry.id}

    def friends_post(self, text: str = "こんにちは", visibility: str = "public") -> str:
        """A post of somebody else; return its id."""
        entry = Entry(
            id=str(len(self.entries) + 1),
            text=text,
            audience="everyone",
            key="",
            created_at=self.clock.now().timestamp(),
            author="taro",
            visibility=visibility,
        )
        self.entries[entry.id] = entry
        return entry.id

    def replies_to(self, parent: str) -> list[Entry]:
        """What stands in its thread."""
        return [e for e in self.entries.values() if e.parent == parent and not e.is_deleted]

    def _post(self, body: dict[str, Any]) -> Entry:
        before = [each for each in self.entries.values() if each.key == body["key"]]
        if before and self.knows_keys:
            return before[0]
        entry = Entry(
            id=str(len(self.entries) + 1),
            text=body["text"],
            audience=body["audience"],
            key=body["key"],
            created_at=self.clock.now().timestamp(),
            said=[body["text"]],
            parent="" if self.drops_parents else body.get("parent", ""),
            visibility=body.get("visibility") or "public",
        )
        if entry.parent in self.entries:
            entry.parent_visibility = self.entries[entry.parent].visibility
        self.entries[entry.id] = entry
        return entry


def _shown(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "text": entry.text, "at": entry.created_at, "parent": entry.parent}


class SlateConnector(Connector):
    key = KEY
    name = "Slate"
    limits: ClassVar[Mapping[SubjectKind, Limits]] = {
        kind: Limits(text=LONGEST, photos=1) for kind in KINDS
    }
    audiences: ClassVar[Mapping[SubjectKind, frozenset[WireAudience]]] = {
        kind: frozenset({"everyone", "friends"}) for kind in KINDS
    }
    can_delete: ClassVar[frozenset[SubjectKind]] = frozenset(KINDS)
    can_edit: ClassVar[frozenset[SubjectKind]] = frozenset(KINDS)
    can_reconcile: ClassVar[frozenset[SubjectKind]] = frozenset(KINDS)

    @property
    def _api(self) -> ApiClient:
        return ApiClient(self.credentials, http=self.http, app=self.app, clock=self.clock)

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        words = "\n".join(part for part in (post.title, post.text, post.url) if part)
        if len(words) > LONGEST and post.audience != "everyone":
            raise Unsupported(reasons.TEXT_TOO_LONG)
        return Preview(text=words[:LONGEST], is_cut=len(words) > LONGEST)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        sent = {
            "text": self.preview(post).text,
            "audience": post.audience,
            "key": idempotency_key,
        }
        return Receipt(self._api.write("POST", "/posts", json=sent)["id"])

    def amend(self, receipt: Receipt, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        words = {"text": self.preview(post).text}
        try:
            self._api.write("PUT", f"/posts/{receipt.remote_id}", json=words)
        except Rejected as error:
            if error.status == 404:
                raise CopyGone(reasons.COPY_GONE, status=404) from error
            raise
        return receipt

    def retract(self, receipt: Receipt) -> None:
        self._api.remove("DELETE", f"/posts/{receipt.remote_id}")

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        words = self.preview(post).text
        posts = [
            RemotePost(each["id"], each["text"], each["at"]) for each in self._api.read("/posts")
        ]
        return Candidates(
            tuple(each for each in posts if each.text == words and each.created_at >= since)
        )


class StubbornSlateConnector(SlateConnector):
    """As if nothing could be deleted there."""

    can_delete: ClassVar[frozenset[SubjectKind]] = frozenset()


class LimitedSlateConnector(SlateConnector):
    """Each server has a limit of its own, and says which."""

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        longest = post.terms.text if post.terms else LONGEST
        if len(post.text) > longest and post.audience != "everyone":
            raise Unsupported(reasons.TEXT_TOO_LONG)
        return Preview(text=post.text[:longest], is_cut=len(post.text) > longest)

    def terms(self) -> Terms:
        return Terms(text=self._api.read("/limits")["text"])


class BlindSlateConnector(SlateConnector):
    """As if the same edit said twice were two things, and nobody could look."""

    is_edit_idempotent: ClassVar[bool] = False
    can_reconcile: ClassVar[frozenset[SubjectKind]] = frozenset()


class MovingSlateConnector(SlateConnector):
    """As if a copy had another address after each edit."""

    def amend(self, receipt: Receipt, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        super().amend(receipt, post, idempotency_key=idempotency_key)
        return Receipt(receipt.remote_id, url=f"http://slate.example/{receipt.remote_id}/edited")


class CarefulSlateConnector(SlateConnector):
    """As if the same edit said twice were two things: it is read back first."""

    is_edit_idempotent: ClassVar[bool] = False


def on_slate(member: Member, **fields: Any) -> Link:
    """An active link of `member` to an account there."""
    link = make_link(member, KEY, **fields)
    credentials.store_credentials(link, Credentials(access_token="a token of slate"))
    return link


@pytest.fixture
def slate(request: pytest.FixtureRequest, settings: Any) -> Iterator[Slate]:
    """The network, known to the product for one test."""
    if "sandbox" in request.fixturenames:  # which sets the same settings anew
        request.getfixturevalue("sandbox")
    server = Slate()
    settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
    known = {
        **settings.NETWORKS["mixi"],
        "api_url": f"http://{server.authority}",
        "client_secret": "slate's secret",
    }
    settings.NETWORKS = {**settings.NETWORKS, KEY: known}
    CONNECTORS[KEY] = SlateConnector
    yield server
    del CONNECTORS[KEY]
    server.close()
