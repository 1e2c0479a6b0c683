"""What friends' posts hold beside their words, on each network."""

from __future__ import annotations

from typing import Any

import pytest

from syndication.connectors.base import RemoteFeedItem
from syndication.connectors.bluesky import reading as bluesky
from syndication.connectors.gnusocial import reading as gnusocial
from syndication.connectors.mastodon import reading as mastodon
from syndication.connectors.misskey import mfm
from syndication.connectors.misskey import reading as misskey
from syndication.connectors.mixi import reading as mixi
from syndication.connectors.orkut import reading as orkut
from syndication.connectors.twitter import reading as twitter

AT = "2026-11-29T10:00:00.000Z"
OF_2010 = "Sun Nov 29 10:00:00 +0000 2026"


def shown(item: RemoteFeedItem | None) -> tuple[str, list[tuple[str, str]]]:
    assert item is not None
    return item.text, [tuple(one) for one in item.attached]


# --- Mastodon -------------------------------------------------------------------------------------

MIKA = {"id": "5", "acct": "mika@far.example", "display_name": "Mika"}
TARO = {"id": "6", "acct": "taro@far.example", "display_name": "Taro"}
PICTURE = {"id": "1", "type": "image", "description": "夕焼けの海"}


def status(content: str = "", **changes: Any) -> dict[str, Any]:
    plain = {"id": "77", "created_at": AT, "content": content, "account": MIKA, "reblog": None}
    return {**plain, "url": "https://far.example/@ミカ/77", **changes}


QUOTE = '<p class="quote-inline">RE: <a href="https://q.example/1">https://q.example/1</a></p><p>わかる</p>'


@pytest.mark.parametrize(
    ("told", "text", "attached"),
    [
        (status(media_attachments=[PICTURE]), "", [("photo", "夕焼けの海")]),
        (
            status("<p>x</p>", media_attachments=[{"type": "gifv"}, {"type": "audio"}, {"type": "unknown"}]),
            "x",
            [("video", ""), ("sound", ""), ("file", "")],
        ),
        (status(poll={"options": [{"title": "犬"}, {"title": "猫"}]}), "", [("poll", "犬 / 猫")]),
        (
            status(reblog=status(account=TARO, media_attachments=[PICTURE])),
            "",
            [("passed_on", "Mika"), ("photo", "夕焼けの海")],
        ),
        (
            status(QUOTE, quote={"state": "accepted", "quoted_status": status("<p>元</p>", account=TARO)}),
            "わかる",
            [("quote", "Taro: 元")],
        ),
        (status(QUOTE, quote=status("<p>元</p>", account=TARO)), "わかる", [("quote", "Taro: 元")]),
        (status(QUOTE, quote={"state": "revoked"}), "RE: https://q.example/1\n\nわかる", []),
        (status("<p>x</p>", spoiler_text="ネタバレ", media_attachments=[PICTURE]), "[ネタバレ]", []),
        (status("<ul><li>卵</li><li>牛乳</li></ul>"), "- 卵\n- 牛乳", []),
        (status('やった<img class="emoji" alt="🎉">'), "やった🎉", []),
        (status("x", media_attachments="?", poll=[], quote="?"), "x", []),
    ],
)  # fmt: skip
def test_mastodon(told: dict[str, Any], text: str, attached: list[tuple[str, str]]):
    assert shown(mastodon.parse_mastodon_feed_item(told)) == (text, attached)


def test_an_address_of_a_post_may_hold_any_letters():
    item = mastodon.parse_mastodon_feed_item(status("x"))
    assert item is not None
    assert item.url == "https://far.example/@%E3%83%9F%E3%82%AB/77"


def test_posts_made_to_take_long_do_not():
    """Each took minutes where a pattern looked from every beginning to the end of the text."""
    begun = '<p class="quote-inline">' * 40_000
    assert mastodon.parse_mastodon_feed_item(status(begun, quote=status("x", account=TARO)))
    assert mfm.mfm_to_text("**a " * 200_000)
    told = {"id": "v1", "created_at": OF_2010, "user": {"id": "u1"}, "photo": [{}]}
    assert mixi.parse_mixi_voice({**told, "text": "http://" * 100_000})


