"""What the queue's bench does with rows, as a process: `python -m tests.bench.sending <order> …`.

links <count>                 members m0 … with a link each, to the networks of the settings in turn
plain <count> <threads>       a plain loop of requests with one link's token, or so many loops at a time; seconds
pile <count>                  so many posts due now, made at one go, on all links but the last
send <count> <gap> <name>     posts as the page sends them, `gap` seconds apart, on the links in turn
                              (`only` link last: the one without a pile); {text: epoch seconds}
backlog <count> <name>        so many posts due on as many links, by SQL, a tenth of a second apart
resting <count>               so many due on the last but one link, which rests: older and newer
middle <name>                 one asked for now and due among them in time, on the last link, without a hint
pulls <count>                 copies of the last link, each with a feed that is not due
pulls_due                     they are due, the first longest
pulled                        of them: how many were imported, in how many seconds, and in which order
left                          how many rows are not sent yet
"""

from __future__ import annotations

import json
import secrets
import sys
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import django
import requests

django.setup()

from allauth.socialaccount.models import SocialAccount  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db.models import DurationField, ExpressionWrapper, F, Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Member  # noqa: E402
from syndication.actions import links, posts  # noqa: E402
from syndication.delivery import credentials, import_schedule, rate_limits  # noqa: E402
from syndication.models import (  # noqa: E402
    Delivery,
    DeliveryState,
    ImportKind,
    Link,
    LinkImport,
    Post,
    Toggle,
)
from tests.filling import analysed, before, copies  # noqa: E402

LINKS = 10  # of a backlog; the last two links are for what is beside it


def make_links(count: str) -> None:
    api = settings.NETWORKS["mixi"]["api_url"]
    network = api.removesuffix("/mixi/2")
    keys = [key for key in settings.NETWORKS if key.startswith("mixi-")] or ["mixi"]
    for number in range(int(count)):
        name = f"m{number}"
        given = requests.post(f"{network}/_grant", json={"user": name}, timeout=20).json()
        member = Member.objects.create(username=name, email="")
        account = SocialAccount.objects.create(
            user=member, provider=keys[number % len(keys)], uid=given["uid"]
        )
        links.create_or_resume_link(account, given)


def plain(count: str, threads: str = "1") -> None:
    link = Link.objects.order_by("pk").first()
    assert link is not None
    token = credentials.credentials_of_link(link).access_token
    url = settings.NETWORKS["mixi"]["api_url"] + "/voice/statuses/update"

    def say(number: int) -> None:
        requests.post(
            url,
            data={"status": f"plain {number}"},
            headers={"Authorization": f"OAuth {token}"},
            timeout=20,
        ).raise_for_status()

    began = time.perf_counter()
    with ThreadPoolExecutor(int(threads)) as pool:
        deque(pool.map(say, range(int(count))), maxlen=0)
    print(json.dumps(time.perf_counter() - began))


def pile(count: str, name: str = "pile") -> None:
    found = list(Link.objects.order_by("pk"))
    found = found[:-1] or found
    now = timezone.now()
    made = Post.objects.bulk_create(
        Post(
            author_id=found[number % len(found)].member_id,
            kind="status",
            text=f"{name} {number}",
            audience="everyone",
            form_key=f"{name}-{number}",
        )
        for number in range(int(count))
    )
    of_member = {link.member_id: link for link in found}
    Delivery.objects.bulk_create(
        Delivery(
            post=post,
            link=of_member[post.author_id],
            operation="publish",
            sequence=1,
            audience="everyone",
            due_at=now,
            asked_at=now,
            idempotency_key=str(uuid.uuid4()),
        )
        for post in made
    )


def backlog(count: str, name: str) -> None:
    size, now = int(count), timezone.now()
    for number, link in enumerate(Link.objects.order_by("pk")[:LINKS]):
        share = size // LINKS
        links = copies(link, share, uid=f"'{name}-{number}-' || n", account_id="NULL")
        for toggle in Toggle.objects.filter(link=link):
            copies(toggle, share, link_id=f"{links[0]} + n")
        _due_by_sql(links, share, f"{name} {number}/", before(now, "60 + n"))
    analysed(Post, Delivery, Link, Toggle)


