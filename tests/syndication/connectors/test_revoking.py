"""Giving an access back, where networks differ: who may, what goes along, where it is asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from accounts.crypto import dpop
from syndication.connectors.errors import Rejected, TryLater, Unauthorized
from tests.scripted_server import answer, playing
from tests.syndication.connectors.bluesky import CLIENT, BlueskyByOAuth
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.twitter import TwitterOnTheSandbox


class TestBlueskyByOAuth(RevokeContract):
    @pytest.fixture
    def net(self, sandbox):
        return BlueskyByOAuth(sandbox)

    @pytest.fixture
    def connector(self, net):
        return net.connector()


def asked_of(server) -> list[str]:
    """Method and path of each request."""
    return [raw.split(b" HTTP/")[0].decode() for raw in server.received]


def by_oauth(sandbox, server):
    """Bluesky's connector with its authorization server at `server`."""
    net = BlueskyByOAuth(sandbox)
    extra = {
        "dpop_key": dpop.new_private_key(),
        "client_id": CLIENT,
        "issuer": server.url,
        "token_url": f"{server.url}/oauth/token",
    }
    return net.connector_class(
        replace(net.credentials(), extra=extra), http=net.http(server), app=net.is_scripted(server)
    )


@pytest.mark.parametrize(
    "described",
    [
        {},
        {"issuer": "http://somebody.example", "revocation_endpoint": "https://bsky.example/revoke"},
        {"revocation_endpoint": "http://somebody.example/revoke"},
        {"revocation_endpoint": 7},
    ],
)
def test_where_bluesky_s_server_names_no_address_that_fits_nothing_is_sent(sandbox, described):
    with playing(b"") as server:
        server._script = [answer(json.dumps({"issuer": server.url, **described}))]
        by_oauth(sandbox, server).revoke()
        assert asked_of(server) == ["GET /.well-known/oauth-authorization-server"]


def test_bluesky_s_refresh_token_goes_signed_to_the_address_that_is_named(sandbox):
    with playing(b"") as server:
        named = {"issuer": server.url, "revocation_endpoint": f"{server.url}/away"}
        server._script = [answer(json.dumps(named)), answer("{}")]
        connector = by_oauth(sandbox, server)
        connector.revoke()
        assert asked_of(server)[1:] == ["POST /away"]
        head, _, body = server.received[1].partition(b"\r\n\r\n")
        assert b"\r\ndpop: " in head.lower()
        assert f"token={connector.credentials.refresh_token}".encode() in body
        assert connector.credentials.access_token.encode() not in server.received[1]


def test_a_bluesky_server_in_trouble_is_asked_again_where_its_address_is(sandbox):
    with playing(answer("", "503 No", {"Retry-After": "9"})) as server:
        with pytest.raises(TryLater) as delay:
            by_oauth(sandbox, server).revoke()
        assert delay.value.after == 9


def test_mastodon_takes_a_token_back_from_nobody_but_the_program_it_was_given_to(sandbox):
    net = MastodonOnTheSandbox(sandbox)
    connector = net.connector()
    connector.app = replace(connector.app, client_secret="somebody else's")
    with pytest.raises(Rejected) as refusal:
        connector.revoke()
    assert refusal.value.status == 403
    assert connector.profile().uid


def test_twitter_s_second_token_goes_also_where_the_first_was_refused(sandbox):
    net = TwitterOnTheSandbox(sandbox)
    no = answer('{"error":"invalid_request"}', "400 No")
    with playing(no, answer('{"revoked":true}')) as server:
        with pytest.raises(Rejected):
            net.scripted(server).revoke()
        assert asked_of(server) == ["POST /2/oauth2/revoke"] * 2
    held = net.credentials()
    net.connector(replace(held, refresh_token="")).revoke()
    with pytest.raises(Unauthorized):
        net.connector(held).profile()
    assert net.connector(held).refresh().access_token  # the sandbox takes one at a time
