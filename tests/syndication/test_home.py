"""The home page: the front door, the timeline, what friends wrote elsewhere, its weight."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.models import FeedItem, Link, PostKind
from syndication.queries.timeline import PAGE, timeline_page
from tests.making import befriend, make_link, make_member, make_post
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db

HOME_BUDGET = 4_400  # bytes, under a token, with ten posts
WORDS = "きょうは駅前の新しい喫茶店に行ってきました。窓ぎわの席がとても気もちよくて、つい長居してしまった"


def make_item(link: Link, number: int, at: datetime, text: str = "") -> FeedItem:
    return FeedItem.objects.create(
        link=link,
        remote_id=f"r{number}",
        author_uid=f"u{number}",
        author_name="ザキ",
        text=text or f"item {number}",
        url="https://mixi.jp/view_voice.pl?id=1",
        written_at=at,
    )


def some_friends(member: Member, count: int) -> list[Member]:
    names = ["花子", "太郎さん", "ゆき", "山田けんじ", "みか"]
    friends = [make_member(f"friend{n}", display_name=names[n % len(names)]) for n in range(count)]
    for friend in friends:
        befriend(member, friend)
    return friends


# --- the front door -----------------------------------------------------------------------------
def test_a_visitor_sees_what_it_is_and_gets_no_session():
    answer = Client().get(reverse("home"))
    assert answer.status_code == 200
    assert not answer.cookies
    for address in ("account_login", "account_signup", "phone_code"):
        assert reverse(address) in answer.text
    assert "http://testserver/m/" in answer.text


def test_a_phone_at_the_front_door_sees_a_menu():
    phone = PhoneClient()
    page = phone.get("/m/")
    assert page.path == f"/s/{phone.token}/"
    assert [link.accesskey for link in page.links if link.accesskey] == ["1", "2", "3", "4", "5"]
    assert "/m/" not in page.text
    assert len(page.html.encode()) < 2_500


def test_the_front_door_asks_for_the_announcement_and_the_pages_of_the_site(
    django_assert_num_queries,
):
    with django_assert_num_queries(2):
        Client().get(reverse("home"))


# --- the timeline -------------------------------------------------------------------------------
def test_posts_of_friends_and_ones_own_are_there_and_no_others():
    hanako, taro, stranger = (make_member(name) for name in ("hanako", "taro", "stranger"))
    befriend(hanako, taro)
    make_post(author=hanako, text="by myself", audience=Audience.ONLY_ME)
    make_post(author=taro, text="by a friend", audience=Audience.FRIENDS)
    make_post(author=taro, text="for himself", audience=Audience.ONLY_ME)
    make_post(author=stranger, text="by a stranger", audience=Audience.EVERYONE)
    page = log_in_phone(hanako).get(reverse("home"))
    assert "by myself" in page
    assert "by a friend" in page
    assert "for himself" not in page
    assert "by a stranger" not in page


def test_what_friends_wrote_elsewhere_is_mixed_in_by_time_and_marked():
    hanako = make_member("hanako")
    now = timezone.now()
    link = make_link(hanako)
    make_post(author=hanako, text="oldest", created_at=now - timedelta(hours=3))
    make_item(link, 1, now - timedelta(hours=2), text="middle")
    make_post(author=hanako, text="newest", created_at=now - timedelta(hours=1))
    text = log_in_phone(hanako).get(reverse("home")).text
    assert text.index("newest") < text.index("middle") < text.index("oldest")
    assert "· mixi middle" in text


def test_what_came_for_one_member_is_shown_to_no_other():
    hanako, taro = make_member("hanako"), make_member("taro")
    befriend(hanako, taro)
    item = make_item(make_link(hanako), 1, timezone.now(), text="for hanako's eyes")
    assert "for hanako's eyes" not in log_in_phone(taro).get(reverse("home"))
    address = reverse("feed_item", args=[item.pk])
    assert log_in_phone(taro).get(address).status == 404
    own = log_in_phone(hanako).get(address)
    assert "for hanako's eyes" in own
    assert "/out/" in own.html


def test_a_text_is_cut_at_forty_characters_and_leads_on():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="x" * 39 + "👨‍👩‍👧" + "y" * 30)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("home"))
    assert "x" * 39 + "…" in page.html
    assert "👨" not in page.html  # a family is shown whole or not at all
    assert phone.follow("more").path.endswith(reverse("post_detail", args=[post.pk]))


def test_a_short_status_is_shown_whole_and_can_be_opened():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="x" * 40)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("home"))
    assert "x" * 40 in page.html
    assert "…" not in page.html
    assert "more" not in page
    assert phone.follow("x" * 40).path.endswith(reverse("post_detail", args=[post.pk]))


def test_leafing_shows_each_entry_once_even_where_times_are_equal():
    hanako = make_member("hanako")
    link, moment = make_link(hanako), timezone.now().replace(microsecond=0)
    for number in range(17):
        make_item(link, number, moment)
        make_post(author=hanako, text=f"post {number}", created_at=moment)
    seen: list[str] = []
    phone = log_in_phone(hanako)
    page = phone.get(reverse("home"))
    while True:
        seen += [link.text for link in page.links if link.text.startswith(("post ", "item "))]
        if "Older" not in page:
            break
        page = phone.follow("Older")
    expected = {f"post {n}" for n in range(17)} | {f"item {n}" for n in range(17)}
    assert sorted(seen) == sorted(expected)


def test_home_shows_what_the_member_chose_on_every_page_until_they_choose_again():
    """The choice stands on the page "Display", and is kept: key 0 leads to the home that was chosen."""
    hanako = make_member("hanako")
    link, now = make_link(hanako), timezone.now()
    for number in range(12):
        make_post(author=hanako, text=f"post {number}", created_at=now - timedelta(minutes=number))
        make_item(link, number, now - timedelta(minutes=number))
    phone = log_in_phone(hanako)
    shown = {"here": ("post",), "networks": ("item",), "all": ("post", "item")}
    for choice, kinds in shown.items():
        phone.get(reverse("display"))
        phone.submit("Save", home_shows=choice)
        page = phone.follow("Home")
        assert ("Only posts" in page) == (len(kinds) == 1)
        seen = [each.text.partition(" ")[0] for each in page.links]
        while "Older" in page:
            page = phone.follow("Older")
            seen += [each.text.partition(" ")[0] for each in page.links]
        assert [seen.count(kind) for kind in ("post", "item")] == [
            12 * (kind in kinds) for kind in ("post", "item")
        ]
    assert "Change" not in page


def test_home_leads_to_where_its_choice_is_changed():
    phone = log_in_phone(make_member("hanako", home_shows="networks"))
    phone.get(reverse("home"))
    assert phone.follow("Change").form("Save", {"home_shows"}).fields["home_shows"] == ["networks"]


def test_a_choice_for_home_that_is_none_changes_nothing():
    hanako = make_member("hanako")
    choice = {"home_shows": "nothing", "pictures_on": "never"}
    assert "not one of" in computer(hanako).post(reverse("display"), choice).content.decode()
    hanako.refresh_from_db()
    assert hanako.home_shows == "all"


@pytest.mark.parametrize("before", ["", "x", "1.2.3", "9" * 40, "99999999999999999.0.1", "-1.0.1"])
def test_a_cursor_that_is_none_is_no_error(before: str):
    hanako = make_member("hanako")
    make_post(author=hanako, text="here")
    assert computer(hanako).get(reverse("home"), {"before": before}).status_code == 200


# --- weight -------------------------------------------------------------------------------------
def test_home_under_a_token_with_ten_posts_fits_its_budget():
    hanako = make_member("hanako", display_name="花子")
    now = timezone.now()
    for number, friend in enumerate(some_friends(hanako, 12)):
        make_post(author=friend, text=WORDS, created_at=now - timedelta(minutes=number))
    page = log_in_phone(hanako).get(reverse("home"))
    assert page.text.count("more") == PAGE
    assert len(page.html.encode()) <= HOME_BUDGET


def test_home_asks_six_questions_however_much_there_is(django_assert_max_num_queries):
    hanako = make_member("hanako")
    link, now = make_link(hanako), timezone.now()
    phone = log_in_phone(hanako)
    with django_assert_max_num_queries(6) as few:
        phone.get(reverse("home"))
    for number, friend in enumerate(some_friends(hanako, 15)):
        make_post(author=friend, kind=PostKind.NOTE, title="t", audience=Audience.FRIENDS)
        make_item(link, number, now - timedelta(minutes=number))
    with django_assert_max_num_queries(6) as many:
        page = phone.get(reverse("home"))
    assert page.text.count("more") >= PAGE // 2
    assert len(many) == len(few)


def test_a_page_of_the_timeline_takes_two_queries(django_assert_num_queries):
    hanako = make_member("hanako")
    for friend in some_friends(hanako, 3):
        make_post(author=friend)
    with django_assert_num_queries(2):
        assert len(timeline_page(hanako).entries) == 3


def test_a_network_that_is_no_longer_known_goes_by_its_key():
    assert Link(network="mixi").network_name == "mixi"
    assert Link(network="gone").network_name == "gone"
