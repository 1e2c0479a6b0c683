"""A new member's first minutes: presses and characters from the front page to a first answered post.

    pytest tests/profilelink/test_first_minutes.py -s

prints the table. Counted are links, buttons and fields that are entered, the characters that are typed,
pages and bytes. No time is claimed: how fast people type on ten keys was measured for English, and not
for kana and their conversion. On the evening of 29 November 2026, before the box on home, the whole walk
took 20 presses and 15 pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils.translation import gettext, override, pgettext

from accounts.models import Member
from syndication.models import Post
from tests.form_client import encoded
from tests.making import make_member
from tests.phone import COMPUTER, FLIP_PHONE, PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

WORDS = {
    "en": ("Hello from a flip phone", "Thank you"),
    "ja": ("ガラケーではじめました", "ありがとう"),
}


class Computer(PhoneClient):
    """A browser that keeps cookies, read and pressed like a phone."""

    def _send(self, method: str, url: str, data: Any, extra: dict[str, Any]) -> Any:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if method == "GET":
            return self._client.get(path, **extra)
        body, content_type = encoded(data or {})
        return self._client.post(path, body, content_type=content_type, **extra)


@dataclass
class Walk:
    """One browser's way, counted. Labels are given in English and pressed in `language`."""

    browser: PhoneClient
    language: str
    presses: int = 0
    characters: int = 0
    pages: int = 0
    bytes: int = 0
    marks: list[tuple[str, int, int, int, int]] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.browser.get(path)
        self._count()

    def follow(self, label: str, *, context: str = "", of: str = "") -> None:
        """A link, by its label, or by what stands in it (`of`)."""
        self.presses += 1
        self.browser.follow(of or self._say(label, context))
        self._count()

    def send(self, label: str, *, context: str = "", **typed: str) -> None:
        """A button, after typing: each field is entered by a press."""
        self.presses += 1 + len(typed)
        self.characters += sum(len(text) for text in typed.values())
        self.browser.submit(self._say(label, context) % {"whom": self._friends()}, typed)
        self._count()

    def mark(self, what: str) -> None:
        self.marks.append((what, self.presses, self.characters, self.pages, self.bytes))

    def _friends(self) -> str:
        return self._say("Friends", "on a button")

    def _say(self, label: str, context: str) -> str:
        with override(self.language):
            return pgettext(context, label) if context else gettext(label)

    def _count(self) -> None:
        self.pages += 1
        self.bytes += len(self.browser.page.html.encode())


def walk(way: Walk, taro: Member) -> None:
    """Sign up, ask a friend, write, read the friend's comment, answer it."""
    words, thanks = WORDS[way.language]
    friend = log_in_phone(taro)
    way.open("/")
    way.follow("Sign up")
    way.send("Sign up", username="sakura", email="sakura@example.jp", password1="kumo-no-ito-7")
    way.mark("signed up")
    way.follow("Find a friend")
    way.send("Find", name="taro")
    way.send("Send friend request")
    way.mark("asked a friend")
    friend.get("/friends/")
    friend.submit("Accept")
    way.follow("Home")
    way.send("Send to %(whom)s", text=words)
    way.mark("wrote")
    friend.get(f"/posts/{Post.objects.get().pk}/")
    friend.follow("1 Comment")
    friend.submit("Send", text="いいね、ようこそ")
    way.follow("Home")
    way.follow("Notices")
    way.follow("", of="いいね、ようこそ")
    way.mark("read the answer")
    way.follow("Comment", context="verb")
    way.send("Send", text=thanks)
    way.mark("answered back")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", ["phone", "computer"])
def test_from_the_front_page_to_a_first_answered_post(kind: str, language: str) -> None:
    maker, agent = {"phone": (PhoneClient, FLIP_PHONE), "computer": (Computer, COMPUTER)}[kind]
    way = Walk(maker(agent, HTTP_ACCEPT_LANGUAGE=language), language)
    walk(way, make_member("taro", display_name="太郎"))
    assert WORDS[language][1] in way.browser.page
    print(f"\n{kind}, {language}: presses, characters, pages, bytes")
    for what, presses, characters, pages, size in way.marks:
        print(f"{what:16}{presses:4}{characters:5}{pages:4}{size:8}")
    steps = {what: (presses, pages) for what, presses, _characters, pages, _size in way.marks}
    assert steps["wrote"] <= (12, 8)
    assert steps["read the answer"] <= (15, 11)
    assert steps["answered back"] <= (18, 13)
    assert way.bytes <= 40_000
