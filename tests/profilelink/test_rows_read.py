"""What each page of a member reads may not grow with the tables: rows are counted, not only queries.

`pytest tests/profilelink/test_rows_read.py -k page -s` prints the figures.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Friendship, Group, Member, Membership, Notice, PhoneLogin
from syndication.models import (
    Allowance,
    Attempt,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    FeedItem,
    Link,
    NetworkFriend,
    Post,
    PostReader,
)
from syndication.queries.timeline import Cursor, timeline_page
from tests.filling import analysed, before, copies, vacuumed
from tests.making import befriend, make_chosen_post, make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink.weights import crawl
from tests.reading import reading
from tests.syndication.feeds import add_copy, bring

pytestmark = pytest.mark.django_db

# PostgreSQL rightly reads a table of 2,000 rows whole.
LARGE = 20_000 if connection.vendor == "postgresql" else 2_000
# They tell how many of the member's own rows there are before something is done with all of them.
COUNTS_ONES_OWN = ("export", "link_end")
TABLES = (Member, Friendship, Group, Membership, Post, Link, Delivery, Attempt, FeedItem, Notice,
          NetworkFriend, UserSession, PhoneLogin, Allowance)  # fmt: skip


@pytest.fixture(autouse=True)
def no_dead_rows(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        vacuumed()


def hexed() -> str:
    return f"'{secrets.token_hex(8)}' || n"


def posts_of(author: Member, count: int, now: datetime, **fields: object) -> range:
    post = make_post(author=author, **{"audience": Audience.FRIENDS, **fields})  # type: ignore[arg-type]
    when = before(now, "n * 60")
    return copies(post, count, form_key=hexed(), created_at=when)


def grow(hanako: Member, count: int) -> None:
    """`count` more of whatever grows: hanako's own, her friends', and everybody else's."""
    now = timezone.now()
    strangers = copies(
        make_member(f"s{secrets.token_hex(4)}", email=""), count, username=hexed(), email="''"
    )
    stranger = Member.objects.get(pk=strangers[0])
    for friend in Member.objects.filter(friendships__friend=hanako):
        posts_of(friend, count, now)
    posts_of(stranger, count, now, audience=Audience.EVERYONE)
    mine = posts_of(hanako, count, now)
    group = Group.objects.get(owner=hanako)
    posts_of(hanako, count, now, audience=Audience.GROUP, group=group)
    link = Link.objects.get(member=hanako)
    links = copies(link, count, uid=hexed(), account_id="NULL", member_id=f"{strangers[0]} + n")
    for where, posts in ((str(link.pk), mine), (f"{links[0]} + n", mine)):
        deliveries(where, posts, now)
    for where in (str(link.pk), f"{links[0]} + n"):
        item = FeedItem.objects.filter(link=link)[0]
        when = before(now, "n * 60")
        copies(item, count, link_id=where, remote_id=hexed(), written_at=when)
    others(hanako, strangers, count)
    analysed(*TABLES)


def deliveries(link: str, posts: range, now: datetime) -> None:
    one = Delivery.objects.create(
        post_id=posts[0],
        link=Link.objects.all()[0],
        operation=DeliveryOperation.PUBLISH,
        sequence=int(secrets.token_hex(3), 16),
        state=DeliveryState.SENT,
        audience=Audience.EVERYONE,
        asked_at=now,
        sent_at=now,
        idempotency_key=secrets.token_hex(16),
    )
    rows = copies(
        one,
        len(posts),
        post_id=f"{posts[0]} + n",
        link_id=link,
        sequence="1",
        idempotency_key=hexed(),
    )
    attempt = Attempt.objects.create(delivery_id=rows[0], number=1, doing="publish", started_at=now)
    copies(attempt, len(posts), delivery_id=f"{rows[0]} + n")


def others(hanako: Member, strangers: range, count: int) -> None:
    """What else stands in the tables of which a page of hanako shows a part."""
    told = Notice.objects.filter(member=hanako)[0]
    copies(told, count, key=hexed())
    copies(told, count, member_id=f"{strangers[0]} + n")
    session = UserSession.objects.create(user=hanako, ip="192.0.2.1", session_key="x")
    copies(session, count, session_key=hexed(), user_id=f"{strangers[0]} + n")
    session.delete()
    pairs = Friendship.objects.filter(member=hanako)[0]
    copies(pairs, count, member_id=f"{strangers[0]} + n")
    copies(pairs, count, friend_id=f"{strangers[0]} + n", member_id=str(pairs.friend_id))


