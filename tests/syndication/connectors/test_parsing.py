"""A field of a network's answer is what it should be, or nothing."""

import pytest

from syndication.connectors import parsing


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {},
        "",
        "javascript:alert(1)",
        "ftp://a.example",
        "//a.example",
        "https://",
        "https://a b",
    ],
)
def test_what_is_no_web_address_is_none(value):
    assert parsing.valid_url(value) == ""


def test_an_address_is_ascii():
    assert parsing.valid_url("https://ä.jp/@ミカ") == "https://xn--4ca.jp/@%E3%83%9F%E3%82%AB"


def test_an_address_that_no_row_can_hold_is_none():
    fits = "https://a.example/".ljust(498, "x")
    assert parsing.valid_url(fits) == fits
    assert parsing.valid_url(fits + "x") == ""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2011-02-15T14:44:04Z", 1297781044),
        ("2011-02-15T23:44:04.5+09:00", 1297781044.5),
        ("2011-02-15T14:44:04", 1297781044),
        ("2011-02-15 14:44:04 UTC", 1297781044),
        ("2011-02-15", None),  # at what time?
        ("9999-12-31T23:59:59-12:00", None),  # in UTC there is no such year
        ("0001-01-01T00:00:00+12:00", None),
        ("Tue Feb 15 14:44:04 +0000 2011", None),
        (1297781044, None),
        (None, None),
    ],
)
def test_a_time_is_one_moment_or_none(value, seconds):
    assert parsing.parse_time(value) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Tue Feb 15 14:44:04 +0000 2011", 1297781044),
        ("Tue Feb 15 23:44:04 +0900 2011", 1297781044),
        ("Fri Dec 31 23:59:59 -1200 9999", None),
        ("2011-02-15T14:44:04Z", None),
        ({}, None),
    ],
)
def test_a_time_of_2010_is_one_moment_or_none(value, seconds):
    assert parsing.parse_2010_time(value) == seconds


def test_words_are_without_what_no_row_can_hold():
    assert parsing.parse_text("half \ud83d\x00 an\nemoji ") == "half  an\nemoji"
    assert parsing.parse_line(" two\nlines ") == "two lines"
    assert parsing.parse_line(["two"]) == ""
