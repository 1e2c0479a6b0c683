"""Linking a GNU social server: OAuth 1.0a, a request token that is worth nothing by itself."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import LinkReturn
from syndication.actions import pulls
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.scripted_server import answer, playing
from tests.syndication.delivering import planned, remove, tried

pytestmark = pytest.mark.django_db

CONFIG = '{"site":{"textlimit":"140"}}'


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def server(sandbox):
    """The sandbox's server, as a member types it."""
    return sandbox.root("gnusocial").removeprefix("http://")


def test_a_phone_without_cookies_links_the_server_that_it_names(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "gnusocial", server=f"hanako@{server}"))
    assert f"GNU social account ザキ @hanako@{server} → Profile Link member hanako" in page
    phone.submit("Link")
    account = SocialAccount.objects.get()
    ident = sandbox.gnusocial.society.named("hanako").id
    assert (account.provider, account.uid) == ("gnusocial", f"{server}/{ident}")


def test_a_computer_links_it_without_a_number(sandbox, server, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, "gnusocial", server=server)
    page = read(client.get(away.agree(), follow=True))
    assert "Profile Link member hanako" in page
    client.post("/links/confirm/gnusocial/", {"link": "Link"})
    assert SocialAccount.objects.get().user == hanako


def test_what_was_said_no_to_there_links_nothing(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "gnusocial", server=server)
    phone.get(away.agree(button="deny"), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert page.status == 200
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_the_request_token_without_its_verifier_links_nothing(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "gnusocial", server=server)
    back = urlsplit(away.agree())
    token = parse_qs(back.query)["oauth_token"][0]
    phone.get(f"{back.path}?oauth_token={token}", bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        answer(
            "oauth_token=a&oauth_token_secret=b"
        ),  # OAuth 1.0, whose callback anybody may change
        answer("", "401 Unauthorized"),
        answer("<html>"),
    ],
)
def test_a_server_that_gives_no_safe_request_token_is_not_left_for(
    sandbox, hanako, settings, given
):
    with playing(answer(CONFIG), given) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/gnusocial/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert "does not let this site register" in page
    assert not LinkReturn.objects.exists()


def test_our_registration_with_a_server_is_used_there(sandbox, hanako, settings):
    given = answer("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true")
    with playing(answer(CONFIG), given) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        apps = f"elsewhere.example k s,{other.authority} our-key our-secret"
        settings.NETWORKS = {**settings.NETWORKS, "gnusocial": {"apps": apps}}
        leave_by_phone(log_in_phone(hanako), "gnusocial", server=other.authority)
    assert b'oauth_consumer_key="our-key"' in other.received[1]
    assert b"our-secret" not in other.received[1]


def test_a_status_is_written_there_and_deleted_there(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "gnusocial", server=server))
    phone.submit("Link")
    link = Link.objects.get()
    pulls.pull_friends(link.pk)
    pulls.pull_feed(link.pk)
    link.refresh_from_db()
    assert link.terms["text"] == 140
    assert link.friends.count() > 3
    assert link.feed.filter(text__contains="図書館").exists()
    delivery = tried(planned(link, "到着 😀"))
    assert delivery.state == DeliveryState.SENT
    [status] = sandbox.gnusocial.received()["statuses"]
    assert status["text"] == "到着 😀"
    remove(delivery.post)
    tried(Delivery.objects.get(kind=DeliveryKind.DELETE))
    [status] = sandbox.gnusocial.received()["statuses"]
    assert status["deleted"]


def test_a_server_that_gives_one_request_token_twice_is_not_left_for_twice(hanako, settings):
    """It could be another server's, of a member who is away there."""
    given = answer("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true")
    with playing(answer(CONFIG), given, answer(CONFIG), given) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        leave_by_phone(log_in_phone(hanako), "gnusocial", server=other.authority)
        phone = log_in_phone(make_member("taro"))
        phone.get("/links/gnusocial/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert LinkReturn.objects.get().member == hanako
