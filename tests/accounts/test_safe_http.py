"""The way out: what it refuses to speak to, and what it does not let a server do to us."""

from __future__ import annotations

import datetime
import gzip
import socket
import ssl
import time

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from accounts.safe_http import HttpFailure, MaybeSent, NotSent, SafeHttp, check_address
from tests.scripted_server import ScriptedServer, answer, dripping, playing, reset, silent

AGENT = "ProfileLink/0.1 (+http://testserver)"


def client_for(*servers: ScriptedServer, **options) -> SafeHttp:
    return SafeHttp(user_agent=AGENT, allowed=[s.authority for s in servers], **options)


def resolver(*addresses: str):
    """A name server that gives the next of `addresses` at each question, and counts them."""

    def resolve(host, port, **_):
        resolve.asked += 1
        address = addresses[min(resolve.asked, len(addresses)) - 1]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    resolve.asked = 0
    return resolve


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "localhost",
        "",
    ],
)
def test_an_address_that_is_not_on_the_public_internet_is_refused(address):
    with pytest.raises(NotSent) as refusal:
        check_address(address, 443)
    assert refusal.value.reason == "refused_address"


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "133.242.0.1", "2606:4700::1111"])
def test_a_public_address_is_let_through(address):
    check_address(address, 443)


def test_an_allowed_private_address_is_let_through_on_its_exact_port_only():
    check_address("10.0.0.5", 8001, {"10.0.0.5:8001"})
    check_address("::1", 8001, {"[::1]:8001"})
    with pytest.raises(NotSent):
        check_address("10.0.0.5", 8002, {"10.0.0.5:8001"})
    with pytest.raises(NotSent):
        check_address("10.0.0.50", 8001, {"10.0.0.5:8001"})


@given(st.integers(min_value=0, max_value=2**32 - 1), st.sampled_from(["::ffff:", "64:ff9b::"]))
def test_no_ipv4_address_passes_in_the_clothes_of_ipv6(number, prefix):
    octets = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    with pytest.raises(NotSent):
        check_address(prefix + octets, 443)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "//example.org/",
        "example.org",
        "http://",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://@example.org/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org:8o/",
        "http://exa mple.org/",
        "http://example.org\\@evil.org/",
        "http://example.org/\r\nX-Evil: 1",
        "http://example.org/\tx",
        "http://日本語.jp/",
        "http://exam%70le.org/",
        "http://example..org/",
        "http://-example.org/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://example.org/\ud800",
    ],
)
def test_an_address_that_parsers_could_disagree_on_is_refused(url):
    with pytest.raises(NotSent) as refusal:
        SafeHttp(user_agent=AGENT, resolve=resolver("127.0.0.1")).request("GET", url)
    assert refusal.value.reason == "bad_address"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "127.1", "2130706433", "0x7f.1", "localhost"]
)
def test_this_machine_is_refused_however_it_is_written(host):
    with playing(answer("secret")) as server, pytest.raises(NotSent) as refusal:
        SafeHttp(user_agent=AGENT).request("GET", f"http://{host}:{server.port}/")
    assert refusal.value.reason == "refused_address"
    assert server.received == []


def test_a_foreign_name_does_not_reach_what_the_list_allows_under_another_name():
    with playing(answer("secret")) as server, pytest.raises(NotSent) as refusal:
        client_for(server, resolve=resolver("127.0.0.1")).request(
            "GET", f"http://evil.example:{server.port}/"
        )
    assert refusal.value.reason == "refused_address"
    assert server.received == []


def test_the_name_is_asked_for_once_so_it_cannot_point_elsewhere_after_the_check():
    rebinding = resolver("203.0.114.1", "127.0.0.1")  # a public one first
    with playing(answer("secret")) as server:
        http = SafeHttp(user_agent=AGENT, resolve=rebinding)
        # pytest-socket stops the connection to the public address: that one was dialled, no other.
        with pytest.raises(Exception, match=r"203\.0\.114\.1"):
            http.request("GET", f"http://rebind.example:{server.port}/")
    assert rebinding.asked == 1
    assert server.received == []


