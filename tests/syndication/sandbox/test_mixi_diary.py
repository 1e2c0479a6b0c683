"""Diary: writing with and without photos, reading."""

import json
from typing import Any

import pytest

from tests.syndication.sandbox.conftest import GIF, JPEG, PNG, Caller

PATH = "/2/diary/articles/@me/@self"
VISIBILITIES = ["everyone", "friends_of_friends", "friends", "top_friends", "self"]


def entry(**changes: Any) -> dict[str, Any]:
    privacy = {"visibility": "friends", "show_users": "0"}
    return {"title": "日記のタイトル", "body": "日記の本文", "privacy": privacy, **changes}


def write(member: Caller, **changes: Any) -> Any:
    return member.request("POST", PATH, json=entry(**changes))


def write_with(member: Caller, *photos: bytes) -> Any:
    files: dict[str, Any] = {"request": (None, json.dumps(entry()))}
    for number, content in enumerate(photos, 1):
        files[f"photo{number}"] = (f"添付画像{number}.jpg", content, "image/jpeg")
    return member.request("POST", PATH, files=files)


def test_an_entry_gets_a_number_and_can_be_read_back(hanako):
    reply = write(hanako)
    assert reply.status_code in (200, 201)
    assert set(reply.json()) == {"id"}
    ident = reply.json()["id"]
    assert ident.isdigit()
    body = hanako.get(f"{PATH}/{ident}").json()
    assert (body["title"], body["body"]) == ("日記のタイトル", "日記の本文")
    assert body["created"].endswith("+09:00")
    assert body["privacy"]["visibility"] == "friends"
    assert hanako.get(PATH).json()["entry"][0]["id"] == ident


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_every_visibility_is_kept(hanako, sandbox, visibility):
    write(hanako, privacy={"visibility": visibility, "show_users": "1"})
    assert sandbox.mixi.diaries[0].visibility == visibility
    assert sandbox.mixi.diaries[0].show_users


def test_a_group_must_be_ones_own(hanako):
    assert write(hanako, privacy={"visibility": "group", "group": "10"}).status_code == 200
    assert write(hanako, privacy={"visibility": "group", "group": "99"}).status_code == 400
    assert write(hanako, privacy={"visibility": "group"}).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "あ" * 101},
        {"body": "あ" * 10_001},
        {"title": ""},
        {"body": " "},
        {"title": 5},
        {"privacy": {"visibility": "world"}},
        {"privacy": None},
    ],
)
def test_what_is_wrong_is_described(hanako, sandbox, wrong):
    reply = write(hanako, **wrong)
    assert reply.status_code == 400
    assert set(reply.json()) == {"error", "error_description"}
    assert sandbox.mixi.diaries == []


def test_the_longest_title_and_body_pass(hanako):
    assert write(hanako, title="あ" * 100, body="あ" * 10_000).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"\x93\x8a"])
def test_a_body_that_is_no_json_object_is_400(hanako, body):
    kind = {"Content-Type": "application/json"}
    assert hanako.request("POST", PATH, data=body, headers=kind).status_code == 400


def test_up_to_three_jpegs_come_along_byte_for_byte(hanako, sandbox):
    assert write_with(hanako, JPEG, JPEG + b"2", JPEG + b"3").status_code == 200
    photos = sandbox.mixi.diaries[0].photos
    contents = [sandbox.mixi.state.pictures[each].content for each in photos]
    assert contents == [JPEG, JPEG + b"2", JPEG + b"3"]


@pytest.mark.parametrize("photos", [(PNG,), (JPEG, GIF), (JPEG,) * 4])
def test_other_pictures_and_a_fourth_are_refused(hanako, sandbox, photos):
    assert write_with(hanako, *photos).status_code == 400
    assert sandbox.mixi.diaries == []


def test_who_may_not_see_an_entry_cannot_read_it(hanako, taro, sandbox):
    ident = write(hanako, privacy={"visibility": "self"}).json()["id"]
    address = f"/2/diary/articles/{sandbox.mixi.account('hanako').id}/@self"
    assert taro.get(f"{address}/{ident}").status_code == 403
    assert taro.get(address).json()["entry"] == []
    shown = write(hanako).json()["id"]
    assert taro.get(f"{address}/{shown}").json()["id"] == shown
    assert [each["id"] for each in taro.get(address).json()["entry"]] == [shown]


def test_friends_entries_are_listed(hanako):
    titles = [
        each["title"] for each in hanako.get("/2/diary/articles/@me/@friends").json()["entry"]
    ]
    assert titles == ["衣替えと発掘", "町内運動会の記録", "引っ越しました"]


def test_the_api_cannot_delete_an_entry(hanako):
    ident = write(hanako).json()["id"]
    assert hanako.delete(f"{PATH}/{ident}").status_code == 404
    assert hanako.get(f"{PATH}/{ident}").status_code == 200
