"""What tests of friends' posts on networks share: copies of posts, items that came, home as lines."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from syndication.connectors.values import Friend, RemoteFeedItem
from syndication.delivery import feed_imports
from syndication.models import Delivery, DeliveryOperation, DeliveryState, FeedItem, Link, Post
from tests.phone import PhoneClient, log_in_phone

_LINE = re.compile(r'<dt>(.*?)<dd><a href="([^"]+)">(.*?)</a>', re.DOTALL)
_TAG = re.compile("<[^>]+>")


@dataclass(frozen=True)
class Line:
    """One entry of home: what stands before the words, where they lead, the words."""

    head: str
    leads_to: str
    words: str


def lines_of(phone: PhoneClient) -> Iterator[Line]:
    """Every entry of home, page by page."""
    page = phone.get(reverse("home"))
    while True:
        for head, address, words in _LINE.findall(page.html):
            yield Line(_text(head), address.lstrip("./"), _text(words))
        if "Older" not in page:
            return
        page = phone.follow("Older")


def words_on_home(member: Member) -> list[str]:
    return [line.words for line in lines_of(log_in_phone(member))]


def _text(html: str) -> str:
    return unescape(_TAG.sub("", html)).strip()


def add_copy(post: Post, link: Link, **fields: object) -> Delivery:
    """A copy of the post that the network of `link` has."""
    given = {"audience": post.audience, "remote_id": f"r{secrets.token_hex(4)}", **fields}
    return Delivery.objects.create(
        post=post,
        link=link,
        operation=DeliveryOperation.PUBLISH,
        sequence=1,
        state=DeliveryState.SENT,
        asked_at=timezone.now(),
        sent_at=timezone.now(),
        idempotency_key=secrets.token_hex(16),
        **given,
    )


def bring(
    link: Link,
    uid: str,
    remote_id: str,
    text: str = "hi",
    at: datetime | None = None,
    *,
    handle: str = "",
    **more: Any,
) -> FeedItem:
    """What the account `uid` wrote comes to the member of `link`, as an import stores it."""
    when = (at or timezone.now()).timestamp()
    author = Friend(uid, f"{uid} there", handle=handle)
    item = RemoteFeedItem(remote_id, author, text, when, **more)
    feed_imports.store_feed_items(link, [item])
    return FeedItem.objects.get(link=link, remote_id=remote_id)
