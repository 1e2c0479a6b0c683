"""Measure one filled database for `tests.bench scale`: `python -m tests.bench.scale_parts <size> <part> …`.

`fill` makes the rows. The others print {part: {what: [milliseconds, rows, buffers]}} and the plans of the
slowest statements as one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Member  # noqa: E402
from syndication.delivery import claims, fairness, feed_copies, import_schedule  # noqa: E402
from syndication.models import Delivery, Link  # noqa: E402
from syndication.queries.timeline import timeline_page  # noqa: E402
from syndication.worker import sweep  # noqa: E402
from tests.bench import scale_rows  # noqa: E402
from tests.bench.reads import Reads, Taken  # noqa: E402
from tests.phone import PhoneClient, computer, log_in_phone  # noqa: E402
from tests.profilelink.weights import crawl  # noqa: E402

Found = dict[str, Taken]
COUNTS_ONES_OWN = ("export", "link_end")  # these tell how many rows of one's own there are
SEARCHES = ("佐藤", "m5", "m500", "h77", "nobody")


# --- Staff ----------------------------------------------------------------------------------------
def staff(reads: Reads, size: int) -> Found:
    """Today, Adoption, and every list, filter and search."""
    client = computer(Member.objects.get(username="chief"))
    return {page: reads.of(page, partial(_open, client, page)) for page in _pages(client, size)}


def _open(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)


def _pages(client: Client, size: int) -> Iterator[str]:
    """Each list; each choice of its filters, as the page links them; each search that finds something."""
    yield from (reverse("admin:index"), reverse("adoption"))
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label):
        name = model._meta.label_lower.replace(".", "_")
        page = reverse(f"admin:{name}_changelist")
        yield page
        yield from _filters(client, page)
        if admin.site.get_model_admin(model).search_fields:
            for words in (f"m{size // 2}", "m1", "7", "nobody"):
                yield f"{page}?q={words}"


def _filters(client: Client, page: str) -> list[str]:
    context = client.get(page).context
    changelist = context["cl"] if context else None
    found = []
    for spec in changelist.filter_specs if changelist else []:
        for choice in spec.choices(changelist):
            query = choice["query_string"]
            if query not in ("?", "") and page + query not in found:
                found.append(page + query)
    return found


# --- Members --------------------------------------------------------------------------------------
def members(reads: Reads, size: int) -> Found:
    """Every page that links lead hanako to; of the others home, what is long, and what a search finds."""
    found: Found = {}
    for name in ("hanako", "m60", "momoko"):
        member = Member.objects.get(username=name)
        phone = log_in_phone(member)
        linked = _linked(phone) if name == "hanako" else []
        for page in [*linked, *_long_pages(member)]:
            what = f"{name} {page if '?name=' in page else re.sub('[0-9]+', 'N', page)}"
            taken = reads.of(what, partial(phone.get, page))
            found[what] = max(taken, found.get(what, taken), key=lambda one: one[2])
    return found


def _linked(phone: PhoneClient) -> list[str]:
    return [each.path for each in crawl(phone, "/") if each.route not in COUNTS_ONES_OWN]


def _long_pages(member: Member) -> list[str]:
    friend = member.friendships.order_by("pk").values_list("friend__username", flat=True)[0]
    long = [reverse(page) for page in ("delivery_list", "friend_list", "notice_list")]
    long += [reverse("profile", args=[name]) for name in (member.username, friend)]
    older = f"{reverse('home')}?before={timeline_page(member).older}"
    found = [f"{reverse('friend_find')}?name={words}" for words in SEARCHES]
    return [reverse("home"), older, *long, *(f"{page}?page=2" for page in long), *found]


# --- The engine -----------------------------------------------------------------------------------
def engine(reads: Reads, _size: int) -> Found:
    """The choice of deliveries, a claim, the choice of imports, and each step of the sweep."""
    acts: dict[str, Callable[[], Any]] = {
        "choose deliveries": lambda: fairness.next_batch(timezone.now(), 32),
        "claim": _claim,
        "choose imports": lambda: import_schedule.lease_due_imports(
            timezone.now(), most=8, owner="x"
        ),
        "mark copies": _mark_copies,
        **{f"sweep: {name}": partial(_step, step) for name, step in sweep.STEPS.items()},
    }
    return {name: reads.of(name, act) for name, act in acts.items()}


def _claim() -> None:
    pk = Delivery.objects.filter(state="waiting").order_by("due_at").values_list("pk", flat=True)[0]
    assert claims.claim_delivery(pk, owner="x", now=timezone.now())


def _mark_copies() -> None:
    """Of what an import brought to a link with Mastodon, from a friend on another server."""
    now, link = timezone.now(), Link.objects.filter(network="mastodon", uid__startswith="u")[0]
    link.feed.update(author_handle="taro@s.example", url="https://s.example/1", created_at=now)
    feed_copies.mark_copies_of_link(link, now)


def _step(step: Callable[..., int]) -> None:
    cache.clear()  # steps that run once an hour or a day, and the places of walks
    step(timezone.now())


PARTS = {"staff": staff, "members": members, "engine": engine}


def measure(size: int, parts: list[str]) -> dict[str, Any]:
    setup_test_environment()
    reads = Reads()
    found = {part: PARTS[part](reads, size) for part in parts}
    found["SELECT 1"] = {"": reads.of("SELECT 1", _select_1)}
    return {"found": found, "plans": reads.plans()}


def _select_1() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


if __name__ == "__main__":
    if sys.argv[2:] == ["fill"]:
        scale_rows.fill(int(sys.argv[1]))
    else:
        print(json.dumps(measure(int(sys.argv[1]), sys.argv[2:])))
