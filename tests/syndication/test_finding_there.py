"""Which friend on a network is which member here, on both pages, and asking several of them at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends, guesses, quotas
from accounts.models import FriendRequest, Member
from syndication.models import Link, NetworkFriend
from tests.filling import analysed, copies
from tests.making import befriend, block, make_link, make_member
from tests.phone import computer, log_in_phone
from tests.reading import reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def zaki(hanako) -> Link:
    """Hanako's link with mixi, whose friend list came."""
    return make_link(hanako, name="ザキ", pulled_at=timezone.now())


def on_mixi(zaki: Link, name: str, *, there: str = "", **fields: object) -> Member:
    """A member whose account on mixi is a friend of hanako's there."""
    member = make_member(name, **fields)
    theirs = make_link(member, is_findable=True)
    shown = there or f"{name} there"
    NetworkFriend.objects.create(link=zaki, uid=theirs.uid, name=shown, seen_at=timezone.now())
    return member


def asking(zaki: Link) -> str:
    return reverse("link_friends_ask", args=["mixi", zaki.pk])


# --- Names on both pages ---------------------------------------------------------------------------
def test_a_friend_here_bears_the_name_from_mixi_where_they_agreed_to_be_found(hanako, zaki):
    taro = on_mixi(zaki, "taro", there="たろちゃん")
    befriend(hanako, taro)
    befriend(hanako, make_member("yuki"))
    phone = log_in_phone(hanako)
    assert "taro (たろちゃん on mixi)" in phone.get(reverse("friend_list")).text
    page = phone.get(reverse("link_friends", args=["mixi", zaki.pk]))
    assert "@taro (mixi: たろちゃん) your friend" in page.text
    assert "yuki (" not in phone.get(reverse("friend_list")).text


@pytest.mark.parametrize(
    "hidden",
    ["not agreed", "parked", "ended", "other network", "not on the list", "own link ended"],
)
def test_no_name_is_told_of_who_did_not_agree_or_is_no_friend_there(hanako, zaki, hidden):
    taro = on_mixi(zaki, "taro", there="たろちゃん")
    befriend(hanako, taro)
    theirs = Link.objects.filter(member=taro)
    if hidden == "not agreed":
        theirs.update(is_findable=False)
    elif hidden in ("parked", "ended"):
        theirs.update(state=hidden)
    elif hidden == "other network":
        theirs.update(network="mastodon")
    elif hidden == "not on the list":
        NetworkFriend.objects.update(uid="somebody else")
    else:
        Link.objects.filter(pk=zaki.pk).update(state="ended")
    assert "たろちゃん" not in log_in_phone(hanako).get(reverse("friend_list")).text


def test_another_member_does_not_learn_the_name_from_hanakos_list(hanako, zaki):
    taro = on_mixi(zaki, "taro", there="たろちゃん")
    other = make_member("other")
    make_link(other)
    befriend(other, taro)
    assert "たろちゃん" not in log_in_phone(other).get(reverse("friend_list")).text


def test_names_from_networks_cost_one_statement_and_no_row_more_by_the_length_of_the_list(
    hanako, zaki, django_assert_max_num_queries
):
    befriend(hanako, on_mixi(zaki, "taro"))
    client = computer(hanako)
    client.get(reverse("friend_list"))
    read = []
    for count in (50, 3_000):
        row = NetworkFriend.objects.all()[0]
        copies(row, count, uid=f"'x{count}' || n")
        analysed(NetworkFriend, Link, Member)
        with django_assert_max_num_queries(6):
            client.get(reverse("friend_list"))
        with reading() as found:  # on PostgreSQL it asks, too
            client.get(reverse("friend_list"))
        read.append(found.rows)
    assert read[1] <= 1.5 * read[0] + 60, (read, connection.vendor)


