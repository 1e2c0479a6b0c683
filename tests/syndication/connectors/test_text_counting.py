"""Counting as each network counts: cases worked out by hand from the vendors' pages.

X: https://docs.x.com/fundamentals/counting-characters, and config/v3.json and the rules of
https://github.com/twitter/twitter-text. Mastodon: https://docs.joinmastodon.org/user/posting/ and
StatusLengthValidator. Bluesky: the lexicon app.bsky.feed.post (maxGraphemes 300, maxLength 3000).
Misskey: `maxLength` of JSON Schema, in characters (RFC 8259), which are code points.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication.connectors.text import UNITS, mastodon_count

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
LONG = "https://example.com/" + "a" * 180  # 200 characters


def count(unit: str, text: str) -> int:
    return UNITS[unit](text)


# X


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        # The page's own table of emoji: each 2, however it is put together
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨\u200d🎤", 2),
        (FAMILY, 2),
        # … and its two ways to write one word
        ("caf\u00e9", 4),
        ("cafe\u0301", 4),
        # … and its addresses
        ("https://example.com", 23),
        ("https://example.com/very/long/path", 23),
        # The four light ranges, at both ends, and their neighbours
        ("\u0000\u10ff", 2),
        ("\u1100", 2),
        ("\u1fff", 2),
        ("\u2000\u200d", 2),
        ("\u200e", 2),
        ("\u2010\u201f", 2),
        ("\u2020", 2),
        ("\u2032\u2037", 2),
        ("\u2031", 2),
        ("\u2038", 2),
        ("…", 2),  # U+2026: our own ellipsis
        # Japanese: 140 fill a post
        ("花見に行った。", 14),
        ("ｶﾞｷﾞ", 8),  # half-width ones too, and their voice marks
        ("か\u3099", 2),  # recomposed first
        ("\ufb2c", 3),  # recomposed into three
        # Other emoji
        ("🇯🇵", 2),
        ("🇯🇵🇺🇸", 4),
        ("🇯", 2),
        ("1️⃣", 2),
        ("#️⃣", 2),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 2),
        ("❤", 2),
        ("❤️", 2),
        ("❤\ufe0e", 4),  # asked to be a character: two heavy characters
        ("©", 1),
        ("©️", 2),
        ("👍🏻👍🏿", 4),
        (FAMILY + "\u200d👦", 5),  # five joined: no such emoji is in use, so two and a joiner
        # Addresses in running text
        ("Hi http://test.co", 26),
        ("見て https://example.com です", 33),
        ("見てhttps://example.comです", 31),
        ("https://example.com/日本", 27),  # "日本" is text to them
        ("(http://en.wikipedia.org/wiki/CBOR_(disambiguation))", 25),
        ("http://example.com/a.", 24),
        ("http://example.com, http://example.org!", 49),
        ("http://example.com/?q=a)", 24),
        ("http://example.com/?q=(a", 23),
        ("http://example.com:8080/a", 23),
        ("http://example.com#a", 25),  # behind a bare host a # begins a tag
        ("HTTP://EXAMPLE.COM", 23),
        ("http://例え.jp/", 23),
        ("http://xn--r8jz45g.jp/", 23),
        # … without a scheme
        ("example.com", 23),
        ("www.example.co.jp/a", 23),
        ("t.co", 23),
        ("見てexample.comね", 29),
        # … and what is none: it counts as it is written
        ("example.invalid", 15),
        ("readme.txt", 10),
        ("http://localhost:8000/posts/7/", 30),
        ("http://127.0.0.1:8000/posts/7/", 30),
        ("hanako@example.com", 18),
        ("@example.com", 12),
        ("#example.com", 12),
        ("-example.com", 12),
        ("xhttp://example.com", 19),
        ("example.com@x", 13),
        ("example.comx", 12),
        ("example.com+x", 13),
        ("http://example.com@", 19),
        ("3.14", 4),
        (f"{'a' * 64}.com", 68),  # a label is at most 63
        (f"{'a' * 63}.com", 23),
        ("http://" + "a" * 63 + ".com/" + "b" * 4021, 23),
        ("http://" + "a" * 63 + ".com/" + "b" * 4022, 4097),  # too long for an address
        # Mentions and tags count as they are written
        ("@hanako", 7),
        ("#花見", 5),
    ],
)
def test_x_weighs_as_its_pages_say(text, weight):
    assert count("weighted", text) == weight


def test_a_full_post_on_x():
    assert count("weighted", "あ" * 140) == 280
    assert count("weighted", "a" * 280) == 280
    assert count("weighted", f"{'あ' * 128} {LONG}") == 280


# Mastodon and its like


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("花見", 2),
        (FAMILY, 1),
        ("か\u3099", 1),
        ("e\u0301", 1),
        ("🇯🇵", 1),
        (LONG, 23),
        ("http://a.jp", 23),  # a short one, too
        (f"見て {LONG} ね", 28),
        ("example.com", 11),  # only with a scheme
        ("http://localhost:8000/", 22),
        ("@hanako", 7),
        ("@hanako@mastodon.example", 7),
        ("@hanako@mastodon.example @taro@a.jp", 13),
        ("hi @hanako@mastodon.example!", 11),
        ("花@hanako@mastodon.example", 25),  # no mention there: it counts whole
        ("hanako@example.com", 18),
        ("@hanako.bsky.social", 19),
    ],
)
def test_mastodon_counts_as_its_pages_say(text, length):
    assert count("mastodon", text) == length


@pytest.mark.parametrize(
    ("reserved", "text", "length"),
    [
        (23, LONG, 23),
        # GoToSocial says 25 and counts code points; others say nothing
        (25, LONG, 200),
        (25, "http://a.jp", 25),
        (25, FAMILY, 7),
        (25, "@hanako@mastodon.example", 24),
        (0, LONG, 200),
        (0, "http://a.jp", 11),
    ],
)
def test_a_server_that_counts_otherwise_is_never_sent_too_much(reserved, text, length):
    assert mastodon_count(reserved)(text) == length


def test_two_servers_do_not_disturb_each_other():
    one, other = mastodon_count(0), mastodon_count(25)
    short = "http://a.jp"
    assert (one(short), other(short), count("mastodon", short)) == (11, 25, 23)


# Bluesky


@pytest.mark.parametrize(
    ("text", "larger"),
    [
        ("a" * 300, 300),
        ("花" * 300, 300),  # 900 bytes
        (FAMILY * 3, 8),  # 3 graphemes, 75 bytes
        (FAMILY * 120, 300),  # 120 graphemes, and 3,000 bytes to the byte
        (FAMILY * 120 + "a", 301),  # 3,001 bytes
        ("e\u0301" * 300, 300),
        (LONG, 200),  # addresses count whole
        ("", 0),
    ],
)
def test_bluesky_counts_graphemes_and_bytes(text, larger):
    assert count("graphemes and bytes", text) == larger


# Misskey, mixi, GNU social, Orkut


@pytest.mark.parametrize(("text", "length"), [("花見", 2), ("😀", 1), (FAMILY, 7), (LONG, 200)])
def test_the_others_count_code_points(text, length):
    assert count("characters", text) == length


# Laws

WRITTEN = st.text(
    st.sampled_from("aあ花 \n\u3099e\u0301👨\u200d👩🏽🇯❤\ufe0f\ufe0e@:/.#-_()?ｶﾞ1\u20e3©가")
    | st.characters()
)
PIECES = st.lists(
    WRITTEN
    | st.sampled_from(
        [LONG, "http://a.jp", "example.com", "@h@a.jp", "@h.bsky.social", "#花見", ":cat:", FAMILY]
    )
).map(" ".join)


@pytest.mark.parametrize("unit", UNITS)
@given(text=PIECES)
def test_every_text_counts_something_and_no_text_nothing(unit, text):
    assert (count(unit, text) > 0) == bool(text)


@pytest.mark.parametrize("unit", UNITS)
@given(text=PIECES, more=PIECES)
def test_two_lines_count_no_more_than_each_and_the_line_end(unit, text, more):
    together = count(unit, f"{text}\n{more}")
    assert together <= count(unit, text) + 1 + count(unit, more)


@given(text=PIECES)
def test_a_text_weighs_as_much_in_either_spelling(text):
    spelled = unicodedata.normalize("NFD", text)
    assert count("weighted", spelled) == count("weighted", unicodedata.normalize("NFC", text))
