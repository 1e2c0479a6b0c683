"""Codes in addresses, codes that are typed, PINs: what they look like and what is stored of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.crypto import codes


def test_a_code_in_an_address_has_22_characters_and_is_never_the_same():
    made = {codes.new_code() for _ in range(50)}
    assert len(made) == 50
    assert all(len(code) == 22 for code in made)


def test_typed_letters_look_like_nothing_else_and_spell_nothing():
    assert not set(codes.TYPED_LETTERS) & set("AEIOUY0123456789")
    assert len(codes.TYPED_LETTERS) == 20


@given(st.text())
def test_letters_derived_from_a_code_are_always_ten_of_them(code):
    typed = codes.derive_typed_code(code)
    assert len(typed) == codes.TYPED_LENGTH
    assert set(typed) <= set(codes.TYPED_LETTERS)


@pytest.mark.parametrize(
    "typed",
    [
        "BCDFGHJKLM",
        "bcdfg-hjklm",
        " bcdfg hjklm ",
        "ＢＣＤＦＧ－ＨＪＫＬＭ",
        "ｂｃｄｆｇｈｊｋｌｍ",
        "bcdfg‐hjklm",
        "bcdfgーhjklm",
    ],
)
def test_a_code_may_be_typed_in_any_way(typed):
    assert codes.hash_typed_code(typed, "phone") == codes.hash_typed_code("BCDFGHJKLM", "phone")


def test_a_code_for_a_phone_is_none_for_a_computer():
    assert codes.hash_typed_code("BCDFGHJKLM", "phone") != codes.hash_typed_code(
        "BCDFGHJKLM", "device"
    )


def test_what_is_stored_of_short_codes_depends_on_the_key_outside_the_database(settings):
    typed, pin = codes.hash_typed_code("BCDFGHJKLM", "phone"), codes.hash_pin("8306")
    assert codes.verify_pin("8306", pin)
    settings.PIN_KEY = "another"
    assert codes.hash_typed_code("BCDFGHJKLM", "phone") != typed
    assert not codes.verify_pin("8306", pin)


def test_a_pin_is_stored_by_a_slow_salted_hash():
    assert codes.hash_pin("8306") != codes.hash_pin("8306")
    assert "8306" not in codes.hash_pin("8306")


def test_a_pin_may_be_typed_in_full_width_digits():
    assert codes.verify_pin("８３０６", codes.hash_pin("8306"))


@pytest.mark.parametrize(
    "pin", ["0000", "7777777", "1234", "4321", "7890", "0987", "1212", "1980", "2026"]
)
def test_a_pin_that_everybody_tries_first_is_easy(pin):
    assert codes.is_easy_pin(pin)


@pytest.mark.parametrize("pin", ["8306", "1357", "90210", "27182818"])
def test_other_pins_are_not(pin):
    assert not codes.is_easy_pin(pin)


def test_a_number_is_one_that_nobody_has():
    taken = [str(number) for number in range(10, 99)]
    assert codes.new_comparison_number(taken) == "99"
