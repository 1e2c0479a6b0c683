"""The pages for people: what mixi received, single things at their addresses, the mails."""

import json

import requests
from PIL import Image

from syndication.sandbox.pictures import face
from tests.syndication.sandbox.conftest import JPEG


def test_the_index_leads_to_each_network(sandbox):
    text = requests.get(f"{sandbox.url}/").text
    assert f'href="{sandbox.url}/mixi/"' in text
    assert f'href="{sandbox.url}/mixi/_received"' in text


def test_the_buttons_order_faults_and_take_them_back(hanako, sandbox):
    press = {"network": "mixi", "kind": "503", "times": "2"}
    page = requests.post(f"{sandbox.url}/_console", data=press)
    assert 'value="503"' in page.text
    assert "503（混雑） あと2回" in page.text
    assert hanako.request("GET", "/2/people/@me/@self").status_code == 503
    page = requests.post(f"{sandbox.url}/_console", data={"order": "clear"})
    assert "あと" not in page.text
    assert hanako.request("GET", "/2/people/@me/@self").status_code == 200
    hanako.say("消える")
    requests.post(f"{sandbox.url}/_console", data={"order": "reset"})
    assert sandbox.mixi.received()["statuses"] == []
    assert requests.post(f"{sandbox.url}/_console", data={"kind": "nonsense"}).status_code == 400


def test_the_overview_shows_what_came_in_who_may_see_it_and_what_was_deleted(hanako):
    gone = hanako.say("消した<つぶやき>")["id"]
    hanako.delete(f"/2/voice/statuses/{gone}")
    hanako.say("残るつぶやき")
    diary = {"title": "日記の題", "body": "一行目\n二行目", "privacy": {"visibility": "friends"}}
    files = {"request": (None, json.dumps(diary)), "photo1": ("a.jpg", JPEG, "image/jpeg")}
    hanako.request("POST", "/2/diary/articles/@me/@self", files=files)
    kind = {"Content-Type": "image/jpeg"}
    path = "/2/photo/mediaItems/@me/@self/@default?title=%E5%86%99%E7%9C%9F"
    hanako.request("POST", path, data=JPEG, headers=kind)
    text = hanako.get("/").text
    assert "<div class=gone>消した&lt;つぶやき&gt;</div>" in text
    assert "削除済み" in text
    assert "<div>残るつぶやき</div>" in text
    assert "一行目<br>二行目" in text
    assert "友人まで公開" in text
    assert "かんたん公開アルバム" in text
    images = [part.split('"')[0] for part in text.split('<img src="')[1:]]
    assert all(requests.get(each).status_code == 200 for each in images)


def test_the_overview_says_which_group(hanako):
    privacy = {"visibility": "group", "group": "10"}
    diary = {"title": "題", "body": "本文", "privacy": privacy}
    hanako.request("POST", "/2/diary/articles/@me/@self", json=diary)
    assert "グループに公開（テニス）" in hanako.get("/").text


def test_every_address_that_the_api_gives_leads_to_a_page(hanako):
    post = hanako.say("ここを見て")
    user, _, second = post["id"].partition("-")
    voice = hanako.get("/view_voice.pl", owner_id=user, post_time=second)
    assert "ここを見て" in voice.text
    assert "ここを見て" in requests.get(post["user"]["url"]).text
    diary = {"title": "題", "body": "本文です", "privacy": {"visibility": "friends"}}
    ident = hanako.request("POST", "/2/diary/articles/@me/@self", json=diary).json()["id"]
    assert "本文です" in hanako.get("/view_diary.pl", id=ident, owner_id=user).text
    album = hanako.get("/2/photo/albums/@me/@self").json()["entry"][0]
    assert "かんたん公開アルバム" in requests.get(album["viewPageUrl"]).text


def test_what_is_not_there_is_404(caller):
    for path in ("/show_friend.pl", "/view_diary.pl?id=1", "/view_voice.pl", "/photo/1.jpg", "/x"):
        assert caller.get(path).status_code == 404


def test_seeded_friends_have_something_to_say(caller):
    text = caller.get("/").text
    assert "メロンパン" in text
    assert "衣替えと発掘" in text


def test_faces_differ_and_are_whole_pictures(tmp_path):
    for name in ("momo", "kenji"):
        file = tmp_path / f"{name}.jpg"
        file.write_bytes(face(name))
        with Image.open(file) as picture:
            picture.load()
            assert (picture.size, picture.format) == ((80, 80), "JPEG")
    assert face("momo") != face("kenji")


def test_mails_can_be_read_in_the_browser(sandbox, tmp_path):
    mail = "Subject: =?utf-8?b?5oub5b6F?=\nTo: a@example.jp\n\nCome: http://127.0.0.1/q/x <now>\n"
    (tmp_path / "1.log").write_text(f"{mail}{'-' * 79}\n{mail}{'-' * 79}\n")
    assert "まだありません" in requests.get(f"{sandbox.url}/mail/").text
    sandbox.mail = tmp_path
    try:
        listed = requests.get(f"{sandbox.url}/mail/").text
        assert listed.count("招待") == 2
        shown = requests.get(f"{sandbox.url}/mail/1").text
        assert '<a href="http://127.0.0.1/q/x">http://127.0.0.1/q/x</a> &lt;now&gt;' in shown
        assert requests.get(f"{sandbox.url}/mail/2").status_code == 404
        assert requests.get(f"{sandbox.url}/mail/../1.log").status_code == 404
    finally:
        sandbox.mail = None
