"""Cutting, fitting, cleaning and comparing: laws that hold for any text and each way of counting."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication.connectors.text import (
    ELLIPSIS,
    UNITS,
    TextDoesNotFit,
    atoms,
    clean,
    cut,
    fit,
    mastodon_count,
    normalise,
)

LINK = "https://example.org/posts/1/"
WRITTEN = st.text(
    st.sampled_from("aあ花 \n\u3099e\u0301👨\u200d👩👧🏽🇯🇵🇺❤\ufe0f@:/.h1️⃣ｶﾞ가\u1112\u1161")
    | st.characters()
)


WHOLES = [
    "https://example.com/a?b=c#d",
    "www.example.co.jp",
    "@hanako@mastodon.example",
    "#花見",
    ":blobcat:",
    "👨\u200d👩\u200d👧",
]
TEXTS = st.lists(WRITTEN | st.sampled_from(WHOLES), max_size=12).map(" ".join)
COUNTS = {**UNITS, "a server of another make": mastodon_count(25)}
each_count = pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)


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


@each_count
@given(text=TEXTS, room=st.integers(0, 120))
def test_what_is_fitted_fits_and_says_where_the_rest_is(count, text, room):
    limit = count(LINK) + room
    fitted = fit(text, limit, cut_tail=LINK, count=count)
    assert count(fitted.text) <= limit
    if fitted.is_cut:
        assert fitted.text.endswith(LINK)
    else:
        assert fitted.text == text


@each_count
@given(text=TEXTS, room=st.integers(0, 60))
def test_what_is_left_of_a_text_is_whole_pieces_of_its_beginning(count, text, room):
    text += " 花" * 100
    fitted = fit(text, count(LINK) + room, cut_tail=LINK, count=count)
    assert fitted.is_cut
    kept = fitted.text.removesuffix(LINK).rstrip().removesuffix(ELLIPSIS).rstrip()
    beginnings, beginning = {""}, ""
    for atom in atoms(text):
        beginning += atom
        beginnings.add(beginning.rstrip().removesuffix(ELLIPSIS).rstrip())
    assert kept in beginnings


@each_count
@given(text=TEXTS, room=st.integers(0, 120))
def test_a_fitted_text_stays_as_it_is(count, text, room):
    limit = count(LINK) + room
    once = fit(text, limit, cut_tail=LINK, count=count).text
    assert fit(once, limit, cut_tail=LINK, count=count).text == once


@each_count
@given(text=TEXTS, limit=st.integers(0, 60))
def test_a_cut_text_stays_as_it_is_and_no_longer_beginning_would_fit(count, text, limit):
    kept = cut(text, limit, count)
    assert count(kept) <= limit
    assert cut(kept, limit, count) == kept
    more = next((each for each in _beginnings(text) if len(each) > len(kept)), None)
    assert more is None or count(more) > limit


def _beginnings(text):
    beginning = ""
    for atom in atoms(text):
        beginning += atom
        yield beginning.rstrip()


@each_count
@given(text=TEXTS, limit=st.integers(0, 50))
def test_what_may_not_be_cut_goes_whole_or_not_at_all(count, text, limit):
    if count(text) > limit:
        with pytest.raises(TextDoesNotFit):
            fit(text, limit, count=count)
    else:
        assert fit(text, limit, count=count).text == text


@each_count
@given(text=TEXTS, limit=st.integers(0, 200))
def test_the_permalink_is_whole_or_nothing_goes(count, text, limit):
    try:
        fitted = fit(text, limit, tail=LINK, cut_tail=LINK, count=count)
    except TextDoesNotFit:
        assert count(LINK) > limit
    else:
        assert fitted.text.endswith(LINK)
        assert count(fitted.text) <= limit


def test_x_carries_140_japanese_characters_and_what_is_cut_says_where_it_goes_on():
    weighted = UNITS["weighted"]
    assert fit("花" * 140, 280, cut_tail=LINK, count=weighted).text == "花" * 140
    # 280 less 23 for the address, 1 for the space, 2 for the ellipsis: 254, which are 127.
    cut_one = fit("花" * 141, 280, cut_tail=LINK, count=weighted)
    assert cut_one.text == "花" * 127 + f"… {LINK}"


def test_behind_an_address_the_ellipsis_stands_apart():
    fitted = fit(f"https://example.com/a {'花' * 99}", 52, cut_tail=LINK)
    assert fitted.text == f"https://example.com/a … {LINK}"


def test_a_tail_is_kept_whole_when_the_text_is_cut():
    fitted = fit("花" * 50, 40, tail=LINK, cut_tail=LINK)
    assert fitted.text == "花" * (40 - len(LINK) - 2) + f"… {LINK}"


def test_a_tail_that_does_not_fit_at_all_is_not_cut():
    with pytest.raises(TextDoesNotFit):
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
