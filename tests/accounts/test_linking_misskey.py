"""Linking a Misskey server by MiAuth: nobody registers, the session alone comes back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount

from syndication.actions import pulls
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.scripted_server import answer, playing
from tests.syndication.delivering import planned, remove, tried

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def server(sandbox):
    """The sandbox's server, as a member types it."""
    return sandbox.root("misskey").removeprefix("http://")


def test_a_phone_without_cookies_links_the_server_that_it_names(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "misskey", server=f"@hanako@{server}"))
    assert f"Misskey account ザキ @hanako@{server} → Profile Link member hanako" in page
    phone.submit("Link")
    ident = sandbox.misskey.state.account("hanako").id
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == ("misskey", f"{server}/{ident}")


def test_a_computer_links_it_without_a_number(sandbox, server, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, "misskey", server=server)
    page = read(client.get(away.agree(), follow=True))
    assert "Profile Link member hanako" in page
    client.post("/links/confirm/misskey/", {"link": "Link"})
    assert SocialAccount.objects.get().user == hanako


def test_the_permission_page_names_the_member_for_whom_it_asks(sandbox, server, hanako):
    away = leave_by_phone(log_in_phone(hanako), "misskey", server=server)
    asked = parse_qs(urlsplit(away.address).query)
    assert asked["name"] == ["Profile Link: hanako"]
    assert set(asked["permission"][0].split(",")) == {
        "read:account", "read:following", "write:notes", "write:drive",
    }  # fmt: skip


def test_what_nobody_agreed_to_links_nothing(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "misskey", server=server)
    session = urlsplit(away.address).path.rpartition("/")[2]
    page = phone.get(f"/accounts/misskey/login/callback/?session={session}", bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_the_number_is_asked_for_and_three_wrong_ones_end_it(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "misskey", server=server)
    phone.get(away.agree(), bare=True)
    wrong = "0000" if away.number != "0000" else "1111"
    for _ in range(3):
        page = phone.submit("Continue", number=wrong)
    assert page.status == 410
    assert not SocialAccount.objects.exists()


def test_a_server_of_another_kind_is_told_before_leaving(sandbox, hanako, settings):
    with playing(answer("{}")) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/misskey/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert "is no Misskey server" in page


def test_a_note_is_written_there_and_deleted_there(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "misskey", server=server))
    phone.submit("Link")
    link = Link.objects.get()
    pulls.pull_friends(link.pk)
    pulls.pull_feed(link.pk)
    link.refresh_from_db()
    assert link.terms["text"] == 3000
    assert link.friends.count() > 3
    assert link.feed.filter(text__contains="図書館").exists()
    delivery = tried(planned(link, "到着 😀"))
    assert delivery.state == DeliveryState.SENT
    [note] = sandbox.misskey.received()["statuses"]
    assert (note["text"], note["visibility"]) == ("到着 😀", "public")
    remove(delivery.post)
    tried(Delivery.objects.get(kind=DeliveryKind.DELETE))
    [note] = sandbox.misskey.received()["statuses"]
    assert note["deleted"]
