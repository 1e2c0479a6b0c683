"""A link parks while two posts wait: by one press from the notice it is repaired, and both arrive."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Member
from syndication.delivery import attempt
from syndication.models import Delivery, DeliveryState, Link, LinkState
from tests.accounts.away import PASSWORD, Away, come_back, leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.syndication.delivering import Moving, planned, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def test_one_press_from_the_notice_repairs_the_link_and_what_waits_arrives(
    sandbox: Any, hanako: Member
) -> None:
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    link = Link.objects.get()
    first, _second = planned(link, "朝の駅で"), planned(link, "夕方の橋で")
    sandbox.mixi.revoke("hanako")
    tried(first)
    link.refresh_from_db()
    assert link.state == LinkState.PARKED
    assert "waits for you, link mixi again" in phone.get("/deliveries/")
    assert phone.follow("link mixi again").path.endswith(f"/links/mixi/again/{link.account_id}/")

    assert "Notices: 1 new" in phone.get("/")
    phone.get("/notices/")
    page = phone.follow(
        next(one.text for one in phone.page.links if "no longer lets us in" in one.text)
    )
    assert f"You are linking {link.name} again." in page
    assert "Afterwards 2 waiting posts or edits are sent." in page
    number = re.search(r"number: (\d{4})", page.text)[1]
    page = phone.submit("Go to mixi")
    come_back(phone, Away(page.link("Go there").href, number))
    phone.submit("Link")
    link.refresh_from_db()
    assert link.state == LinkState.ACTIVE
    assert "No notices" in phone.get("/notices/")

    now = Moving(sandbox)
    while Delivery.objects.open().exists():
        attempt.drain_due(now=now)
        now.advance(seconds=2)  # mixi takes one a second
    states = Delivery.objects.values_list("state", flat=True)
    assert list(states) == [DeliveryState.SENT, DeliveryState.SENT]
    assert PASSWORD not in phone.page.html

    phone.get("/")
    phone.follow("Account")
    page = phone.follow("Where it went")
    assert page.text.count("mixi: arrived") == 2
    assert page.text.count("see it") == 2
    assert "夕方の橋で" in page
    assert "mixi: arrived" in phone.follow("朝の駅で")
    assert "no access" in phone.follow("Delivery history")
