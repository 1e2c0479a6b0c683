"""What can be seen of names and texts: hidden characters go, what scripts and emoji need stays."""

from __future__ import annotations

import time

import pytest

from accounts.visible_text import visible_line, visible_text

HIDDEN = (
    "\u202e \u2066 \u200f \u200b \u2060 \ufeff \u00ad \u3164 \u115f \uffa0 \u034f \u180e \u061c"
)


@pytest.mark.parametrize("hidden", HIDDEN.split(" "))
def test_what_cannot_be_seen_goes(hidden):
    assert visible_line(f"{hidden}た{hidden}ろう{hidden}") == "たろう"
    assert visible_line(hidden * 3) == ""
    assert visible_text(f"{hidden}一行\n{hidden}二行") == "一行\n二行"


KEPT = {
    "a family": "👨‍👩‍👧",
    "a heart on fire": "❤️‍🔥",
    "a woman who runs, with a skin": "🏃🏽‍♀️",
    "the flag of Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "a key": "1️⃣",
    "a kanji of a name in its own form": "葛\U000e0100城",
    "Persian": "علی\u200cرضا",
    "Sinhala": "ශ්\u200dරී",
    "an old Malayalam letter": "അവന്\u200d",
    "Thai that may break": "สวัสดี\u200bครับ",
    "a wide blank": "山田　花子",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_a_script_or_an_emoji_needs_stays(text):
    assert visible_line(text) == text
    assert visible_text(text) == text


@pytest.mark.parametrize(
    "text", ["a\u200db", "👍\u200d", "\u200d👍", "\ufe0f", "か\u200cな", "\u2800 "]
)
def test_the_same_characters_go_where_they_show_nothing(text):
    assert not set(visible_line(text)) & set("\u200c\u200d\ufe0f\u2800")


def test_a_name_is_one_line_and_a_text_keeps_its_lines():
    assert visible_line("た\r\n ろ\u2028う\tさん\x00") == "た ろ う さん"
    assert visible_text("た\r\nろ\u2028\u200bう\x0b") == "た\r\nろ\u2028う\x0b"


def test_blanks_without_end_take_no_longer_than_their_length():
    begun = time.process_time()
    assert visible_line("a" + " " * 20_000 + "b\n" + " " * 20_000) == "a" + " " * 20_000 + "b"
    assert time.process_time() - begun < 0.5
