"""The members of a soak: each at a browser without cookies, over real HTTP, drawing by lot what comes next.

Every answer is the page that was asked for, or one that says "try again" (`told`): then the member waits and
presses "Send again" on it, or, where a photo was chosen, sends the form once more. Anything else is `unexpected`.
What a member saw accepted stands in the ledger.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.journey.browser import Browser, Seen
from tests.journey.story import TOKEN, link_network

PHONE = "Mozilla/5.0 (Mobile; rv:48.0; A405DL) Gecko/48.0 Firefox/48.0 KAIOS/2.5"
# What linking says, with status 409, of a server that cannot be asked now.
SERVER_IS_AWAY = (
    "This server is slow at the moment",
    "does not answer just now. Try again in a few minutes",
)
# What the last step of linking says where the network answered badly; where a link was made and the session's token
# renewed, and PostgreSQL stopped before the answer, so that "Send again" came with the old token.
NOT_LINKED = ("Nothing was linked", "Your session had ended")
# Of a comment: too soon, too many, or the post was narrowed while it was typed.
NOT_TAKEN = ("Wait five seconds", "within an hour", "You can no longer comment")
WAIT, TRIES = 2.0, 90  # seconds and times that a member who is told to try again does so
# How often each is drawn.
ACTIONS = {
    "look": 24, "write_in_box": 20, "write_photo": 6, "comment": 14, "like": 10, "reply": 8,
    "narrow": 6, "delete": 6, "unlink_and_link": 3, "link_again": 3,
}  # fmt: skip
LOOKS = ("notices/", "friends/", "deliveries/", "links/", "account/", "posts/drafts/", "groups/")
SENT = ("Sent.", "You sent this already")


def is_private(place: int) -> bool:
    """Every fourth member writes for friends, which no network gets."""
    return place % 4 == 3


class NetworkAway(Exception):
    """The network's own page cannot be reached: nothing that the product could say."""


class Unexpected(AssertionError):
    """A page that is neither what was asked for nor one that says "try again"."""


@dataclass
class SoakPost:
    mark: str
    kind: str  # "status", "photo", "reply"
    member: str
    is_public: bool
    id: str = ""
    is_deleted: bool = False
    is_narrowed: bool = False
    is_loose: bool = False  # without a link when written, or it ended since: there or not, but once