def resting(count: str) -> None:
    link, now = Link.objects.filter(account__isnull=False).order_by("-pk")[1], timezone.now()
    rate_limits.pause_link(link, 3600, now)
    for which, at in enumerate((before(now, "0"), before(now, "864000 + n"))):
        _due_by_sql(range(link.pk, link.pk + 1), int(count) // 2, f"rest {which}/", at)


def middle(name: str) -> None:
    link = Link.objects.filter(account__isnull=False).order_by("-pk")[0]
    due = Delivery.objects.filter(state=DeliveryState.WAITING).order_by("due_at")
    at = due[due.count() // 2].due_at
    where = range(link.pk, link.pk + 1)
    [pk] = _due_by_sql(where, 1, f"{name} ", before(at, "0"), before(timezone.now(), "0"))
    print(json.dumps({Delivery.objects.get(pk=pk).post.text: time.time()}))


def _due_by_sql(links: range, count: int, name: str, at: str, asked: str = "") -> range:
    """So many waiting rows on those links in turn, each of a post of its own; `asked` for when they
    were due, unless it is said."""
    author = Link.objects.get(pk=links[0]).member
    key = secrets.token_hex(8)
    post = Post.objects.create(
        author=author, kind="status", text=name, audience="everyone", form_key=key
    )
    posts = copies(post, count, text=f"'{name}' || n", form_key=f"'{key}' || n")
    row = Delivery.objects.create(
        post=post,
        link_id=links[0],
        operation="publish",
        sequence=1,
        state=DeliveryState.CANCELLED,
        audience="everyone",
        asked_at=timezone.now(),
        idempotency_key=str(uuid.uuid4()),
    )
    return copies(
        row,
        count,
        post_id=f"{posts[0]} + n",
        link_id=f"{links[0]} + n % {len(links)}",
        state="'waiting'",
        due_at=at,
        asked_at=asked or at,
        idempotency_key=f"'{key}' || n",
    )


def send(count: str, gap: str, name: str, which: str = "all") -> None:
    found = list(Link.objects.order_by("pk").select_related("member"))
    if which == "last":
        found = found[-1:]
    sent = {}
    start = time.monotonic()
    for number in range(int(count)):
        time.sleep(max(0.0, start + number * float(gap) - time.monotonic()))
        link = found[number % len(found)]
        text = f"{name} {number} {link.network}"
        draft = posts.NewPost(kind="status", audience="everyone", form_key=text, text=text)
        sent[text] = time.time()
        posts.create_post(draft, by=link.member)
    print(json.dumps(sent))


def pulls(count: str) -> None:
    link = Link.objects.order_by("-pk")[0]
    links = copies(link, int(count), uid="'p' || n", account_id="NULL", fed_at="NULL")
    link_import = import_schedule.get_or_create_link_import(link, ImportKind.FEED)
    never = before(timezone.now(), "-864000")
    copies(link_import, int(count), link_id=f"{links[0]} + n", due_at=never, lease_until="NULL")
    analysed(Link, LinkImport)


def pulls_due() -> None:
    """Found by their key: copies of a link have no account."""
    due, now = LinkImport.objects.filter(link__account=None), timezone.now()
    last = due.aggregate(last=Max("pk"))["last"]
    ago = ExpressionWrapper((last + 1 - F("pk")) * timedelta(seconds=0.1), DurationField())
    due.update(due_at=now - ago)


def pulled() -> None:
    fed = Link.objects.filter(account=None, fed_at__isnull=False).order_by("fed_at", "pk")
    rows = list(fed.values_list("pk", "fed_at"))
    found: dict[str, float] = {"done": len(rows)}
    if rows:
        place = {pk: number for number, pk in enumerate(sorted(pk for pk, _at in rows))}
        found["seconds"] = round((rows[-1][1] - rows[0][1]).total_seconds(), 1)
        found["overtaken"] = max(number - place[pk] for number, (pk, _at) in enumerate(rows))
    print(json.dumps(found))


def left() -> None:
    print(json.dumps(Delivery.objects.exclude(state=DeliveryState.SENT).count()))


def drop() -> None:
    """Take what is left of a pile away."""
    Delivery.objects.exclude(state=DeliveryState.SENT).delete()


if __name__ == "__main__":
    orders = {"links": make_links, "plain": plain, "pile": pile, "send": send, "left": left}
    orders |= {"backlog": backlog, "resting": resting, "middle": middle}
    orders |= {"pulls": pulls, "pulls_due": pulls_due, "pulled": pulled}
    {**orders, "drop": drop}[sys.argv[1]](*sys.argv[2:])
