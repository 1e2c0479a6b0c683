"""One post, once: a friend's copy on a network does not stand beside the post; a block holds there, too.

Each case of the table is one writer, whose post has a copy on mixi; hanako leafs through all of home.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends
from accounts.models import Audience, Member
from syndication.actions import hidden_accounts, posts
from syndication.delivery import credentials
from syndication.models import Delivery, DeliveryState, FeedItem, Link, Post
from tests.making import befriend, block, make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import grant, linked, planned, settled, tried
from tests.syndication.feeds import Line, add_copy, bring, lines_of, words_on_home
from tests.syndication.importing import import_feed, import_friends
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

# What became of the post: its audience, that of its copy, and what it is now.
POSTS = {
    "public": (Audience.EVERYONE, Audience.EVERYONE),
    "for friends": (Audience.FRIENDS, Audience.FRIENDS),
    "widened": (Audience.FRIENDS, Audience.EVERYONE),
    "narrowed": (Audience.EVERYONE, Audience.FRIENDS),
    "for me": (Audience.EVERYONE, Audience.ONLY_ME),
    "deleted": (Audience.EVERYONE, None),
}
PLACES = ("here", "there", "both")  # where writer and reader are friends
BLOCKS = ("", "by the reader", "by the writer")


@dataclass(frozen=True)
class Case:
    post: str
    friends: str
    blocked: str
    is_findable: bool
    is_hidden: bool

    @property
    def shown(self) -> str:
        """What stands on the reader's home: the table, row by row."""
        if self.blocked == "" and self.friends != "there":  # friends here
            return "" if self.post in ("for me", "deleted") else "post"
        if self.friends == "here" or self.is_hidden:
            return ""
        if self.post in ("narrowed", "for me", "deleted"):  # taken back from the copy's readers
            return ""
        if self.blocked == "by the reader" and self.is_findable:
            return ""
        is_readable = self.post in ("public", "widened") and not self.blocked
        return "post by way of mixi" if is_readable and self.is_findable else "mixi's row"


CASES = [Case(*parts) for parts in itertools.product(POSTS, PLACES, BLOCKS, *[(False, True)] * 2)]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def mixi(hanako: Member) -> Link:
    return make_link(hanako, uid="zaki")


def play(case: Case, number: int, reader: Member, mixi: Link) -> tuple[Post, FeedItem | None]:
    """The whole of a case, in the order in which it happens."""
    writer = make_member(f"w{number}", email="")
    if case.friends != "there":
        befriend(reader, writer)
    link = make_link(writer, uid=f"u{number}", is_findable=case.is_findable)
    audience, later = POSTS[case.post]
    at = timezone.now() - timedelta(minutes=number)
    post = make_post(author=writer, text=f"post {number}", audience=audience, created_at=at)
    copy = add_copy(post, link, remote_id=f"voice:{number}")
    item = bring(mixi, link.uid, copy.remote_id, f"post {number}", at)
    if case.is_hidden:
        hidden_accounts.hide_account(item, by=reader)
    if case.friends == "here":  # nothing of them comes by mixi
        item.delete()
    if later is None:
        posts.delete_post(post, by=writer)
    elif later != audience:
        posts.change_audience(post, later, None, by=writer)
    if case.blocked:
        sides = (reader, writer) if case.blocked == "by the reader" else (writer, reader)
        friends.block_member(sides[1], by=sides[0])
    return post, FeedItem.objects.filter(pk=item.pk or 0).first()


def told(line: Line) -> str:
    kind = line.leads_to.partition("/")[0]
    if kind == "feed":
        return "mixi's row" if "· mixi" in line.head else line.head
    return "post by way of mixi" if "· Profile Link" in line.head else "post"


def test_who_reads_what_once(hanako: Member, mixi: Link) -> None:
    played = [play(case, number, hanako, mixi) for number, case in enumerate(CASES)]
    phone = log_in_phone(hanako)
    seen: dict[int, list[str]] = {}
    for line in lines_of(phone):
        seen.setdefault(int(line.words.split()[-1]), []).append(told(line))
    wrong = [
        (case, seen.get(number, []))
        for number, case in enumerate(CASES)
        if seen.get(number, []) != [case.shown] * bool(case.shown)
    ]
    assert not wrong
    assert len(CASES) == 216
    for case, (post, item) in zip(CASES[::3], played[::3], strict=True):
        if item is not None:
            check_page_of(phone, case, post, item)


