"""A member with all networks, for the benches of fan-out and import, as a process: `python -m tests.bench.hub <order> …`.

member <friends>          the first member gets a link on each further network, and so many friends
write <count> <name>      posts with a photo, as the page sends them; {text: epoch seconds}
copies <name>             of those posts: {text: [seconds from Send to the record of each copy, …]} and how
                          many deliveries ended otherwise
seen <name>               how many pairs of friend and post there are where the friend may read it
                          (the member's friends alone)
plain <count> <threads>   as many photos by a plain loop of requests to mixi, so many at a time; seconds
followed <count>          somebody whom the member follows on Mastodon writes so many posts
import_feed               the link with Mastodon imports until nothing new comes; [items, seconds, processor seconds]
plain_feed                a plain loop reads the same pages, decodes them and counts; the same
forget_feed               as if nothing was imported
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import django
import requests

django.setup()

from allauth.socialaccount.models import SocialAccount  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Friendship, Member  # noqa: E402
from syndication.actions import links, photos, posts  # noqa: E402
from syndication.delivery import credentials, imports  # noqa: E402
from syndication.models import Delivery, DeliveryState, FeedItem, Link, Post  # noqa: E402
from tests.drills.grants import GRANTS  # noqa: E402
from tests.filling import analysed, copies  # noqa: E402
from tests.photographs import a_photo  # noqa: E402

NAME = "m0"
AUTHOR = "m1"
PAGE = 40  # posts of one page of a home timeline


def make_member(friends: str) -> None:
    hub = Member.objects.get(username=NAME)  # with mixi (tests.bench.sending)
    for key in set(GRANTS) - {"mixi"}:
        given = _ask("/_grant", {"network": key, "user": NAME})
        account = SocialAccount.objects.create(user=hub, provider=key, uid=given["uid"])
        links.create_or_resume_link(account, given)
    first = Member.objects.create(username="friend", email="")
    keys = copies(first, int(friends), username="'friend' || n")
    rows = [
        row
        for key in keys
        for row in (
            Friendship(member=hub, friend_id=key),
            Friendship(member_id=key, friend=hub),
        )
    ]
    Friendship.objects.bulk_create(rows)
    analysed(Member, Friendship)


def write(count: str, name: str) -> None:
    hub, sent = Member.objects.get(username=NAME), {}
    for number in range(int(count)):
        text = f"{name} {number}"
        kept = photos.keep_upload(a_photo((640, 480)), by=hub)
        draft = posts.NewPost(
            kind="photo", audience="everyone", form_key=text, text=text, photo=kept
        )
        sent[text] = time.time()
        posts.create_post(draft, by=hub)
    print(json.dumps(sent))


def copies_of(name: str) -> None:
    found: dict[str, list[float]] = {}
    rows = Delivery.objects.filter(post__text__startswith=f"{name} ", kind="publish")
    for text, asked, sent in rows.filter(state=DeliveryState.SENT).values_list(
        "post__text", "asked_at", "sent_at"
    ):
        found.setdefault(text, []).append((sent - asked).total_seconds())
    others = rows.exclude(state=DeliveryState.SENT).values_list("link__network", "state", "reason")
    print(json.dumps({"sent": found, "others": sorted(map(list, others))}))


def seen(name: str) -> None:
    written = Post.objects.filter(text__startswith=f"{name} ")
    friends = Member.objects.filter(friendships__friend__username=NAME)
    print(json.dumps(sum(written.visible_to(friend).count() for friend in friends)))


def plain(count: str, threads: str) -> None:
    link = Link.objects.get(network="mixi", member__username=NAME)
    token = credentials.credentials_of_link(link).access_token
    url = settings.NETWORKS["mixi"]["api_url"] + "/photo/mediaItems/@me/@self/@default"
    picture = a_photo((640, 480))

    def say(number: int) -> None:
        requests.post(
            url,
            params={"title": f"plain {number}"},
            data=picture,
            headers={"Authorization": f"OAuth {token}", "Content-Type": "image/jpeg"},
            timeout=20,
        ).raise_for_status()

    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(int(threads)) as pool:
        deque(pool.map(say, range(int(count))), maxlen=0)
    print(json.dumps([time.perf_counter() - began, time.process_time() - used]))


def followed(count: str) -> None:
    for _ in range(int(count)):
        _ask("/_friends_post", {"network": "mastodon", "user": AUTHOR, "visibility": "public"})


def import_feed() -> None:
    link = Link.objects.get(network="mastodon")

    def read() -> int:
        before = FeedItem.objects.filter(link=link).count()
        while True:
            imports.import_feed(link.pk)
            now = FeedItem.objects.filter(link=link).count()
            if now == before:
                return now
            before = now

    _timed(read)


def plain_feed() -> None:
    link = Link.objects.get(network="mastodon")
    token = credentials.credentials_of_link(link).access_token
    url = f"{credentials.app_for('mastodon', link.host).api_url}/api/v1/timelines/home"

    def read() -> int:
        found, above = 0, "0"
        while True:
            answer = requests.get(
                url,
                params={"min_id": above, "limit": str(PAGE)},
                headers={"Authorization": f"Bearer {token}"},
                timeout=20,
            )
            answer.raise_for_status()
            page = answer.json()
            if not page:
                return found
            found, above = found + len(page), page[0]["id"]

    _timed(read)


def forget_feed() -> None:
    """Beginning with the first post, not with the newest page."""
    link = Link.objects.get(network="mastodon")
    link.feed.all().delete()
    Link.objects.filter(pk=link.pk).update(fed_cursor="0")
    link.pulls.update(due_at=timezone.now(), lease_until=None)


def _timed(read: Callable[[], int]) -> None:
    read_at, used = time.perf_counter(), time.process_time()
    found = read()
    print(json.dumps([found, time.perf_counter() - read_at, time.process_time() - used]))


def _ask(path: str, fields: dict[str, str]) -> dict[str, str]:
    network = settings.NETWORKS["mixi"]["api_url"].removesuffix("/mixi/2")
    answer = requests.post(network + path, json=fields, timeout=20)
    answer.raise_for_status()
    return answer.json()  # type: ignore[no-any-return]


if __name__ == "__main__":
    orders = {"member": make_member, "write": write, "copies": copies_of, "seen": seen}
    orders |= {"plain": plain, "followed": followed, "import_feed": import_feed}
    {**orders, "plain_feed": plain_feed, "forget_feed": forget_feed}[sys.argv[1]](*sys.argv[2:])
