"""What the worker looks after reads no more rows where the tables are larger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import Group, Member, Notice
from syndication.delivery import feed_copies, import_schedule
from syndication.models import Delivery, FeedItem, Link, LinkImport
from syndication.worker import sweep
from tests.filling import analysed, copies, vacuumed
from tests.making import make_group, make_link, make_member
from tests.noticing import make_notice
from tests.reading import reading
from tests.syndication.feeds import bring

pytestmark = pytest.mark.django_db

LARGE = 20_000 if connection.vendor == "postgresql" else 2_000
# The walk sees 10,000 rows of each table at a time; hosts are asked for once a day. Where no delivery is open,
# planners begin "closed links" with the links, and SQLite two others.
BOUNDED = {"walked", "unused hosts", "closed links"}
if connection.vendor == "sqlite":
    BOUNDED |= {"ends", "recoveries"}


@pytest.fixture(autouse=True)
def no_dead_rows(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        vacuumed()


def acts(link: Link) -> Iterator[tuple[str, Callable[[], Any]]]:
    now = timezone.now()
    for name, step in sweep.STEPS.items():
        if name not in BOUNDED:
            yield name, partial(step, now)
    yield "imports", partial(import_schedule.lease_due_imports, now, most=8, owner="x")
    yield "copies", partial(feed_copies.mark_copies_of_link, link, now)


def rows_read(link: Link) -> dict[str, int]:
    found = {}
    for name, act in acts(link):
        cache.clear()
        act()
        cache.clear()
        with reading() as read:
            act()
        found[name] = read.rows
    return found


def test_no_step_of_the_sweep_and_no_choice_reads_more() -> None:
    hanako = make_member("hanako", notices_seen_at=timezone.now())
    link = make_link(hanako, "mastodon", uid="a.example/1", host="a.example")
    bring(link, "x", "1", handle="taro@b.example", url="https://b.example/1")
    notice = make_notice(hanako, "parked", link=link, mail_due_at=None)
    group = make_group(hanako)
    pull = import_schedule.get_or_create_link_import(link, "feed")
    rows_read(link)
    few = rows_read(link)
    strangers = copies(hanako, LARGE, username="'m' || n", email="''")
    stranger = f"{strangers[0]} + n"
    named = {"uid": "'u' || n", "handle": "'u' || n || '@a.example'"}
    links = copies(link, LARGE, member_id=stranger, account_id="NULL", **named)
    copies(pull, LARGE, link_id=f"{links[0]} + n")
    copies(notice, LARGE, member_id=stranger)
    copies(group, LARGE, owner_id=stranger)
    analysed(Member, Notice, Group, Link, LinkImport, FeedItem, Delivery)
    many = rows_read(link)
    print("\n".join(f"{name:24}{few[name]:>8}{many[name]:>8}" for name in few))
    grown = {name: (few[name], many[name]) for name in few if many[name] > 1.5 * few[name] + 60}
    assert not grown
