"""The sandbox's authorization server of Bluesky: proofs, codes, documents of clients."""

from __future__ import annotations

import hashlib
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from accounts.crypto import dpop
from syndication.sandbox.bluesky import clients
from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.scripted_server import answer, playing
from tests.syndication.sandbox.test_bluesky import HANAKO, said

CLIENT = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fback&scope=atproto"


class Client:
    """An app that signs by `key`. Asks again with the nonce, unless it is told not to."""

    def __init__(self, root: str, key: str = "") -> None:
        self.root, self.key = root, key or dpop.new_private_key()
        self.nonce = ""

    def post(self, path, form, *, url="", key="", **claims):
        url = url or self.root + path
        for _ in range(2):
            signed = {"method": "POST", "url": url, "now": time.time(), "nonce": self.nonce}
            headers = {"DPoP": dpop.dpop_proof(key or self.key, **{**signed, **claims})}
            answered = requests.post(self.root + path, data=form, headers=headers, timeout=10)
            self.nonce = answered.headers["DPoP-Nonce"]
            if answered.json().get("error") != "use_dpop_nonce":
                break
        return answered

    def push(self, verifier="v" * 43, **changes):
        digest = dpop.base64url(hashlib.sha256(verifier.encode()).digest())
        form = {
            "client_id": CLIENT,
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1:1/back",
            "scope": "atproto",
            "state": "s",
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        return self.post("/oauth/par", {**form, **changes})

    def code(self, sandbox, name="hanako"):
        uri = self.push().json()["request_uri"]
        page = Permissions(sandbox).open(uri)
        return page.agree(name)

    def exchange(self, code, /, **changes):
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT,
            "redirect_uri": "http://127.0.0.1:1/back",
            "code": code,
            "code_verifier": "v" * 43,
        }
        return self.post("/oauth/token", {**form, **changes})


def a_document(name: str) -> dict[str, object]:
    """Of a client without a key, at the address `name`."""
    return {
        "client_id": name,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [name.replace("/oauth/client-metadata.json", "/back")],
        "scope": "atproto",
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "none",
    }


class Permissions:
    """The page, as a browser without scripts sends it."""

    def __init__(self, sandbox) -> None:
        self.root = sandbox.root("bluesky")

    def open(self, uri):
        query = {"client_id": CLIENT, "request_uri": uri}
        shown = requests.get(f"{self.root}/oauth/authorize", params=query, timeout=10)
        self.fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text))
        return self

    def agree(self, name):
        typed = {**self.fields, "name": name, "password": DEFAULT_PASSWORD, "accept": "1"}
        url = f"{self.root}/oauth/authorize"
        sent = requests.post(url, data=typed, allow_redirects=False, timeout=10)
        back = parse_qs(urlsplit(sent.headers["Location"]).query)
        assert back["iss"] == [self.root]
        return back["code"][0]


@pytest.fixture
def app(sandbox):
    return Client(sandbox.root("bluesky"))


def test_a_code_gives_tokens_once_to_the_key_that_asked(sandbox, app):
    given = app.exchange(app.code(sandbox))
    assert given.json()["sub"] == HANAKO
    assert given.json()["token_type"] == "DPoP"
    code = app.code(sandbox)
    assert said(app.exchange(code)) == (200, None)
    assert said(app.exchange(code)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://127.0.0.1:1/other"},
        {"code": "cod-x"},
        {"code_verifier": ""},
    ],
)
def test_a_code_is_nothing_without_all_that_belongs_to_it(sandbox, app, changes):
    assert said(app.exchange(app.code(sandbox), **changes)) == (400, "invalid_grant")


def test_a_code_is_nothing_to_another_key_and_ends_after_a_minute(sandbox, app):
    thief = Client(app.root)
    assert said(thief.exchange(app.code(sandbox))) == (400, "invalid_grant")
    code = app.code(sandbox)
    sandbox.clock.advance(61)
    assert said(app.exchange(code)) == (400, "invalid_grant")


def test_a_refresh_token_used_twice_ends_the_session(sandbox, app):
    first = app.exchange(app.code(sandbox)).json()
    form = {"grant_type": "refresh_token", "client_id": CLIENT}
    renewed = app.post("/oauth/token", {**form, "refresh_token": first["refresh_token"]})
    assert renewed.status_code == 200
    again = app.post("/oauth/token", {**form, "refresh_token": first["refresh_token"]})
    assert said(again) == (400, "invalid_grant")
    newest = {**form, "refresh_token": renewed.json()["refresh_token"]}
    assert said(app.post("/oauth/token", newest)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"url": "http://other.example/oauth/par"}, "invalid_dpop_proof"),
        ({"method": "GET"}, "invalid_dpop_proof"),
        ({"now": 1_000_000_000}, "invalid_dpop_proof"),
        ({"nonce": "made-up"}, "use_dpop_nonce"),
    ],
)
def test_a_proof_that_is_not_of_this_request_is_refused(app, claims, error):
    signed = {"method": "POST", "url": f"{app.root}/oauth/par", "now": time.time()}
    app.push()  # to know the nonce
    signed |= {"nonce": app.nonce, **claims}
    headers = {"DPoP": dpop.dpop_proof(app.key, **signed)}
    answered = requests.post(f"{app.root}/oauth/par", data={}, headers=headers, timeout=10)
    assert said(answered) == (400, error)


def test_no_proof_counts_twice(app):
    app.push()
    url = f"{app.root}/oauth/par"
    proof = dpop.dpop_proof(app.key, method="POST", url=url, now=time.time(), nonce=app.nonce)
    answers = [requests.post(url, headers={"DPoP": proof}, timeout=10) for _ in range(2)]
    assert "replayed" not in answers[0].text
    assert "replayed" in answers[1].text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "http://evil.example/"}, "invalid_request"),
        ({"scope": "atproto transition:generic"}, "invalid_scope"),
        ({"scope": "x"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"client_id": "ftp://x"}, "invalid_client"),
        (
            {"client_id": "http://localhost?redirect_uri=http%3A%2F%2Flocalhost%2F"},
            "invalid_client_metadata",
        ),
    ],
)
def test_a_request_that_breaks_a_rule_is_not_pushed(app, changes, error):
    assert said(app.push(**changes)) == (400, error)


def test_a_document_is_read_where_the_client_s_name_says_and_kept(app):
    script: list[bytes] = [b""]
    with playing(lambda connection: connection.sendall(script[0])) as site:
        name = f"{site.url}/oauth/client-metadata.json"
        document = {**a_document(name), "redirect_uris": [f"{site.url}/back"]}
        script[0] = answer(json.dumps(document))
        for _ in range(2):
            pushed = app.push(client_id=name, redirect_uri=f"{site.url}/back")
            assert pushed.status_code == 201
        assert len(site.received) == 1
        script[0] = answer("<html>")
        assert said(app.push(client_id=f"{site.url}/other")) == (400, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://other.example/x"},
        {"dpop_bound_access_tokens": False},
        {"scope": "transition:generic"},
        {"redirect_uris": ["https://evil.example/"]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"grant_types": ["implicit"]},
        {"jwks": {"keys": [{"d": "private"}]}},
    ],
)
def test_a_document_that_breaks_a_rule_is_refused(changes):
    site = "https://profile.example.jp/oauth/client-metadata.json"
    document = a_document(site)
    clients.check_client(site, document)
    with pytest.raises(clients.BadClient):
        clients.check_client(site, {**document, **changes})
