"""Linking a server that the member names: what they type, what is wrong with it, registering once."""

from __future__ import annotations

import string

import pytest

from accounts.models import LinkAttempt, ServerRegistration
from accounts.providers.servers import NotAServer, parse_host
from syndication.models import Link
from tests.accounts.away import come_back, leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing
from tests.syndication.importing import import_friends

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def server(sandbox):
    """The sandbox's server, as a member types it."""
    return sandbox.root("mastodon").removeprefix("http://")


def test_we_register_with_a_server_once_for_everybody(sandbox, server, hanako):
    for member in (hanako, make_member("taro")):
        leave_by_phone(log_in_phone(member), "mastodon", server=server)
    assert len(sandbox.mastodon.state.apps) == 1
    [row] = ServerRegistration.objects.all()
    [app] = sandbox.mastodon.state.apps.values()
    assert app.secret not in row.sealed_details


def test_a_registration_that_the_server_forgot_is_made_anew_at_the_next_try(
    sandbox, server, hanako
):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=server)
    back = away.agree()
    sandbox.mastodon.state.apps.clear()
    page = phone.get(back, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not ServerRegistration.objects.filter(replaced_at=None).exists()
    page = come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    assert "ザキ" in page


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hanako",
        "localhost",
        "ftp://mstdn.jp",
        "https://me:pw@mstdn.jp",
        "192.0.2.1",
        "a b.example",
    ],
)
def test_what_names_no_server_is_told_beside_the_field_and_kept(sandbox, hanako, typed):
    phone = log_in_phone(hanako)
    phone.get("/links/mastodon/")
    page = phone.submit("Go to", server=typed)
    assert page.status == 409
    assert "server" in page
    assert f'value="{typed}"' in page.html or not typed
    assert not LinkAttempt.objects.exists()


def test_a_server_typed_in_full_width_is_found(sandbox, server, hanako):
    """A Japanese keypad writes ＠ and ： between full-width letters, and shows no difference."""
    wide = {ord(one): ord(one) + 0xFEE0 for one in f"@:.{string.ascii_letters}{string.digits}"}
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=f"@hanako@{server}".translate(wide))
    assert server in away.address


def test_nobody_makes_us_ask_around_as_often_as_they_like(sandbox, hanako):
    phone = log_in_phone(hanako)
    for _ in range(20):
        phone.get("/links/mastodon/")
        assert phone.submit("Go to", server="nonsense").status == 409
    phone.get("/links/mastodon/")
    page = phone.submit("Go to", server="no-such-server.invalid")
    assert page.status == 429
    assert "no-such-server.invalid" in page.html


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mstdn.jp", "mstdn.jp"),
        (" @Hanako@MSTDN.jp ", "mstdn.jp"),
        ("https://mstdn.jp/@hanako", "mstdn.jp"),
        ("http://mstdn.jp/", "mstdn.jp"),
        ("mstdn.jp:8443", "mstdn.jp:8443"),
        ("mstdn.jp:443", "mstdn.jp"),
        ("日本語.example", "xn--wgv71a119e.example"),
        ("mstdn.jp.", "mstdn.jp"),
    ],
)
def test_one_server_is_one_host_however_it_is_typed(typed, host):
    assert parse_host(typed) == host


@pytest.mark.parametrize(
    "typed", ["a" * 64 + ".example", "a." * 60 + "example", "[::1]", "x..y", "mstdn.jp:x"]
)
def test_what_is_no_host_is_none(typed):
    with pytest.raises(NotAServer):
        parse_host(typed)


@pytest.mark.parametrize(
    ("play", "words"),
    [
        (answer("<html>hello"), "answers, but is not a Mastodon server. Check the name."),
        (answer("{}"), "answers, but is not a Mastodon server. Check the name."),
        (answer("", "404 Not Found"), "answers, but is not a Mastodon server. Check the name."),
        (answer("", "418 I'm a teapot"), "blocked"),
        (answer("", "403 Forbidden"), "blocked"),
        (b"", "does not answer just now"),
    ],
)
def test_the_member_hears_what_is_wrong_with_a_server_before_leaving(
    sandbox, hanako, settings, play, words
):
    with playing(play) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/mastodon/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert words in page
    assert other.authority in page
    assert not ServerRegistration.objects.exists()


def test_a_registration_that_would_fill_the_database_is_not_kept(sandbox, hanako, settings):
    instance = answer('{"version":"4.5"}')
    app = answer('{"client_id":"' + "x" * 500_000 + '","client_secret":"y"}')
    with playing(instance, app) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/mastodon/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert not ServerRegistration.objects.exists()


def test_a_server_that_is_not_there_is_told_apart_from_one_that_is_silent(hanako, sandbox):
    phone = log_in_phone(hanako)
    phone.get("/links/mastodon/")
    page = phone.submit("Go to", server="no-such-server.invalid")
    assert "There is no server called no-such-server.invalid" in page


@pytest.mark.parametrize("is_locked", [True, False])
def test_whether_followers_are_approved_is_known_once_it_is_linked(
    sandbox, server, hanako, is_locked
):
    sandbox.mastodon.state.graph.named("hanako").is_locked = is_locked
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    phone.submit("Link")
    link = Link.objects.get()
    import_friends(link.pk)
    link.refresh_from_db()
    assert link.follows_approved == is_locked
