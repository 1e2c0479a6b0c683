"""Fill a database for `tests.bench.scale`, and measure what admin's lists take of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import (  # noqa: E402
    DeviceLogin,
    FriendRequest,
    Friendship,
    Group,
    Invitation,
    Member,
    MemberSession,
    Membership,
    Phone,
    PhoneLogin,
)
from accounts.urlsession.models import OutTicket  # noqa: E402
from syndication.models import (  # noqa: E402
    Attempt,
    Comment,
    CopyActivity,
    Delivery,
    Like,
    Link,
    Post,
)
from tests.filling import before, copies  # noqa: E402
from tests.making import make_comment, make_like, make_link, make_member, make_post  # noqa: E402
from tests.noticing import make_notice  # noqa: E402
from tests.phone import computer  # noqa: E402

ROUNDS = 3
MANY_FRIENDS, FEW_FRIENDS, MANY_UP_TO = 29, 3, 10_000
_ROWS = "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"


def measure(size: int, *, is_filled: bool) -> dict[str, tuple[float, int]]:
    """Milliseconds and rows of every list, filter and search."""
    call_command("migrate", verbosity=0)
    if not is_filled:
        call_command("createcachetable", verbosity=0)
        _fill(size)
    setup_test_environment()
    chief = Member.objects.filter(username="chief").first() or make_member(
        "chief", is_staff=True, is_superuser=True
    )
    client = computer(chief)
    return {page: _figures(client, page) for page in _pages(size)}


def _figures(client: Client, page: str) -> tuple[float, int]:
    """Best of ROUNDS, after one that warms caches."""
    client.get(page)
    times, rows = [], 0
    for _round in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            before_it = _rows(cursor)
            with CaptureQueriesContext(connection) as found:
                answer = client.get(page)
            rows = _rows(cursor) - before_it
            cursor.execute("COMMIT")
        assert answer.status_code == 200, (page, answer.status_code)
        times.append(1000 * sum(float(one["time"]) for one in found.captured_queries))
    return round(min(times), 1), rows


def _rows(cursor: Any) -> int:
    cursor.execute(_ROWS)
    return int(cursor.fetchone()[0] or 0)


def _pages(size: int) -> Iterator[str]:
    """Each list; each choice of its filters, as the page links them; each search that finds something."""
    middle = f"m{size // 2}"
    client = computer(Member.objects.get(username="chief"))
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label):
        name = model._meta.label_lower.replace(".", "_")
        page = reverse(f"admin:{name}_changelist")
        yield page
        yield from _filters(client, page)
        if admin.site.get_model_admin(model).search_fields:
            for words in (middle, "m1", "7", "nobody"):
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


# --- Rows -----------------------------------------------------------------------------------------
def _hexed(word: str) -> str:
    return f"'{word}' || n"


def _fill(size: int) -> None:
    now = timezone.now()
    chief = make_member("chief", is_staff=True, is_superuser=True)
    first = make_member("first", email="")
    day = 86_400 * 700 // size
    members = copies(
        first,
        size,
        username=_hexed("m"),
        email="'m' || n || '@example.jp'",
        date_joined=before(now, f"({size} - n) * {max(day, 1)}"),
        language="CASE WHEN n % 5 = 0 THEN 'en' ELSE 'ja' END",
        is_active="n % 1000 <> 1",
    )
    member = f"{members[0]} + n % {size}"
    _friends(members, size)
    _people(first, chief, member, size, now)
    _posts(first, member, size, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _grown(row: Model, count: int, **columns: str) -> range:
    made = copies(row, count, **columns)
    print(f"  {row._meta.label:28} {count:>10,}", file=sys.stderr, flush=True)
    return made


def _friends(members: range, size: int) -> None:
    each = MANY_FRIENDS if size <= MANY_UP_TO else FEW_FRIENDS
    pair = Friendship.objects.create(member_id=members[0], friend_id=members[-1])
    for step in range(1, each + 1):
        near = f"{members[0]} + (n + {step}) % {size}"
        _grown(pair, size, member_id=f"{members[0]} + n", friend_id=near)
    pair.delete()


def _people(first: Member, chief: Member, member: str, size: int, now: Any) -> None:
    soon = now + timedelta(days=1)
    old = before(now, "n % 6000000")
    asked = FriendRequest.objects.create(asker=first, asked=chief)
    _grown(asked, size, asker_id=member, created_at=old)
    invited = Invitation.objects.create(inviter=first, code_hash="x", expires_at=soon)
    _grown(invited, size, inviter_id=member, code_hash=_hexed("i"), created_at=old)
    group = Group.objects.create(name="Choir", owner=first)
    groups = _grown(group, size // 10, owner_id=member)
    joined = Membership.objects.create(group=group, member=first, joined_at=now)
    _grown(joined, size // 2, group_id=f"{groups[0]} + n % {len(groups)}", member_id=member)
    session = MemberSession.objects.create(user=first, ip="192.0.2.1", session_key="x")
    _grown(session, size, user_id=member, session_key=_hexed("s"))
    phone = Phone.objects.create(member=first, device="F-01J", bookmark_hash="x", pin_hash="x")
    _grown(phone, size, member_id=member, bookmark_hash=_hexed("b"))
    login = PhoneLogin.objects.create(
        member=first, code_hash="x", typed_hash="x", issuer_key="x", expires_at=soon
    )
    _grown(
        login, size, member_id=member, code_hash=_hexed("c"), typed_hash=_hexed("t"),
        issuer_key=_hexed("k"), created_at=old,
    )  # fmt: skip
    device = DeviceLogin.objects.create(
        user_code_hash="x", device="PC", number="11", decoys="22 33", expires_at=soon,
        approved_by=first,
    )  # fmt: skip
    _grown(device, size, user_code_hash=_hexed("u"), approved_by_id=member)
    ticket = OutTicket.objects.create(ticket="x", url="https://example.org/", expires_at=soon)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO urlsession_outticket (ticket, url, expires_at, is_permission_page) "
            "SELECT 't' || n, url, expires_at, is_permission_page "
            f"FROM generate_series(1, {min(size, 100_000)}) n, urlsession_outticket"
        )
    assert ticket.pk
    notice = make_notice(first, "friend_request", subject=chief.pk, actor=chief)
    codes = "CASE n % 4 WHEN 0 THEN 'liked' WHEN 1 THEN 'comment' ELSE code END"
    _grown(notice, 2 * size, member_id=member, key=_hexed("n"), code=codes, created_at=old)


def _posts(first: Member, member: str, size: int, now: Any) -> None:
    post = make_post(author=first, text="今朝の豊平川、霧がきれいだった。")
    at = before(now, f"(3 * {size} - n) * 10")
    who = "CASE n % 3 WHEN 0 THEN 'friends' ELSE audience END"
    posts = _grown(
        post, 3 * size, author_id=member, form_key=_hexed("f"), created_at=at, audience=who
    )
    link = make_link(first, "mixi", account=None)
    network = "CASE n % 3 WHEN 0 THEN 'mastodon' WHEN 1 THEN 'bluesky' ELSE 'mixi' END"
    state = "CASE WHEN n % 50 = 0 THEN 'parked' ELSE 'active' END"
    links = _grown(
        link, size, member_id=member, account_id="NULL", uid=_hexed("u"), network=network,
        state=state, created_at=at,
    )  # fmt: skip
    sent = Delivery.objects.create(
        post=post, link=link, kind="publish", sequence=1, state="sent", audience="everyone",
        asked_at=now, sent_at=now, idempotency_key="x", remote_id="x",
    )  # fmt: skip
    states = "CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 100 = 1 THEN 'cancelled' ELSE state END"
    deliveries = _grown(
        sent, 2 * size, post_id=f"{posts[0]} + n", link_id=f"{links[0]} + n % {size}",
        idempotency_key=_hexed("d"), remote_id=_hexed("r"), state=states, created_at=at,
    )  # fmt: skip
    attempt = Attempt.objects.create(delivery=sent, number=1, doing="publish", started_at=now)
    _grown(attempt, 2 * size, delivery_id=f"{deliveries[0]} + n")
    came = CopyActivity.objects.create(delivery=sent, link=link, replies=1)
    _copy_activities(came, deliveries, size)
    comment = make_comment(post, first)
    _grown(comment, size, post_id=f"{posts[0]} + n", writer_id=member)
    like = make_like(post, first)
    _grown(like, size, post_id=f"{posts[0]} + n", member_id=member)
    assert Post.objects.exists()
    assert Link.objects.exists()
    assert Comment.objects.exists()
    assert Like.objects.exists()


def _copy_activities(row: CopyActivity, deliveries: range, size: int) -> None:
    """Their key is the delivery's, which `copies` does not know."""
    columns = [
        connection.ops.quote_name(one.column)
        for one in CopyActivity._meta.concrete_fields
        if not one.primary_key
    ]
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO syndication_copyactivity (delivery_id, {names}) "
            f"SELECT n, {names} FROM generate_series({deliveries[0]}, {deliveries[0] + size - 1}) n, "
            f"syndication_copyactivity WHERE delivery_id = {row.pk}"
        )


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), is_filled="filled" in sys.argv)))