@pytest.fixture
def pages(hanako: Member) -> list[str]:
    """Each page once, and the next page of what is long."""
    found = {
        weight.path
        for weight in crawl(log_in_phone(hanako), "/")
        if weight.route not in COUNTS_ONES_OWN
    }
    more = [reverse("profile", args=["hanako"]), reverse("delivery_list")]
    return sorted({*found, *(f"{path}?page=2" for path in more)})


def figures(phone: PhoneClient, pages: list[str]) -> dict[str, int]:
    """What each page reads. The crawl has opened all of them once, so that nothing is new."""
    found = {}
    for page in pages:
        with reading() as read:
            phone.get(page)
        found[page] = read.rows
    return found


def test_no_page_reads_more_where_the_tables_are_larger(hanako, pages):
    phone = log_in_phone(hanako)
    grow(hanako, 50)
    few = figures(phone, pages)
    grow(hanako, LARGE)
    many = figures(phone, pages)
    print("\n".join(f"{page:60} {few[page]:>7} {many[page]:>7}" for page in pages))
    grown = {page: (few[page], many[page]) for page in pages if many[page] > 1.5 * few[page] + 60}
    assert not grown


def make_friends(member: Member, count: int) -> range:
    friends = copies(make_member("friend", email=""), count, username="'f' || n", email="''")
    pair = Friendship.objects.create(member=member, friend_id=friends[0])
    copies(pair, count - 1, friend_id=f"{friends[1]} + n")
    pair = Friendship.objects.create(member_id=friends[0], friend=member)
    copies(pair, count - 1, member_id=f"{friends[1]} + n")
    return friends


@pytest.mark.parametrize("friends", [12, 300])
def test_home_reads_a_few_rows_for_each_friend_however_much_they_wrote(
    friends, django_assert_max_num_queries
):
    """The first page and a later one; rows of friends that hanako may read, and of strangers."""
    hanako = make_member("hanako")
    now = timezone.now()
    authors = make_friends(hanako, friends)
    link = make_link(hanako)
    FeedItem.objects.create(link=link, remote_id="r", written_at=now)
    phone = log_in_phone(hanako)
    read = []
    for each in (5, 50):
        one = make_post(author=hanako, audience=Audience.FRIENDS)
        who = {"author_id": f"{authors[0]} + n % {friends}", "created_at": before(now, "n * 60")}
        copies(one, each * friends, form_key=hexed(), **who)
        copies(
            FeedItem.objects.all()[0], each * 50, remote_id=hexed(), written_at=who["created_at"]
        )
        analysed(*TABLES)
        later = reverse("home") + f"?before={timeline_page(hanako).older}"
        with django_assert_max_num_queries(6):
            phone.get(later)
        read.append([*figures(phone, [reverse("home"), later]).values()])
    print(read)
    # Fewer is no fault: PostgreSQL may read a small table whole.
    more = zip(read[0], read[1], strict=True)
    assert all(large <= 1.5 * small + 60 for small, large in more), "grows with what is written"


def test_home_shows_what_sorting_everything_would_show():
    """Leafed through whole: times that are equal, what may not be read, what was deleted."""
    hanako, now = make_member("hanako"), timezone.now().replace(microsecond=500_000)
    authors = [*make_friends(hanako, 14), hanako.pk, make_member("stranger").pk]
    kinds = [Audience.EVERYONE, Audience.FRIENDS, Audience.ONLY_ME, Audience.FRIENDS_OF_FRIENDS]
    for audience in kinds:
        for author in authors[:: 2 if audience == Audience.ONLY_ME else 1]:
            one = make_post(author=Member.objects.get(pk=author), audience=audience)
            copies(one, 4, form_key=hexed(), created_at=before(now, f"(n * {author}) % 7"))
            Post.objects.filter(pk=one.pk).update(deleted_at=now)
    link = make_link(hanako)
    item = FeedItem.objects.create(link=link, remote_id="r", written_at=now)
    copies(item, 25, remote_id=hexed(), written_at=before(now, "n % 5"))
    seen, page = [], timeline_page(hanako)
    while True:
        seen += [(entry.at, entry.cursor.table, entry.pk) for entry in page.entries]
        if not page.older:
            break
        page = timeline_page(hanako, Cursor.parse(page.older))
    of_friends = Post.objects.visible_to(hanako).filter(author__in=authors[:-1])
    expected = [(post.created_at, 0, post.pk) for post in of_friends]
    expected += [(item.written_at, 1, item.pk) for item in FeedItem.objects.all()]
    assert seen == sorted(expected, reverse=True)


