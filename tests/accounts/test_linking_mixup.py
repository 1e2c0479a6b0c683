"""A hostile server sends the browser on to an honest one that says nothing about itself: mix-up.

RFC 9700, section 4.4, where no `iss` comes back: by the redirect URI that each server has of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from accounts.crypto import encryption
from accounts.models import LinkAttempt, ServerRegistration
from accounts.public_urls import public_url
from tests.accounts.away import Away, come_back, leave_by_phone
from tests.making import make_member
from tests.phone import PhoneClient, log_in_phone
from tests.scripted_server import ScriptedServer, answer, playing

pytestmark = pytest.mark.django_db

NOTHING = answer("", "404 Not Found")
MASTODON = (
    answer('{"version":"4.2"}'),
    NOTHING,  # no metadata, so no name either
    answer('{"client_id":"ours","client_secret":"theirs"}'),
    NOTHING,
    answer('{"access_token":"t"}'),
)
CONFIG = answer('{"site":{"textlimit":"140"}}')
UNCLEAR = "gave no clear answer"


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture(params=[True, False], ids=["metadata", "no metadata"])
def honest(sandbox, request):
    """A Mastodon of today, which never says `iss`, and one from before 4.3."""
    sandbox.mastodon.state.settings.metadata = request.param
    return sandbox.root("mastodon")


@pytest.fixture
def hostile(settings) -> Iterator[ScriptedServer]:
    with playing(*MASTODON) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        yield server


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def sent_on(away: Away, *, to: Away, **changed: str) -> Away:
    """Who left for one server stands before the permission page that `to` was made for."""
    page, _mark, _query = to.address.partition("?")
    query = {**query_of(to.address), "state": away.state, **changed}
    return Away(f"{page}?{urlencode(query)}", away.number)


def is_told(server: ScriptedServer, secret: str) -> bool:
    return any(secret.encode() in each for each in server.received)


def links_in_place_of(phone: PhoneClient, away: Away, code: str) -> bool:
    """Whether the code of somebody else's account opens it to who left by `away`."""
    query = query_of(away.address)
    back = {**query_of(query["redirect_uri"]), "code": code, "state": query["state"]}
    phone.get(f"{urlsplit(query['redirect_uri']).path}?{urlencode(back)}", bare=True)
    return "ザキ" in phone.submit("Continue", number=away.number)


def test_a_code_of_a_server_that_says_nothing_is_not_handed_to_the_one_that_was_named(
    honest, hanako, hostile
):
    """Mallory waits with a request of her own, whose PKCE challenge goes along."""
    mallory = log_in_phone(make_member("mallory"))
    hers = leave_by_phone(mallory, "mastodon", server=honest)
    phone = log_in_phone(hanako)
    left = leave_by_phone(phone, "mastodon", server=hostile.authority)
    away = sent_on(left, to=hers)
    page = come_back(phone, away)
    stolen = away.code if is_told(hostile, away.code) else "none"
    assert not links_in_place_of(mallory, hers, stolen)
    assert stolen == "none"
    assert UNCLEAR in page


def test_a_permission_page_sends_nobody_back_to_another_servers_redirect_uri(
    honest, hanako, hostile
):
    mallory = log_in_phone(make_member("mallory"))
    hers = leave_by_phone(mallory, "mastodon", server=honest)
    left = leave_by_phone(log_in_phone(hanako), "mastodon", server=hostile.authority)
    uri = query_of(left.address)["redirect_uri"]
    assert uri != query_of(hers.address)["redirect_uri"]
    away = sent_on(left, to=hers, redirect_uri=uri)
    assert requests.get(away.address, timeout=10).status_code == 400


@pytest.mark.parametrize("tag", ["", "at=AAAAAAAAAAAAAAAAAAAAAA&"])
def test_who_comes_back_without_the_servers_tag_links_nothing(sandbox, honest, hanako, tag):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=honest)
    phone.get(re.sub(r"at=[^&]+&", tag, away.agree()), bare=True)
    assert UNCLEAR in phone.submit("Continue", number=away.number)
    assert not sandbox.mastodon.state.tokens.access


