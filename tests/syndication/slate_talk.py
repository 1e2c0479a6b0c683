"""Slate as a network whose posts can be answered and liked. Its fixture is `talk`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from accounts.models import Member
from accounts.models.guess_count import GuessCount
from syndication.actions import interactions
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import (
    Candidates,
    Friend,
    Limits,
    OutgoingPost,
    Preview,
    Receipt,
    RemotePost,
    ReplyTarget,
    SubjectKind,
    Visibility,
)
from syndication.connectors.errors import Rejected, TargetGone, Unsupported
from syndication.models import Delivery, FeedItem, Interaction, Link
from tests.syndication.slate import KEY, KINDS, Slate, SlateConnector

LIKE_RIGHT = "write:likes"


class TalkingSlateConnector(SlateConnector):
    """Answers public posts unlisted, and anything narrower to its author alone."""

    limits: ClassVar[Mapping[SubjectKind, Limits]] = {
        **SlateConnector.limits,
        "reply": Limits(text=100),
    }
    can_delete: ClassVar[frozenset[SubjectKind]] = frozenset((*KINDS, "reply"))
    can_reconcile: ClassVar[frozenset[SubjectKind]] = frozenset((*KINDS, "reply"))
    can_like: ClassVar[bool] = True
    needs_scope: ClassVar[Mapping[SubjectKind, str]] = {"like": LIKE_RIGHT}

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return "unlisted" if parent in ("public", "unlisted") else "direct"

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        if post.kind != "reply":
            return super().preview(post)
        handle = post.reply_to.author.handle if post.reply_to else ""
        words = f"{handle} {post.text}".strip()
        if len(words) > cls.limits["reply"].text:
            raise Unsupported(reasons.TEXT_TOO_LONG)
        return Preview(text=words)

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        if post.reply_to is None:
            return super().publish(post, idempotency_key=idempotency_key)
        sent = {
            "text": self.preview(post).text,
            "audience": post.audience,
            "key": idempotency_key,
            "parent": post.reply_to.remote_id,
            "visibility": post.visibility,
        }
        answer = self._api.write("POST", "/posts", json=sent)
        is_stray = answer["parent"] != post.reply_to.remote_id
        url = f"http://slate.example/{answer['id']}"
        return Receipt(answer["id"], url, parent_id=answer["parent"], is_stray=is_stray)

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        words = self.preview(post).text
        posts = [
            RemotePost(each["id"], each["text"], each["at"], parent_id=each["parent"])
            for each in self._api.read("/posts")
        ]
        return Candidates(
            tuple(each for each in posts if each.text == words and each.created_at >= since)
        )

    def read_target(self, remote_id: str) -> ReplyTarget:
        try:
            seen = self._api.read(f"/posts/{remote_id}")
        except Rejected as error:
            raise TargetGone(reasons.TARGET_GONE, status=error.status) from error
        if seen["closed"]:
            raise TargetGone(reasons.TARGET_CLOSED)
        author = Friend(seen["author"], seen["author"], handle=f"@{seen['author']}@slate")
        return ReplyTarget(seen["id"], author, seen["visibility"])

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        self._api.write("POST", f"/likes/{target.remote_id}", json={})
        return Receipt("")

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        self._api.remove("DELETE", f"/likes/{target_id}")


@pytest.fixture
def talk(slate: Slate) -> Iterator[Slate]:
    CONNECTORS[KEY] = TalkingSlateConnector
    yield slate
    CONNECTORS[KEY] = SlateConnector


def pulled(link: Link, slate: Slate, visibility: str = "public", **fields: Any) -> FeedItem:
    """A post of taro's on Slate that was pulled for the link's member."""
    given = {
        "remote_id": slate.friends_post(visibility=visibility),
        "author_uid": "taro",
        "author_name": "太郎",
        "author_handle": "@taro@slate",
        "visibility": visibility,
        "text": "こんにちは",
        "written_at": timezone.now(),
        **fields,
    }
    return FeedItem.objects.create(link=link, **given)


def answered(
    item: FeedItem, text: str = "ありがとう", *, by: Member, form_key: str = ""
) -> Interaction:
    """A reply, without the pause that members keep between two."""
    GuessCount.objects.all().delete()
    key = form_key or secrets.token_hex(16)
    return interactions.reply_to_feed_item(item, text, by=by, form_key=key)


def delivery_of(interaction: Interaction) -> Delivery:
    """Its newest delivery."""
    row = interaction.deliveries.select_related("link__member").order_by("-sequence").first()
    assert row is not None
    return row
