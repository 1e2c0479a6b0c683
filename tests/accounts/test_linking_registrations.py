"""A server may forget our registration: it is asked before a member leaves, and registered with anew.

What real servers do: snac deletes it with a revoked token, Mastodon after a day without tokens.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter

from accounts.actions import servers
from accounts.crypto import encryption
from accounts.models import LinkAttempt, Member, ServerRegistration
from accounts.providers.mastodon import registration
from accounts.providers.servers import Server
from syndication.actions import links
from syndication.delivery import credentials, token_revocation
from syndication.models import Link, Revocation
from syndication.worker import unused_registrations
from tests.accounts.admin.rows import make_staff
from tests.accounts.away import come_back, leave_by_phone
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.scripted_server import answer, playing
from tests.syndication.delivering import Moving

pytestmark = pytest.mark.django_db

VERSION = answer('{"version":"4.5"}')
APP = answer('{"client_id":"a","client_secret":"b"}')
NO_METADATA = answer("", "404 Not Found")


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def server(sandbox: Any) -> str:
    return sandbox.root("mastodon").removeprefix("http://")


def linked(member: Member, server: str) -> Link:
    phone = log_in_phone(member)
    come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    phone.submit("Link")
    return Link.objects.of(member).get()


@pytest.mark.parametrize("login_first", [False, True])
def test_who_comes_after_the_server_forgot_us_links_all_the_same(
    sandbox, server, hanako, login_first
):
    """Mastodon sends everybody to log in before it looks at who asks; snac says 400 at once."""
    leave_by_phone(log_in_phone(hanako), "mastodon", server=server)
    state = sandbox.mastodon.state
    state.apps.clear()
    state.settings.login_first = login_first
    phone = log_in_phone(make_member("taro"))
    away = leave_by_phone(phone, "mastodon", server=server)
    state.settings.login_first = False
    assert "ザキ" in come_back(phone, away)
    assert len(state.apps) == 1


@pytest.mark.parametrize("login_first", [False, True])
def test_one_that_the_server_knows_is_used_on(sandbox, server, hanako, login_first):
    sandbox.mastodon.state.settings.login_first = login_first
    for member in (hanako, make_member("taro")):
        leave_by_phone(log_in_phone(member), "mastodon", server=server)
    assert len(sandbox.mastodon.state.apps) == 1
    assert not sandbox.mastodon.state.tokens.access  # asking was answered with none


def test_a_server_that_forgets_with_each_revoked_token_is_linked_again_and_again(
    sandbox, server, hanako
):
    sandbox.mastodon.state.settings.forgets_at_revoke = True
    for member in (hanako, make_member("taro")):
        link = linked(member, server)
        links.unlink(link, by=member)
        token_revocation.attempt_revocation(Revocation.objects.get().pk, now=Moving(sandbox))
        assert not sandbox.mastodon.state.apps
    assert ServerRegistration.objects.count() == 2


def test_an_old_link_keeps_the_registration_that_its_token_was_given_to(sandbox, server, hanako):
    link = linked(hanako, server)
    held = credentials.credentials_of_link(link)
    servers.retire_registration("mastodon", server)
    leave_by_phone(log_in_phone(make_member("taro")), "mastodon", server=server)
    assert len(sandbox.mastodon.state.apps) == 2
    assert unused_registrations.delete_unused_registrations(Moving(sandbox)()) == 0
    links.unlink(link, by=hanako)
    token_revocation.attempt_revocation(Revocation.objects.get().pk, now=Moving(sandbox))
    assert sandbox.mastodon.state.tokens.access[held.access_token].grant.is_revoked
    assert unused_registrations.delete_unused_registrations(Moving(sandbox)()) == 1


def test_who_is_away_comes_back_with_the_registration_they_left_with(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=server)
    servers.retire_registration("mastodon", server)
    leave_by_phone(log_in_phone(make_member("taro")), "mastodon", server=server)
    assert "ザキ" in come_back(phone, away)


def test_staff_drop_one_and_the_next_member_gets_another(sandbox, server, hanako):
    leave_by_phone(log_in_phone(hanako), "mastodon", server=server)
    row = ServerRegistration.objects.get()
    staff = computer(make_staff("yuki", "Operators"))
    page = staff.post(
        "/admin/accounts/serverregistration/",
        {"action": "drop", "_selected_action": [row.pk]},
        follow=True,
    )
    assert "1 registration dropped" in page.content.decode()
    row.refresh_from_db()
    assert row.replaced_at
    leave_by_phone(log_in_phone(make_member("taro")), "mastodon", server=server)
    assert len(sandbox.mastodon.state.apps) == 2


def test_support_may_not_drop_any(sandbox, server, hanako):
    leave_by_phone(log_in_phone(hanako), "mastodon", server=server)
    row = ServerRegistration.objects.get()
    staff = computer(make_staff("yuki", "Support"))
    data = {"action": "drop", "_selected_action": [row.pk]}
    staff.post("/admin/accounts/serverregistration/", data)
    row.refresh_from_db()
    assert row.replaced_at is None


LOGIN = answer("", "302 Found", {"Location": "/login"})


@pytest.mark.parametrize(
    ("page", "revoked", "is_known"),
    [
        (answer("", "200 OK"), answer(""), True),
        (answer("", "401 Unauthorized"), answer(""), False),
        (LOGIN, answer("{}"), True),
        (LOGIN, answer("{}", "401 Unauthorized"), False),
        (LOGIN, answer('{"error":"unauthorized_client"}', "403 Forbidden"), False),
        (LOGIN, answer('{"error":"too many"}', "429 Too Many Requests"), True),
    ],
)
def test_the_permission_page_or_else_a_revocation_says_whether_we_are_known(
    settings, page, revoked, is_known
):
    with playing(page, revoked) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        details = {"client_id": "a", "client_secret": "b", "redirect_uri": "http://here.example/"}
        server = Server(other.authority, details)
        found = registration.is_registration_known(server, callback_url="http://here.example/")
        assert found is is_known
        assert not registration.is_registration_known(server, callback_url="http://else.example/")


# An instance page that fails (Takahē 0.11: 500 at v2)


def test_a_server_that_fails_at_v2_is_linked_by_v1(sandbox, server, hanako):
    sandbox.mastodon.state.settings.instance_v2_error = 500
    phone = log_in_phone(hanako)
    assert "ザキ" in come_back(phone, leave_by_phone(phone, "mastodon", server=server))


def test_a_server_whose_instance_pages_both_fail_is_registered_with(hanako, settings, sandbox):
    fails = answer("<html>", "503 Service Unavailable")
    with playing(fails, fails, NO_METADATA, APP, NO_METADATA) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        leave_by_phone(log_in_phone(hanako), "mastodon", server=other.authority)
    assert LinkAttempt.objects.get().registration is not None


def test_a_server_that_fails_at_everything_is_told_to_be_in_trouble(hanako, settings, sandbox):
    with playing(answer("<html>", "503 Service Unavailable")) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/mastodon/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert "does not answer just now" in page
    assert not ServerRegistration.objects.exists()


# Servers that know broad permissions only (Takahē)


def test_a_server_that_calls_itself_takahe_is_asked_for_broad_permissions(
    hanako, settings, sandbox
):
    takahe = answer('{"version":"takahe/0.11.0"}')
    with playing(answer("", "500 Error"), takahe, NO_METADATA, APP, NO_METADATA) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, other.authority]
        away = leave_by_phone(log_in_phone(hanako), "mastodon", server=other.authority)
    assert re.search(r"scope=(read\+write|write\+read)&", away.address)
    [asked] = [each for each in other.received if b"/api/v1/apps" in each]
    assert b'"scopes": "read write"' in asked


def test_one_that_cannot_register_narrow_permissions_is_asked_for_broad_ones(
    sandbox, server, hanako
):
    sandbox.mastodon.state.settings.refuses_narrow_scopes = True
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    assert "offers only full permission" in page
    phone.submit("Link")
    assert Link.objects.get().scopes == "read write"


def test_one_that_wants_broad_permissions_to_say_who_it_is_is_asked_for_them_the_next_time(
    sandbox, server, hanako
):
    state = sandbox.mastodon.state
    state.settings.broad_scopes = True
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "mastodon", server=server)
    phone.get(away.agree(), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "offers only full permission" in page
    assert "we will ask for that" in page
    [token] = state.tokens.access.values()
    token_revocation.attempt_revocation(Revocation.objects.get().pk, now=Moving(sandbox))
    assert token.grant.is_revoked

    page = come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    assert "offers only full permission" in page
    phone.submit("Link")
    assert Link.objects.get().scopes == "read write"
    assert len(state.apps) == 2


def test_one_that_gives_what_was_asked_for_is_not_said_to_give_more(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    assert "full permission" not in page


# The right to like


@pytest.mark.parametrize("with_likes", [False, True])
def test_liking_is_registered_for_and_asked_for_only_when_wanted(
    sandbox, server, hanako, rf, with_likes
):
    request = rf.get("/")
    request.user = hanako
    provider = get_adapter().get_provider(request, "mastodon")
    there = Server(server, provider.register(request, server), 1)
    assert provider.like_scope in there.details["scopes"].split()
    leaving = provider.begin_link(request, server=there, with_likes=with_likes)
    asked = parse_qs(urlsplit(leaving.url).query)["scope"][0].split()
    assert (provider.like_scope in asked) is with_likes
    assert sorted(leaving.stash["scopes"].split()) == sorted(asked)
    assert requests.get(leaving.url, timeout=10).status_code == 200


def test_a_registration_from_before_that_is_made_anew_for_who_links_next(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    phone.submit("Link")
    assert "write:favourites" not in Link.objects.get().scopes.split()
    old = ServerRegistration.objects.get()
    details = {
        **encryption.decrypt_json(old.sealed_details),
        "scopes": " ".join(registration.SCOPES),
    }
    old.sealed_details = encryption.encrypt_json(details)
    old.save()
    taro = log_in_phone(make_member("taro"))
    leave_by_phone(taro, "mastodon", server=server)
    old.refresh_from_db()
    assert old.replaced_at is not None
    [new] = ServerRegistration.objects.filter(replaced_at=None)
    assert "write:favourites" in encryption.decrypt_json(new.sealed_details)["scopes"].split()


def test_a_broad_permission_covers_liking():
    assert registration.allows_likes(Server("a.example", {"scopes": "read write"}))
    assert not registration.allows_likes(Server("a.example", {"scopes": "read write:statuses"}))
