"""Counting, cutting and comparing: laws that hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication.connectors.text import TooLong, atoms, clean, cut, fit, graphemes, normalise

LINK = "https://example.org/posts/1/"
WRITTEN = st.text(
    st.sampled_from("aあ花 \n\u3099e\u0301👨\u200d👩👧🏽🇯🇵🇺❤\ufe0f@:/.h1️⃣ｶﾞ가\u1112\u1161")
    | st.characters()
)


@given(WRITTEN)
def test_nothing_is_lost_between_the_pieces(text):
    assert "".join(graphemes(text)) == text
    assert "".join(atoms(text)) == text


@pytest.mark.parametrize(
    "whole",
    [
        "👨‍👩‍👧",
        "👧🏽",
        "🇯🇵",
        "e\u0301",
        "が",
        "か\u3099",
        "ｶﾞ",
        "1️⃣",
        "❤️",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "\u1112\u1161\u11ab",
        "\r\n",
    ],
)
def test_what_a_reader_takes_for_one_character_is_one(whole):
    assert list(graphemes(f"a{whole}b")) == ["a", whole, "b"]


def test_flags_are_taken_in_pairs():
    assert list(graphemes("🇯🇵🇺🇸")) == ["🇯🇵", "🇺🇸"]


@given(WRITTEN, st.integers(0, 60))
@example("花" * 200, 150)
def test_a_cut_text_is_the_beginning_and_within_the_limit(text, limit):
    kept = cut(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit


def test_a_character_of_several_code_points_is_left_out_whole():
    assert cut("花👨‍👩‍👧", 4) == "花"
    assert cut("花👨‍👩‍👧", 6) == "花👨‍👩‍👧"


@given(WRITTEN, st.integers(0, 90))
def test_no_address_is_ever_cut(text, limit):
    address = "https://example.org/a?b=c#d"
    kept = cut(f"{text} {address} {text}", limit)
    assert address in kept or "https" not in kept.removeprefix(text)


@given(WRITTEN, st.integers(len(LINK) + 2, 200))
def test_what_is_fitted_fits_and_says_where_the_rest_is(text, limit):
    fitted = fit(text, limit, cut_tail=LINK)
    assert len(fitted.text) <= limit
    if fitted.is_cut:
        assert fitted.text.endswith(LINK)
    else:
        assert fitted.text == text


@given(WRITTEN, st.integers(0, 50))
def test_what_may_not_be_cut_goes_whole_or_not_at_all(text, limit):
    if len(text) > limit:
        with pytest.raises(TooLong):
            fit(text, limit)
    else:
        assert fit(text, limit).text == text


def test_a_tail_is_kept_whole_when_the_text_is_cut():
    fitted = fit("花" * 50, 40, tail=LINK, cut_tail=LINK)
    assert fitted.text == "花" * (40 - len(LINK) - 2) + f"… {LINK}"


def test_a_tail_that_does_not_fit_at_all_is_not_cut():
    with pytest.raises(TooLong):
        fit("a", 5, tail=LINK, cut_tail=LINK)


def test_no_more_than_the_mention_is_left_out_where_it_does_not_fit():
    assert cut("hi @hanako@example.org and", 10) == "hi"
    assert cut("花 @hanakoさん", 9) == "花 @hanako"


@given(WRITTEN)
def test_a_cleaned_text_can_always_be_sent(text):
    cleaned = clean(text)
    cleaned.encode()
    assert "\r" not in cleaned
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


def test_cleaning_takes_controls_away_and_keeps_words():
    assert clean(" a\r\nb\rc\x00\x1b\ud83dd\te\u2028f ") == "a\nb\ncd\te\nf"
    assert clean("神\ufa19") == "神\ufa19"  # a name is not respelled


@given(WRITTEN)
def test_a_text_compares_equal_to_itself_however_it_was_wrapped(text):
    wrapped = "  " + text.replace(" ", "\r\n ") + "\n"
    assert normalise(wrapped) == normalise(text)


def test_networks_escape_and_recompose_and_it_is_still_the_same_text():
    assert normalise("か\u3099 &amp; &lt;b&gt; ❤\ufe0f") == normalise("が & <b> ❤")
    assert normalise("a") != normalise("b")
