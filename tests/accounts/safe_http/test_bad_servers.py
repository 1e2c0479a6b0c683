"""What a server cannot do to us: hold us, flood us, answer by halves."""

from __future__ import annotations

import gzip
import socket
import time

import pytest

from accounts.safe_http import HttpFailure, MaybeSent, NotSent
from tests.accounts.safe_http.clients import client_for
from tests.scripted_server import answer, dripping, playing, reset, silent


def test_a_server_that_drips_its_body_is_ended_by_the_deadline():
    drip = dripping(answer("x" * 500), every=0.05)
    with playing(drip) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("GET", server.url, deadline=0.4)
    assert failure.value.reason == "timeout"
    assert 0.4 <= time.monotonic() - started < 10  # the whole drip takes 25 s


def test_a_server_that_drips_its_headers_is_ended_by_the_deadline():
    drip = dripping(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 90, every=0.05, size=1)
    with playing(drip) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("GET", server.url, deadline=0.4)
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 10  # the whole drip takes 36 s


def test_a_server_that_does_not_read_is_ended_by_the_deadline():
    def stuck(_connection):
        time.sleep(30)

    stuck.reads_nothing = True
    with playing(stuck) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("POST", server.url, data=b"x" * 30_000_000, deadline=0.4)
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 10


def test_a_silent_server_is_ended_by_the_deadline():
    with playing(silent(30)) as server, pytest.raises(MaybeSent) as failure:
        client_for(server).request("GET", server.url, deadline=0.3)
    assert failure.value.reason == "timeout"


@pytest.mark.parametrize(
    "raw",
    [
        answer("x" * 2000),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"190\r\n%b\r\n" % (b"x" * 400) * 5
        + b"0\r\n\r\n",
        answer(gzip.compress(b"\0" * 500_000, mtime=0), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["announced", "unannounced", "chunked", "packed"],
)
def test_an_answer_that_is_too_big_is_not_read(raw):
    with playing(raw) as server, pytest.raises(MaybeSent) as failure:
        client_for(server).request("GET", server.url, max_bytes=1000)
    assert failure.value.reason == "too_big"


def test_an_answer_of_exactly_the_cap_is_read():
    with playing(answer("x" * 1000)) as server:
        assert len(client_for(server).request("GET", server.url, max_bytes=1000).body) == 1000


def test_a_packed_answer_is_unpacked():
    packed = gzip.compress("日記".encode())
    with playing(answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        assert client_for(server).request("GET", server.url).text == "日記"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "broken"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", "broken"),
        (b"SSH-2.0-OpenSSH_9\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200, "broken"),
        (answer(b"nonsense", headers={"Content-Encoding": "gzip"}), "broken"),
        (
            answer(gzip.compress(b"x" * 99, mtime=0)[:-9], headers={"Content-Encoding": "gzip"}),
            "broken",
        ),
        (answer(b"nonsense", headers={"Content-Encoding": "zstd"}), "broken"),
        (reset, "reset"),
    ],
)
def test_half_an_answer_is_no_answer(raw, reason):
    with playing(raw) as server, pytest.raises(MaybeSent) as failure:
        client_for(server).request("POST", server.url, data=b"x")
    assert failure.value.reason == reason
    assert failure.value.sent


def test_an_answer_given_before_the_body_was_read_is_heard():
    def too_early(connection):
        connection.recv(10)
        connection.sendall(answer("no", "401 Unauthorized"))
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)

    too_early.reads_nothing = True
    with playing(too_early) as server:
        got = client_for(server).request("POST", server.url, data=b"x" * 20_000_000, deadline=5)
    assert got.status == 401


def test_a_closed_port_is_not_sent():
    with playing(answer()) as server:
        http = client_for(server)
    with pytest.raises(NotSent) as failure:
        http.request("GET", server.url)
    assert failure.value.reason == "connect"
    assert not failure.value.sent


def test_json_that_is_nested_beyond_reason_is_a_value_error():
    with playing(answer("[" * 500_000)) as server:
        got = client_for(server).request("GET", server.url)
    with pytest.raises(ValueError, match="nested"):
        got.json()


def test_a_failure_names_neither_address_nor_secret():
    with playing(silent(30)) as server, pytest.raises(HttpFailure) as failure:
        client_for(server).request(
            "GET",
            f"{server.url}/?access_token=tell-nobody",
            headers={"Authorization": "OAuth tell-nobody"},
            deadline=0.1,
        )
    assert "tell-nobody" not in repr(failure.value) + str(failure.value)
