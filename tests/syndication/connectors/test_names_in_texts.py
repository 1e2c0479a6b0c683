"""Names of members in a text, and what they become in a copy."""

from __future__ import annotations

import pytest

from syndication.connectors.text import local_names, with_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@taro and @yuki, @taro", ["@taro", "@yuki"]),
        ("@Taro", ["@Taro"]),
        ("@taroさんと行く", ["@taro"]),
        ("今日は@taroと", ["@taro"]),
        ("＠taro", ["＠taro"]),
        ("@taro.", ["@taro"]),
        ("@taro@example.social", []),
        ("@taro.bsky.social", []),
        ("@taro-kun", []),
        ("taro@example.org", []),
        ("https://example.org/@taro", []),
        ("@t @1st @_taro", []),
        ("", []),
    ],
)
def test_a_name_is_found_as_it_was_typed_and_a_whole_handle_is_none(text, names):
    assert local_names(text) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@taro, hi", "@taro@example.social, hi"),
        ("@taroさんと行く", "@taro@example.social さんと行く"),
        ("今日は@taroと", "今日は @taro@example.social と"),
        ("@yuki @taro@other.example", "yuki @taro@other.example"),
        ("see https://example.org/@taro", "see https://example.org/@taro"),
    ],
)
def test_a_name_becomes_its_handle_with_a_blank_to_the_letters_beside_it(text, said):
    handles = {"@taro": "@taro@example.social"}
    assert with_names(text, handles, plain=lambda name: name[1:]) == said


def test_a_name_without_a_handle_stays_where_nobody_says_what_it_becomes():
    assert with_names("@yuki", {}) == "@yuki"
