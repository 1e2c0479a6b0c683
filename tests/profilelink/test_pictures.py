"""Pages with pictures: the member's choice, with a budget of its own, for those who may see each picture."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.actions.home import choose_pictures
from accounts.actions.profile import set_profile_picture
from accounts.models import Audience, Member
from syndication.models import Post
from tests.making import befriend, block, make_comment, make_member, make_post
from tests.noticing import make_notice
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo
from tests.profilelink.stages.pictures import make_photo_post
from tests.profilelink.weights import PICTURED, QUERIES, open_counting

SMALL = re.compile(r'(?:picture" width=32|small" width="96")')  # beside a name, below words

pytestmark = pytest.mark.django_db


def show(member: Member, audience: str = Audience.FRIENDS) -> Member:
    set_profile_picture(member, a_photo((240, 240)), audience=audience)
    return member


def pictures(phone: PhoneClient, path: str) -> list[str]:
    return [source.rpartition("@")[2] for source in phone.get(path).sources]


@pytest.fixture
def taro(hanako: Member) -> Member:
    return show(Member.objects.get(username="taro"))


def pages(hanako: Member, taro: Member) -> dict[str, str]:
    """Each kind of page that has pictures."""
    commented = Post.objects.by(hanako).filter(audience=Audience.FRIENDS).order_by("-pk")[1]
    return {
        "home": reverse("home"),
        "profile": reverse("profile", args=["taro"]),
        "post": reverse("post_detail", args=[commented.pk]),
        "comments": reverse("comment_list", args=[commented.pk]),
        "friends": reverse("friend_list"),
        "notices": reverse("notice_list"),
    }


def test_a_phone_without_cookies_has_pictures_only_by_its_member_s_choice(
    hanako: Member, taro: Member
) -> None:
    make_photo_post(taro)
    phone, shown = log_in_phone(hanako), pages(hanako, taro)
    for choice, expected in {"computers": False, "nowhere": False, "everywhere": True}.items():
        phone.get(reverse("display"))
        phone.submit("Save", {"pictures_on": choice})
        for name, path in shown.items():
            html = phone.get(path).html
            assert bool(SMALL.search(html)) == expected, f"{choice}: {name}"


def test_a_computer_with_cookies_has_pictures_until_the_member_says_never(
    hanako: Member, taro: Member
) -> None:
    make_photo_post(taro)
    client, shown = computer(hanako), pages(hanako, taro)
    for choice, expected in {"computers": True, "everywhere": True, "nowhere": False}.items():
        choose_pictures(choice, by=hanako)
        for name, path in shown.items():
            html = client.get(path).content.decode()
            assert bool(SMALL.search(html)) == expected, f"{choice}: {name}"


def test_a_choice_that_is_none_changes_nothing(hanako: Member) -> None:
    assert b"Display" in computer(hanako).post(reverse("display"), {"pictures_on": "x"}).content
    hanako.refresh_from_db()
    assert hanako.pictures_on == "computers"


def test_no_page_names_a_picture_that_its_reader_may_not_see() -> None:
    """The address of each picture that stands on a page answers to whom it stands for."""
    hanako = make_member("hanako")
    choose_pictures("everywhere", by=hanako)
    audiences = {
        "open": Audience.EVERYONE,
        "near": Audience.FRIENDS,
        "shut": Audience.ONLY_ME,
    }
    for name, audience in audiences.items():
        friend = show(make_member(name), audience)
        befriend(hanako, friend)
        make_notice(hanako, "friend_accepted", subject=friend.pk, actor=friend)
        make_post(author=friend, audience=Audience.FRIENDS)
    befriend(hanako, make_member("bare"))
    make_post(author=Member.objects.get(username="bare"), audience=Audience.FRIENDS)
    stranger = show(make_member("stranger"))
    post = make_post(author=show(hanako))
    for writer in (*Member.objects.filter(username__in=audiences), stranger):
        make_comment(post, writer)
    phone = log_in_phone(hanako)
    visible = {"open/picture", "near/picture"}
    own = {"hanako/picture"}
    assert set(pictures(phone, reverse("home"))) == visible | own
    assert set(pictures(phone, reverse("friend_list"))) == visible
    assert set(pictures(phone, reverse("notice_list"))) == visible
    assert set(pictures(phone, reverse("post_detail", args=[post.pk]))) == visible | own
    assert set(pictures(phone, reverse("comment_list", args=[post.pk]))) == visible
    for name in ("open", "near"):
        assert computer(hanako).get(reverse("profile_picture", args=[name])).status_code == 200
    block(hanako, Member.objects.get(username="open"))
    assert "open/picture" not in pictures(phone, reverse("post_detail", args=[post.pk]))


def test_no_photo_stands_before_its_content_warning(hanako: Member, taro: Member) -> None:
    choose_pictures("everywhere", by=hanako)
    photo, phone = make_photo_post(taro), log_in_phone(hanako)
    small = f"posts/{photo.pk}/photo/small"
    lists = [reverse("home"), reverse("profile", args=["taro"])]
    for path in lists:
        assert small in phone.get(path).html
        assert "氷の像" in phone.get(path).html
    Post.objects.filter(pk=photo.pk).update(warning="ねたばれ")
    for path in lists:
        assert small not in phone.get(path).html
        assert "氷の像" not in phone.get(path).html


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_with_pictures_are_within_a_budget_of_their_own(
    hanako: Member, taro: Member, language: str
) -> None:
    """Each row with a profile picture, three with a photo."""
    choose_pictures("everywhere", by=hanako)
    for member in Member.objects.exclude(username="taro"):
        show(member, Audience.EVERYONE)
    for _number in range(3):
        make_photo_post(taro)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    for name, path in pages(hanako, taro).items():
        page, queries = open_counting(phone, path)
        size = len(page.response.getvalue())
        print(f"{name:10} {language} {size:6} bytes {page.html.count('<img'):3} pictures {queries}")
        assert page.html.count("<img") >= 3, name
        assert size <= PICTURED, f"{name}: {size}"
        assert queries <= QUERIES, f"{name}: {queries}"


def test_pictures_cost_no_query(hanako: Member, taro: Member) -> None:
    phone = log_in_phone(hanako)
    for path in pages(hanako, taro).values():
        choose_pictures("nowhere", by=hanako)
        _page, without = open_counting(phone, path)
        choose_pictures("everywhere", by=hanako)
        _page, queries = open_counting(phone, path)
        assert queries == without, path
