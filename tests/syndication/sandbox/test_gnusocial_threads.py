"""Replies, favourites and commands on the sandbox's GNU social, signed by hand: no connector is in between."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from oauthlib.oauth1 import Client

from tests.sandbox_server import TestSandbox

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Person:
    """One account with a token."""

    def __init__(self, sandbox: TestSandbox, name: str) -> None:
        self.sandbox = sandbox
        self.id = sandbox.gnusocial.graph.named(name).id
        self.token = sandbox.gnusocial.oauth.give(self.id, "anonymous")

    def ask(self, method: str, path: str, **form: str) -> requests.Response:
        client = Client(
            "anonymous",
            client_secret="anonymous",
            resource_owner_key=self.token,
            resource_owner_secret=self.sandbox.gnusocial.oauth.tokens[self.token].secret,
        )
        url = f"{self.sandbox.root('gnusocial')}/api/{path}.json"
        body: dict[str, Any] = {"body": form, "headers": FORM} if form else {}
        url, headers, data = client.sign(url, http_method=method, **body)
        return requests.request(method, url, headers=headers, data=data, timeout=10)

    def says(self, status: str, **form: str) -> dict[str, Any]:
        answer = self.ask("POST", "statuses/update", status=status, **form)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def hanako(sandbox):
    return Person(sandbox, "hanako")


@pytest.fixture
def taro(sandbox):
    return Person(sandbox, "taro")


def test_a_reply_stands_in_the_conversation_of_its_parent(hanako, taro):
    post = hanako.says("はい")
    reply = taro.says("どうも", in_reply_to_status_id=str(post["id"]))
    below = hanako.says("いえ", in_reply_to_status_id=str(reply["id"]))
    assert reply["in_reply_to_status_id"] == post["id"]
    number = post["statusnet_conversation_id"]
    assert {each["statusnet_conversation_id"] for each in (reply, below)} == {number}
    thread = hanako.ask("GET", f"statusnet/conversation/{number}").json()
    assert [each["id"] for each in thread] == [below["id"], reply["id"], post["id"]]
    newer = hanako.ask("GET", f"statuses/show/{reply['id']}").json()
    assert newer["in_reply_to_user_id"] == int(hanako.id)


def test_a_reply_to_what_is_gone_is_refused(hanako, taro):
    gone = hanako.says("はい")["id"]
    hanako.ask("POST", f"statuses/destroy/{gone}", x="1")
    refused = taro.ask("POST", "statuses/update", status="どうも", in_reply_to_status_id=str(gone))
    assert (refused.status_code, refused.json()["error"]) == (404, "Parent notice not found.")


def test_a_repeated_favourite_is_refused_and_so_is_taking_back_what_is_none(hanako, taro):
    post = hanako.says("はい")["id"]
    answers = [
        taro.ask("POST", f"favorites/{button}/{post}", x="1")
        for button in ("create", "create", "destroy", "destroy")
    ]
    assert [each.status_code for each in answers] == [200, 403, 200, 403]
    assert [each.json().get("favorited") for each in answers] == [True, None, False, None]
    assert taro.ask("POST", "favorites/create/1", x="1").status_code == 404


@pytest.mark.parametrize("text", ["stop", "off", "sub momo", "JOIN us", "d momo 内緒", "get"])
def test_a_command_is_carried_out_and_answered_with_an_old_notice(hanako, text):
    old = hanako.says("はい")
    assert hanako.says(text)["id"] == old["id"]


def test_sub_and_unsub_change_whom_one_follows(sandbox, hanako):
    hanako.says("はい")
    momo = sandbox.gnusocial.graph.named("momo").id
    follows = sandbox.gnusocial.graph.named("hanako").follows
    hanako.says("unsub momo")
    assert momo not in sandbox.gnusocial.graph.named("hanako").follows
    hanako.says("sub momo")
    assert momo in sandbox.gnusocial.graph.named("hanako").follows
    assert len(sandbox.gnusocial.graph.named("hanako").follows) == len(follows)
