"""Servers that members name, mixed up: a code goes back to nobody but the server that gave it.

RFC 9700, section 4.4; RFC 9207. Bluesky's part is in test_linking_bluesky.py, servers that say nothing
about themselves in test_linking_mixup.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from accounts.models import LinkAttempt, ServerRegistration
from accounts.public_urls import public_url
from tests.accounts.away import Away, come_back, leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db

INSTANCE = answer('{"version":"4.5"}')
NOTHING = answer("", "404 Not Found")
APP = answer('{"client_id":"ours","client_secret":"theirs"}')
TOKEN = answer('{"access_token":"t"}')


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def honest(sandbox):
    return sandbox.root("mastodon")


def asked_at(honest: str, away: Away, client: str) -> Away:
    """The permission page of `honest`, where a server sent the browser on with what it was given."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(away.address).query).items()}
    query["client_id"] = client
    return Away(f"{honest}/oauth/authorize?{urlencode(query)}", away.number)


def test_a_server_that_sends_the_browser_on_to_another_is_not_handed_the_code_of_that_one(
    sandbox, honest, hanako, settings
):
    """By its name alone: it takes any query behind the redirect URI that an earlier version gave it."""
    state = sandbox.mastodon.state
    state.settings.tells_issuer = True
    phone = log_in_phone(hanako)
    leave_by_phone(phone, "mastodon", server=honest)
    [(client, app)] = state.apps.items()
    state.apps[client] = replace(app, redirect_uris=(public_url("link_callback", "mastodon"),))
    with playing(INSTANCE, NOTHING, APP, NOTHING, TOKEN) as hostile:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, hostile.authority]
        away = leave_by_phone(phone, "mastodon", server=hostile.authority)
        away = asked_at(honest, away, client)
        page = come_back(phone, away)
        assert "Mastodon gave no clear answer" in page
        assert away.code
        assert not [each for each in hostile.received if away.code.encode() in each]


def test_who_says_which_server_it_is_and_is_the_one_links(sandbox, honest, hanako):
    sandbox.mastodon.state.settings.tells_issuer = True
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "mastodon", server=honest))
    assert "ザキ" in page


@pytest.mark.parametrize("told", ["", "&iss=https%3A%2F%2Fevil.example"])
def test_a_server_that_says_that_it_always_tells_its_name_must(sandbox, honest, hanako, told):
    sandbox.mastodon.state.settings.tells_issuer = True
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=honest)
    back = re.sub(r"&iss=[^&]+", told, away.agree())
    phone.get(back, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "Mastodon gave no clear answer" in page


@pytest.mark.parametrize(
    ("told", "is_own"),
    [("", True), ("{root}", True), ("{root}/", True), ("https://evil.example", False)],
)
@pytest.mark.parametrize("has_metadata", [True, False])
def test_of_a_server_that_promises_no_name_a_wrong_one_is_refused(
    sandbox, honest, hanako, told, is_own, has_metadata
):
    sandbox.mastodon.state.settings.metadata = has_metadata
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=honest)
    iss = f"&iss={quote(told.format(root=honest), safe='')}" if told else ""
    phone.get(away.agree() + iss, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert ("ザキ" in page) is is_own


def test_a_server_that_signs_in_under_another_name_is_told_by_that_name(sandbox, hanako, settings):
    metadata = answer('{"issuer":"https://social.example.com/"}')
    with playing(INSTANCE, metadata, APP, metadata) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/mastodon/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert f"{other.authority} signs people in at social.example.com" in page
    assert not ServerRegistration.objects.exists()
    assert not LinkAttempt.objects.exists()


@pytest.mark.parametrize(
    "metadata",
    [
        "{}",
        "[]",
        '{"issuer":7}',
        '{"issuer":"http://[::1"}',
        '{"issuer":"https://me:pw@x.example/"}',
        '{"issuer":"' + "x" * 5000 + '"}',
    ],
)
def test_a_server_that_talks_nonsense_about_itself_is_refused_in_words(
    sandbox, hanako, settings, metadata
):
    with playing(INSTANCE, answer(metadata), APP) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/mastodon/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert "answers, but is not a Mastodon server. Check the name." in page
    assert not LinkAttempt.objects.exists()
