"""Photo: albums, uploads, lists, deletion."""

import pytest
import requests

from tests.syndication.sandbox.conftest import JPEG, PNG, Caller

ALBUMS = "/2/photo/albums/@me/@self"
ITEMS = "/2/photo/mediaItems/@me/@self"
JPEG_TYPE = {"Content-Type": "image/jpeg"}


def upload(member: Caller, album: str = "@default", **query: str) -> requests.Response:
    path = f"{ITEMS}/{album}"
    return member.request("POST", path, params=query, data=JPEG, headers=JPEG_TYPE)


def create(member: Caller, **form: str) -> str:
    return str(member.post(ALBUMS, **{"title": "旅行", **form}).json()["id"])


def test_a_jpeg_goes_into_the_default_album_and_can_be_read_back(hanako, sandbox):
    ident = upload(hanako, title="夕焼け").json()["id"]
    body = hanako.get(f"{ITEMS}/@default").json()
    assert body["totalResults"] == 1
    item = body["entry"][0]
    assert (item["id"], item["title"], item["mimeType"]) == (ident, "夕焼け", "image/jpeg")
    assert requests.get(item["url"].replace("view_photo.pl", "missing")).status_code == 404
    assert requests.get(item["largeImageUrl"]).content == JPEG
    assert requests.get(item["viewPageUrl"]).status_code == 200
    assert hanako.get(f"{ITEMS}/@default/{ident}").json()["entry"]["id"] == ident
    assert sandbox.mixi.received()["photos"][0]["title"] == "夕焼け"


def test_other_bodies_are_400(hanako):
    address = f"{ITEMS}/@default"
    assert hanako.request("POST", address, data=PNG, headers=JPEG_TYPE).status_code == 400
    png = {"Content-Type": "image/png"}
    assert hanako.request("POST", address, data=JPEG, headers=png).status_code == 400


def test_a_photo_is_deleted_once(hanako, sandbox):
    ident = upload(hanako).json()["id"]
    address = f"{ITEMS}/@default/{ident}"
    assert hanako.delete(address).status_code == 200
    assert hanako.delete(address).status_code == 404
    assert hanako.get(f"{ITEMS}/@default").json()["entry"] == []
    assert sandbox.mixi.received()["photos"][0]["deleted"] is True


def test_an_album_is_made_listed_filled_and_deleted(hanako, sandbox):
    album = create(hanako, visibility="friends", description="夏")
    photo = upload(hanako, album).json()["id"]
    shown = hanako.get(f"{ALBUMS}/{album}").json()["entry"]
    assert shown["mediaItemCount"] == "1"
    assert shown["privacy"] == {"visibility": "friends"}
    listed = {each["id"] for each in hanako.get(ALBUMS).json()["entry"]}
    assert listed == {album, "@default"}
    assert hanako.delete(f"{ALBUMS}/{album}").status_code == 200
    assert hanako.get(f"{ALBUMS}/{album}").status_code == 404
    assert sandbox.mixi.state.pictures[photo].is_deleted


@pytest.mark.parametrize(
    "form", [{"visibility": "world"}, {"visibility": "group", "group": "99"}, {"title": ""}, {}]
)
def test_an_album_needs_a_title_and_a_known_visibility(hanako, form):
    assert hanako.post(ALBUMS, **{"title": "x", **form}).status_code == 400


def test_albums_of_others_open_as_their_visibility_or_password_says(hanako, taro, sandbox):
    owner = sandbox.mixi.account("hanako").id
    hidden = create(hanako, visibility="self")
    locked = create(hanako, visibility="access_key", accessKey="himitsu")
    shared = create(hanako, visibility="friends")
    address = f"/2/photo/mediaItems/{owner}/@self"
    assert taro.get(f"{address}/{hidden}").status_code == 403
    assert taro.get(f"{address}/{locked}").status_code == 403
    assert taro.get(f"{address}/{locked}", accessKey="himitsu").status_code == 200
    assert taro.get(f"{address}/{shared}").status_code == 200
    assert taro.request("POST", f"{address}/{shared}", data=JPEG).status_code == 403


def test_friends_albums_and_photos_are_listed(hanako, taro):
    album = create(hanako, visibility="friends")
    photo = upload(hanako, album).json()["id"]
    albums = taro.get("/2/photo/albums/@me/@friends").json()["entry"]
    assert [each["id"] for each in albums] == [album]
    photos = taro.get("/2/photo/mediaItems/@me/@friends").json()["entry"]
    assert [each["id"] for each in photos] == [photo]


def test_the_default_album_cannot_be_deleted(hanako):
    assert hanako.delete(f"{ALBUMS}/@default").status_code == 400
