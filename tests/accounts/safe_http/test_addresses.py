"""What the way out refuses to speak to."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.safe_http import NotSent, SafeHttp, check_address
from tests.accounts.safe_http.clients import AGENT, client_for, resolver
from tests.scripted_server import answer, playing


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


@pytest.mark.parametrize("port", [22, 25, 110, 443 + 22, 587, 1023])
def test_a_port_of_another_protocol_is_refused_unless_it_is_listed(port):
    with pytest.raises(NotSent, match="refused_address"):
        check_address("93.184.216.34", port)
    check_address("93.184.216.34", port, {f"93.184.216.34:{port}"})


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8443])
def test_a_port_where_web_servers_listen_is_let_through(port):
    check_address("93.184.216.34", port)


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
    is_over = threading.Event()

    def resolve(*_, **__):
        is_over.wait(60)
        return []

    with pytest.raises(NotSent) as failure:
        SafeHttp(user_agent=AGENT, resolve=resolve).request(
            "GET", "http://slow.example/", deadline=0.2
        )
    assert failure.value.reason == "dns"
    assert not is_over.is_set()
    is_over.set()
