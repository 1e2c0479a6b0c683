"""Names, content warnings and replies in the text of a copy."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Friend, Limits, OutgoingPost, Preview, ReplyTarget
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import Unsupported
from syndication.connectors.text import UNITS, escape_mentions, names_somebody
from tests.syndication.connectors.network import PERMALINK, a_post

EVERYONE = frozenset({"everyone"})
LIMITS = {"status": Limits(text=100), "reply": Limits(text=100), "note": Limits(text=100)}
MENTIONS = {"@taro": "@taro_s@mstdn.example", "@jiro": "@jiro@other.example"}


def composer(**traits) -> TextComposer:
    return TextComposer(LIMITS, dict.fromkeys(LIMITS, EVERYONE), **traits)


def said(text: str, mentions=MENTIONS, **traits) -> str:
    return composer(**traits).preview(OutgoingPost("status", text=text, mentions=mentions)).text


def a_reply(text: str, **changes) -> OutgoingPost:
    author = Friend("7", "もも", handle="@momo@mstdn.example")
    return OutgoingPost("reply", text=text, reply_to=replace(ReplyTarget("1", author), **changes))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@taro と @jiro", "@taro_s@mstdn.example と @jiro@other.example"),
        ("@hanako は留守", "hanako は留守"),  # a member here is a stranger there
        (".@hanako ＠hanako @@hanako (@hanako)", ".hanako hanako hanako (hanako)"),
        ("@saburo@server.example と @saburo", "@saburo@server.example と saburo"),
        ("見て https://server.example/@hanako", "見て https://server.example/@hanako"),
        ("https://server.example/a-@hanako", "https://server.example/a-%40hanako"),
        ("hanako@server.example", "hanako@server.example"),
        ("a@@hanako b.-@hanako", "a@hanako b.-hanako"),
        ("眠い (@_@)", "眠い (@_@)"),
        ("@taro.bsky.social", "@taro.bsky.social"),
    ],
)
def test_a_name_becomes_the_handle_that_is_known_or_mentions_nobody(text, shown):
    assert said(text) == shown


def test_whatever_is_typed_mentions_nobody_but_a_face():
    parts = ["@", "＠", "a", "b.c", "_", "-", ".", "/", "https://x.example/", " ", "は", "#", "\n"]
    chance = random.Random(14)
    for _ in range(3000):
        text = "".join(chance.choices(parts, k=chance.randint(1, 9)))
        shown = escape_mentions(text, lambda name: False)
        faceless = re.sub(r"[@＠]+[_.@-]+(?=https|[^A-Za-z0-9]|$)", "", shown)
        assert not names_somebody(faceless), text


def test_a_network_that_reads_a_name_up_to_its_dot_gets_no_dotted_one():
    assert said("@taro.bsky.social", {}, reads_dots=False) == "taro.bsky.social"


def test_where_names_mention_nobody_they_stay():
    assert said("@hanako @taro", {"@taro": "@taro.example"}, reads_names=False) == (
        "@hanako @taro.example"
    )


def test_a_title_and_a_warning_mention_nobody_either():
    post = OutgoingPost("note", title="@hanako", text="words", warning="@hanako")
    assert composer().preview(post).text == "[hanako]\nhanako\n\nwords"


@pytest.mark.parametrize("key", ["mastodon", "misskey", "gnusocial", "mixi"])
def test_a_warning_names_nobody_in_a_post_for_friends(key):
    """Misskey reads names there, too, and whoever is named receives the post."""
    post = a_post("status", "friends", warning="about @bob@other.example")
    if "friends" not in CONNECTORS[key].audiences["status"]:
        pytest.skip("it goes to everyone alone")
    if key == "mixi":  # where a name mentions nobody
        assert CONNECTORS[key].preview(post)
        return
    with pytest.raises(Unsupported) as refusal:
        CONNECTORS[key].preview(post)
    assert refusal.value.reason == reasons.NAMES_SOMEBODY


def test_a_handle_is_counted():
    with pytest.raises(Unsupported) as refusal:
        said("花" * 90 + " @taro")
    assert refusal.value.reason == reasons.TEXT_TOO_LONG


@pytest.mark.parametrize("key", sorted(CONNECTORS))
def test_a_bare_name_mentions_nobody_on_any_network_that_reads_names(key):
    shown = CONNECTORS[key].preview(a_post("status", text="@hanako .@hanako"))
    assert shown.text in ("hanako .hanako", "@hanako .@hanako")
    assert names_somebody(shown.text) == (key in {"mixi", "orkut", "bluesky"})


# Replies


def test_a_reply_names_the_author_alone():
    shown = composer(names_author=True).preview(a_reply("@jiro @third@server.example はい"))
    assert shown.text == "@momo@mstdn.example jiro third@server.example はい"


def test_a_reply_that_names_the_author_already_does_not_do_it_twice():
    shown = composer(names_author=True).preview(a_reply("@Momo@mstdn.example はい"))
    assert shown.text == "@Momo@mstdn.example はい"


def test_a_reply_carries_no_name_where_the_network_tells_the_author_by_itself():
    assert composer().preview(a_reply("はい")).text == "はい"


def test_a_reply_has_words_and_is_never_cut():
    with pytest.raises(Unsupported) as nothing:
        composer(names_author=True).preview(a_reply(" "))
    assert nothing.value.reason == reasons.NOTHING_TO_SEND
    with pytest.raises(Unsupported) as long:
        composer(names_author=True).preview(a_reply("花" * 90))
    assert long.value.reason == reasons.TEXT_TOO_LONG


def test_a_reply_repeats_the_warning_of_its_parent():
    assert composer().preview(a_reply("はい", warning="虫")).text == "[虫]\nはい"
    own = replace(a_reply("はい", warning="虫"), warning="蛇")
    assert composer().preview(own).text == "[蛇]\nはい"
    long = composer(has_warning=True).preview(a_reply("はい", warning="虫" * 300))
    assert long.warning == "虫" * 99 + "…"


# Content warnings


def test_a_warning_leads_the_text_where_it_has_no_place():
    post = OutgoingPost("status", text="words", warning="ネタバレ\n")
    assert composer().preview(post) == Preview("[ネタバレ]\nwords")


def test_a_warning_stands_beside_the_text_where_it_has_a_place():
    post = OutgoingPost("status", text="words", warning="ネタバレ")
    assert composer(has_warning=True).preview(post) == Preview("words", warning="ネタバレ")


@pytest.mark.parametrize(("counts", "fits"), [(True, 96), (False, 100)])
def test_a_warning_is_counted_where_the_network_does(counts, fits):
    texts = composer(has_warning=True, counts_warning=counts)
    post = OutgoingPost("status", text="花" * fits, warning="ネタバレ")
    assert not texts.preview(post).is_cut
    with pytest.raises(Unsupported):
        texts.preview(replace(post, text="花" * (fits + 1)))


@pytest.mark.parametrize("key", sorted(CONNECTORS))
@pytest.mark.parametrize("kind", ["status", "note", "photo", "link"])
def test_a_warning_is_in_every_preview_and_within_the_limit(key, kind):
    connector = CONNECTORS[key]
    limits = connector.limits[kind]
    post = a_post(kind, warning="ネタバレ", text="花" * limits.text)
    shown = connector.preview(post)
    assert shown.warning == "ネタバレ" or "[ネタバレ]\n" in shown.text
    assert UNITS[limits.unit](shown.text) <= limits.text
    if shown.is_cut and shown.text:
        assert PERMALINK in shown.text


def test_a_warning_alone_is_nothing_to_send():
    for key, connector in CONNECTORS.items():
        for kind in ("status", "note"):
            with pytest.raises(Unsupported) as refusal:
                connector.preview(OutgoingPost(kind, warning="ネタバレ", permalink=PERMALINK))
            assert refusal.value.reason == reasons.NOTHING_TO_SEND, key
