"""A caller that speaks mixi's wire by hand: none of our connectors is between it and the sandbox."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox_server import TestSandbox

ALL = (
    "r_profile w_profile r_voice w_voice r_diary w_diary r_photo w_photo r_updates r_message"
    " w_message w_share"
)
PASSWORD = "profile-link-demo"
JPEG = b"\xff\xd8\xff\xe0 a picture \r\n--with\r\n\r\nodd bytes\x00\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n a picture"
GIF = b"GIF89a a picture"


class Caller:
    """One service talking to mixi, without cookies, without redirects, with at most one token."""

    def __init__(self, sandbox: TestSandbox) -> None:
        self.sandbox = sandbox
        self.root = sandbox.root("mixi")
        self.client = sandbox.mixi.state.client
        self.scheme = "OAuth"
        self.access = ""
        self.refresh = ""

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request with the token, redirects not followed."""
        headers = dict(more.pop("headers", {}))
        if self.access:
            headers.setdefault("Authorization", f"{self.scheme} {self.access}")
        return requests.request(
            method, self.root + path, headers=headers, allow_redirects=False, timeout=10, **more
        )

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.request("GET", path, params=params)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.request("POST", path, data=form)

    def delete(self, path: str) -> requests.Response:
        return self.request("DELETE", path)

    def ask(self, path: str = "/connect_authorize.pl", **query: str) -> requests.Response:
        """The permission page."""
        given = {"client_id": self.client.id, "response_type": "code", "state": "Zk3"}
        return requests.get(
            self.root + path,
            params={**given, "scope": ALL, **query},
            allow_redirects=False,
            timeout=10,
        )

    def press(
        self, page: requests.Response, button: str = "accept", encoding: str = "utf-8", **typed: str
    ) -> requests.Response:
        """Fill the page's form in and press a button; its hidden fields go along."""
        text = page.content.decode(encoding)
        fields = {
            name: html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
        }
        action = html.unescape(re.search(r'action="([^"]+)"', text)[1])
        fields |= typed | {button: "1"}
        data = {name: value.encode(encoding) for name, value in fields.items()}
        return requests.post(action, data=data, allow_redirects=False, timeout=10)

    def code(self, name: str = "hanako", scope: str = ALL, **more: str) -> str:
        """The code that a member's consent gives."""
        typed = {"name": name, "password": PASSWORD, **more}
        return answer_of(self.press(self.ask(scope=scope), **typed))["code"]

    def token(self, **form: str) -> requests.Response:
        """One request to the token endpoint, client and secret filled in."""
        given = {"client_id": self.client.id, "client_secret": self.client.secret}
        filled = {key: value for key, value in {**given, **form}.items() if value}
        return requests.post(f"{self.root}/2/token", data=filled, timeout=10)

    def exchange(self, code: str, /, **more: str) -> requests.Response:
        return self.token(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.client.redirect_uri,
                **more,
            }
        )

    def renew(self) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=self.refresh)

    def login(self, name: str = "hanako", scope: str = ALL, **more: str) -> Caller:
        """Consent as a member and hold their tokens."""
        pair = self.exchange(self.code(name, scope, **more)).json()
        self.access, self.refresh = pair["access_token"], pair["refresh_token"]
        return self

    def say(self, text: str) -> dict[str, Any]:
        """Post a voice."""
        return self.post("/2/voice/statuses/update", status=text).json()


def answer_of(reply: requests.Response) -> dict[str, str]:
    """The query of a redirect."""
    assert reply.status_code == 302, reply.text
    return {
        key: value[0] for key, value in parse_qs(urlsplit(reply.headers["Location"]).query).items()
    }


@pytest.fixture
def caller(sandbox: TestSandbox) -> Caller:
    """Nobody yet."""
    return Caller(sandbox)


@pytest.fixture
def hanako(sandbox: TestSandbox) -> Caller:
    """Hanako, who consented to everything."""
    return Caller(sandbox).login("hanako")


@pytest.fixture
def taro(sandbox: TestSandbox) -> Caller:
    """Taro, a friend of Hanako's."""
    return Caller(sandbox).login("taro")
