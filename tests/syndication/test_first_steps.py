"""What home offers a new member, and goes away step by step."""

from __future__ import annotations

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import FriendRequest, Member, PhoneLogin
from syndication.views.home import FEW_ENTRIES
from tests.making import befriend, make_link, make_member, make_post
from tests.page import Page
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db
ALL = ["4 Add a picture", "5 Find a friend", "6 Link your profile with mixi", "Log in a phone"]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def steps(page: Page) -> list[str]:
    """The links between "To begin:" and the posts."""
    return [link.text.strip() for link in page.links if link.text.strip() in ALL]


def home_of(member: Member) -> Page:
    answer = computer(member).get("/")
    return Page(answer.text, status=answer.status_code, path="/", response=answer)


def test_an_empty_home_leads_to_the_first_steps(hanako: Member) -> None:
    page = home_of(hanako)
    assert steps(page) == ALL
    hrefs = [link.href for link in page.links if link.text.strip() in ALL]
    assert hrefs == ["profile/", "friends/find/", "links/mixi/", "phones/login/"]
    phone = log_in_phone(hanako)
    phone.get("/")
    assert "Link your profile with mixi" in phone.follow("6 Link your profile")


def test_a_phone_that_is_in_is_not_told_to_log_in_a_phone(hanako: Member) -> None:
    assert steps(log_in_phone(hanako).get("/")) == ALL[:3]


def test_each_step_that_was_taken_is_gone(hanako: Member) -> None:
    hanako.picture = "pictures/x.jpg"
    hanako.save()
    assert steps(home_of(hanako)) == ALL[1:]
    FriendRequest.objects.create(asker=hanako, asked=make_member("taro"))
    assert steps(home_of(hanako)) == ALL[2:]
    make_link(hanako)
    assert steps(home_of(hanako)) == ALL[3:]
    PhoneLogin.objects.create(
        member=hanako, code_hash="c", typed_hash="t", issuer_key="k", used_at=timezone.now(),
        expires_at=timezone.now(),
    )  # fmt: skip
    page = home_of(hanako)
    assert "To begin:" not in page
    assert "Nothing yet. Write something" in page


def test_a_friend_is_enough_and_an_ended_link_is_none(hanako: Member) -> None:
    befriend(hanako, make_member("taro"))
    link = make_link(hanako)
    link.ended_at, link.state = timezone.now(), "ended"
    link.save()
    found = steps(home_of(hanako))
    assert "5 Find a friend" not in found
    assert "6 Link your profile with mixi" in found


def test_they_stand_above_the_first_posts_and_no_longer(hanako: Member) -> None:
    for _number in range(FEW_ENTRIES):
        make_post(author=hanako)
    assert steps(home_of(hanako)) == ALL
    make_post(author=hanako)
    assert steps(home_of(hanako)) == []


def test_where_mixi_is_not_set_up_another_network_is_offered(hanako: Member, settings) -> None:
    without = {**settings.NETWORKS, "mixi": {**settings.NETWORKS["mixi"], "client_id": ""}}
    with override_settings(NETWORKS=without):
        assert "Link your profile with GNU social" in home_of(hanako)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_they_fit_home_and_its_six_queries(
    hanako: Member, language: str, django_assert_max_num_queries
) -> None:
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    phone.get(reverse("home"))
    with django_assert_max_num_queries(6):
        page = phone.get(reverse("home"))
    assert len(page.html.encode()) <= 4_400
