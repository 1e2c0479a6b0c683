"""The way out as the tests use it: to servers of their own, by name servers of their own."""

from __future__ import annotations

import socket

from accounts.safe_http import SafeHttp
from tests.scripted_server import ScriptedServer, answer

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


def moved(url: str, status: str = "302 Found") -> bytes:
    return answer("gone", status, {"Location": url})