def check_page_of(phone: PhoneClient, case: Case, post: Post, item: FeedItem) -> None:
    """The item's own page says what home says; the copy of a post leads to the post."""
    page = phone.get(reverse("feed_item", args=[item.pk]))
    if case.is_hidden or not case.shown:
        assert page.status == 404, case
    elif case.shown == "mixi's row":
        assert (page.status, "/feed/" in page.path) == (200, True), case
    else:
        assert page.path.endswith(reverse("post_detail", args=[post.pk])), case


# --- which comes first ---------------------------------------------------------------------------
def link_of_taro(sandbox, hanako: Member) -> Link:
    """taro is hanako's friend here and on the sandbox's mixi."""
    taro = make_member("taro")
    befriend(hanako, taro)
    link = make_link(taro, "mixi", uid=sandbox.mixi.account("taro").id)
    credentials.store_credentials(link, grant(sandbox, "taro"))
    return link


def test_a_copy_that_was_sent_before_the_import_stands_there_once(sandbox, hanako) -> None:
    theirs, ours = link_of_taro(sandbox, hanako), linked(sandbox, hanako)
    assert tried(planned(theirs, "一度だけ")).remote_id
    import_feed(ours.pk)
    assert ours.feed.filter(text="一度だけ").exists()
    assert words_on_home(hanako).count("一度だけ") == 1


def test_a_copy_that_is_imported_before_its_answer_is_found_stands_there_once_after(
    sandbox, hanako, now
) -> None:
    """The network took the copy and its answer was lost; until it is looked up, nobody knows."""
    theirs, ours = link_of_taro(sandbox, hanako), linked(sandbox, hanako)
    sandbox.faults.add("mixi", "drop_after", match="POST /2/voice")
    delivery = tried(planned(theirs, "一度だけ"))
    assert delivery.state == DeliveryState.UNCONFIRMED
    import_feed(ours.pk)
    assert words_on_home(hanako).count("一度だけ") == 2
    assert settled(delivery, now).state == DeliveryState.SENT
    assert words_on_home(hanako).count("一度だけ") == 1


def test_what_import_and_delivery_both_missed_the_next_import_finds(hanako, mixi) -> None:
    """Two transactions that crossed, or a worker that was killed in between."""
    taro = make_member("taro")
    befriend(hanako, taro)
    post = make_post(author=taro, text="once")
    bring(mixi, "taro", "voice:1", "once")
    add_copy(post, make_link(taro, uid="taro"), remote_id="voice:1")
    assert words_on_home(hanako) == ["once", "once"]
    bring(mixi, "momo", "voice:2", "else")
    assert words_on_home(hanako) == ["else", "once"]


def test_the_same_id_on_another_server_is_another_post(hanako) -> None:
    taro = make_member("taro")
    befriend(hanako, taro)
    theirs = make_link(taro, "mastodon", uid="a.example/1", host="a.example")
    add_copy(make_post(author=taro, text="taro's"), theirs, remote_id="5")
    for host in ("a.example", "b.example"):
        ours = make_link(hanako, "mastodon", uid=f"{host}/2", host=host)
        bring(ours, "1", "5", f"by 1 of {host}")
    assert set(words_on_home(hanako)) == {"taro's", "by 1 of b.example"}


