"""Names in a post: handles in copies of Everyone posts, between friends, by consent; plain text elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Friendship, Member
from syndication.connectors.base import OutgoingPost
from syndication.delivery import credentials, eligibility, mentions, snapshots
from syndication.models import Delivery, Link
from tests.making import allow, befriend, block, make_link, make_member, make_post
from tests.phone import log_in_phone
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import Moving, planned, settled, tried
from tests.syndication.importing import import_friends
from tests.syndication.networks import ON_THE_SANDBOX, linked_on
from tests.syndication.test_posts_foreseen import look_over

pytestmark = pytest.mark.django_db

HOST = "social.example"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako: Member) -> Link:
    """Taro's account, which friends may mention."""
    member = make_member("taro")
    befriend(hanako, member)
    return on_mastodon(member, handle=f"@taro@{HOST}", is_mentionable=True)


def on_mastodon(member: Member, **fields: object) -> Link:
    return make_link(member, "mastodon", host=HOST, uid=f"{HOST}/{member.pk}", **fields)


def sent_to(link: Link, text: str, audience: str = Audience.EVERYONE):
    return eligibility.outgoing_post(
        make_post(author=link.member, text=text, audience=audience), link, audience
    )


# --- Who is mentioned -------------------------------------------------------------------------------
def test_a_friend_who_allowed_it_is_mentioned_by_the_handle_of_that_network(hanako, taro):
    post = sent_to(on_mastodon(hanako), "with @taro and @Taro")
    handle = f"@taro@{HOST}"
    assert dict(post.mentions) == {"@taro": handle, "@Taro": handle}
    assert dict(sent_to(make_link(hanako, "misskey", host="other"), "with @taro").mentions) == {}


@pytest.mark.parametrize(
    "audience", [Audience.FRIENDS_OF_FRIENDS, Audience.FRIENDS, Audience.ONLY_ME]
)
def test_a_post_for_fewer_readers_mentions_nobody(hanako, taro, audience):
    assert dict(sent_to(on_mastodon(hanako), "with @taro", audience).mentions) == {}


def refuse(hanako: Member, taro: Link) -> None:
    Link.objects.update(is_mentionable=False)


def part(hanako: Member, taro: Link) -> None:
    Friendship.objects.all().delete()


def block_by_taro(hanako: Member, taro: Link) -> None:
    block(taro.member, hanako)


def unlink(hanako: Member, taro: Link) -> None:
    Link.objects.filter(pk=taro.pk).update(state="ended")


def leave(hanako: Member, taro: Link) -> None:
    Member.objects.filter(pk=taro.member_id).update(is_active=False)


def lose_the_handle(hanako: Member, taro: Link) -> None:
    Link.objects.update(handle="")


@pytest.mark.parametrize(
    "change",
    [refuse, part, block_by_taro, unlink, leave, lose_the_handle],
    ids=lambda one: one.__name__,
)
def test_what_was_taken_back_counts_at_the_next_look(hanako, taro, change):
    link = on_mastodon(hanako)
    assert dict(sent_to(link, "@taro").mentions)
    change(hanako, taro)
    assert dict(sent_to(link, "@taro").mentions) == {}


def test_a_mention_on_bluesky_is_sent_with_the_account_that_is_meant(hanako, taro):
    own = make_link(hanako, "bluesky", uid="did:plc:" + "b" * 24)
    make_link(
        taro.member,
        "bluesky",
        uid="did:plc:" + "a" * 24,
        handle="@victim.bsky.social",
        is_mentionable=True,
    )
    post = make_post(author=hanako, text="with @taro", audience=Audience.EVERYONE)
    sent = eligibility.outgoing_post(post, own, Audience.EVERYONE, with_photo=True)
    assert dict(sent.mention_uids) == {"@victim.bsky.social": "did:plc:" + "a" * 24}
    assert dict(sent_to(own, "with @taro").mention_uids) == {}  # a preview tells nobody


def test_neither_strangers_nor_the_writer_are_mentioned(hanako):
    own = on_mastodon(hanako, handle=f"@hanako@{HOST}", is_mentionable=True)
    on_mastodon(make_member("yuki"), handle=f"@yuki@{HOST}", is_mentionable=True)
    assert dict(sent_to(own, "@yuki @hanako @nobody").mentions) == {}


def test_all_names_are_found_by_one_query_and_a_post_without_any_asks_none(
    hanako, taro, django_assert_num_queries
):
    for name in ("yuki", "kenji"):
        member = make_member(name)
        befriend(hanako, member)
        on_mastodon(member, handle=f"@{name}@{HOST}", is_mentionable=True)
    with django_assert_num_queries(1):
        found = mentions.find_handles(hanako.pk, make_unsaved("@taro @yuki @kenji"))
    assert len(found["mastodon"]) == 3
    with django_assert_num_queries(0):
        assert mentions.find_handles(hanako.pk, make_unsaved("a@b.example @ @taro@x.example")) == {}


def make_unsaved(text: str):
    return eligibility.OutgoingPost(kind="status", text=text)


def test_what_was_sent_is_kept_until_the_outcome_is_known(hanako, taro):
    sent = sent_to(on_mastodon(hanako), "with @taro")
    again = snapshots.post_from_snapshot(snapshots.snapshot_of(sent, version=1))
    assert again.mentions == sent.mentions