def test_a_server_that_begins_a_second_query_is_understood(honest, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=honest)
    phone.get(away.agree().replace("&", "?", 1), bare=True)
    assert "ザキ" in phone.submit("Continue", number=away.number)


def registered_before(honest: str) -> tuple[ServerRegistration, str]:
    """As an earlier version registered, and our client_id there: any query fits its redirect URI."""
    plain = public_url("link_callback", "mastodon")
    asked = {"client_name": "us", "redirect_uris": plain, "scopes": "read write"}
    given = requests.post(f"{honest}/api/v1/apps", data=asked, timeout=10).json()
    keys = {name: given[name] for name in ("client_id", "client_secret")}
    row = ServerRegistration.objects.create(
        network="mastodon",
        host=urlsplit(honest).netloc,
        sealed_details=encryption.encrypt_json({**keys, "scopes": "read write"}),
    )
    return row, keys["client_id"]


def test_a_registration_with_the_redirect_uri_of_all_servers_is_made_anew(sandbox, honest, hanako):
    old, _client = registered_before(honest)
    phone = log_in_phone(hanako)
    assert "ザキ" in come_back(phone, leave_by_phone(phone, "mastodon", server=honest))
    old.refresh_from_db()
    assert old.replaced_at
    assert old.pk != LinkAttempt.objects.get().registration_id
    [before, now] = sandbox.mastodon.state.apps.values()
    assert now.redirect_uris[0].startswith(f"{before.redirect_uris[0]}?at=")


def test_a_code_for_a_registration_of_before_gets_away_and_opens_nothing(honest, hanako, hostile):
    """The one thing that the tag does not hold at an older Doorkeeper: nobody exchanges such a code."""
    _row, client = registered_before(honest)
    mallory = log_in_phone(make_member("mallory"))
    hers = leave_by_phone(mallory, "mastodon", server=honest)
    phone = log_in_phone(hanako)
    left = leave_by_phone(phone, "mastodon", server=hostile.authority)
    uri = query_of(left.address)["redirect_uri"]
    away = sent_on(left, to=hers, client_id=client, redirect_uri=uri)
    come_back(phone, away)
    assert is_told(hostile, away.code)
    assert not links_in_place_of(mallory, hers, away.code)


def test_a_verifier_of_another_gnu_social_is_not_handed_to_the_one_that_was_named(
    sandbox, hanako, settings
):
    """It gave out a request token of the honest one, whose own row is gone by now."""
    mallory = log_in_phone(make_member("mallory"))
    honest = leave_by_phone(mallory, "gnusocial", server=sandbox.root("gnusocial"))
    LinkAttempt.objects.all().delete()
    fields = {**query_of(honest.address), "oauth_token_secret": "s"}
    given = answer(urlencode({**fields, "oauth_callback_confirmed": "true"}))
    with playing(CONFIG, given, NOTHING) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        phone = log_in_phone(hanako)
        left = leave_by_phone(phone, "gnusocial", server=server.authority)
        away = Away(honest.address, left.number)
        assert UNCLEAR in come_back(phone, away)
        assert not is_told(server, query_of(away.back)["oauth_verifier"])


def test_of_two_misskeys_only_the_one_that_was_left_for_is_asked(sandbox, hanako, settings):
    """What comes back is the session that we made up ourselves for it."""
    meta = answer('{"maxNoteTextLength":3000}')
    with playing(meta, answer('{"ok":false}')) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        phone = log_in_phone(hanako)
        left = leave_by_phone(phone, "misskey", server=server.authority)
        session = urlsplit(left.address).path.rpartition("/")[2]
        away = Away(left.address.replace(server.url, sandbox.root("misskey")), left.number)
        assert UNCLEAR in come_back(phone, away)
        assert query_of(away.back) == {"session": session}
        assert f"/api/miauth/{session}/check".encode() in server.received[-1]
