"""The requests session that allauth gets goes the same way."""

from __future__ import annotations

import pytest
import requests

from accounts.safe_http import MaybeSent
from tests.accounts.safe_http.clients import AGENT, client_for, moved
from tests.scripted_server import answer, dripping, playing


def test_the_session_goes_the_same_way():
    with (
        playing(
            answer('{"access_token": "a"}', headers={"Content-Type": "application/json"})
        ) as server,
        client_for(server).session() as session,
    ):
        got = session.request(
            "POST", server.url, data={"code": "c"}, headers={"Accept": "x"}, auth=("i", "s")
        )
    assert got.json() == {"access_token": "a"}
    assert got.ok
    assert b"Authorization: Basic" in server.received[0]
    assert f"User-Agent: {AGENT}".encode() in server.received[0]
    assert server.received[0].endswith(b"\r\n\r\ncode=c")


def test_the_session_refuses_private_addresses_also_behind_a_redirect():
    with (
        playing(answer("secret")) as inside,
        playing(moved(inside.url)) as server,
        client_for(server).session() as session,
    ):
        with pytest.raises(requests.RequestException):
            session.get(inside.url)
        with pytest.raises(requests.RequestException):
            session.get(server.url)
    assert inside.received == []


def test_the_session_keeps_no_cookies():
    with (
        playing(answer(headers={"Set-Cookie": "a=b; Path=/"})) as server,
        client_for(server).session() as session,
    ):
        session.get(server.url)
        session.get(server.url)
    assert b"ookie" not in server.received[1]


def test_a_secret_in_a_form_of_the_session_is_not_sent_on():
    with (
        playing(answer()) as other,
        playing(moved(other.url, "308 Permanent Redirect")) as server,
        client_for(server, other).session() as session,
    ):
        assert session.post(server.url, data={"client_secret": "s"}).status_code == 308
    assert other.received == []


def test_the_session_ends_a_drip_too():
    with (
        playing(dripping(answer("x" * 500), every=0.05)) as server,
        client_for(server).session() as session,
        pytest.raises(MaybeSent),
    ):
        session.get(server.url, timeout=0.3)
