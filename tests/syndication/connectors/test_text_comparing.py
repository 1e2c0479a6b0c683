"""What two texts are compared by where servers write them anew."""

from __future__ import annotations

import time

import pytest

from syndication.connectors.mastodon.reading import parse_mastodon_status
from syndication.connectors.text import comparable_core, may_be_rewritten


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("やあ @taro@other.example さん", "やあ @taro さん"),
        ("お花見 ＃花見", "お花見 #花見"),
        ("- 卵\n- 牛乳", "卵牛乳"),
        ("1. 卵\n2. 牛乳", "卵\n牛乳"),
        ("**とても** _いい_", "とてもいい"),
        ("みて https://example.org/a?b=c です", "みて https://s.example/x です"),
        ('"quoted" -- and so on...', "“quoted” – and so on…"),
        ("ねこ :blobcat: だ", "ねこ だ"),
    ],
)
def test_what_servers_write_anew_makes_no_difference(sent, shown):
    assert comparable_core(sent) == comparable_core(shown) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("おはよう", "おやすみ"), ("@taro@a.example", "@jiro@a.example"), ("花1", "花2")],
)
def test_other_words_are_other_words(one, other):
    assert comparable_core(one) != comparable_core(other)


def test_an_address_alone_has_nothing_to_compare():
    assert comparable_core("https://example.org/a") == ""


@pytest.mark.parametrize(
    "text",
    ["@taro@other.example", "＃花見", "- 卵", "> 引用", "# 見出し", "**太**", "`x`", "[a](https://a.example)",
     ":cat:", "<b>x</b>", "&copy;", "1. 卵", "うれしい :)", "C:\\x"],
)  # fmt: skip
def test_what_may_be_written_anew(text):
    assert may_be_rewritten(text)


@pytest.mark.parametrize(
    "text",
    [
        "おはよう！",
        "みて https://example.org/a_b_c*d",
        "#花見",
        "12:30 に e-mail で。",
        "50% off & more",
    ],
)
def test_what_is_shown_as_it_was_sent(text):
    assert not may_be_rewritten(text)


def test_links_that_are_never_closed_take_no_time():
    broken = '<a href="https://a.example/">' * 30_000
    entry = {"id": "1", "created_at": "2026-11-29T00:00:00Z", "content": broken}
    post = parse_mastodon_status(entry)
    assert post is not None
    assert "a.example" not in post.text


@pytest.mark.parametrize(
    "shown", ["example.org/a-long-w…", "https://example.org/a-long", "example.org/a-long..."]
)
def test_a_link_that_shows_the_beginning_of_its_address_reads_whole(shown):
    content = f'<p>みて <a href="https://www.example.org/a-long-way" rel="x">{shown}</a></p>'
    entry = {"id": "1", "created_at": "2026-11-29T00:00:00Z", "content": content}
    post = parse_mastodon_status(entry)
    assert post is not None
    assert post.text == "みて https://www.example.org/a-long-way"


def test_empty_lines_without_end_take_no_longer_than_their_length():
    begun = time.process_time()
    assert comparable_core("a" + "\n" * 20_000 + "b") == "ab"
    assert time.process_time() - begun < 0.5
