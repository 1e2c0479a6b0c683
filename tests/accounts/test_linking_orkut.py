"""Linking Orkut, as it was: OAuth 1.0a at Google Accounts."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount

from syndication.actions import pulls
from syndication.models import DeliveryState, Link
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.syndication.delivering import planned, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_the_links_page_says_that_the_network_is_closed(sandbox, hanako):
    page = log_in_phone(hanako).get("/links/")
    assert "Orkut closed in 2014" in page


def test_a_phone_without_cookies_links_orkut(sandbox, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "orkut"))
    assert "Orkut account ザキ → Profile Link member hanako" in page
    phone.submit("Link")
    account = SocialAccount.objects.get()
    ident = sandbox.orkut.state.society.named("hanako").id
    assert (account.provider, account.uid) == ("orkut", ident)


def test_a_computer_links_it_without_a_number(sandbox, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, "orkut")
    page = read(client.get(away.agree(), follow=True))
    assert "Profile Link member hanako" in page
    client.post("/links/confirm/orkut/", {"link": "Link"})
    assert SocialAccount.objects.get().user == hanako


def test_what_was_said_no_to_there_links_nothing(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "orkut")
    phone.get(away.agree(button="deny"), bare=True)
    phone.submit("Continue", number=away.number)
    assert not SocialAccount.objects.exists()


def test_an_activity_is_written_there_and_what_friends_wrote_comes_back(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "orkut"))
    phone.submit("Link")
    link = Link.objects.get()
    pulls.pull_friends(link.pk)
    pulls.pull_feed(link.pk)
    assert link.friends.count() > 3
    assert link.feed.filter(text__contains="図書館").exists()
    delivery = tried(planned(link, "到着 😀"))
    assert delivery.state == DeliveryState.SENT
    [status] = sandbox.orkut.received()["statuses"]
    assert status["text"] == "到着 😀"
