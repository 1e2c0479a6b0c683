"""The button of 2010, what it means, and the way back that it did not have."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actions import privacy
from accounts.models import Audience
from syndication.models import Post
from tests.making import make_link, make_member, make_post
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("before", ["friends_of_friends", "friends", "only_me"])
def test_the_button_opens_posts_to_come_and_the_way_back_closes_them(before: str):
    hanako = make_member("hanako", posts_by_me=before)
    make_link(hanako, name="ザキ")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("posts_by_me"))
    assert "mixi (ザキ)" in page

    phone.submit("Change Posts by me to Everyone")
    hanako.refresh_from_db()
    assert hanako.posts_by_me == Audience.EVERYONE

    phone.submit(f"Change back to {Audience(before).label}")
    hanako.refresh_from_db()
    assert (hanako.posts_by_me, hanako.posts_by_me_before) == (before, "")


def test_what_was_written_before_stays_as_it_was():
    hanako = make_member("hanako")
    make_post(author=hanako, audience=Audience.FRIENDS)
    phone = log_in_phone(hanako)
    phone.get(reverse("posts_by_me"))
    phone.submit("Change Posts by me to Everyone")
    assert Post.objects.get().audience == Audience.FRIENDS


def test_opening_the_page_changes_nothing():
    hanako = make_member("hanako")
    log_in_phone(hanako).get(reverse("posts_by_me"))
    hanako.refresh_from_db()
    assert hanako.posts_by_me == Audience.FRIENDS


def test_another_audience_is_chosen_from_the_list():
    hanako = make_member("hanako", posts_by_me=Audience.EVERYONE, posts_by_me_before="friends")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("posts_by_me"))
    assert page.form("Save", {"audience"}).fields["audience"] == [""]  # Everyone is not listed
    page = phone.submit("Save", audience="only_me")
    assert "Change back" not in page
    hanako.refresh_from_db()
    assert (hanako.posts_by_me, hanako.posts_by_me_before) == ("only_me", "")


@pytest.mark.parametrize("audience", ["everyone", "group", "nobody", ""])
def test_everyone_is_reached_by_its_own_button_alone(audience: str):
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("posts_by_me"))
    fields = page.form("Save", {"audience"}).fields | {"audience": [audience], "save": ["Save"]}
    phone.post(reverse("posts_by_me"), fields)
    hanako.refresh_from_db()
    assert hanako.posts_by_me == Audience.FRIENDS


def test_pressing_twice_keeps_the_way_back():
    hanako = make_member("hanako", posts_by_me=Audience.ONLY_ME)
    for _ in range(2):
        privacy.change_posts_by_me(hanako, Audience.EVERYONE, by=hanako)
    assert privacy.restore_posts_by_me(hanako, by=hanako)
    assert hanako.posts_by_me == Audience.ONLY_ME
    assert not privacy.restore_posts_by_me(hanako, by=hanako)


def test_nobody_changes_it_for_another():
    hanako, taro = make_member("hanako"), make_member("taro")
    with pytest.raises(privacy.NotOwnSettings):
        privacy.change_posts_by_me(hanako, Audience.EVERYONE, by=taro)


def test_a_group_is_no_default():
    hanako = make_member("hanako")
    with pytest.raises(ValueError, match="group"):
        privacy.change_posts_by_me(hanako, Audience.GROUP, by=hanako)
