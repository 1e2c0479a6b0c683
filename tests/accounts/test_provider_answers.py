"""What servers answer while an account is linked, taken one answer at a time: what is not whole links
nothing, and what is no answer is told from a no."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from allauth.socialaccount.adapter import get_adapter

from accounts.providers.base import LinkingFailed
from accounts.providers.bluesky.authorization_server import (
    AuthorizationServer,
    find_authorization_server,
)
from accounts.providers.bluesky.client import BlueskyClient
from accounts.providers.bluesky.http import fetch_json
from accounts.providers.bluesky.identity import fetch_identity, parse_did
from accounts.providers.bluesky.provider import BlueskyProvider
from accounts.providers.http import request_server
from accounts.providers.issuers import Issuer
from accounts.providers.mastodon import provider as mastodon
from accounts.providers.mastodon import registration
from accounts.providers.servers import MAX_HOST_LENGTH, NotAServer, Server, parse_host
from accounts.providers.twitter.provider import TwitterProvider
from tests.scripted_server import answer, playing

JSON = {"Content-Type": "application/json"}
DID = "did:plc:" + "a" * 24


def said(value: Any, status: str = "200 OK") -> bytes:
    return answer(json.dumps(value), status, JSON)


# --- Names of servers -----------------------------------------------------------------------------


def test_a_host_may_be_as_long_as_a_uid_has_room_for() -> None:
    longest = "a" * 50 + "." + "b" * (MAX_HOST_LENGTH - 51)
    assert parse_host(longest) == longest
    with pytest.raises(NotAServer):
        parse_host(longest + "b")


def test_a_server_in_a_private_network_is_told_as_one() -> None:
    with pytest.raises(LinkingFailed) as failed:
        request_server("printer.example", "GET", "https://10.1.2.3/")
    assert "printer.example is in a private network" in failed.value.sentence


@pytest.mark.parametrize("name", ["", 5, None, "x" * 5000])
def test_an_issuer_without_a_name_is_none(name: object) -> None:
    with pytest.raises(LinkingFailed):
        Issuer.described({"issuer": name})


# --- Bluesky --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (said({"a": 1}), {"a": 1}),
        (said({"a": 1}, "404 Not Found"), None),
        (answer("<html>"), None),
    ],
)
def test_an_answer_that_is_no_json_is_nothing(settings: Any, raw: bytes, found: object) -> None:
    with playing(raw) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        assert fetch_json(server.url) == found


@pytest.mark.parametrize("status", ["500 x", "503 x", "429 x"])
def test_a_server_in_trouble_gives_no_answer(settings: Any, status: str) -> None:
    with playing(said({"a": 1}, status)) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        with pytest.raises(LinkingFailed):
            fetch_json(server.url)


def test_what_is_no_did_is_none() -> None:
    assert parse_did(DID) == DID
    assert [parse_did(each) for each in (5, None, "did:web:", "did:plc:x", "x")] == [""] * 5


@pytest.mark.parametrize("services", [5, {"id": "#atproto_pds"}, [5], []])
def test_a_document_without_a_server_is_no_identity(settings: Any, services: object) -> None:
    with playing(said({"id": DID, "service": services})) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        with pytest.raises(LinkingFailed):
            fetch_identity(DID, {"plc_url": server.url})


@pytest.mark.parametrize(
    ("endpoint", "is_taken"),
    [
        ("https://away.example/token", True),
        ("http://away.example/token", False),
        ("https:///token", False),
        ("", False),
        (5, False),
        (None, False),
    ],
)
def test_an_endpoint_without_https_is_none(settings: Any, endpoint: object, is_taken: bool) -> None:
    def play(connection: socket.socket) -> None:
        known = {
            "issuer": server.url,
            "scopes_supported": ["atproto"],
            "authorization_endpoint": f"{server.url}/authorize",
            "pushed_authorization_request_endpoint": f"{server.url}/par",
            "token_endpoint": endpoint,
        }
        is_metadata = b"oauth-authorization-server" in server.received[-1]
        connection.sendall(said(known) if is_metadata else answer("", "404 Not Found"))

    with playing(play) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        if is_taken:
            assert find_authorization_server(server.authority).token_url == endpoint
            return
        with pytest.raises(LinkingFailed):
            find_authorization_server(server.authority)


@pytest.mark.parametrize(
    ("raw", "is_taken"),
    [
        (said({"request_uri": "urn:x"}, "201 Created"), True),
        (said({"request_uri": "urn:x"}, "400 Bad Request"), False),
        (said({"request_uri": 5}, "201 Created"), False),
    ],
)
def test_a_pushed_request_that_is_refused_leads_nowhere(
    settings: Any, raw: bytes, is_taken: bool
) -> None:
    with playing(raw) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        authorizer = AuthorizationServer(server.url, "https://a.example/", server.url, server.url)
        client = BlueskyClient("https://here.example/back/", "https://here.example/us.json")
        wanted = {"key": "", "verifier": "v", "state": "s", "login_hint": ""}
        if is_taken:
            assert "request_uri=urn%3Ax" in authorizer.push(client, **wanted)
            return
        with pytest.raises(LinkingFailed):
            authorizer.push(client, **wanted)


@pytest.mark.parametrize(
    "given",
    [
        {"sub": DID, "token_type": "Bearer"},
        {"sub": DID},
        {"sub": "hanako.test", "token_type": "DPoP"},
        {"sub": "did:plc:" + "b" * 24, "token_type": "DPoP"},
    ],
)
def test_tokens_that_are_not_bound_or_of_somebody_else_are_not_taken(given: Any) -> None:
    stash = {"did": DID if "b" * 24 in given["sub"] else ""}
    with pytest.raises(LinkingFailed):
        BlueskyProvider._identity_of(None, given, stash, Server("a.example"), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("port", ["", ":8000"])
def test_on_loopback_the_way_back_names_the_address_and_the_port_that_there_is(port: str) -> None:
    client = BlueskyClient(f"http://localhost{port}/back/", "https://here.example/us.json")
    assert client.redirect_uri == f"http://127.0.0.1{port}/back/"


# --- Twitter/X ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "url"), [("haru_1", "https://x.com/haru_1"), ("a/b", "")])
def test_an_address_is_made_of_a_username_alone(name: str, url: str) -> None:
    found = TwitterProvider.account(None, {"data": {"id": "12", "username": name}}, {})  # type: ignore[arg-type]
    assert found.profile_url == url


# --- Mastodon -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (said({"client_id": "", "client_secret": "b"}), "does not let this site register"),
        (said([]), "does not let this site register"),
        (said({}, "500 x"), "does not answer just now"),
    ],
)
def test_a_registration_without_both_keys_is_none(settings: Any, raw: bytes, words: str) -> None:
    with playing(raw) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        given = registration._register(server.authority, "https://here.example/back/", ())
        with pytest.raises(LinkingFailed) as failed:
            registration._keys(server.authority, given, ())
    assert words in failed.value.sentence


@pytest.mark.parametrize(
    "raw", [said({"id": "1", "acct": "hanako"}, "422 x"), said({"acct": "hanako"}), said([])]
)
def test_an_account_that_is_not_whole_is_none(settings: Any, raw: bytes) -> None:
    with playing(raw) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        with pytest.raises(LinkingFailed):
            mastodon._account(Server(server.authority), {"access_token": "a", "scopes": []})


# --- allauth --------------------------------------------------------------------------------------


def test_allauth_s_own_log_in_by_a_network_is_closed() -> None:
    """None of its views is routed; were one, it would meet three more noes."""
    adapter = get_adapter()
    assert not adapter.is_open_for_signup(None, None)
    assert not adapter.is_auto_signup_allowed(None, None)
    assert not adapter.can_authenticate_by_email(None, "hanako@example.com")
