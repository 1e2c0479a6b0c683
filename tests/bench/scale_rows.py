"""The rows of `tests.bench scale`: so many members and what each has, by statements of the database itself.

A member has 29 friends all over the table, 3 posts of the last year, 2 deliveries with an attempt each, a
comment, a like, 2 notices, a session, a phone, a phone login, a mail address, a link with 4 toggles, 3 imports,
3 people of its friend list and a post from it. Of each thousand one has closed the account. Two members are
looked at: hanako, who has everything (tests.profilelink.everything), and momoko, whose 300 friends wrote
2,000 posts each. At any size 500 links have imports due, and 500 have a delivery due.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import (
    Audience,
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
from accounts.models.member import folded_names
from accounts.urlsession.models import OutTicket
from syndication.models import (
    Allowance,
    Attempt,
    CopyActivity,
    DailyFigure,
    Delivery,
    FeedItem,
    Figure,
    ImportKind,
    LinkImport,
    NetworkFriend,
    RemoteReply,
    ReportCase,
    Toggle,
)
from tests.bench.bulk import without_indexes
from tests.filling import before, copies
from tests.making import make_comment, make_like, make_link, make_member, make_post
from tests.noticing import make_notice
from tests.profilelink.everything import make_hanako

DUE = 500
BEARERS = 60  # each 60th member is called so
NAME = "佐藤 花子"
HEAVY_FRIENDS, HEAVY_POSTS = 300, 2_000
YEAR = 31_536_000
LEAST = 1_000  # members: fewer have no 29 different friends


def fill(size: int) -> None:
    """Fill the migrated, empty database."""
    now = timezone.now()
    chief = make_member("chief", is_staff=True, is_superuser=True)
    make_hanako()
    first = make_member("first")
    with without_indexes():
        members = _members(first, size, now)
        member = f"{members[0]} + n % {size}"
        _friends(members, size, now)
        _people(first, chief, member, size, now)
        posts = _posts(first, member, size, now)
        links = _links(first, member, size, now)
        _deliveries(posts, links, size, now)
        _heavy(now)
    count_days(now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    _say("indexes")


def friend_steps(size: int) -> list[int]:
    """How far behind a member, in the table, the 29 friends stand: a step and back, so both rows exist."""
    near = [size * number * number // 421 + 1 for number in range(1, 15)]
    return [*near, *(size - step for step in near), size // 2]


def _grown(row: Model, count: int, **columns: str) -> range:
    made = copies(row, count, **columns)
    _say(row._meta.label, count)
    return made


def _say(what: str, count: int = 0) -> None:
    print(f"  {timezone.now():%H:%M:%S} {what:28} {count:>10,}", file=sys.stderr, flush=True)


def _hexed(word: str) -> str:
    return f"'{word}' || n"


def _members(first: Member, size: int, now: datetime) -> range:
    bears = f"CASE WHEN n % {BEARERS} = 0 THEN"
    names = {"display_name": NAME, **folded_names(NAME)}
    closed = f"CASE WHEN n % 1000 = 1 THEN {before(now, '0')} END"
    members = _grown(
        first,
        size,
        username=_hexed("m"),
        email="'m' || n || '@example.jp'",
        date_joined=before(now, f"({size} - n) * {2 * YEAR // size}"),
        language="CASE WHEN n % 5 = 0 THEN 'en' ELSE 'ja' END",
        is_active="n % 1000 <> 1",
        closing_at=closed,
        closed_at=closed,
        **{column: f"{bears} '{value}' ELSE {_hexed('h')} END" for column, value in names.items()},
    )
    address = EmailAddress.objects.get(user=first)
    mine = f"{members[0]} + n"
    _grown(address, size, user_id=mine, email="'m' || n || '@example.jp'")
    return members


def _friends(members: range, size: int, now: datetime) -> None:
    pair = Friendship.objects.create(member_id=members[0], friend_id=members[-1])
    for number, step in enumerate(friend_steps(size)):
        other = f"{members[0]} + (n + {step}) % {size}"
        made = before(now, f"(n * 37 + {number}) % {YEAR}")
        copies(pair, size, member_id=f"{members[0]} + n", friend_id=other, created_at=made)
    pair.delete()
    _say("accounts.Friendship", 29 * size)


def _people(first: Member, chief: Member, member: str, size: int, now: datetime) -> None:
    soon = now + timedelta(days=1)
    old = before(now, f"n % {YEAR // 2}")
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
    _keyed(ticket, size // 10, _hexed("t"))
    notice = make_notice(first, "friend_request", subject=chief.pk, actor=chief)
    codes = "CASE n % 4 WHEN 0 THEN 'liked' WHEN 1 THEN 'comment' ELSE code END"
    _grown(
        notice, 2 * size, member_id=member, key=_hexed("n"), code=codes, mail_due_at="NULL",
        created_at=before(now, f"n % {YEAR // 6}"),
    )  # fmt: skip
    case = ReportCase.objects.create(kind="post", subject=1, audience="everyone", settled_at=now)
    _grown(case, size // 100, subject="n + 100000000", settled_at=before(now, f"n % {YEAR // 2}"))


def _posts(first: Member, member: str, size: int, now: datetime) -> range:
    post = make_post(author=first, text="今朝の豊平川、霧がきれいだった。")
    who = "CASE n % 3 WHEN 0 THEN 'friends' ELSE audience END"
    posts = _grown(
        post, 3 * size, author_id=member, form_key=_hexed("f"), audience=who,
        created_at=before(now, f"(3 * {size} - n) * {YEAR // (3 * size)}"),
    )  # fmt: skip
    _grown(make_comment(post, first), size, post_id=f"{posts[0]} + n", writer_id=member)
    _grown(make_like(post, first), size, post_id=f"{posts[0]} + n", member_id=member)
    return posts


def _links(first: Member, member: str, size: int, now: datetime) -> range:
    link = make_link(first, "mixi", account=None)
    network = "CASE n % 3 WHEN 0 THEN 'mastodon' WHEN 1 THEN 'bluesky' ELSE 'mixi' END"
    server = "'s' || n % 500 || '.example'"
    links = _grown(
        link, size, member_id=member, account_id="NULL", uid=_hexed("u"), network=network,
        state="CASE WHEN n % 50 = 0 THEN 'parked' ELSE 'active' END",
        parked_at=f"CASE WHEN n % 50 = 0 THEN {before(now, 'n')} END",
        host=f"CASE n % 3 WHEN 0 THEN {server} ELSE '' END", is_findable="n % 2 = 0",
        handle=f"CASE n % 3 WHEN 0 THEN 'u' || n || '@' || {server} ELSE '' END",
        created_at=before(now, f"({size} - n) * {2 * YEAR // size}"),
    )  # fmt: skip
    mine = f"{links[0]} + n % {size}"
    for toggle in Toggle.objects.filter(link=link):
        _grown(toggle, size, link_id=mine)
    due = f"CASE WHEN n < {DUE} THEN {before(now, 'n')} ELSE {before(now, '-900 - n % 900')} END"
    hosts = f"CASE n % 3 WHEN 0 THEN {server} WHEN 1 THEN 'bsky.social' ELSE 'api.mixi-platform.com' END"
    for kind in ImportKind:
        link_import = LinkImport.objects.create(link=link, kind=kind, host="x", due_at=now)
        _grown(link_import, size, link_id=mine, host=hosts, due_at=due)
    person = NetworkFriend.objects.create(link=link, uid="x", name="太郎", seen_at=now)
    _grown(person, 3 * size, link_id=mine, uid=_hexed("p"))
    item = FeedItem.objects.create(link=link, remote_id="x", author_uid="x", written_at=now)
    _grown(item, size, link_id=mine, remote_id=_hexed("i"), written_at=before(now, "n % 2000000"))
    used = Allowance.objects.create(key="x", network="mixi", link=link, since=now)
    _keyed(used, size, f"'mixi/' || ({mine})", link_id=mine)
    return links


def _deliveries(posts: range, links: range, size: int, now: datetime) -> None:
    link = f"{links[0]} + n % {size}"
    sent = Delivery.objects.create(
        post_id=posts[0], link_id=links[0], operation="publish", sequence=5, state="sent",
        audience=Audience.EVERYONE, asked_at=now, sent_at=now, idempotency_key="x", remote_id="x",
    )  # fmt: skip
    is_sent = "CASE WHEN n % 100 > 1 THEN"
    rows = _grown(
        sent, 2 * size, post_id=f"{posts[0]} + n", link_id=link, sequence="1",
        idempotency_key=_hexed("d"), remote_id=f"{is_sent} {_hexed('r')} ELSE '' END",
        state="CASE n % 100 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE state END",
        sent_at=f"{is_sent} sent_at END", is_notified="TRUE",
        created_at=before(now, f"(2 * {size} - n) * {YEAR // (2 * size)}"),
    )  # fmt: skip
    _grown(
        sent, DUE, post_id=f"{posts[0]} + 2 * {size} + n", link_id=link, sequence="1",
        idempotency_key=_hexed("w"), remote_id="''", state="'waiting'", sent_at="NULL",
        due_at=before(now, "n"),
    )  # fmt: skip
    attempt = Attempt.objects.create(delivery=sent, number=1, doing="publish", started_at=now)
    _grown(attempt, 2 * size, delivery_id=f"{rows[0]} + n")
    came = CopyActivity.objects.create(delivery=sent, link_id=links[0], replies=1)
    _keyed(came, size, f"{rows[0]} + n", link_id=link)
    reply = RemoteReply.objects.create(
        link_id=links[0], delivery=sent, remote_id="x", author_uid="x", written_at=now
    )
    _grown(reply, size // 2, link_id=link, delivery_id=f"{rows[0]} + n", remote_id=_hexed("a"))


def _heavy(now: datetime) -> None:
    """momoko, and what her friends wrote."""
    momoko = make_member("momoko")
    friend = make_member("heavy", email="")
    friends = _grown(friend, HEAVY_FRIENDS, username=_hexed("heavy"))
    pair = Friendship.objects.create(member=momoko, friend=friend)
    _grown(pair, HEAVY_FRIENDS, friend_id=f"{friends[0]} + n")
    _grown(
        pair, HEAVY_FRIENDS, member_id=f"{friends[0]} + n", friend_id=str(momoko.pk),
    )  # fmt: skip
    post = make_post(author=friend, text="走った", audience=Audience.FRIENDS)
    _grown(
        post, HEAVY_FRIENDS * HEAVY_POSTS, author_id=f"{friends[0]} + n % {HEAVY_FRIENDS}",
        form_key=_hexed("h"), created_at=before(now, "n * 50"),
    )  # fmt: skip


def count_days(now: datetime) -> None:
    """Figures of each day of two years."""
    days = [timezone.localdate(now) - timedelta(days=number) for number in range(1, 730)]
    of_network = (Figure.LINKED, Figure.LINKS)
    DailyFigure.objects.bulk_create(
        DailyFigure(day=day, figure=figure, network=network, number=50, people=50)
        for day in days
        for figure in Figure.values
        for network in ("", *(settings.NETWORK_KEYS if figure in of_network else ()))
    )


def _keyed(row: Model, count: int, key: str, **columns: str) -> None:
    """Copies of a row whose key is no number of its own; `key` is its SQL expression."""
    meta = row._meta
    assert meta.pk is not None
    quote = connection.ops.quote_name
    others = [field for field in meta.concrete_fields if not field.primary_key]
    names = ", ".join(quote(field.column) for field in others)
    values = ", ".join(columns.get(field.attname, f"t.{quote(field.column)}") for field in others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({meta.pk.column}, {names}) "
            f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {count - 1}) "
            f"SELECT {key}, {values} FROM c, {meta.db_table} t WHERE t.{meta.pk.column} = '{row.pk}'"
        )
    _say(meta.label, count)


def is_filled() -> bool:
    return bool(Member.objects.filter(username="momoko").exists())
