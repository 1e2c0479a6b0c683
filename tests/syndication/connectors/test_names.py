"""Names as networks send them: what cannot be seen goes, and what is empty then is the handle."""

from __future__ import annotations

import pytest

from syndication.connectors.bluesky import reading as bluesky
from syndication.connectors.gnusocial import reading as gnusocial
from syndication.connectors.mastodon import reading as mastodon
from syndication.connectors.misskey import reading as misskey
from syndication.connectors.mixi import reading as mixi
from syndication.connectors.orkut import reading as orkut
from syndication.connectors.twitter import reading as twitter

DID = "did:plc:" + "a" * 24


def of_mastodon(name):
    return mastodon.parse_mastodon_account(
        {"id": "1", "acct": "taro@m.example", "display_name": name}
    )


def of_misskey(name):
    return misskey.parse_misskey_user(
        {"id": "1", "username": "taro", "name": name}, "https://k.example"
    )


def of_bluesky(name):
    entry = {"did": DID, "handle": "taro.example", "displayName": name}
    return bluesky.parse_bluesky_profile(entry, "https://b.example")


def of_gnusocial(name):
    return gnusocial.parse_gnusocial_user({"id": 1, "screen_name": "taro", "name": name})


def of_twitter(name):
    return twitter.parse_twitter_user({"id": "1", "username": "taro", "name": name})


def of_mixi(name):
    return mixi.parse_mixi_person({"id": "taro", "displayName": name})


def of_a_voice(name):
    user = {"id": "taro", "screen_name": name}
    at = "Tue Feb 15 14:44:04 +0000 2011"
    return mixi.parse_mixi_voice({"id": "1", "user": user, "created_at": at, "text": "はい"}).author


def of_orkut(name):
    return orkut.parse_orkut_person({"id": "taro", "name": {"givenName": name}})


HANDLES = {
    of_mastodon: "taro@m.example",
    of_misskey: "@taro",
    of_bluesky: "taro.example",
    of_gnusocial: "taro",
    of_twitter: "taro",
    of_mixi: "taro",
    of_a_voice: "taro",
    of_orkut: "taro",
}


@pytest.mark.parametrize("person", HANDLES)
def test_a_name_that_cannot_be_seen_is_the_handle_and_no_name_turns_words_around(person):
    assert person("\u3164\u200b").name == HANDLES[person]
    assert person("た\u202eろ\nう\u2066").name == "たろ う"
