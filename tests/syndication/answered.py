"""Slate with people on it, who answer posts and like them: its fixture is `answered`.

answered.reply("1", "taro", "いいですね")
answered.like("1", "taro")
answered.break_thread("1", status=404)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from syndication.connectors import CONNECTORS
from syndication.connectors.api import ApiClient
from syndication.connectors.base import (
    Friend,
    PostActivity,
    ReceivedReply,
    SubjectKind,
)
from syndication.models import CopyActivity, Delivery, Link, LinkImport
from tests.syndication.importing import import_replies
from tests.syndication.slate import KEY, KINDS, Slate, SlateConnector

PAGE = 2  # own posts on a page of a listing


@dataclass(frozen=True)
class Said:
    """A reply there."""

    id: str
    parent: str
    who: str
    text: str
    at: float
    visibility: str = "public"


class AnsweredSlate(Slate):
    """`counts`: what it says instead of the true counts; `listed`: None for all own posts."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, Said] = {}
        self.liked: dict[str, list[str]] = {}
        self.counts: dict[str, Any] = {}
        self.broken: dict[str, int] = {}
        self.unlisted: set[str] = set()
        self.has_counts = True

    def reply(self, to: str, who: str, text: str, **fields: Any) -> str:
        ident = f"r{len(self.said) + 1}"
        at = self.clock.now().timestamp()
        self.said[ident] = replace(Said(ident, to, who, text, at), **fields)
        return ident

    def like(self, to: str, *people: str) -> None:
        self.liked.setdefault(to, []).extend(people)

    def break_thread(self, post: str, status: int) -> None:
        """Each reading of this thread, or the listing's page ("page 2"), is answered so; 0 mends it."""
        self.broken[post] = status

    def asked(self, what: str = "") -> list[str]:
        """The readings so far, by their path, and none of the rest."""
        found = [each.removeprefix("GET ") for each in self.requests if "GET /back/" in each]
        return [each for each in found if what in each]

    def _carried_out(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if not path.startswith("/back/"):
            return super()._carried_out(method, path, body)
        what, ident = path.split("/")[2:4]
        if status := self.broken.get(ident):
            return status, {"error": "broken"}
        if what == "own":
            return 200, self._own_page(int(ident))
        if what == "likes":
            return 200, self.liked.get(ident, [])
        return 200, [vars(each) for each in self.said.values() if each.parent == ident]

    def _own_page(self, number: int) -> list[dict[str, Any]]:
        there = [
            each
            for each in reversed(self.entries.values())
            if not each.is_deleted and each.id not in self.unlisted
        ]
        shown = there[number * PAGE : (number + 1) * PAGE]
        return [self._own(each.id) for each in shown]

    def _own(self, ident: str) -> dict[str, Any]:
        if not self.has_counts:
            return {"id": ident}
        replies = sum(1 for each in self.said.values() if each.parent == ident)
        likes = len(self.liked.get(ident, []))
        return {"id": ident, "replies": replies, "likes": likes, **self.counts}


class AnsweredSlateConnector(SlateConnector):
    brings_replies: ClassVar[frozenset[SubjectKind]] = frozenset({*KINDS, "reply"})
    brings_likes: ClassVar[frozenset[SubjectKind]] = frozenset({*KINDS, "reply"})

    @property
    def _back(self) -> ApiClient:
        return ApiClient(self.credentials, http=self.http, app=self.app, clock=self.clock)

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        for number in range(100):
            page = self._back.read(f"/back/own/{number}")
            for each in page:
                yield PostActivity(each["id"], each.get("replies"), each.get("likes"))
            if len(page) < PAGE:
                return

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        for each in self._back.read(f"/back/replies/{post.remote_id}"):
            yield ReceivedReply(
                remote_id=each["id"],
                parent_id=each["parent"],
                author=Friend(each["who"], each["who"].title(), handle=f"@{each['who']}@slate"),
                text=each["text"],
                created_at=each["at"],
                url=f"https://slate.example/{each['id']}",
                visibility=each["visibility"],
            )

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        for who in self._back.read(f"/back/likes/{post.remote_id}"):
            yield Friend(who, who.title())


class UncountedSlateConnector(AnsweredSlateConnector):
    """As if nothing were counted there, and nobody told who likes."""

    counts_replies: ClassVar[bool] = False
    brings_likes: ClassVar[frozenset[SubjectKind]] = frozenset()


def due(link: Link, *, later: timedelta = timedelta()) -> None:
    """As if `later` were over: the copies were sent so much earlier, and are due."""
    for copy in Delivery.objects.filter(link=link, sent_at__isnull=False):
        Delivery.objects.filter(pk=copy.pk).update(sent_at=(copy.sent_at or timezone.now()) - later)
    now = timezone.now()
    CopyActivity.objects.filter(link=link, due_at__isnull=False).update(due_at=now)
    LinkImport.objects.filter(link=link, kind="replies").update(due_at=now)


def bring_back(link: Link, *, later: timedelta = timedelta()) -> None:
    """Import replies and likes of all copies, as if they were due."""
    due(link, later=later)
    import_replies(link.pk)


@pytest.fixture
def answered(settings: Any) -> Iterator[AnsweredSlate]:
    """The network, known to the product for one test."""
    server = AnsweredSlate()
    settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
    known = {
        **settings.NETWORKS["mixi"],
        "api_url": f"http://{server.authority}",
        "client_secret": "slate's secret",
    }
    settings.NETWORKS = {**settings.NETWORKS, KEY: known}
    CONNECTORS[KEY] = AnsweredSlateConnector
    yield server
    del CONNECTORS[KEY]
    server.close()
