"""What leaves: heads, bodies, and nothing smuggled into them."""

from __future__ import annotations

import pytest

from accounts.safe_http import NotSent
from tests.accounts.safe_http.clients import AGENT, client_for
from tests.scripted_server import answer, playing


def test_a_request_says_who_asks_and_keeps_no_connection():
    with playing(answer("yes")) as server:
        got = client_for(server).request("GET", f"{server.url}/a?b=c#d", params={"e": "f g@h"})
    head = server.received[0].decode()
    assert head.startswith("GET /a?b=c&e=f%20g%40h HTTP/1.1\r\n")
    assert f"\r\nHost: {server.authority}\r\n" in head
    assert f"\r\nUser-Agent: {AGENT}\r\n" in head
    assert "\r\nConnection: close\r\n" in head
    assert (got.status, got.text, got.headers["content-length"]) == (200, "yes", "3")


def test_a_path_in_japanese_goes_percent_encoded():
    with playing(answer()) as server:
        client_for(server).request("GET", f"{server.url}/日記?q=花%20子")
    assert server.received[0].startswith(
        b"GET /%E6%97%A5%E8%A8%98?q=%E8%8A%B1%20%E5%AD%90 HTTP/1.1\r\n"
    )


def test_bodies_are_written_as_forms_json_and_multipart():
    with playing(answer()) as server:
        http = client_for(server)
        http.request("POST", server.url, data={"status": "投稿 &"})
        http.request("POST", server.url, json={"t": "日"})
        http.request(
            "POST",
            server.url,
            data={"request": "{}"},
            files=[("photo1", ("a.jpg", b"\xff\xd8", "image/jpeg"))],
        )
        http.request("POST", server.url, data=b"raw", headers={"Content-Type": "image/jpeg"})
        http.request("POST", server.url)
    form, json, multipart, raw, empty = server.received
    assert form.endswith(b"\r\n\r\nstatus=%E6%8A%95%E7%A8%BF+%26")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in form
    assert json.endswith('\r\n\r\n{"t":"日"}'.encode())
    head, _, body = multipart.partition(b"\r\n\r\n")
    boundary = head.split(b"boundary=")[1].split(b"\r\n")[0]
    assert body == (
        b'--%b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{}\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="photo1"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--%b--\r\n"
    ) % (boundary, boundary, boundary)
    assert raw.endswith(b"\r\n\r\nraw")
    assert b"Content-Length: 0\r\n" in empty


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"X-A": "b\r\nX-Evil: 1"}),
        ("GET", {"X-A\r\nX-Evil": "1"}),
        ("GET", {"X-A": "日本"}),
        ("GET / HTTP/1.1\r\nX-Evil: 1\r\n", {}),
    ],
)
def test_nothing_can_be_smuggled_into_the_head_of_a_request(method, headers):
    with playing(answer()) as server, pytest.raises(NotSent) as refusal:
        client_for(server).request(method, server.url, headers=headers)
    assert refusal.value.reason == "bad_request"
    assert server.received == []


def test_the_framing_of_a_request_is_ours_alone():
    with playing(answer()) as server:
        client_for(server).request(
            "POST",
            server.url,
            data=b"four",
            headers={"Content-Length": "1", "host": "evil", "Transfer-Encoding": "chunked"},
        )
    head = server.received[0]
    assert head.count(b"Content-Length") == 1
    assert b"Content-Length: 4\r\n" in head
    assert b"evil" not in head
    assert b"chunked" not in head


def test_a_lone_surrogate_is_refused_before_anything_leaves():
    with playing(answer()) as server, pytest.raises(NotSent) as refusal:
        client_for(server).request("POST", server.url, data={"status": "\ud83d"})
    assert refusal.value.reason == "bad_request"
    assert server.received == []


def test_proxies_and_netrc_of_the_environment_are_not_used(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password netrc-secret\n")
    with playing(answer("direct")) as server, playing(answer("proxied")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NETRC", str(netrc))
        http = client_for(server, proxy)
        assert http.request("GET", server.url).text == "direct"
        with http.session() as session:
            assert session.get(server.url).text == "direct"
    assert proxy.received == []
    assert b"uthorization" not in b"".join(server.received)
