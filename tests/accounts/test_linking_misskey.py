"""Linking a Misskey server by MiAuth: nobody registers, the session alone comes back."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount

from accounts.providers.base import LinkCallback
from accounts.providers.servers import Server
from syndication.sandbox.oauth2 import Grant
from tests.accounts.away import leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def server(sandbox):
    """The sandbox's server, as a member types it."""
    return sandbox.root("misskey").removeprefix("http://")


def test_the_permission_page_names_the_member_for_whom_it_asks(sandbox, server, hanako):
    away = leave_by_phone(log_in_phone(hanako), "misskey", server=server)
    asked = parse_qs(urlsplit(away.address).query)
    assert asked["name"] == ["Profile Link: hanako"]
    assert set(asked["permission"][0].split(",")) == {
        "read:account", "read:following", "write:notes", "write:drive",
    }  # fmt: skip


@pytest.mark.parametrize("with_likes", [False, True])
def test_the_right_to_like_is_asked_for_only_when_wanted_and_then_kept(
    sandbox, server, hanako, rf, with_likes
):
    request = rf.get("/")
    request.user = hanako
    provider, there = get_adapter().get_provider(request, "misskey"), Server(server)
    leaving = provider.begin_link(request, server=there, with_likes=with_likes)
    asked = parse_qs(urlsplit(leaving.url).query)["permission"][0].split(",")
    assert (provider.like_scope in asked) is with_likes
    ident = sandbox.misskey.state.graph.named("hanako").id
    sandbox.misskey.state.consents[leaving.key] = Grant(ident, frozenset(asked))
    back = LinkCallback({"session": leaving.key}, leaving.stash, there)
    assert provider.finish_link(request, back).credentials["scopes"] == asked


def test_what_nobody_agreed_to_links_nothing(sandbox, server, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "misskey", server=server)
    session = urlsplit(away.address).path.rpartition("/")[2]
    page = phone.get(f"/accounts/misskey/login/callback/?session={session}", bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_a_server_in_trouble_is_told_apart_from_one_of_another_kind(hanako, settings):
    with playing(answer("<html>", "503 Service Unavailable")) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/misskey/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert "does not answer just now" in page


SOMEBODY = {"id": "u1", "username": "hanako", "name": "ザキ"}


@pytest.mark.parametrize(
    "found",
    [
        {"ok": False, "user": SOMEBODY, "token": "t"},
        {"ok": "yes", "user": SOMEBODY, "token": "t"},
        {"ok": True, "user": ["u1"], "token": "t"},
        {"ok": True, "user": SOMEBODY, "token": 5},
        {"ok": True, "user": SOMEBODY},
    ],
)
def test_an_answer_without_consent_account_or_token_links_nothing(settings, hanako, found):
    def play(connection):
        is_meta = b"/api/meta " in server.received[-1]
        said = {"maxNoteTextLength": 3000} if is_meta else found
        connection.sendall(answer(json.dumps(said), headers={"Content-Type": "application/json"}))

    with playing(play) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        phone = log_in_phone(hanako)
        away = leave_by_phone(phone, "misskey", server=server.authority)
        session = urlsplit(away.address).path.rpartition("/")[2]
        phone.get(f"/accounts/misskey/login/callback/?session={session}", bare=True)
        page = phone.submit("Continue", number=away.number)
    assert "no clear answer" in page
    assert not SocialAccount.objects.exists()
