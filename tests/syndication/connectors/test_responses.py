"""What HTTP says to every client alike."""

from __future__ import annotations

import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication.connectors import CONNECTORS
from syndication.connectors.mixi import reading
from syndication.connectors.responses import (
    auth_challenge,
    body_excerpt,
    error_message,
    retry_after,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["id", "user", "entry", "created_at", "created", "text", "title", "privacy"]
            ),
            inner,
        )
    ),
)


@dataclass
class Said:
    text: str
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""

    def json(self) -> Any:
        raise ValueError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": " 90 "}, 90),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "９"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Thu, 01 Jan 1970 00:17:20 GMT"}, 40),  # against our own clock
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:30 -0000", "Date": "nonsense"}, 0),
        ({"Retry-After": "Thu, 01 Jan 9999999999 00:00:00 GMT"}, None),
        ({"Retry-After": "99999999999999999999 Jan 1970 00:00:00 GMT"}, None),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 +99999999999999999999"}, None),
    ],
)
def test_retry_after_is_read_as_it_was_meant(headers, seconds):
    assert retry_after(headers, 1000.0) == seconds


@given(st.text(), st.text())
def test_no_retry_after_breaks_anything(value, date):
    found = retry_after({"Retry-After": value, "Date": date}, 0.0)
    assert found is None or 0 <= found <= 24 * 3600


def test_a_challenge_is_read_in_any_quotes():
    for quote in ("'", '"', ""):
        header = f"OAuth error={quote}expired_token{quote},realm={quote}api{quote}"
        assert auth_challenge({"WWW-Authenticate": header}) == {
            "error": "expired_token",
            "realm": "api",
        }
    assert auth_challenge({}) == {}


def test_a_challenge_without_end_is_read_in_one_pass():
    """Python holds its lock meanwhile: half a minute of one worker's threads, all of them."""
    begun = time.process_time()
    assert auth_challenge({"WWW-Authenticate": "a" * 64_000}) == {}
    assert time.process_time() - begun < 1


def test_an_excerpt_is_short_on_one_line_and_without_secrets():
    kept = body_excerpt(Said("a\n\tb secret c\x00" + "x" * 5000), ("secret", ""))
    assert kept.startswith("a b […] c x")
    assert len(kept) <= 500
    assert error_message(["no text"], ()) == ""


@pytest.mark.parametrize(
    "spelling",
    ["ab/cd+ef=gh&ij", "ab%2Fcd%2Bef%3Dgh%26ij", "ab%2fcd%2bef%3dgh%26ij", r"ab\/cd+ef=gh&ij",
     "ab/cd+ef=gh&amp;ij"],
)  # fmt: skip
@pytest.mark.parametrize("before", [0, 392])
def test_a_secret_is_struck_out_in_each_of_its_spellings_before_the_cut(spelling, before):
    kept = body_excerpt(Said("." * before + spelling + "." * 500), ("ab/cd+ef=gh&ij",))
    assert set(kept) <= set(".[…]")


@given(st.binary(max_size=9), st.binary(max_size=9), st.booleans())
def test_a_secret_within_something_in_base64_is_struck_out(before, after, is_for_addresses):
    secret = "Mf3.kT9-zQ1~wX7.bN5-vC2~"
    encode = urlsafe_b64encode if is_for_addresses else b64encode
    spelled = encode(before + secret.encode() + after).decode()
    left = body_excerpt(Said(f"Basic {spelled}"), (secret,)).replace("[…]", " ").split()[1:]
    assert "[…]" in body_excerpt(Said(f"Basic {spelled}"), (secret,))
    assert sum(map(len, left)) <= len(spelled) - len(secret) * 4 // 3 + 6


@pytest.mark.parametrize(
    "text",
    ['{"access_token":"eyJhbGciOi.J9"', "refresh_token=eyJhbGciOi.J9&x=1", '"accessJwt": "eyJhbGciOi.J9"',
     "client_secret: eyJhbGciOi.J9", '{"token":"eyJhbGciOi.J9"}'],
)  # fmt: skip
def test_what_an_answer_calls_a_token_is_struck_out_though_nobody_knows_it(text):
    assert "eyJ" not in body_excerpt(Said(text), ())


@pytest.mark.parametrize(
    "text", ['{"error":"invalid_token","error_description":"The token has expired"}', "token: no"]
)
def test_what_an_answer_says_of_a_token_stays(text):
    assert body_excerpt(Said(text), ()) == text


@pytest.mark.parametrize("before", ["x" * 390, " " * 790])
def test_a_secret_that_the_cut_would_halve_is_not_told_either(before):
    half = body_excerpt(Said(before + "secret-secret-secret"), ("secret-secret-secret",))
    assert "secret" not in half


@given(JSON)
def test_no_answer_of_mixi_breaks_the_reading(value):
    reading.parse_mixi_person(value)
    reading.parse_mixi_voice(value)
    reading.parse_mixi_photo(value, "@default")
    reading.album_visibility(value)
    reading.opensocial_entries(value)
    reading.parse_count(value, 0)
    reading.valid_mixi_id(value)


def test_every_network_is_listed_under_its_own_word():
    assert all(key == connector.key for key, connector in CONNECTORS.items())
    for connector in CONNECTORS.values():
        subjects = connector.kinds() | ({"reply"} if connector.can_reply() else set())
        assert subjects == frozenset(connector.audiences) == frozenset(connector.limits)
        likes = {"like"} if connector.can_like else set()
        assert connector.can_delete | connector.can_reconcile <= subjects | likes
