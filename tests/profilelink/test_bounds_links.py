"""What a member's links can make grow: links themselves, and the friends that each keeps.

The table is in test_bounds.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.actions import link_throttling
from accounts.models import Member
from syndication.connectors.base import Connector, Friend, FriendPage, Terms
from syndication.delivery import import_schedule, imports
from syndication.models import Link, NetworkFriend
from syndication.models.link import MAX_FRIENDS
from tests.accounts.away import Away, come_back, leave_by_phone
from tests.making import make_link, make_member
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def fill(member: Member, left: int = 0) -> None:
    """As if the member had linked them one by one."""
    held = SocialAccount.objects.filter(user=member).count()
    SocialAccount.objects.bulk_create(
        SocialAccount(user=member, provider="mastodon", uid=f"s{number}.example/1")
        for number in range(link_throttling.MAX_LINKS - held - left)
    )


def test_a_member_with_fifty_links_is_sent_to_no_network(sandbox: Any, hanako: Member) -> None:
    fill(hanako)
    page = log_in_phone(hanako).get("/links/mixi/")
    assert page.status == 409
    assert "You have 50 links, and no more than that can be kept. Unlink one first." in page


def test_who_left_twice_at_once_links_the_fiftieth_and_no_more(
    sandbox: Any, hanako: Member
) -> None:
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    fill(hanako)
    come_back(phone, away)
    page = phone.submit("Link")
    assert "You have 50 links" in page
    assert not Link.objects.exists()
    SocialAccount.objects.last().delete()
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    assert Link.objects.count() == 1


def test_linking_again_is_always_possible(sandbox: Any, hanako: Member) -> None:
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    fill(hanako)
    link = Link.objects.get()
    page = phone.get(f"/links/mixi/?again={link.account_id}")
    number = re.search(r"number: (\d{4})", page.text)[1]
    come_back(phone, Away(phone.submit("Go to").link("Go there").href, number))
    page = phone.submit("Link")
    assert "is linked." in page
    assert Link.objects.get().credentials_version > link.credentials_version


class Crowd:
    """A server that names other people at each reading, and never the end of its list."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def friend_pages(self, start: str) -> Iterator[FriendPage]:
        for number in range(0, 100_000, 700):
            yield FriendPage(
                tuple(Friend(f"{self.prefix}{number + each}", "F") for each in range(700)), "next"
            )

    def terms(self) -> Terms:
        return Terms()

    def profile(self) -> Friend:
        return Friend("somebody else", "")


def test_a_link_keeps_five_thousand_friends_whatever_its_server_names(hanako: Member) -> None:
    link = make_link(hanako)
    for prefix in ("first", "second", "third"):
        link_import = import_schedule.get_or_create_link_import(link, "friends")
        assert import_schedule.lease_link_import(link_import, timezone.now(), "me")
        imports._import_friend_pages(link_import, cast("Connector", Crowd(prefix)))
        import_schedule.settle_link_import(link_import, None)
        assert link.friends.count() == MAX_FRIENDS
    assert not link.friends.exclude(uid__startswith="third").exists()


def test_the_pages_say_that_no_more_friends_are_kept(hanako: Member) -> None:
    link = make_link(hanako, pulled_at=timezone.now())
    people = [
        NetworkFriend(link=link, uid=f"{number}", name="F", seen_at=timezone.now())
        for number in range(MAX_FRIENDS)
    ]
    NetworkFriend.objects.bulk_create(people[1:])
    client = computer(hanako)
    said = {
        f"/links/mixi/{link.pk}/": "No more are kept here; the rest is left out.",
        f"/links/mixi/{link.pk}/friends/": "These are 5,000 of your friends.",
    }
    for page, words in said.items():
        assert words not in client.get(page).text
    people[0].save()
    for page, words in said.items():
        assert words in client.get(page).text