def test_a_name_that_nobody_knows_is_not_sent():
    def resolve(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(NotSent) as failure:
        SafeHttp(user_agent=AGENT, resolve=resolve).request("GET", "http://nobody.example/")
    assert failure.value.reason == "dns"


def test_a_name_server_that_is_silent_is_not_waited_for():
    def resolve(*_, **__):
        time.sleep(2)
        return []

    started = time.monotonic()
    with pytest.raises(NotSent) as failure:
        SafeHttp(user_agent=AGENT, resolve=resolve).request(
            "GET", "http://slow.example/", deadline=0.2
        )
    assert failure.value.reason == "dns"
    assert time.monotonic() - started < 1


# The request


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


# What a server can do to us


def test_a_server_that_drips_its_body_is_ended_by_the_deadline():
    drip = dripping(answer("x" * 500), every=0.05)
    with playing(drip) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("GET", server.url, deadline=0.5)
    assert failure.value.reason == "timeout"
    assert 0.4 < time.monotonic() - started < 1.5


def test_a_server_that_drips_its_headers_is_ended_by_the_deadline():
    drip = dripping(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 90, every=0.05, size=4)
    with playing(drip) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("GET", server.url, deadline=0.5)
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 1.5


def test_a_server_that_does_not_read_is_ended_by_the_deadline():
    def stuck(_connection):
        time.sleep(2)

    stuck.reads_nothing = True
    with playing(stuck) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            client_for(server).request("POST", server.url, data=b"x" * 30_000_000, deadline=0.5)
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 1.5


def test_a_silent_server_is_ended_by_the_deadline():
    with playing(silent(2)) as server, pytest.raises(MaybeSent) as failure:
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
        answer(gzip.compress(b"\0" * 1_000_000), headers={"Content-Encoding": "gzip"}),
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
        (answer(gzip.compress(b"x" * 99)[:-9], headers={"Content-Encoding": "gzip"}), "broken"),
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
    with playing(silent(1)) as server, pytest.raises(HttpFailure) as failure:
        client_for(server).request(
            "GET",
            f"{server.url}/?access_token=tell-nobody",
            headers={"Authorization": "OAuth tell-nobody"},
            deadline=0.1,
        )
    assert "tell-nobody" not in repr(failure.value) + str(failure.value)


# Redirects


def moved(url: str, status: str = "302 Found") -> bytes:
    return answer("gone", status, {"Location": url})


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


# TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server side context for mixi.test that notes the name asked for, and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mixi.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mixi.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    context.names = []
    context.sni_callback = lambda _sock, asked, _context: context.names.append(asked)
    return context, str(public)


def tls_client(port: int, *ca_files: str, names=("mixi.test",)) -> SafeHttp:
    return SafeHttp(
        user_agent=AGENT,
        allowed=[f"{name}:{port}" for name in names],
        resolve=resolver("127.0.0.1"),
        ca_files=ca_files,
    )


def test_tls_speaks_to_the_pinned_address_by_the_real_name(tls):
    context, ca_file = tls
    context.names.clear()
    with playing(answer("safe"), tls=context) as server:
        got = tls_client(server.port, ca_file).request("GET", f"https://mixi.test:{server.port}/")
    assert got.text == "safe"
    assert context.names == ["mixi.test"]
    assert f"Host: mixi.test:{server.port}".encode() in server.received[0]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls):
    with playing(answer("safe"), tls=tls[0]) as server, pytest.raises(NotSent) as refusal:
        tls_client(server.port).request("GET", f"https://mixi.test:{server.port}/")
    assert refusal.value.reason == "tls"
    assert server.received == []


def test_a_certificate_for_another_name_is_refused(tls):
    context, ca_file = tls
    with playing(answer("safe"), tls=context) as server, pytest.raises(NotSent) as refusal:
        tls_client(server.port, ca_file, names=("evil.test",)).request(
            "GET", f"https://evil.test:{server.port}/"
        )
    assert refusal.value.reason == "tls"


def test_a_drip_over_tls_is_ended_by_the_deadline(tls):
    context, ca_file = tls
    drip = dripping(answer("x" * 500), every=0.05)
    with playing(drip, tls=context) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            tls_client(server.port, ca_file).request(
                "GET", f"https://mixi.test:{server.port}/", deadline=0.6
            )
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 1.6


def test_a_server_that_never_shakes_hands_is_not_sent(tls):
    with playing(silent(2)) as server, pytest.raises(NotSent) as failure:
        tls_client(server.port, tls[1]).request(
            "GET", f"https://mixi.test:{server.port}/", deadline=0.4
        )
    assert failure.value.reason == "timeout"


def test_credentials_are_not_carried_from_https_down_to_http(tls):
    context, ca_file = tls
    with playing(answer()) as plain, playing(moved(plain.url), tls=context) as server:
        http = SafeHttp(
            user_agent=AGENT,
            allowed=[f"mixi.test:{server.port}", plain.authority],
            resolve=resolver("127.0.0.1"),
            ca_files=(ca_file,),
        )
        with pytest.raises(MaybeSent) as refusal:
            http.request(
                "GET",
                f"https://mixi.test:{server.port}/",
                headers={"Authorization": "OAuth t"},
                redirects=3,
            )
    assert refusal.value.reason == "downgrade"
    assert plain.received == []


# The session that allauth gets


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
