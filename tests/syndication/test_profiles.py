"""A member's page and feed: each field for its own audience, nothing of a session in public."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import PROFILE_FIELDS, Audience, FriendRequest, Member
from syndication.models import Post, PostKind
from tests.making import befriend, block, make_member, make_post
from tests.phone import computer, log_in_phone
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}
PEOPLE = ("anonymous", "stranger", "friend_of_friend", "friend", "author")
MAY_SEE = {
    Audience.EVERYONE: set(PEOPLE),
    Audience.FRIENDS_OF_FRIENDS: {"friend_of_friend", "friend", "author"},
    Audience.FRIENDS: {"friend", "author"},
    Audience.CHOSEN: {"author"},  # nor for chosen people
    Audience.GROUP: {"author"},  # a field of the profile is for no group
    Audience.ONLY_ME: {"author"},
}


def some_people() -> dict[str, Member | None]:
    people: dict[str, Member | None] = {name: make_member(name) for name in PEOPLE[1:]}
    befriend(people["author"], people["friend"])
    befriend(people["friend"], people["friend_of_friend"])
    return people | {"anonymous": None}


def browser_of(member: Member | None) -> Client:
    return computer(member) if member else Client()


def test_what_somebody_wrote_stands_before_the_keys_that_part_from_them():
    hanako, taro = make_member("hanako"), make_member("taro")
    befriend(hanako, taro)
    make_post(author=taro, text="first snow", audience=Audience.FRIENDS)
    page = log_in_phone(hanako).get(reverse("profile", args=["taro"]))
    keys = ["2 Remove a friend", "3 Block", "4 Report"]
    assert [page.text.index(one) > page.text.index("first snow") for one in keys] == [True] * 3


@pytest.mark.parametrize("audience", Audience.values)
def test_each_field_of_the_profile_has_its_own_audience(audience: str):
    people = some_people()
    author = people["author"]
    assert author is not None
    author.display_name, author.about = "Hanako Yamada", "sings in a choir"
    author.birthday, author.town = "1990-03-05", "Otaru"
    author.websites = "https://choir.example/hanako"
    author.picture.save("x.jpg", ContentFile(a_photo()), save=False)
    fields = ("display_name", *PROFILE_FIELDS)
    for shown in fields:
        for one in fields:
            setattr(author, f"{one}_audience", Audience.ONLY_ME)
        setattr(author, f"{shown}_audience", audience)
        author.save()
        for name in PEOPLE[:-1]:
            browser = browser_of(people[name])
            page = browser.get(reverse("profile", args=["author"])).text
            picture = browser.get(reverse("profile_picture", args=["author"]))
            sees = {
                "display_name": "Hanako Yamada" in page,
                "about": "sings in a choir" in page,
                "picture": picture.status_code == 200,
                "birthday": "March 5, 1990" in page,
                "town": "Otaru" in page,
                "websites": "choir.example" in page,
            }
            assert sees == {one: one == shown and name in MAY_SEE[audience] for one in fields}
            assert ("<img" in page) is sees["picture"]


def test_a_member_sees_all_of_the_own_profile():
    hanako = make_member(
        "hanako", display_name="花子", about="hello", about_audience="only_me",
        display_name_audience="only_me",
    )  # fmt: skip
    page = log_in_phone(hanako).get(reverse("profile", args=["hanako"]))
    assert "花子" in page
    assert "hello" in page
    assert "http://testserver/@hanako/" in page.text


def test_for_who_is_blocked_the_page_is_that_of_a_name_nobody_has():
    hanako, taro = make_member("hanako"), make_member("taro")
    block(hanako, taro)
    for viewer, name in ((taro, "hanako"), (hanako, "taro")):
        browser = computer(viewer)
        blocked = browser.get(reverse("profile", args=[name]))
        nobody = browser.get(reverse("profile", args=["nobody"]))
        assert blocked.status_code == nobody.status_code == 404
        assert blocked.content == nobody.content


def test_a_public_profile_needs_no_session_and_makes_none(django_assert_max_num_queries):
    hanako = make_member("hanako")
    for _ in range(12):
        make_post(author=hanako)
    with django_assert_max_num_queries(6):
        answer = Client().get(reverse("profile", args=["hanako"]))
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize(("is_listed", "says"), [(True, "all"), (False, "noindex")])
@pytest.mark.parametrize("page", ["profile", "profile_feed", "post_detail"])
def test_search_engines_are_told_no_unless_the_member_said_yes(
    page: str, is_listed: bool, says: str
):
    hanako = make_member("hanako", is_listed=is_listed)
    post = make_post(author=hanako)
    address = reverse(page, args=[post.pk if page == "post_detail" else "hanako"])
    assert Client().get(address)["X-Robots-Tag"] == says


def test_a_stranger_is_offered_to_ask_and_a_friend_is_not():
    hanako, taro = make_member("hanako"), make_member("taro")
    phone = log_in_phone(hanako)
    phone.get(reverse("profile", args=["taro"]))
    assert phone.submit("Send friend request").status == 200
    assert FriendRequest.objects.filter(asker=hanako, asked=taro).exists()
    assert "No answer yet" in phone.get(reverse("profile", args=["taro"]))
    befriend(hanako, taro)
    assert "You are friends" in phone.get(reverse("profile", args=["taro"]))
    assert "Send friend request" not in phone.get(reverse("profile", args=["hanako"]))


def test_posts_are_paged_by_ten_newest_first(django_assert_max_num_queries):
    hanako, taro = make_member("hanako"), make_member("taro")
    now = timezone.now()
    for number in range(25):
        make_post(author=hanako, text=f"post {number:02}", created_at=now + timedelta(number))
    phone = log_in_phone(taro)
    with django_assert_max_num_queries(6):
        page = phone.get(reverse("profile", args=["hanako"]))
    assert page.text.index("post 24") < page.text.index("post 15")
    assert "post 14" not in page
    assert "post 14" in phone.follow("Older")
    assert len(page.html.encode()) <= 5_000


# --- the feed -----------------------------------------------------------------------------------
def test_the_feed_holds_what_everyone_may_read_whoever_asks():
    hanako, taro = make_member("hanako"), make_member("taro")
    befriend(hanako, taro)
    make_post(author=hanako, text="for friends", audience=Audience.FRIENDS)
    post = make_post(author=hanako, kind=PostKind.NOTE, title="題 & 名", text="for all 😀")
    for browser in (Client(), computer(taro), computer(hanako)):
        feed = ElementTree.fromstring(browser.get(reverse("profile_feed", args=["hanako"])).content)
        entries = feed.findall("a:entry", ATOM)
        assert [entry.findtext("a:title", namespaces=ATOM) for entry in entries] == ["題 & 名"]
        assert entries[0].findtext("a:id", namespaces=ATOM) == f"http://testserver/posts/{post.pk}/"


def test_the_feed_carries_no_token_even_where_a_phone_asks_for_it():
    hanako = make_member("hanako")
    make_post(author=hanako, kind=PostKind.LINK, url="https://example.com/?a=1&b=2", text="x")
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_feed", args=["hanako"]))
    assert phone.page is not None
    body = phone.page.response.content.decode()
    assert phone.page.response["Content-Type"].startswith("application/atom+xml")
    assert "/s/" not in body
    assert phone.token not in body


def test_a_name_that_is_for_friends_is_not_in_the_feed():
    hanako = make_member("hanako", display_name="Yamada", display_name_audience="friends")
    make_post(author=hanako)
    assert "Yamada" not in computer(hanako).get(reverse("profile_feed", args=["hanako"])).text


def test_what_xml_cannot_hold_is_left_out_of_the_feed():
    hanako = make_member("hanako", display_name="Hana\x01ko")
    post = make_post(author=hanako, kind=PostKind.LINK, url="https://example.com/", text="x")
    Post.objects.filter(pk=post.pk).update(url_title="a\x01title", text="words\x1b[2J")
    body = Client().get(reverse("profile_feed", args=["hanako"])).content
    feed = ElementTree.fromstring(body)
    assert feed.findtext("a:title", namespaces=ATOM) == "Hanako"
    assert b"atitle" in body
