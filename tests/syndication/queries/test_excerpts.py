"""Cuts: never inside what a reader sees as one character, and nothing lost between pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication.queries.excerpts import cut_position, cut_to_line, split_into_pages

FAMILY = "👨‍👩‍👧"
WHOLE = [FAMILY, "🇯🇵", "👍🏽", "が", "❤️", "𠮷", "é", "1️⃣", "ｶﾞ", "\u1112\u1161\u11ab"]
MIXED = st.lists(st.sampled_from([*WHOLE, "a", "あ", " ", "\n", "。"]), max_size=200).map("".join)


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("room", range(1, 12))
def test_a_character_is_shown_whole_or_not_at_all(whole: str, room: int):
    text = "x" * 5 + whole * 3
    shown = cut_to_line(text, 5 + room)[0]
    assert shown == "x" * 5 + whole * (min(room, 3 * len(whole)) // len(whole))


def test_a_line_of_flags_is_cut_between_flags():
    assert cut_to_line("🇯🇵🇺🇸🇫🇷", 3) == ("🇯🇵", True)


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [("abc", 3, ("abc", False)), ("abcd", 3, ("abc", True)), (" a\n\nb ", 9, ("a b", False))],
)
def test_an_excerpt_is_one_line(text: str, length: int, shown: tuple[str, bool]):
    assert cut_to_line(text, length) == shown


@given(MIXED, st.integers(1, 40))
def test_pages_hold_everything_but_the_line_ends_between_them(text: str, length: int):
    cut = split_into_pages(text, length)
    assert all(len(page) <= length or cut_position(page, length) == length for page in cut)
    assert "".join(cut).replace("\n", "") == text.replace("\n", "")


@given(st.text(max_size=300), st.integers(1, 50))
def test_any_text_can_be_cut(text: str, length: int):
    line, is_cut = cut_to_line(text, length)
    assert len(line) <= length
    assert is_cut == (len(" ".join(text.split())) > length)
    assert split_into_pages(text, length)


def test_a_page_ends_after_a_paragraph_or_a_sentence_where_it_can():
    assert split_into_pages("first one.\nsecond one here", 14)[0] == "first one."
    assert split_into_pages("いち。に。さん。し", 5)[0] == "いち。に。"