def test_a_copy_that_comes_by_another_server_of_its_network_stands_there_once(hanako) -> None:
    """There it has an id of that server's own, and keeps its address."""
    taro, there = make_member("taro"), "https://a.example/@taro/5"
    befriend(hanako, taro)
    ours = make_link(hanako, "mastodon", uid="b.example/2", host="b.example")
    theirs = make_link(
        taro, "mastodon", uid="a.example/1", host="a.example", handle="@taro@a.example"
    )
    add_copy(make_post(author=taro, text="once"), theirs, remote_id="5", remote_url=there)
    came = {"handle": "@taro@a.example", "url": there}
    bring(ours, "77", "901", "once", **came)
    assert words_on_home(hanako) == ["once"]
    bring(ours, "78", "902", "taken for it", **{**came, "handle": "@momo@c.example"})
    bring(ours, "77", "903", "of his own", **{**came, "url": "https://a.example/@taro/6"})
    assert set(words_on_home(hanako)) == {"once", "taken for it", "of his own"}


def test_no_server_takes_posts_of_another_away(hanako) -> None:
    """It says of a copy sent there that it stands at somebody else's address."""
    mallory, theirs = make_member("mallory"), "https://a.example/@taro/5"
    befriend(hanako, mallory)
    ours = make_link(hanako, "mastodon", uid="b.example/2", host="b.example")
    link = make_link(
        mallory, "mastodon", uid="m.a.example/1", host="m.a.example", handle="@taro@a.example"
    )
    add_copy(make_post(author=mallory, text="mine"), link, remote_id="5", remote_url=theirs)
    bring(ours, "77", "901", "taro's", handle="@taro@a.example", url=theirs)
    assert set(words_on_home(hanako)) == {"mine", "taro's"}


def test_a_post_stands_once_however_many_networks_are_common(hanako) -> None:
    """A friend's; that of a writer who may be found on all; of one who may be found on none."""
    for name, is_findable in (("friend", False), ("found", True), ("unknown", False)):
        writer = make_member(name)
        if name == "friend":
            befriend(hanako, writer)
        post = make_post(author=writer, text=name)
        for network in ("mixi", "orkut", "twitter"):
            ours, _ = Link.objects.get_or_create(
                member=hanako, network=network, defaults={"uid": f"mine-{network}"}
            )
            theirs = make_link(writer, network, uid=f"{name}-{network}", is_findable=is_findable)
            copy = add_copy(post, theirs, remote_id=f"{name}-{network}")
            bring(ours, theirs.uid, copy.remote_id, name)
    assert sorted(words_on_home(hanako)) == ["found", "friend", *["unknown"] * 3]


def test_a_post_that_came_by_two_networks_stands_on_one_page(hanako, mixi) -> None:
    """Its copies came so far apart that they would stand on two."""
    writer, now = make_member("writer"), timezone.now()
    post = make_post(author=writer, text="once")
    orkut = make_link(hanako, "orkut", uid="mine")
    for link, hours in ((mixi, 9), (orkut, 0)):
        theirs = make_link(writer, link.network, uid="w", is_findable=True)
        at = now - timedelta(hours=hours)
        bring(link, "w", add_copy(post, theirs).remote_id, "once", at)
    for number in range(12):
        bring(mixi, "momo", f"voice:{number}", "else", now - timedelta(hours=1))
    assert words_on_home(hanako) == ["else"] * 12 + ["once"]


def test_a_post_that_came_by_a_network_shows_its_words_of_now(hanako, mixi) -> None:
    writer = make_member("writer")
    link = make_link(writer, uid="w", is_findable=True)
    post = make_post(author=writer, text="before")
    bring(mixi, "w", add_copy(post, link).remote_id, "before")
    Post.objects.update(text="after")
    [line] = lines_of(log_in_phone(hanako))
    assert (line.words, line.head.split()[0], told(line)) == ("after", "w", "post by way of mixi")


def test_a_deleted_copy_does_not_come_back_with_a_wider_audience(hanako, mixi) -> None:
    """Narrowed, so that the copy was deleted; and widened again."""
    writer = make_member("writer")
    post = make_post(author=writer, text="again")
    copy = add_copy(post, make_link(writer, uid="w"))
    bring(mixi, "w", copy.remote_id, "again")
    posts.change_audience(post, Audience.ONLY_ME, None, by=writer)
    Delivery.objects.filter(operation="delete").update(state="sent", sent_at=timezone.now())
    posts.change_audience(post, Audience.EVERYONE, None, by=writer)
    assert words_on_home(hanako) == []


