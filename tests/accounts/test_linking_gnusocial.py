"""Linking a GNU social server: OAuth 1.0a, a request token that is worth nothing by itself."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import LinkAttempt
from syndication.delivery import credentials
from syndication.models import Link
from tests.accounts.away import come_back, leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db

CONFIG = '{"site":{"textlimit":"140"}}'


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def server(sandbox):
    """The sandbox's server, as a member types it."""
    return sandbox.root("gnusocial").removeprefix("http://")


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
        answer(
            "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true", "401 Unauthorized"
        ),
        answer("oauth_token=a&oauth_callback_confirmed=true"),
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
    assert not LinkAttempt.objects.exists()


def test_our_registration_with_a_server_is_used_there(sandbox, hanako, settings):
    given = answer("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true")
    with playing(answer(CONFIG), given) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        apps = f"elsewhere.example k s,{other.authority} our-key our-secret"
        settings.NETWORKS = {**settings.NETWORKS, "gnusocial": {"apps": apps}}
        leave_by_phone(log_in_phone(hanako), "gnusocial", server=other.authority)
    assert b'oauth_consumer_key="our-key"' in other.received[1]
    assert b"our-secret" not in other.received[1]


def test_a_server_that_forgot_our_key_is_linked_without_a_name(
    sandbox, server, hanako, settings, caplog
):
    known = {**settings.NETWORKS["gnusocial"], "apps": f"{server} forgotten our-secret"}
    settings.NETWORKS = {**settings.NETWORKS, "gnusocial": known}
    phone = log_in_phone(hanako)
    assert "ザキ" in come_back(phone, leave_by_phone(phone, "gnusocial", server=server))
    phone.submit("Link")
    held = credentials.credentials_of_link(Link.objects.get())
    assert held.extra["client_key"] == "anonymous"
    assert f"{server} does not take the key that GNUSOCIAL_APPS has for it" in caplog.text
    assert "our-secret" not in caplog.text


def test_a_server_that_fails_to_say_what_it_is_is_asked_for_a_token(hanako, settings):
    fails = answer("<html>", "503 Service Unavailable")
    given = answer("oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true")
    with playing(fails, fails, given) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        leave_by_phone(log_in_phone(hanako), "gnusocial", server=other.authority)
    assert LinkAttempt.objects.exists()


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
    assert LinkAttempt.objects.get().member == hanako