# --- On the way -------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_copy_says_what_holds_when_it_is_sent(
    sandbox: TestSandbox, hanako, taro, is_allowed: bool
):
    net = ON_THE_SANDBOX["mastodon"](sandbox)
    link = linked_on(net, hanako)
    delivery = planned(link, "with @taro today")
    Link.objects.filter(pk=taro.pk).update(is_mentionable=is_allowed)
    assert tried(delivery).state == "sent"
    [(_title, text)] = net.copies("status")
    assert text == (f"with @taro@{HOST} today" if is_allowed else "with taro today")


@pytest.mark.parametrize("network", ["mastodon", "misskey", "mixi"])
def test_a_copy_sent_before_there_were_mentions_is_found(sandbox: TestSandbox, hanako, network):
    """Its name stands there with the sign."""
    net = ON_THE_SANDBOX[network](sandbox)
    link = linked_on(net, hanako)
    text = "は@taroさんと @Yuki_1 today"
    delivery, sent = in_doubt_since_before(link, text)
    credentials.connector_for(link).publish(sent, idempotency_key="before")
    delivery = settled(delivery, Moving(sandbox))
    assert (delivery.state, [said for _, said in net.copies("status")]) == ("sent", [text])


@pytest.mark.parametrize("network", ["mastodon", "misskey"])
@pytest.mark.parametrize(
    ("text", "is_asked"), [("with @taro", True), ("a ＠taro", True), ("alone", False)]
)
def test_what_is_not_found_of_a_copy_sent_before_is_in_doubt(
    sandbox: TestSandbox, hanako, network, text, is_asked
):
    net = ON_THE_SANDBOX[network](sandbox)
    delivery, _ = in_doubt_since_before(linked_on(net, hanako), text)
    delivery = settled(delivery, Moving(sandbox))
    assert delivery.state == ("unconfirmed" if is_asked else "sent")
    assert len(net.copies("status")) == (0 if is_asked else 1)


def in_doubt_since_before(link: Link, text: str) -> tuple[Delivery, OutgoingPost]:
    """A delivery as the version before this one left it, and the post as it was sent."""
    delivery = planned(link, text)
    post = eligibility.outgoing_post(delivery.post, link, Audience.EVERYONE)
    unknown_then = ("mentions", "visibility", "warning", "language")
    kept = snapshots.snapshot_of(post, version=1).items()
    delivery.sent_as = {name: value for name, value in kept if name not in unknown_then}
    delivery.state, delivery.first_sent_at = "unconfirmed", timezone.now()
    delivery.due_at = timezone.now()
    delivery.save()
    return delivery, replace(post, mentions={name[1:]: name for name in mentions.names_in(post)})


@pytest.mark.parametrize("network", ["misskey"])
def test_an_import_stores_how_the_account_is_mentioned(sandbox: TestSandbox, hanako, network):
    link = linked_on(ON_THE_SANDBOX[network](sandbox), hanako)
    import_friends(link.pk)
    link.refresh_from_db()
    assert link.handle == f"@hanako@{link.host}"


@pytest.mark.parametrize(
    ("network", "host", "handle", "is_valid"),
    [
        ("mastodon", HOST, f"@taro@{HOST}", True),
        ("mastodon", HOST, f"@taro@{HOST.upper()}", True),
        ("mastodon", f"mallory.{HOST}", f"@victim@{HOST}", False),
        ("mastodon", HOST, f"@victim@taro.{HOST}", False),
        ("mastodon", HOST, "@victim@other.example", False),
        ("mastodon", HOST, "@taro", False),
        ("mastodon", HOST, f"@taro @victim@{HOST}", False),
        ("mastodon", HOST, f"@taro\u202e@{HOST}", False),
        ("mastodon", HOST, "", False),
        ("bluesky", "", "@taro.bsky.social", True),
        ("bluesky", "", "@taro@victim.example", False),
    ],
)
def test_a_server_names_no_account_but_its_own(network, host, handle, is_valid):
    link = Link(network=network, host=host)
    assert mentions.valid_own_handle(link, handle) == (handle if is_valid else "")


# --- Pages ------------------------------------------------------------------------------------------
def test_the_preview_says_what_each_name_becomes(hanako, taro):
    on_mastodon(hanako)
    make_link(hanako)
    page = look_over(
        log_in_phone(hanako), text="@taro @yuki @momo@other.example", audience="everyone"
    )
    assert f"@taro → @taro@{HOST}" in page
    assert "@yuki → as plain text" in page
    assert "@momo → " not in page
    assert page.text.count("as plain text") == 1  # on mixi a name is plain text anyway


def test_the_preview_of_an_edit_says_it_too(hanako, taro):
    link = on_mastodon(hanako)
    delivery = planned(link, "alone")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_edit", args=[delivery.post_id]))
    assert f"@taro → @taro@{HOST}" in phone.submit("Preview", text="with @taro")


def test_the_link_s_page_offers_it_where_there_is_a_handle_and_off_at_first(hanako):
    link = on_mastodon(hanako, handle=f"@hana@{HOST}")
    other = make_link(hanako)
    phone = log_in_phone(hanako)
    assert "may mention me" not in phone.get(reverse("link_detail", args=["mixi", other.pk]))
    page = phone.get(reverse("link_detail", args=["mastodon", link.pk]))
    assert f"Friends on this site may mention me on Mastodon, as @hana@{HOST}" in page
    phone.submit("Save", is_mentionable="on")
    link.refresh_from_db()
    assert link.is_mentionable
    allow(link, "note")
    phone.get(reverse("link_detail", args=["mastodon", link.pk]))
    phone.submit("Save", is_mentionable=None)
    link.refresh_from_db()
    assert not link.is_mentionable
