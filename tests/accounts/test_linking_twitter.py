"""Linking Twitter: PKCE, a code of 30 seconds, a token of two hours."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount

from syndication.actions import pulls
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.syndication.delivering import planned, remove, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_a_phone_without_cookies_links_twitter(sandbox, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "twitter"))
    assert "Twitter/X account ザキ @hanako → Profile Link member hanako" in page
    phone.submit("Link")
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == (
        "twitter",
        sandbox.twitter.state.account("hanako").id,
    )


def test_a_computer_links_it_without_a_number(sandbox, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, "twitter")
    page = read(client.get(away.agree(), follow=True))
    assert "Profile Link member hanako" in page
    client.post("/links/confirm/twitter/", {"link": "Link"})
    assert SocialAccount.objects.get().user == hanako


def test_the_address_of_the_permission_page_has_a_challenge_and_no_secret(sandbox, hanako):
    away = leave_by_phone(log_in_phone(hanako), "twitter")
    asked = parse_qs(urlsplit(away.address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "offline.access" in asked["scope"][0].split()
    assert sandbox.twitter.state.client.secret not in away.address


def test_a_code_that_came_late_links_nothing(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "twitter")
    back = away.agree()
    sandbox.clock.advance(31)
    phone.get(back, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_the_code_is_exchanged_before_the_number_is_asked_for(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "twitter")
    phone.get(away.agree(), bare=True)
    sandbox.clock.advance(300)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" in page


def test_what_was_said_no_to_there_links_nothing(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "twitter")
    phone.get(away.agree(button="deny"), bare=True)
    phone.submit("Continue", number=away.number)
    assert not SocialAccount.objects.exists()


def test_a_post_is_written_there_read_and_deleted_there(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "twitter"))
    phone.submit("Link")
    link = Link.objects.get()
    pulls.pull_friends(link.pk)
    pulls.pull_feed(link.pk)
    assert link.friends.count() > 3
    assert link.feed.filter(text__contains="図書館").exists()
    delivery = tried(planned(link, "到着 😀"))
    assert delivery.state == DeliveryState.SENT
    [post] = sandbox.twitter.received()["statuses"]
    assert post["text"] == "到着 😀"
    remove(delivery.post)
    tried(Delivery.objects.get(kind=DeliveryKind.DELETE))
    [post] = sandbox.twitter.received()["statuses"]
    assert post["deleted"]