# --- what came by networks ------------------------------------------------------------------------
def feed_of_members(hanako: Member, link: Link, count: int, writers: range, **which: str) -> None:
    """`count` posts of `writers`, each with a copy that came to hanako by mixi, and its network."""
    now, network = timezone.now(), make_link(make_member(f"w{secrets.token_hex(4)}", email=""))
    post = make_post(author=hanako, audience=Audience.EVERYONE)
    at = before(now, "n * 60")
    writer = f"{writers[0]} + n % {len(writers)}"
    posts = copies(post, count, form_key=hexed(), author_id=writer, created_at=at)
    copy = add_copy(post, network)
    copied = copies(
        copy, count, post_id=f"{posts[0]} + n", remote_id=hexed(), idempotency_key=hexed()
    )
    item = bring(link, "x", f"{secrets.token_hex(4)}", at=now)
    of = {"copy_id": f"{copied[0]} + n", "writer_id": writer}
    copies(item, count, remote_id=hexed(), written_at=at, **{**of, **which})
    item.delete()


@pytest.mark.parametrize("kind", ["copies of friends", "hidden accounts", "copies of strangers"])
def test_home_reads_no_more_where_more_came_that_is_not_shown(hanako, kind) -> None:
    """Up to what a link keeps. Copies of friends' posts are shown as the posts; strangers' are rows."""
    if connection.vendor == "postgresql" and kind == "copies of strangers":
        pytest.skip(
            "open: PostgreSQL sorts what one writer wrote on a link, 1,000 items at the most"
        )
    hanako = make_member("momoko", home_shows="networks")
    link = make_link(hanako)
    writers = make_friends(hanako, 12)
    if kind != "copies of friends":
        Friendship.objects.all().delete()
    which = {"copy_id": "NULL", "writer_id": "NULL", "is_hidden": "TRUE"}
    phone, read = log_in_phone(hanako), []
    of_others = bring(make_link(make_member("other")), "x", "other")
    copies(of_others, LARGE, remote_id=hexed())
    for count in (150, 850):
        hidden = which if kind == "hidden accounts" else {}
        feed_of_members(hanako, link, count, writers, **hidden)
        analysed(*TABLES)
        later = reverse("home") + f"?before={timeline_page(hanako).older}"
        read.append([*figures(phone, [reverse("home"), later]).values()])
    print(kind, read)
    assert all(large <= 1.5 * small + 60 for small, large in zip(*read, strict=True))


def test_posts_for_chosen_people_cost_those_whom_they_are_not_for_nothing() -> None:
    """On home and on the writer's profile: however many were written for others, or for the reader."""
    hanako, taro, yuki = (make_member(name) for name in ("hanako", "taro", "yuki"))
    befriend(taro, hanako)
    befriend(taro, yuki)
    phone, read = log_in_phone(hanako), []
    profile, now = reverse("profile", args=["taro"]), timezone.now()
    for count in (50, LARGE):
        for reader in (yuki, hanako):
            post = make_chosen_post(taro, reader)
            written = before(now, "n * 60")
            posts = copies(post, count, form_key=hexed(), created_at=written)
            row = PostReader.objects.get(post=post)
            copies(row, count, post_id=f"{posts[0]} + n", written_at=written)
        analysed(*TABLES, PostReader)
        later = reverse("home") + f"?before={timeline_page(hanako).older}"
        pages = [reverse("home"), later, profile, f"{profile}?page=2"]
        read.append([*figures(phone, pages).values()])
    print(read)
    assert all(large <= 1.5 * small + 60 for small, large in zip(*read, strict=True))
