"""Voice: posting, reading, deleting, in both styles of address; comments and likes."""

import re
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.syndication.sandbox.conftest import GIF, JPEG, PNG

MINE = "/2/voice/statuses/@me/user_timeline"
BAD = {"error": "unknown error. code:400"}
GONE = {"error": "unknown error. code:404"}


@pytest.mark.parametrize("path", ["/2/voice/statuses/update", "/2/voice/statuses"])
def test_a_post_gets_an_id_of_user_and_second_in_japan(hanako, path):
    body = hanako.post(path, status="投稿なう😀[i:150]").json()
    assert re.fullmatch(r"ezkjdy9s8rwsc-\d{14}", body["id"])
    assert body["text"] == "投稿なう😀[i:150]"
    assert body["user"]["screen_name"] == "ザキ"
    assert re.fullmatch(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d \+0000 \d{4}", body["created_at"])
    assert [each["id"] for each in hanako.get(MINE).json()] == [body["id"]]


def test_the_second_in_the_id_is_created_at_nine_hours_later(hanako):
    body = hanako.say("x")
    day, month, number, time, zone, year = body["created_at"].split()
    at = parsedate_to_datetime(f"{day}, {number} {month} {year} {time} {zone}")
    assert (at.hour + 9) % 24 == int(body["id"][-6:-4])


def test_150_characters_pass_and_151_do_not(hanako):
    assert hanako.post("/2/voice/statuses", status="あ" * 150).status_code == 200
    assert hanako.post("/2/voice/statuses", status="𠮷" * 150).status_code == 200
    reply = hanako.post("/2/voice/statuses", status="あ" * 151)
    assert (reply.status_code, reply.json()) == (400, BAD)


@pytest.mark.parametrize("form", [{}, {"status": ""}, {"status": " \n"}])
def test_an_empty_post_is_400(hanako, form):
    assert hanako.post("/2/voice/statuses/update", **form).status_code == 400


def test_bytes_that_are_not_utf8_are_400(hanako):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = hanako.request("POST", "/2/voice/statuses", data=b"status=%93%8A", headers=kind)
    assert reply.status_code == 400


def test_two_posts_in_one_second_get_two_ids(hanako, sandbox):
    ids = {hanako.say("twice")["id"] for _ in range(3)}
    assert len(ids) == 3
    assert len(sandbox.mixi.statuses) == 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/2/voice/statuses/destroy/{}"),
        ("DELETE", "/2/voice/statuses/destroy/{}"),
        ("DELETE", "/2/voice/statuses/{}"),
    ],
)
def test_deleting_gives_the_object_and_then_404(hanako, sandbox, method, path):
    post = hanako.say("away with it")
    first = hanako.request(method, path.format(post["id"]))
    assert (first.status_code, first.json()) == (200, post)
    again = hanako.request(method, path.format(post["id"]))
    assert (again.status_code, again.json()) == (404, GONE)
    assert hanako.get(f"/2/voice/statuses/show/{post['id']}").status_code == 404
    assert hanako.get(MINE).json() == []
    assert sandbox.mixi.statuses[0].is_deleted


def test_a_deleted_posts_second_is_not_given_again(hanako):
    first = hanako.say("one")["id"]
    hanako.delete(f"/2/voice/statuses/{first}")
    assert hanako.say("two")["id"] != first


def test_nobody_deletes_what_is_somebody_elses(hanako, taro):
    post = hanako.say("mine")["id"]
    assert taro.delete(f"/2/voice/statuses/{post}").status_code == 403


@pytest.mark.parametrize("path", ["/2/voice/statuses/show/{}", "/2/voice/statuses/{}"])
def test_one_post_can_be_read_by_friends(hanako, taro, path):
    post = hanako.say("read me")
    body = taro.get(path.format(post["id"])).json()
    assert body == post | {"favorited": False}


def test_the_own_timeline_is_newest_first_and_paged_under_both_names(hanako):
    ids = [hanako.say(f"number {number}")["id"] for number in range(5)][::-1]

    def read(**query: object) -> list[str]:
        return [each["id"] for each in hanako.get(MINE, **query).json()]

    assert read() == ids
    assert read(count=2) == ids[:2]
    assert read(start_index=2, count=2) == read(startIndex=2, count=2) == ids[2:4]
    assert read(since_id=ids[3]) == ids[:3]
    assert hanako.get(MINE, count=0).status_code == 400


def test_a_timeline_has_20_entries_and_at_most_200(hanako, sandbox):
    sandbox.mixi.configure({"rate_limit": 1000})
    for number in range(201):
        hanako.say(str(number))
    assert len(hanako.get(MINE).json()) == 20
    assert len(hanako.get(MINE, count=1000).json()) == 200


def test_friends_timeline_has_what_friends_wrote_and_not_ones_own(hanako, taro):
    hanako.say("my own")
    post = taro.say("from taro")
    timeline = hanako.get("/2/voice/statuses/friends_timeline").json()
    assert timeline[0]["id"] == post["id"]
    assert "ザキ" not in {each["user"]["screen_name"] for each in timeline}
    assert len(timeline) > 5
    group = hanako.get("/2/voice/statuses/friends_timeline/10").json()
    assert {each["user"]["screen_name"] for each in group} <= {"もも", "けんじ＠札幌", "Kei"}
    assert group