# --- Misskey --------------------------------------------------------------------------------------


def note(text: str | None = None, **changes: Any) -> dict[str, Any]:
    user = {"id": "u1", "username": "a", "host": None, "name": "Aki"}
    return {"id": "a1", "createdAt": AT, "text": text, "user": user, **changes}


OTHER = {"id": "u2", "username": "b", "host": "b.example", "name": "Bo"}
FILE = {"id": "f", "type": "image/webp", "comment": "海"}


@pytest.mark.parametrize(
    ("told", "text", "attached"),
    [
        (note(files=[FILE]), "", [("photo", "海")]),
        (note(files=[FILE], renote=note("元", user=OTHER)), "", [("photo", "海"), ("quote", "Bo: 元")]),
        (note(renote=note("元", user=OTHER, files=[FILE])), "元", [("passed_on", "Aki"), ("photo", "海")]),
        (note("hi", renote=note("元", user=OTHER)), "hi", [("quote", "Bo: 元")]),
        (note(poll={"choices": [{"text": "犬"}, {"text": "猫"}]}), "", [("poll", "犬 / 猫")]),
        (note("x", cw="ネタバレ", files=[FILE]), "[ネタバレ]", []),
        (note("$[spin ぐる] **太**", cw=""), "ぐる 太", []),
    ],
)  # fmt: skip
def test_misskey(told: dict[str, Any], text: str, attached: list[tuple[str, str]]):
    assert shown(misskey.parse_misskey_feed_item(told, "https://mk.example")) == (text, attached)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("$[spin.speed=2s $[x2 ぐるぐる]] <center>中央</center>", "ぐるぐる 中央"),
        ("$[ruby 漢字 かんじ] ~~**無し**~~ ***x***", "漢字(かんじ) 無し x"),
        ("[ここ](https://a.example/b) ?[](https://c.example)", "ここ https://a.example/b https://c.example"),
        ("<https://a.example/> a ** b ** c * d", "https://a.example/ a ** b ** c * d"),
        ("$[" * 5000 + "]" * 5000, "$[" * 5000 + "]" * 5000),
    ],
)  # fmt: skip
def test_mfm_reads_as_it_is_meant(markup: str, text: str):
    assert mfm.mfm_to_text(markup) == text


# --- Bluesky --------------------------------------------------------------------------------------

DID, DID_2 = f"did:plc:{'a' * 24}", f"did:plc:{'b' * 24}"
QUOTED = {
    "author": {"did": DID_2, "handle": "b.bsky.social", "displayName": "Bo"},
    "value": {"text": "元"},
}


def skeet(embed: dict[str, Any] | None = None, **record: Any) -> dict[str, Any]:
    author = {"did": DID, "handle": "a.bsky.social"}
    uri = f"at://{DID}/app.bsky.feed.post/3k"
    post = {"uri": uri, "author": author, "record": {"text": "", "createdAt": AT, **record}}
    return {"post": {**post, "indexedAt": AT, **({"embed": embed} if embed else {})}}


def view(kind: str, **parts: Any) -> dict[str, Any]:
    return {"$type": f"app.bsky.embed.{kind}#view", **parts}


@pytest.mark.parametrize(
    ("told", "text", "attached"),
    [
        (skeet(view("images", images=[{"alt": "海"}, {"alt": ""}])), "", [("photo", "海"), ("photo", "")]),
        (skeet(view("images")), "", [("photo", "")]),
        (skeet(embed={"$type": "app.bsky.embed.images", "images": [{"alt": "海"}]}), "", [("photo", "海")]),
        (skeet(view("video", alt="波")), "", [("video", "波")]),
        (
            skeet(view("external", external={"title": "花", "uri": "https://a.example/"})),
            "",
            [("link", "花 https://a.example/")],
        ),
        (skeet(view("record", record=QUOTED), text="うん"), "うん", [("quote", "Bo: 元")]),
        (
            skeet(view("recordWithMedia", media=view("images", images=[{}]), record={"record": QUOTED})),
            "",
            [("photo", ""), ("quote", "Bo: 元")],
        ),
    ],
)  # fmt: skip
def test_bluesky(told: dict[str, Any], text: str, attached: list[tuple[str, str]]):
    assert shown(bluesky.parse_bluesky_feed_item(told, "https://bsky.app")) == (text, attached)


