"""Replies and favourites on the sandbox's Mastodon, spoken by hand: none of our connectors is in between."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from syndication.sandbox.oauth2 import Grant
from tests.sandbox_server import TestSandbox

GONE = "The post you are trying to reply to does not appear to exist."
ALL = frozenset({"read", "write"})


class Person:
    """One account with a token."""

    def __init__(self, sandbox: TestSandbox, name: str, scopes: frozenset[str] = ALL) -> None:
        self.root = sandbox.root("mastodon")
        state = sandbox.mastodon.state
        self.id = state.graph.named(name).id
        self.token = f"token-{name}-{state.graph.number()}"
        state.tokens.give(state.tokens.access, Grant(self.id, scopes, "app"), text=self.token)

    def ask(self, method: str, path: str, **fields: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"json": fields} if fields else {}
        return requests.request(method, self.root + path, headers=headers, timeout=10, **body)

    def says(self, status: str, **fields: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/api/v1/statuses", status=status, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sees(self, ident: str) -> dict[str, Any]:
        return self.ask("GET", f"/api/v1/statuses/{ident}").json()

    def below(self, ident: str) -> list[str]:
        found = self.ask("GET", f"/api/v1/statuses/{ident}/context").json()
        return [each["id"] for each in found["descendants"]]


@pytest.fixture
def hanako(sandbox):
    return Person(sandbox, "hanako")


@pytest.fixture
def taro(sandbox):
    return Person(sandbox, "taro")


@pytest.fixture
def momo(sandbox):
    """She follows nobody."""
    return Person(sandbox, "momo")


def test_a_reply_names_its_parent_and_is_counted(hanako, taro):
    post = hanako.says("はい")
    reply = taro.says("@hanako どうも", in_reply_to_id=post["id"])
    assert (reply["in_reply_to_id"], reply["in_reply_to_account_id"]) == (post["id"], hanako.id)
    assert [each["id"] for each in reply["mentions"]] == [hanako.id]
    assert hanako.sees(post["id"])["replies_count"] == 1


@pytest.mark.parametrize(
    ("visibility", "count"), [("public", 1), ("unlisted", 1), ("private", 0), ("direct", 0)]
)
def test_only_public_and_unlisted_replies_are_counted(hanako, taro, visibility, count):
    post = hanako.says("はい")
    reply = taro.says("@hanako どうも", in_reply_to_id=post["id"], visibility=visibility)
    assert hanako.sees(post["id"])["replies_count"] == count
    assert hanako.below(post["id"]) == [reply["id"]]


def test_a_context_is_the_whole_subtree_as_far_as_it_may_be_read(hanako, taro, momo):
    post = hanako.says("はい")
    first = taro.says("@hanako 一", in_reply_to_id=post["id"])
    below = hanako.says("@taro 二", in_reply_to_id=first["id"])
    secret = taro.says("@hanako 三", in_reply_to_id=first["id"], visibility="direct")
    assert hanako.below(post["id"]) == [first["id"], below["id"], secret["id"]]
    assert momo.below(post["id"]) == [first["id"], below["id"]]
    above = momo.ask("GET", f"/api/v1/statuses/{below['id']}/context").json()["ancestors"]
    assert [each["id"] for each in above] == [post["id"], first["id"]]


def test_a_parent_that_is_gone_or_not_visible_is_a_404(hanako, momo):
    secret = hanako.says("内緒", visibility="private")["id"]
    gone = hanako.says("はい")["id"]
    hanako.ask("DELETE", f"/api/v1/statuses/{gone}")
    for ident in ("12345", secret, gone):
        answer = momo.ask("POST", "/api/v1/statuses", status="どうも", in_reply_to_id=ident)
        assert (answer.status_code, answer.json()) == (404, {"error": GONE})


def test_other_software_drops_such_a_parent_and_posts_all_the_same(sandbox, hanako):
    sandbox.mastodon.configure({"drops_unknown_parents": True})
    assert hanako.says("どうも", in_reply_to_id="12345")["in_reply_to_id"] is None


def test_a_parent_that_goes_cuts_the_link(hanako, taro):
    post = hanako.says("はい")
    reply = taro.says("@hanako どうも", in_reply_to_id=post["id"])
    hanako.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    assert taro.sees(reply["id"])["in_reply_to_id"] is None


def test_nobody_is_told_of_a_reply_without_a_mention(hanako, taro, momo):
    secret = momo.says("@hanako 内緒", visibility="direct")
    reply = hanako.says("どうも", in_reply_to_id=secret["id"], visibility="direct")
    assert reply["mentions"] == []
    assert "error" in momo.sees(reply["id"])
    host = hanako.root.partition("://")[2]
    named = hanako.says(f"@momo@{host} どうも", in_reply_to_id=secret["id"], visibility="direct")
    assert momo.sees(named["id"])["id"] == named["id"]
    assert "error" in taro.sees(named["id"])


def test_no_server_minds_a_reply_that_is_wider_than_its_parent(hanako, momo):
    secret = hanako.says("@momo 内緒", visibility="direct")
    assert momo.says("@hanako え", in_reply_to_id=secret["id"])["visibility"] == "public"


def test_others_than_those_who_are_allowed_are_not_mentioned(sandbox, hanako, taro, momo):
    fields = {"status": "@taro @momo はい", "allowed_mentions": [taro.id]}
    answer = hanako.ask("POST", "/api/v1/statuses", **fields)
    assert answer.status_code == 422
    assert [each["id"] for each in answer.json()["unexpected_accounts"]] == [momo.id]
    sandbox.mastodon.configure({"knows_allowed_mentions": False})
    assert len(hanako.says(**fields)["mentions"]) == 2


def test_a_warning_makes_a_status_sensitive_and_counts_as_text(hanako):
    post = hanako.says("花" * 490, spoiler_text="ネタバレ", language="ja")
    assert (post["spoiler_text"], post["sensitive"], post["language"]) == ("ネタバレ", True, "ja")
    long = hanako.ask("POST", "/api/v1/statuses", status="花" * 490, spoiler_text="あ" * 11)
    assert long.status_code == 422
    edited = hanako.ask("PUT", f"/api/v1/statuses/{post['id']}", status="花").json()
    assert (edited["spoiler_text"], edited["sensitive"]) == ("", False)  # it was not repeated


def test_a_favourite_is_counted_once_and_goes_again(hanako, taro):
    post = hanako.says("はい")["id"]
    for _ in range(2):
        liked = taro.ask("POST", f"/api/v1/statuses/{post}/favourite")
        assert liked.status_code == 200
        assert (liked.json()["favourited"], liked.json()["favourites_count"]) == (True, 1)
    people = hanako.ask("GET", f"/api/v1/statuses/{post}/favourited_by").json()
    assert [each["id"] for each in people] == [taro.id]
    assert hanako.sees(post)["favourited"] is False
    for _ in range(2):
        assert (
            taro.ask("POST", f"/api/v1/statuses/{post}/unfavourite").json()["favourited"] is False
        )
    assert hanako.sees(post)["favourites_count"] == 0


def test_a_favourite_needs_its_scope_and_a_status_that_one_may_read(sandbox, hanako, momo):
    post = hanako.says("はい")["id"]
    narrow = Person(sandbox, "taro", frozenset({"read:statuses", "write:statuses"}))
    refused = narrow.ask("POST", f"/api/v1/statuses/{post}/favourite")
    assert refused.status_code == 403
    assert refused.json() == {"error": "This action is outside the authorized scopes"}
    secret = hanako.says("内緒", visibility="private")["id"]
    assert momo.ask("POST", f"/api/v1/statuses/{secret}/favourite").status_code == 404


# The control


def order(sandbox, name: str, **fields: str) -> requests.Response:
    return requests.post(
        f"{sandbox.url}/{name}", json={"network": "mastodon", **fields}, timeout=10
    )


def test_a_friend_answers_and_likes_by_a_call_on_the_main_port(sandbox, hanako):
    post = hanako.says("はい", visibility="unlisted")["id"]
    told = order(sandbox, "_reply", user="momo", to=post, text="いいね").json()
    reply = hanako.sees(told["id"])
    assert told["ok"]
    assert (reply["in_reply_to_id"], reply["visibility"]) == (post, "unlisted")
    assert [each["id"] for each in reply["mentions"]] == [hanako.id]
    assert order(sandbox, "_like", user="momo", to=post).json() == {"ok": True}
    assert hanako.sees(post)["favourites_count"] == 1
    order(sandbox, "_unlike", user="momo", to=post)
    assert hanako.sees(post)["favourites_count"] == 0


def test_a_friend_answers_as_narrowly_as_asked(sandbox, hanako):
    post = hanako.says("はい")["id"]
    told = order(sandbox, "_reply", user="momo", to=post, text="ね", visibility="direct").json()
    assert hanako.sees(told["id"])["visibility"] == "direct"


@pytest.mark.parametrize("wrong", [{"user": "nobody"}, {"to": "1"}, {"network": "facebook"}])
def test_an_unknown_account_post_or_network_is_a_400(sandbox, hanako, wrong):
    fields = {"user": "momo", "to": hanako.says("はい")["id"], "text": "ね", **wrong}
    for name in ("_reply", "_like", "_unlike"):
        answer = requests.post(
            f"{sandbox.url}/{name}", json={"network": "mastodon", **fields}, timeout=10
        )
        assert answer.status_code == 400


def test_what_came_in_names_its_parent_and_its_likes(sandbox, hanako):
    post = sandbox.mastodon.state.graph.newest[0].id
    reply = hanako.says("どうも", in_reply_to_id=post)["id"]
    sandbox.mastodon.like_as("taro", reply)
    found = requests.get(f"{sandbox.url}/mastodon/_received", timeout=10).json()
    [row] = found["statuses"]
    assert (row["id"], row["in_reply_to"]) == (reply, post)
    assert found["likes"] == [{"user": "taro", "to": reply}]
