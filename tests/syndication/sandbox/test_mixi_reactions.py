"""Comments and likes on mixi: what tests/…/test_mixi_voice.py does not say, and those on pictures."""

from __future__ import annotations

import pytest

from tests.syndication.sandbox.conftest import JPEG

ITEMS = "/2/photo/mediaItems/@me/@self/@default"
MINE = "/2/voice/statuses/@me/user_timeline"


def picture(member, of: str = "@me") -> tuple[str, str]:
    """A picture of hanako's: where its comments are, and where its likes are."""
    answer = member.request("POST", ITEMS, data=JPEG, headers={"Content-Type": "image/jpeg"})
    rest = f"mediaItems/{of}/@self/@default/{answer.json()['id']}"
    return f"/2/photo/comments/{rest}", f"/2/photo/favorites/{rest}"


def seen_by_others(address: str, hanako) -> str:
    ident = hanako.get("/2/people/@me/@self").json()["entry"]["id"]
    return address.replace("@me", ident)


def test_comments_are_paged_oldest_first(hanako, taro):
    post = hanako.say("x")["id"]
    ids = [taro.post(f"/2/voice/replies/{post}", text=str(n)).json()["id"] for n in range(25)]

    def read(**query):
        return [each["id"] for each in hanako.get(f"/2/voice/replies/show/{post}", **query).json()]

    assert read() == ids[:20]
    assert read(count=100) == ids
    assert read(start_index=20, count=100) == ids[20:]


def test_a_second_comment_on_a_voice_within_a_second_may_be_refused(sandbox, hanako, taro):
    first, second = hanako.say("x")["id"], hanako.say("y")["id"]
    sandbox.mixi.configure({"refuses_same_second": True})
    answers = [taro.post(f"/2/voice/replies/{first}", text="a").status_code for _ in range(6)]
    assert set(answers) == {200, 400}
    assert taro.post(f"/2/voice/replies/{second}", text="a").status_code == 200


@pytest.mark.parametrize("text", ["", " \n", "あ" * 151])
def test_a_comment_of_no_length_or_too_much_is_400(hanako, taro, text):
    post = hanako.say("x")["id"]
    assert taro.post(f"/2/voice/replies/{post}", text=text).status_code == 400


def test_a_comment_goes_with_its_writer_or_the_voices(hanako, taro):
    post = hanako.say("x")["id"]
    mine, other = (taro.post(f"/2/voice/replies/{post}", text=n).json()["id"] for n in "ab")
    assert taro.delete(f"/2/voice/replies/{post}/{mine}").status_code == 200
    assert hanako.delete(f"/2/voice/replies/{post}/{other}").status_code == 200
    assert hanako.get(f"/2/voice/replies/{post}").json() == []
    assert "reply_count" not in hanako.get(MINE).json()[0]


def test_pictures_are_commented_on_and_liked_by_others(hanako, taro):
    comments, likes = picture(hanako)
    theirs, liked = (seen_by_others(each, hanako) for each in (comments, likes))
    made = taro.post(theirs, text="きれい").json()["id"]
    assert taro.post(liked).status_code == 200
    [shown] = hanako.get(comments).json()["entry"]
    assert (shown["id"], shown["text"], shown["user"]["displayName"]) == (made, "きれい", "たろう")
    assert "+09:00" in shown["created"]
    assert [each["displayName"] for each in hanako.get(likes).json()["entry"]] == ["たろう"]
    item = hanako.get(ITEMS).json()["entry"][0]
    assert (item["numComments"], item["numFavorites"]) == ("1", "1")
    assert hanako.post(likes).status_code == 400  # her own
    assert hanako.delete(f"{comments}/{made}").status_code == 200
    assert hanako.delete(f"{comments}/{made}").status_code == 404
    assert taro.delete(f"{liked}/@me").status_code == 200
    assert taro.delete(f"{liked}/@me").status_code == 404
    item = hanako.get(ITEMS).json()["entry"][0]
    assert (item["numComments"], item["numFavorites"]) == ("0", "0")


def test_friends_comment_and_like_by_control(sandbox, hanako):
    voice = f"voice:{hanako.say('x')['id']}"
    reply = sandbox.mixi.reply_as("taro", voice, "いいね")
    below = sandbox.mixi.reply_as("momo", reply, "うん")
    for _ in range(2):
        sandbox.mixi.like_as("momo", voice)
    shown = hanako.get(MINE).json()[0]
    assert (shown["reply_count"], shown["favorite_count"]) == ("2", "1")
    assert reply.startswith(f"reply:{voice.removeprefix('voice:')}/")
    assert below.partition("/")[0] == reply.partition("/")[0]
    sandbox.mixi.unlike_as("momo", voice)
    assert "favorite_count" not in hanako.get(MINE).json()[0]
    for name, to in (("hanako", voice), ("momo", "voice:nothing")):
        with pytest.raises(ValueError, match="own|sees no"):
            sandbox.mixi.like_as(name, to)
    assert sandbox.mixi.received()["comments"] == []


def test_what_came_in_is_told(sandbox, hanako, taro):
    post = hanako.say("x")["id"]
    made = taro.post(f"/2/voice/replies/{post}", text="いいね").json()["id"]
    taro.post(f"/2/voice/favorites/{post}")
    told = sandbox.mixi.received()
    [comment] = told["comments"]
    assert (comment["id"], comment["in_reply_to"]) == (f"reply:{post}/{made}", f"voice:{post}")
    assert {"user": "taro", "to": f"voice:{post}"} in told["likes"]


def test_friends_answer_what_comes_in_once_where_that_is_set(sandbox, hanako):
    def comments(voice):
        return hanako.get(f"/2/voice/replies/{voice}").json()

    quiet = hanako.say("だれも答えない")["id"]
    sandbox.clock.advance(60)
    assert comments(quiet) == []
    sandbox.mixi.configure({"friends_answer": True})
    post = hanako.say("雪が降ってきた")["id"]
    assert comments(post) == []  # not in the very moment
    sandbox.clock.advance(60)
    assert len(comments(post)) == 2
    sandbox.clock.advance(60)
    found = comments(post)
    people = {person.nickname for person in sandbox.people}
    assert len(found) == 2
    assert not people & {each["user"]["screen_name"] for each in found}
    assert len(hanako.get(f"/2/voice/favorites/{post}").json()) == 1