def test_a_writer_who_is_suspended_is_read_by_nobody_but_on_the_network(hanako, mixi) -> None:
    for name in ("friend", "stranger"):
        writer = make_member(name)
        copy = add_copy(make_post(author=writer, text=name), make_link(writer, uid=name))
        bring(mixi, name, copy.remote_id, name)
        if name == "friend":
            befriend(hanako, writer)
    Member.objects.exclude(pk=hanako.pk).update(is_active=False)
    assert words_on_home(hanako) == ["stranger"]


def test_who_ends_a_friendship_reads_on_as_a_friend_on_the_network(hanako, mixi) -> None:
    taro = make_member("taro")
    befriend(hanako, taro)
    copy = add_copy(make_post(author=taro, text="here"), make_link(taro, uid="t"))
    bring(mixi, "t", copy.remote_id, "on mixi")
    assert words_on_home(hanako) == ["here"]
    friends.end_friendship(taro, by=hanako)
    assert words_on_home(hanako) == ["on mixi"]


# --- blocks ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_findable", [True, False])
def test_a_block_hides_on_the_blocker_s_pages_what_a_known_account_wrote(
    hanako, mixi, is_findable: bool
) -> None:
    """Not what an unknown one wrote: what vanishes after a block would tell whose account it is."""
    taro = make_member("taro")
    theirs = make_link(taro, uid="t", is_findable=is_findable)
    mixi.friends.create(uid="t", name="たろう@mixi", seen_at=timezone.now())
    item = bring(mixi, "t", "voice:1", "on mixi alone")
    there = make_link(make_member("kenji"), uid="k")
    bring(there, "t", "voice:1", "on mixi alone")
    phone, page = log_in_phone(hanako), reverse("link_friends", args=["mixi", mixi.pk])
    assert "たろう@mixi" in phone.get(page)
    phone.get(reverse("friend_block", args=["taro"]))
    phone.submit("Block")
    is_seen = not is_findable
    assert ("on mixi alone" in phone.get(reverse("home"))) == is_seen
    assert phone.get(reverse("feed_item", args=[item.pk])).status == (200 if is_seen else 404)
    assert ("たろう@mixi" in phone.get(page)) == is_seen
    assert "on mixi alone" in log_in_phone(there.member).get(reverse("home"))
    phone.get(reverse("friend_unblock", args=["taro"]))
    phone.submit("Unblock")
    assert "on mixi alone" in phone.get(reverse("home"))
    assert "たろう@mixi" in phone.get(page)
    assert theirs.member == taro


def test_a_member_who_is_blocked_sees_no_sign_of_it_in_what_came_by_mixi(hanako, mixi) -> None:
    taro = make_member("taro")
    make_link(taro, uid="t", is_findable=True)
    bring(mixi, "t", "voice:1", "on mixi alone")
    mixi.friends.create(uid="t", name="たろう@mixi", seen_at=timezone.now())
    block(taro, hanako)
    phone = log_in_phone(hanako)
    assert "on mixi alone" in phone.get(reverse("home"))
    assert "たろう@mixi" in phone.get(reverse("link_friends", args=["mixi", mixi.pk]))


def test_friends_on_one_server_are_found_by_that_server_s_name_for_them(sandbox, hanako) -> None:
    """Mastodon calls an account by a number of its own; the link has the server before it."""
    ours = linked_on(MastodonOnTheSandbox(sandbox), hanako)
    ident = sandbox.mastodon.state.graph.named("taro").id
    taro = make_member("taro")
    make_link(taro, "mastodon", uid=f"{ours.host}/{ident}", host=ours.host, is_findable=True)
    import_friends(ours.pk)
    import_feed(ours.pk)
    phone, page = log_in_phone(hanako), reverse("link_friends", args=["mastodon", ours.pk])
    assert "@taro" in phone.get(page)
    assert "自転車のタイヤ交換" in phone.get(reverse("home"))
    block(hanako, taro)
    assert "@taro" not in phone.get(page)
    assert "自転車のタイヤ交換" not in phone.get(reverse("home"))