def test_a_timeline_may_lag(hanako, sandbox):
    sandbox.mixi.configure({"timeline_lag": 10})
    hanako.say("not there yet")
    assert hanako.get(MINE).json() == []
    sandbox.clock.advance(11)
    assert len(hanako.get(MINE).json()) == 1


def test_users_are_trimmed_on_request(hanako):
    hanako.say("x")
    assert hanako.get(MINE, trim_user="true").json()[0]["user"] == {"id": "ezkjdy9s8rwsc"}
    user = hanako.get(MINE, trim_user="exclude_screen_name").json()[0]["user"]
    assert set(user) == {"id", "profile_image_url", "url"}


@pytest.mark.parametrize(("content", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png")])
def test_a_photo_comes_by_multipart(hanako, content, kind):
    body = hanako.request(
        "POST",
        "/2/voice/statuses/update",
        files={"status": (None, "写真つき".encode()), "photo": ("写真.jpg", content, kind)},
    ).json()
    assert re.fullmatch(r"http://\S+/view_photo\.pl\?\S*photo_id=\d+ 写真つき", body["text"])
    listed = hanako.get(MINE).json()[0]
    assert "photo" not in listed
    shown = hanako.get(MINE, attach_photo="true").json()[0]["photo"][0]
    reply = requests.get(shown["image_url"])
    assert (reply.content, reply.headers["Content-Type"]) == (content, kind)


def test_a_photo_comes_as_the_raw_body_with_the_text_in_the_query(hanako, sandbox):
    kind = {"Content-Type": "image/jpeg"}
    path = "/2/voice/statuses/update?status=%E5%86%99%E7%9C%9F"
    assert hanako.request("POST", path, data=JPEG, headers=kind).status_code == 200
    assert sandbox.mixi.statuses[0].text == "写真"
    assert sandbox.mixi.received()["statuses"][0]["photos"]


def test_a_photo_needs_no_text_and_a_gif_is_400(hanako):
    path = "/2/voice/statuses/update"
    assert hanako.request("POST", path, files={"photo": ("a.jpg", JPEG)}).status_code == 200
    reply = hanako.request("POST", path, files={"photo": ("a.gif", GIF)})
    assert (reply.status_code, reply.json()) == (400, BAD)


@pytest.mark.parametrize(
    ("create", "show", "destroy"),
    [
        (
            "/2/voice/replies/create/{post}",
            "/2/voice/replies/show/{post}",
            ("POST", "/2/voice/replies/destroy/{post}/{comment}"),
        ),
        (
            "/2/voice/replies/{post}",
            "/2/voice/replies/{post}",
            ("DELETE", "/2/voice/replies/{post}/{comment}"),
        ),
    ],
)
def test_comments_are_written_read_and_deleted(hanako, taro, create, show, destroy):
    post = hanako.say("comment on me")["id"]
    made = taro.post(create.format(post=post), text="いいね").json()
    assert re.fullmatch(rf"{post}-{made['user']['id']}-\d{{14}}", made["id"])
    assert hanako.get(MINE).json()[0]["reply_count"] == "1"
    assert hanako.get(show.format(post=post)).json() == [made]
    method, path = destroy
    path = path.format(post=post, comment=made["id"])
    assert hanako.request(method, path).json() == made
    assert hanako.request(method, path).status_code == 404
    assert "reply_count" not in hanako.get(MINE).json()[0]


@pytest.mark.parametrize(
    ("create", "show", "destroy"),
    [
        (
            "/2/voice/favorites/create/{post}",
            "/2/voice/favorites/show/{post}",
            ("POST", "/2/voice/favorites/destroy/{post}/@me"),
        ),
        (
            "/2/voice/favorites/{post}",
            "/2/voice/favorites/{post}",
            ("DELETE", "/2/voice/favorites/{post}/@me"),
        ),
    ],
)
def test_likes_are_given_read_and_taken_back(hanako, taro, create, show, destroy):
    post = hanako.say("like me")["id"]
    assert hanako.post(create.format(post=post)).status_code == 400
    assert taro.post(create.format(post=post)).status_code == 200
    assert hanako.get(MINE).json()[0]["favorite_count"] == "1"
    assert taro.get(f"/2/voice/statuses/{post}").json()["favorited"] is True
    assert [each["screen_name"] for each in hanako.get(show.format(post=post)).json()] == ["たろう"]
    method, path = destroy
    assert taro.request(method, path.format(post=post)).status_code == 200
    assert taro.request(method, path.format(post=post)).status_code == 404
    assert "favorite_count" not in hanako.get(MINE).json()[0]


def test_a_voice_for_friends_is_not_for_others(taro, sandbox):
    momo = sandbox.mixi.account("momo")
    theirs = taro.get(f"/2/voice/statuses/{momo.id}/user_timeline").json()
    post = next(iter(sandbox.mixi.state.statuses.values()))
    assert theirs == []
    assert taro.get(f"/2/voice/statuses/{post.id}").status_code == 403
