"""Check (share), updates."""

from typing import Any

import pytest

KEY = "7d0a4e3c5b9182f6a1c0d47e8b35f2960ad1e8c4"


def page(**changes: Any) -> dict[str, Any]:
    given = {"key": KEY, "title": "記事", "primary_url": "http://example.jp/", "comment": "必読"}
    return given | {"privacy": {"visibility": "friends"}} | changes


def test_a_page_is_shared(hanako, sandbox):
    reply = hanako.request("POST", "/2/share", json=page())
    assert (reply.status_code, reply.json()) == (200, {})
    share = sandbox.mixi.received()["shares"][0]
    assert share == {"user": "hanako", "title": "記事", "url": "http://example.jp/"}


def test_the_other_spelling_of_the_address_works(hanako):
    body = page(primaryUrl="http://example.jp/")
    del body["primary_url"]
    assert hanako.request("POST", "/2/share", json=body).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "short"},
        {"title": ""},
        {"primary_url": "javascript:x"},
        {"privacy": {"visibility": "everyone"}},
    ],
)
def test_a_wrong_share_is_400(hanako, sandbox, wrong):
    assert hanako.request("POST", "/2/share", json=page(**wrong)).status_code == 400
    assert sandbox.mixi.received()["shares"] == []


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_updates_are_what_friends_did(hanako, suffix):
    items = hanako.get(f"/2/updates/@me/@friends{suffix}", fields="diary").json()["items"]
    assert [each["title"] for each in items][0] == "衣替えと発掘"
    assert {each["object"]["objectType"] for each in items} == {"diary"}
    actor = items[0]["actor"]
    assert actor["displayName"] == "みっちー"
    assert actor["image"]["width"] == "180"


def test_updates_can_begin_at_a_time(hanako):
    everything = hanako.get("/2/updates/@me/@friends").json()["items"]
    since = everything[2]["postedTime"]
    some = hanako.get("/2/updates/@me/@friends", updatedSince=since).json()["items"]
    assert some == everything[:2]
