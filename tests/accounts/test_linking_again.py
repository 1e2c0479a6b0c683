"""Repairing a link: the account and its server are filled in, and the page says what goes afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from syndication.delivery import reauthorization
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link
from tests.accounts.away import come_back, leave_by_phone, let_bluesky_know_us
from tests.making import make_link, make_member
from tests.phone import PhoneClient, log_in_phone
from tests.syndication.delivering import planned

pytestmark = pytest.mark.django_db

# Where something has to be typed to link: what stands in the field when it is linked again.
FILLED_IN = {
    "mastodon": "@hanako@{server}",
    "misskey": "@hanako@{server}",
    "gnusocial": "@hanako@{server}",
    "bluesky": "@hanako.test",
}


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def linked(sandbox: Any, phone: PhoneClient, key: str) -> Link:
    let_bluesky_know_us(sandbox)
    typed = {}
    if key == "bluesky":
        typed = {"server": "hanako.test"}
    elif key in FILLED_IN:
        typed = {"server": sandbox.root(key).removeprefix("http://")}
    come_back(phone, leave_by_phone(phone, key, **typed))
    phone.submit("Link")
    return Link.objects.get()


@pytest.mark.parametrize("key", settings.NETWORKS)
@pytest.mark.parametrize("way", ["its own page", "the notice"])
def test_the_account_and_its_server_are_filled_in(sandbox, hanako, key, way):
    typed = FILLED_IN.get(key, "")
    phone = log_in_phone(hanako)
    link = linked(sandbox, phone, key)
    reauthorization.require_reauthorization(link, "access_gone")
    if way == "the notice":
        phone.get("/notices/")
        press = next(one.text for one in phone.page.links if "no longer lets us in" in one.text)
    else:
        phone.get(f"/links/{key}/{link.pk}/")
        press = "1 Link again"
    page = phone.follow(press)
    server = sandbox.root(key).removeprefix("http://")
    assert f"You are linking {link.name} again." in page
    if typed:
        assert f'value="{typed.format(server=server)}"' in page.html
    if key == "bluesky":
        assert page.html.count(f'value="{typed}"') == 2  # beside the app password, too
    page = phone.submit("Go to")  # as it stands
    assert page.path.startswith("/out/")


def test_what_is_no_handle_leaves_the_server_alone(sandbox, hanako):
    phone = log_in_phone(hanako)
    link = linked(sandbox, phone, "mastodon")
    link.account.extra_data = {"name": "x @hanako@elsewhere.example"}
    link.account.save()
    page = phone.get(f"/links/mastodon/?again={link.account_id}")
    assert f'value="{link.host}"' in page.html


@pytest.mark.parametrize("again", ["", "0", "-1", "x", "²", "9" * 40])
def test_nonsense_and_other_members_accounts_fill_in_nothing(sandbox, hanako, again):
    taro = make_link(make_member("taro"), "mastodon", uid="m.example/1", name="@taro@m.example")
    for path in (
        f"/links/mastodon/?again={again}",
        f"/links/mastodon/?again={taro.account_id}",
        f"/links/mastodon/again/{taro.account_id}/",
    ):
        page = log_in_phone(hanako).get(path)
        assert page.status == 200
        assert "again." not in page
        assert "m.example" not in page.html


def test_the_page_says_what_goes_afterwards(sandbox, hanako):
    link = make_link(hanako, "mastodon", uid="m.example/1", host="m.example", name="@h@m.example")
    path = f"/links/mastodon/again/{link.account_id}/"
    assert "Nothing waits for it." in log_in_phone(hanako).get(path)
    for _ in range(3):
        planned(link)
    reauthorization.require_reauthorization(link, "access_gone")
    old = Delivery.objects.latest("pk")
    old.asked_at = timezone.now() - timedelta(hours=49)
    old.save()
    delete = Delivery.objects.earliest("pk")
    delete.operation = DeliveryOperation.DELETE
    delete.save()
    page = log_in_phone(hanako).get(path)
    assert "Afterwards 1 waiting post or edit is sent." in page
    assert "1 copy on the network is deleted." in page
    assert "1 post is older than 48 hours: it is sent only when you press for it." in page
    reauthorization.resume_link(link)
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [DeliveryState.WAITING, DeliveryState.WAITING, DeliveryState.EXPIRED]


def test_a_form_without_its_number_comes_back_filled_in(sandbox, hanako):
    """The number is made anew; what was known stays."""
    link = make_link(hanako, "mastodon", uid="m.example/1", host="m.example", name="@h@m.example")
    phone = log_in_phone(hanako)
    phone.get(f"/links/mastodon/again/{link.account_id}/")
    page = phone.submit("Go to", number="")
    assert page.path.endswith(f"/links/mastodon/again/{link.account_id}/")
    assert "You are linking" in page
    assert 'value="m.example"' in page.html


def test_the_notice_of_a_link_without_an_account_leads_to_the_link(hanako):
    link = make_link(hanako)
    reauthorization.require_reauthorization(link, "access_gone")
    Link.objects.update(account=None)
    phone = log_in_phone(hanako)
    phone.get("/notices/")
    press = next(one.text for one in phone.page.links if "no longer lets us in" in one.text)
    assert phone.follow(press).path.startswith(f"{phone.base}/links/mixi/{link.pk}/")


def test_an_account_without_a_name_is_called_by_its_number(sandbox, hanako):
    phone = log_in_phone(hanako)
    link = linked(sandbox, phone, "mixi")
    SocialAccount.objects.update(extra_data={"name": ""})
    page = phone.get(reverse("link_again", args=["mixi", link.account_id]))
    assert f"You are linking {link.account.uid} again." in page