@pytest.mark.parametrize(
    ("end", "target", "text"),
    [
        (31, "https://example.com/very-long-path", "見て https://example.com/very-long-path ね"),
        (31, "https://evil.example/", "見て example.com/very-long... ね"),
        (99, "https://example.com/very-long-path", "見て example.com/very-long... ね"),
    ],
)
def test_a_shortened_address_is_whole_again(end: int, target: str, text: str):
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": target}
    facet = {"index": {"byteStart": 7, "byteEnd": end}, "features": [feature]}
    told = skeet(text="見て example.com/very-long... ね", facets=[facet, {"index": "?"}])
    assert shown(bluesky.parse_bluesky_feed_item(told, "https://bsky.app"))[0] == text


# --- The others -----------------------------------------------------------------------------------


def test_gnu_social():
    picture = {"mimetype": "image/jpeg", "url": "https://gs.example/a.jpg"}
    told = {"id": 7, "created_at": OF_2010, "text": "海", "user": {"id": 1, "name": "Aki"}}
    page = {"mimetype": "text/html"}
    assert shown(
        gnusocial.parse_gnusocial_feed_item(
            {**told, "attachments": [picture, page]}, "https://gs.example"
        )
    ) == (
        "海",
        [("photo", "")],
    )
    repeat = {**told, "id": 8, "text": "RT @aki 海", "user": {"id": 2, "name": "Bo"}}
    repeated = {**told, "attachments": [picture]}
    item = gnusocial.parse_gnusocial_feed_item(
        {**repeat, "retweeted_status": repeated}, "https://gs.example"
    )
    assert shown(item) == ("海", [("passed_on", "Bo"), ("photo", "")])
    assert item is not None
    assert (item.remote_id, item.author.name) == ("8", "Aki")


def test_orkut():
    people = {"1": orkut.parse_orkut_person({"id": "1", "name": {"givenName": "Aki"}})}
    told = {
        "id": "7",
        "userId": "1",
        "postedTime": 1e12,
        "title": "",
        "mediaItems": [{"type": "IMAGE"}],
    }
    assert shown(orkut.parse_orkut_feed_item(told, people)) == ("", [("photo", "")])
    html = "<b>a</b> &lt;3<br/>b\nc <img alt='🎉' src='x'>"
    assert orkut.parse_orkut_text(html) == "a <3\nb\nc 🎉"


def test_twitter():
    url = {"url": "https://t.co/x", "expanded_url": "https://x.com/a/photo/1", "media_key": "3_1"}
    told = {
        "id": "7",
        "author_id": "1",
        "created_at": AT,
        "text": "https://t.co/x",
        "entities": {"urls": [url]},
    }
    users = {"users": [{"id": "1", "username": "aki", "name": "Aki"}]}
    assert [
        shown(one) for one in twitter.parse_twitter_feed({"data": [told], "includes": users})
    ] == [("", [("photo", "")])]
    media = [{"media_key": "3_1", "type": "video", "alt_text": "波"}]
    polls = [{"id": "9", "options": [{"label": "犬"}, {"label": "猫"}]}]
    told = {**told, "attachments": {"media_keys": ["3_1"], "poll_ids": ["9"]}}
    answer = {"data": [told], "includes": {**users, "media": media, "polls": polls}}
    assert [shown(one) for one in twitter.parse_twitter_feed(answer)] == [
        ("", [("video", "波"), ("poll", "犬 / 猫")])
    ]


def test_mixi():
    user = {"id": "u1", "screen_name": "Aki"}
    text = "http://photo.mixi.jp/view_photo.pl?owner_id=1&photo_id=2 海"
    told = {"id": "v1", "created_at": OF_2010, "user": user, "text": text}
    assert shown(mixi.parse_mixi_voice({**told, "photo": [{"image_url": "x"}]})) == (
        "海",
        [("photo", "")],
    )
    assert shown(mixi.parse_mixi_voice(told)) == (text, [])