@dataclass
class Record:
    """What all members saw."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    no_answer: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    posts: list[SoakPost] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    likes: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)
    number: int = 0

    def next_number(self) -> int:
        with self.lock:
            self.number += 1
            return self.number


def kind_of_page(method: str, address: str) -> str:
    """The page without session, numbers and names: "GET /posts/N/"."""
    path = TOKEN.sub("", urlsplit(address).path)
    path = re.sub(r"/@[^/]+", "/@name", re.sub(r"/\d+", "/N", path))
    return f"{method.upper()} {path or '/'}"


class SoakBrowser(Browser):
    """Times each page, and does what a page says that says "try again"."""

    patience = 90  # as the proxy has it

    def __init__(self, site: str, record: Record, place: int) -> None:
        super().__init__(site, keeps_cookies=False, agent=PHONE)
        self.record = record
        # Each from a network of its own, by way of the one proxy that is trusted.
        self.http.headers["X-Forwarded-For"] = f"10.{place // 250}.{place % 250}.7"

    def _go(self, method: str, address: str, **more: Any) -> Seen:
        for _ in range(TRIES):
            page = self._one(method, address, **more)
            self.pages.clear()
            if page is None:
                time.sleep(WAIT)
                continue
            if page.status < 500:
                return page
            is_after = page.url != address.partition("#")[0]
            self._check_told(page, method, more, is_after)
            time.sleep(WAIT)
            if is_after:  # what was sent is done; the page after it is not
                method, address, more = "get", page.url, {}
            elif method == "post" and not more.get("files"):
                form = page.form("Send again", set())
                address = urljoin(page.url, form.action)
                more = {
                    "data": self._encoded([(n, v) for n, many in form.fields.items() for v in many])
                }
        raise Unexpected(f"after {TRIES} tries no answer of {method} {address}")

    def _one(self, method: str, address: str, **more: Any) -> Seen | None:
        is_ours = address.startswith(self.site)
        began = time.monotonic()
        try:
            page = super()._go(method, address, **more)
        except (requests.ConnectionError, requests.Timeout) as error:
            if not is_ours or self.site not in str(getattr(error.request, "url", self.site)):
                raise NetworkAway from error
            with self.record.lock:
                self.record.no_answer[
                    f"{kind_of_page(method, address)} {type(error).__name__}"
                ] += 1
            return None
        if is_ours and page.status < 500:
            with self.record.lock:
                self.record.times[kind_of_page(method, address)].append(time.monotonic() - began)
        return page

    def _check_told(self, page: Seen, method: str, more: dict[str, Any], is_after: bool) -> None:
        if not page.url.startswith(self.site):
            raise NetworkAway
        with self.record.lock:
            self.record.told[f"{page.status} {kind_of_page(method, page.url)}"] += 1
        if page.status != 503 or "Try again" not in page.text or "Retry-After" not in page.headers:
            raise Unexpected(f"{page.status} of {method} {page.url}: {page.text[:300]}")
        if method == "post" and not is_after and not more.get("files"):
            page.form(
                "Send again",
                {
                    str(n, "utf-8")
                    for n, _ in more.get("data", [])
                    if b"csrf" not in n and b"password" not in n
                },
            )


@dataclass
class SoakMember:
    place: int
    site: str
    network: str  # address of the sandbox's server of it
    record: Record
    dice: random.Random
    photos: dict[str, Path]
    browser: SoakBrowser = field(init=False)
    posts: list[SoakPost] = field(default_factory=list)
    is_linked: bool = True

    def __post_init__(self) -> None:
        self.browser = SoakBrowser(self.site, self.record, self.place)

    @property
    def name(self) -> str:
        return f"m{self.place}"

    def act(self) -> None:
        """One thing by lot."""
        what = self.dice.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        try:
            self.home()
            is_done = getattr(self, what)()
            with self.record.lock:
                self.record.done[what if is_done is not False else f"{what}: nothing to do"] += 1
        except NetworkAway:
            with self.record.lock:
                self.record.done[f"{what}: network away"] += 1
        except Exception as error:
            page = self.browser.page
            where = f"{page.status} {page.url} {page.text[:500]}" if page else ""
            with self.record.lock:
                self.record.unexpected.append(
                    f"{what} {type(error).__name__} {error!s:.400} | {where}"
                )

    # -- finding the way
    def address(self, path: str) -> str:
        """A page under this session's token."""
        found = TOKEN.search(self.browser.page.url)
        return f"{self.site}/s/{found[1]}/{path}" if found else f"{self.site}/m/"

    def home(self) -> None:
        page = self.browser.page
        if page is None or not page.url.startswith(self.site) or not TOKEN.search(page.url):
            self.log_in()
        self.browser.open(self.address(""))
        if not self.browser.shows("9 Write"):
            self.log_in()

    def log_in(self) -> None:
        browser = self.browser
        browser.open("/m/")
        if not browser.shows("Password"):
            browser.follow("Log in")
        for _ in range(TRIES):
            browser.fill("Username or email", self.name)
            browser.fill("Password", DEFAULT_PASSWORD)
            browser.press("Log in")
            if browser.shows("9 Write"):
                break
            # The bulkhead for passwords; a password that "Send again" did not take along; a second press.
            with self.record.lock:
                self.record.told[f"{browser.page.status} log in once more"] += 1
            time.sleep(WAIT)
            browser.open("/m/")
            if not browser.shows("Password"):
                browser.follow("Log in")
        if not browser.shows("9 Write"):
            raise Unexpected("not logged in")

    # -- what is drawn
    def look(self) -> None:
        for path in self.dice.sample(LOOKS, 2):
            self.browser.open(self.address(path))
            if self.browser.page.status != 200:
                raise Unexpected(path)

    def write_in_box(self) -> None:
        post = self._new("status")
        self.browser.fill("What is new?", post.mark)
        self.browser.press("Send to")
        self._until_sent(post)

    def write_photo(self) -> None:
        name = self.dice.choices(list(self.photos), (6, 3, 1))[0]
        post = self._new("photo")
        self.browser.follow("9 Write")
        self.browser.press("Photo")
        self.browser.fill("Caption", post.mark)
        self.browser.attach("Photo", self.photos[name])
        self.browser.press("Preview")
        if self.browser.shows("Many pictures are coming in"):
            return
        if name.startswith("bomb"):
            if self.browser.shows("Send it?"):
                raise Unexpected("a picture that takes too much memory was taken")
            return
        self._until_sent(post)

    def _new(self, kind: str) -> SoakPost:
        mark = f"{kind} その{self.record.next_number()}"
        public = not is_private(self.place)
        return SoakPost(mark, kind, self.name, public, is_loose=not self.is_linked)

    def _until_sent(self, post: SoakPost) -> None:
        if self.browser.shows("Send it?"):
            self.browser.press("Send")
        if not self.browser.shows(*SENT[:1]) and not self.browser.shows(SENT[1]):
            raise Unexpected("not sent")
        page = self.browser.page
        ids = [link.href for link in page.links if post.mark in link.text]
        found = re.search(r"\bposts/(\d+)/", " ".join([*ids, page.url]))
        post.id = found[1] if found else ""
        self.posts.append(post)
        with self.record.lock:
            self.record.posts.append(post)

    def _friends_post(self) -> bool:
        """Open a friend's post of those on home."""
        links = [
            link.href
            for link in self.browser.page.links
            if re.search(r"\bposts/\d+/$", link.href)
            and not any(p.mark in link.text for p in self.posts)
        ]
        if not links:
            return False
        self.browser.open(urljoin(self.browser.page.url, self.dice.choice(links)))
        return self.browser.shows("1 Comment")

    def comment(self) -> bool:
        if not self._friends_post():
            return False
        mark = f"comment その{self.record.next_number()}"
        self.browser.follow("1 Comment")
        if self.browser.page.status == 404:  # deleted meanwhile
            return False
        self.browser.fill("Comment", mark)
        self.browser.press("Send")
        if self.browser.page.status == 404:
            return False
        # A box that stands there once more holds the text, too: its address tells them apart.
        if self.browser.page.path.endswith("/comments/new/"):
            if not any(map(self.browser.shows, NOT_TAKEN)):
                raise Unexpected("no comment")
            return False
        if not self.browser.shows(mark):
            raise Unexpected("no comment")
        with self.record.lock:
            self.record.comments.append(mark)
        return True

    def like(self) -> bool:
        if not self._friends_post() or not self.browser.shows("2 Like"):
            return False
        number = re.search(r"/posts/(\d+)/", self.browser.page.url)
        self.browser.press("2 Like")
        if self.browser.page.status == 404:
            return False
        if number is None or not self.browser.shows("Take my like back"):
            raise Unexpected("not liked")
        with self.record.lock:
            self.record.likes.add(f"{self.name} {number[1]}")
        return True

    def reply(self) -> bool:
        """Answer what somebody wrote on the network."""
        found = [
            link.href for link in self.browser.page.links if re.search(r"\bfeed/\d+/$", link.href)
        ]
        if not found or not self.is_linked:
            return False
        self.browser.open(urljoin(self.browser.page.url, self.dice.choice(found)))
        if not self.browser.shows("1 Reply"):
            return False
        mark = f"reply その{self.record.next_number()}"
        self.browser.follow("1 Reply")
        self.browser.fill("Reply", mark)
        self.browser.press("Preview")
        if not self.browser.shows("Send the reply"):
            return False
        self.browser.press("Send the reply")
        if not self.browser.shows(mark):
            raise Unexpected("no reply")
        # Refused with a reason, and the text is kept.
        if self.browser.page.path.endswith("/answer/"):
            with self.record.lock:
                self.record.told["200 reply refused"] += 1
            return False
        post = SoakPost(mark, "reply", self.name, True)
        self.posts.append(post)
        with self.record.lock:
            self.record.posts.append(post)
        return True

    def _own(self) -> SoakPost | None:
        mine = [
            each for each in self.posts if each.id and not each.is_deleted and not each.is_narrowed
        ]
        return self.dice.choice(mine) if mine else None

    def narrow(self) -> bool:
        post = self._own()
        if post is None or not post.is_public:
            return False
        self.browser.open(self.address(f"posts/{post.id}/audience/"))
        self.browser.choose("Who sees it", "Only me")
        self.browser.press("Next")
        post.is_narrowed = True
        self.browser.press("Change it")
        if not self.browser.shows("Only me"):
            raise Unexpected("not narrowed")
        return True

    def delete(self) -> bool:
        post = self._own()
        if post is None:
            return False
        self.browser.open(self.address(f"posts/{post.id}/delete/"))
        post.is_deleted = True
        self.browser.press("Delete")
        if self.browser.page.status not in (200, 404):  # 404: the first press had been taken
            raise Unexpected("not deleted")
        return True

    def unlink_and_link(self) -> bool:
        """What was written before may be cut off on its way, so it is counted for doubles alone."""
        browser = self.browser
        if self.is_linked:
            browser.open(self.address("links/"))
            links = [
                link.href
                for link in browser.page.links
                if re.search(r"\blinks/\w+/\d+/$", link.href)
            ]
            if not links:
                raise Unexpected("no link")
            browser.open(urljoin(browser.page.url, links[0]))
            browser.follow("5 Unlink")
            for post in self.posts:
                post.is_loose = True
            self.is_linked = False
            browser.press("Unlink")
            if browser.page.status != 200:
                raise Unexpected("not unlinked")
        self._link("Link your profile with Mastodon")
        return True

    def link_again(self) -> bool:
        """Where the network took the access away."""
        browser = self.browser
        if not self.is_linked:
            self._link("Link your profile with Mastodon")
            return True
        browser.open(self.address("links/"))
        if not browser.shows("needs you"):
            return False
        browser.follow("needs you")
        if not browser.shows("Link again"):
            return False
        self._through_permission_page(lambda: browser.follow("Link again"))
        return True

    def _link(self, words: str) -> None:
        self.home()
        world: Any = SimpleNamespace(password=DEFAULT_PASSWORD)
        try:
            link_network(self.browser, world, "Mastodon", self.name, f"@{self.name}@{self.network}")
        except AssertionError:
            page = self.browser.page
            told = next((words for words in SERVER_IS_AWAY if words in page.text), "")
            if page.status != 409 or not told:
                raise
            with self.record.lock:
                self.record.told[f"409 {told}"] += 1
            return
        self._confirm()

    def _through_permission_page(self, begin: Any) -> None:
        browser = self.browser
        begin()
        number = re.search(r"Remember this number: (\d{4})", browser.text)
        if number is None:
            raise Unexpected("no number")
        browser.press("Go to Mastodon")
        browser.follow("Go there")
        browser.fill("ユーザー名", self.name)
        browser.fill("パスワード", DEFAULT_PASSWORD)
        browser.press("承認")
        browser.fill("The 4-digit number", number[1])
        browser.press("Continue")
        self._confirm()

    def _confirm(self) -> None:
        browser = self.browser
        if not browser.shows("Nothing was linked"):
            browser.press("Link")
        if browser.shows("is linked"):
            self.is_linked = True
            return
        told = next(filter(browser.shows, NOT_LINKED), None)
        if told is None:
            raise Unexpected("not linked")
        with self.record.lock:
            self.record.told[f"{browser.page.status} {told}"] += 1
        # The link may stand: then it was its answer alone that the database's end cut off.
        self.home()
        browser.open(self.address("links/"))
        self.is_linked = not browser.shows("Link your profile with Mastodon")
