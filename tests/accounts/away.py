"""Leaving for a network and coming back, as a member does it: by the links and forms of the pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import requests
from django.test import Client

from tests.page import Page
from tests.phone import PhoneClient
from tests.sandbox_server import TestSandbox

PASSWORD = "profile-link-demo"  # of everybody at the sandbox's mixi
OUR_DOCUMENT = "http://testserver/oauth/client-metadata.json"


@dataclass
class Away:
    """A browser stands before mixi's permission page. `number` is "" where none was shown."""

    address: str
    number: str = ""
    back: str = ""  # where mixi sent back to, after agree()

    @property
    def code(self) -> str:
        return re.search(r"[?&]code=([^&]+)", self.back)[1]

    @property
    def state(self) -> str:
        return re.search(r"[?&]state=([^&]+)", self.address)[1]

    def agree(self, name: str = "hanako", *, button: str = "accept") -> str:
        """Says yes (or `button="deny"`) over there; returns the address that mixi sends back to."""
        shown = requests.get(self.address, timeout=10)
        assert shown.status_code == 200, shown.text
        text = shown.content.decode(shown.encoding or "utf-8")
        fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
        action = html.unescape(re.search(r'action="([^"]+)"', text)[1])
        typed = {key: html.unescape(value) for key, value in fields}
        typed |= {"name": name, "password": PASSWORD, button: "1"}
        sent = requests.post(action, data=typed, allow_redirects=False, timeout=10)
        assert sent.status_code == 302, sent.text
        self.back = sent.headers["Location"]
        return self.back


def leave_by_phone(phone: PhoneClient, network: str = "mixi", **typed: str) -> Away:
    """By the pages: the number, the button, the door."""
    page = phone.get(f"/links/{network}/")
    number = re.search(r"number: (\d{4})", page.text)[1]
    page = phone.submit("Go to", **typed)
    assert page.path.startswith("/out/")
    return Away(page.link("Go there").href, number)


def leave_by_computer(client: Client, network: str = "mixi", **typed: str) -> Away:
    answer = client.post(f"/links/{network}/", typed, follow=True)
    page = read(answer)
    assert page.path.startswith("/out/"), answer.content.decode()
    return Away(page.link("Go there").href)


def read(response: Any) -> Page:
    """A page of Django's client."""
    path = response.wsgi_request.path
    return Page(response.content.decode(), status=response.status_code, path=path)


def come_back(phone: PhoneClient, away: Away, *, name: str = "hanako") -> Page:
    """To the page that names both sides."""
    page = phone.get(away.agree(name), bare=True)
    assert page.status == 200, page.text
    return phone.submit("Continue", number=away.number)


def let_bluesky_know_us(sandbox: TestSandbox) -> None:
    """Its server has read our document: nothing listens at http://testserver."""
    document = Client().get("/oauth/client-metadata.json").json()
    sandbox.bluesky.state.clients.known[OUR_DOCUMENT] = document
