"""People, groups, where profile pictures are."""

import pytest
import requests

FRIENDS = "/2/people/@me/@friends"


def test_self_is_an_object_with_four_fields(hanako):
    body = hanako.get("/2/people/@me/@self").json()
    assert body["entry"] == {
        "id": "ezkjdy9s8rwsc",
        "displayName": "ザキ",
        "thumbnailUrl": f"{hanako.root}/photo/user/ezkjdy9s8rwsc_908263351.jpg",
        "profileUrl": f"{hanako.root}/show_friend.pl?uid=ezkjdy9s8rwsc",
    }
    assert (body["startIndex"], body["itemsPerPage"], body["totalResults"]) == (0, 1, 1)


def test_the_own_id_means_the_same_as_me(hanako):
    same = hanako.get("/2/people/ezkjdy9s8rwsc/@self").json()
    assert same == hanako.get("/2/people/@me/@self").json()


def test_friends_are_a_list_with_the_other_members_in_it(hanako):
    body = hanako.get(FRIENDS).json()
    names = [each["displayName"] for each in body["entry"]]
    assert body["totalResults"] == len(names) == 12
    assert {"たろう", "ゆき☆彡", "もも", "けんじ＠札幌"} <= set(names)


def test_friends_are_mutual(hanako, taro):
    assert "ザキ" in [each["displayName"] for each in taro.get(FRIENDS).json()["entry"]]


def test_a_long_list_comes_page_by_page(hanako, sandbox):
    sandbox.mixi.add_friends("hanako", 218)
    seen: list[str] = []
    while True:
        body = hanako.get(FRIENDS, count=100, startIndex=len(seen)).json()
        assert body["itemsPerPage"] == 100
        assert body["startIndex"] == len(seen)
        seen += [each["id"] for each in body["entry"]]
        if len(seen) >= body["totalResults"]:
            break
    assert len(seen) == len(set(seen)) == 230


def test_the_default_page_has_20_and_the_largest_1000(hanako, sandbox):
    sandbox.mixi.add_friends("hanako", 30)
    assert len(hanako.get(FRIENDS).json()["entry"]) == 20
    assert hanako.get(FRIENDS, count=5000).json()["itemsPerPage"] == 1000


def test_a_page_beyond_the_end_is_empty(hanako):
    body = hanako.get(FRIENDS, startIndex=500).json()
    assert (body["entry"], body["totalResults"]) == ([], 12)


@pytest.mark.parametrize("wrong", [{"count": "many"}, {"startIndex": "-1"}])
def test_nonsense_in_paging_is_400(hanako, wrong):
    assert hanako.get(FRIENDS, **wrong).status_code == 400


def test_friends_are_sorted_by_id_or_by_name(hanako):
    ids = [each["id"] for each in hanako.get(FRIENDS).json()["entry"]]
    assert ids == sorted(ids)
    query = {"sortBy": "displayName", "sortOrder": "descending"}
    names = [each["displayName"] for each in hanako.get(FRIENDS, **query).json()["entry"]]
    assert names == sorted(names, reverse=True)


def test_only_the_fields_asked_for_come_and_only_those_with_a_scope(caller):
    caller.login(scope="r_profile r_profile_about_me r_profile_birthday")
    path = "/2/people/@me/@self"
    some = caller.get(path, fields="displayName,aboutMe,gender").json()["entry"]
    assert set(some) == {"id", "displayName", "aboutMe"}
    everything = caller.get(path, fields="@all").json()["entry"]
    assert {"thumbnailUrl", "aboutMe", "birthday"} <= set(everything)
    assert "gender" not in everything


def test_a_picture_for_friends_is_not_given_for_everyone(hanako):
    def sakura(**query: str) -> str:
        entry = hanako.get(FRIENDS, **query).json()["entry"]
        return next(each["thumbnailUrl"] for each in entry if each["displayName"] == "さくら♪")

    assert sakura(thumbnailPrivacy="everyone").endswith("/img/noimage.jpg")
    assert "/photo/user/" in sakura(thumbnailPrivacy="friends")


def test_pictures_are_jpegs(hanako):
    for each in hanako.get(FRIENDS).json()["entry"]:
        reply = requests.get(each["thumbnailUrl"])
        assert reply.headers["Content-Type"] == "image/jpeg"
        assert reply.content.startswith(b"\xff\xd8\xff")


def test_friends_of_others_are_nobodys_business(hanako, sandbox):
    taro = sandbox.mixi.account("taro").id
    assert hanako.get(f"/2/people/{taro}/@self").json()["entry"]["displayName"] == "たろう"
    assert hanako.get(f"/2/people/{taro}/@friends").status_code == 403
    assert hanako.get("/2/people/nobody/@self").status_code == 404


def test_groups_and_who_is_in_one(hanako):
    body = hanako.get("/2/groups/@me").json()
    assert body["entry"][0] == {"id": "10", "title": "テニス"}
    people = hanako.get("/2/people/@me/10").json()["entry"]
    assert {each["displayName"] for each in people} == {"もも", "けんじ＠札幌", "Kei"}
    assert hanako.get("/2/people/@me/99").status_code == 404
