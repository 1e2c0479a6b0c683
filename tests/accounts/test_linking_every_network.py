"""What every network does when it is linked; what is one's own stands in test_linking_<key>.py."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import LinkAttempt
from syndication.connectors import CONNECTORS
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link, Revocation
from tests.accounts.away import (
    Away,
    come_back,
    leave_by_computer,
    leave_by_phone,
    let_bluesky_know_us,
    read,
)
from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone
from tests.sandbox_server import TestSandbox
from tests.scripted_server import answer, playing
from tests.syndication.connectors.network import Network
from tests.syndication.delivering import planned, remove, tried
from tests.syndication.importing import import_feed, import_friends
from tests.syndication.networks import ON_THE_SANDBOX

pytestmark = pytest.mark.django_db


@pytest.fixture(params=ON_THE_SANDBOX)
def key(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def network(key: str, sandbox: TestSandbox) -> Network:
    if key == "bluesky":
        let_bluesky_know_us(sandbox)
    return ON_THE_SANDBOX[key](sandbox)


@pytest.fixture
def server(key: str, network: Network, sandbox: TestSandbox) -> str:
    return sandbox.root(key).removeprefix("http://") if network.typed else ""


@pytest.fixture
def typed(network: Network, server: str) -> dict[str, str]:
    return {"server": network.typed.format(server=server)} if network.typed else {}


@pytest.fixture
def hanako() -> Any:
    return make_member("hanako")


@pytest.fixture
def phone(hanako: Any) -> PhoneClient:
    return log_in_phone(hanako)


@pytest.fixture
def away(phone: PhoneClient, key: str, typed: dict[str, str]) -> Away:
    """The phone stands before the permission page."""
    return leave_by_phone(phone, key, **typed)


def test_a_phone_without_cookies_links_it(sandbox, key, network, server, hanako, phone, away):
    page = come_back(phone, away)
    assert f"{network.shown.format(server=server)} → Profile Link member hanako" in page
    assert not SocialAccount.objects.exists()
    phone.submit("Link")
    account, link = SocialAccount.objects.get(), Link.objects.get()
    ident = network.ident
    is_named_by_server = server and key != "bluesky"  # an account there may move
    uid = f"{server}/{ident}" if is_named_by_server else ident
    assert (account.user, account.provider, account.uid) == (hanako, key, uid)
    assert (link.network, link.host) == (key, server)


def test_a_linked_account_keeps_the_address_of_its_page(phone, away):
    come_back(phone, away)
    phone.submit("Link")
    address = SocialAccount.objects.get().extra_data["profile_url"]
    assert address.startswith("http")


def test_the_access_of_a_new_link_is_not_given_back(phone, away):
    come_back(phone, away)
    phone.submit("Link")
    assert Link.objects.exists()
    assert not Revocation.objects.exists()


def test_a_computer_links_it_without_a_number(key, network, typed, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, key, **typed)
    page = read(client.get(away.agree(), follow=True))
    assert "→ Profile Link member hanako" in page
    client.post(f"/links/confirm/{key}/", {"link": "Link"})
    assert SocialAccount.objects.get().user == hanako


def test_the_shown_name_alone_is_taken_over(network, hanako, phone, away):
    assert "Use the name: ザキ Use" in come_back(phone, away)
    phone.submit("Link", take_name="on")
    hanako.refresh_from_db()
    assert hanako.display_name == "ザキ"


@pytest.mark.parametrize("key", [key for key in ON_THE_SANDBOX if key != "misskey"])  # no way back
def test_what_was_said_no_to_there_links_nothing(network, phone, away):
    phone.get(away.agree(button="deny"), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "did not agree" in page
    assert not SocialAccount.objects.exists()


def test_three_wrong_numbers_end_it(network, phone, away):
    phone.get(away.agree(), bare=True)
    for _ in range(3):
        page = phone.submit("Continue", number="0000" if away.number != "0000" else "1111")
    assert page.status == 410
    assert LinkAttempt.objects.get().sealed_result == ""
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("key", [key for key, network in ON_THE_SANDBOX.items() if network.typed])
def test_a_server_of_another_kind_is_told_before_leaving(key, network, phone, settings):
    with playing(answer("{}")) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone.get(f"/links/{key}/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert network.is_none in page
    assert other.authority in page
    assert not LinkAttempt.objects.exists()


def test_a_status_is_written_there_and_deleted_there(sandbox, key, network, phone, away):
    come_back(phone, away)
    phone.submit("Link")
    link = Link.objects.get()
    import_friends(link.pk)
    import_feed(link.pk)
    link.refresh_from_db()
    assert link.terms.get("text", 0) == network.longest
    assert link.friends.count() > 3
    assert link.feed.exists()
    delivery = tried(planned(link, "到着 😀"))
    assert delivery.state == DeliveryState.SENT
    assert delivery.remote_id
    there = getattr(sandbox, key)
    [status] = there.received()["statuses"]
    assert (status["text"], status["user"], status["deleted"]) == ("到着 😀", "hanako", False)
    assert status.get("visibility", "public") in {"public", "everyone"}
    if "status" in CONNECTORS[key].can_delete:
        remove(delivery.post)
        tried(Delivery.objects.get(operation=DeliveryOperation.DELETE))
        [status] = there.received()["statuses"]
        assert status["deleted"]