# --- Asking several --------------------------------------------------------------------------------
def test_several_are_ticked_on_two_pages_named_and_asked_by_one_press(hanako, zaki):
    for number in range(12):
        on_mixi(zaki, f"mate{number:02}", there=f"まなぶ{number}")
    befriend(hanako, on_mixi(zaki, "already"))
    phone = log_in_phone(hanako)
    phone.get(reverse("link_friends", args=["mixi", zaki.pk]))
    page = phone.follow("5 Ask several")
    assert "1 mate00 (まなぶ0)" in page.text
    assert "already" not in page.text
    keys = {link.accesskey for link in page.links} | set(page.accesskeys)
    assert {"1", "2", "3", "4", "5", "6", "#", "*"} <= keys
    boxes = {control.label.split()[-2]: control.value for control in page.forms[0].controls
             if control.name == "tick"}  # fmt: skip
    page = phone.submit("More names", tick=[boxes["mate00"], boxes["mate01"]])
    assert "mate11" in page.text
    last = next(c.value for c in page.forms[0].controls if "mate11" in c.label)
    page = phone.submit("Next", tick=[boxes["mate00"], boxes["mate01"], last])
    assert not FriendRequest.objects.exists()
    for name in ("mate00", "mate01", "mate11"):
        assert f"@{name}" in page.text
    assert "@mate02" not in page.text
    page = phone.submit("Send")
    assert "Friend requests sent: 3." in page
    assert set(FriendRequest.objects.values_list("asked__username", flat=True)) == {
        "mate00", "mate01", "mate11",
    }  # fmt: skip
    assert "asked, no answer yet" in page.text
    assert "mate00" not in phone.get(asking(zaki)).text
    assert len(page.html.encode()) < 9_000


def test_a_second_press_asks_nobody_again_and_what_the_form_names_is_not_believed(hanako, zaki):
    taro, stranger = on_mixi(zaki, "taro"), make_member("stranger")
    shunned = on_mixi(zaki, "shunned")
    block(shunned, hanako)
    hidden = on_mixi(zaki, "hidden")
    Link.objects.filter(member=hidden).update(is_findable=False)
    client = computer(hanako)
    ticks = [str(one.pk) for one in (taro, stranger, shunned, hidden, hanako)] + ["x", "0", "-1"]
    for _ in range(2):
        page = client.post(asking(zaki), {"tick": ticks}, follow=True)
    assert list(FriendRequest.objects.values_list("asked__username", flat=True)) == ["taro"]
    assert page.status_code == 200


def test_who_asked_hanako_becomes_a_friend_and_the_day_s_rest_is_told(hanako, zaki):
    mates = [on_mixi(zaki, f"mate{number}") for number in range(4)]
    friends.request_friendship(hanako, by=mates[0])
    account = [guesses.subject_of_member(hanako)]
    guesses.claim_guess(quotas.FRIEND_REQUESTS, account, quotas.FRIEND_REQUESTS.most - 2)
    client = computer(hanako)
    page = client.post(asking(zaki), {"tick": [str(mate.pk) for mate in mates]}, follow=True)
    assert "Friend requests sent: 3." in page.content.decode()
    assert "Not sent: 1. You can ask 20 people a day; ask them tomorrow." in page.content.decode()
    assert Member.objects.filter(friendships__friend=hanako).get() == mates[0]
    assert FriendRequest.objects.count() == 2


def test_the_page_of_another_s_link_is_not_there(hanako, zaki):
    on_mixi(zaki, "taro")
    client = computer(make_member("mallory"))
    assert client.get(asking(zaki)).status_code == 404
    assert client.post(asking(zaki), {"tick": "1"}).status_code == 404
    assert not FriendRequest.objects.exists()


def test_asking_takes_six_queries_and_nobody_is_left_in_the_end(
    hanako, zaki, django_assert_max_num_queries
):
    phone = log_in_phone(hanako)
    page = phone.get(asking(zaki))
    assert "Nobody is left to ask" in page
    for number in range(25):
        on_mixi(zaki, f"mate{number:02}")
    for path in (asking(zaki), asking(zaki) + "?at=2&later=1", asking(zaki) + "?tick=1&done=1"):
        with django_assert_max_num_queries(6):
            page = phone.get(path)
        assert len(page.html.encode()) < 5_000
