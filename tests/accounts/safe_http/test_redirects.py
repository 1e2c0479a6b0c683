"""Redirects: few, checked anew, and never with what opens something."""

from __future__ import annotations

import time

import pytest

from accounts.safe_http import MaybeSent, NotSent
from tests.accounts.safe_http.clients import AGENT, client_for, moved
from tests.scripted_server import answer, playing


def test_a_request_of_an_api_follows_no_redirect():
    with playing(moved("/elsewhere")) as server:
        assert client_for(server).request("GET", server.url).status == 302
    assert len(server.received) == 1


def test_a_page_is_fetched_through_redirects():
    with playing(moved("/b"), moved("c?d"), answer("title")) as server:
        got = client_for(server).get(f"{server.url}/a")
    assert (got.text, got.url) == ("title", f"{server.url}/c?d")


def test_a_redirect_to_a_private_address_is_refused():
    with (
        playing(answer("secret")) as inside,
        playing(moved(f"{inside.url}/")) as server,
        pytest.raises(NotSent) as refusal,
    ):
        client_for(server).get(server.url)
    assert refusal.value.reason == "refused_address"
    assert inside.received == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/", "http://a@b.example/"]
)
def test_a_redirect_to_something_else_than_the_web_is_refused(target):
    with playing(moved(target)) as server, pytest.raises(NotSent) as refusal:
        client_for(server).get(server.url)
    assert refusal.value.reason == "bad_address"


def test_a_redirect_loop_ends_after_three():
    with playing(moved("/again")) as server, pytest.raises(MaybeSent) as failure:
        client_for(server).get(server.url)
    assert failure.value.reason == "redirects"
    assert len(server.received) == 4


def test_credentials_stay_on_their_origin():
    secrets = {"Authorization": "OAuth t", "Cookie": "c=d", "X-Api-Key": "k", "Accept": "text/html"}
    with playing(answer()) as other, playing(moved("/here"), moved(other.url)) as server:
        client_for(server, other).request("GET", server.url, headers=secrets, redirects=3)
    assert all(b"Authorization: OAuth t" in request for request in server.received)
    for secret in (b"OAuth t", b"c=d", b"X-Api-Key"):
        assert secret not in other.received[0]
    assert b"Accept: text/html" in other.received[0]
    assert AGENT.encode() in other.received[0]


def test_a_form_is_never_sent_on():
    with playing(answer()) as other, playing(moved(other.url, "307 Temporary Redirect")) as server:
        got = client_for(server, other).request(
            "POST", server.url, data={"client_secret": "s"}, redirects=3
        )
    assert got.status == 307
    assert other.received == []


def test_the_deadline_counts_over_all_redirects():
    def slow(connection):
        time.sleep(0.25)
        connection.sendall(moved("/on"))

    with playing(slow) as server, pytest.raises(MaybeSent) as failure:
        client_for(server).request("GET", server.url, deadline=0.4, redirects=20)
    assert failure.value.reason == "timeout"
