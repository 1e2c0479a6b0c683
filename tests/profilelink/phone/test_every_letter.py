"""No character is lost: all of cp932, Unicode's 722 pictograms on each carrier, all of Unicode.

`pytest tests/profilelink/phone -k table -s` prints the counts.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_text, is_utf8
from profilelink.phone.encoding import encode_text
from profilelink.phone.pictograms import pictograms_of
from tests.profilelink.phone.every_letter import (
    code_outcome,
    count,
    cp932_codes,
    is_public,
    letters,
    outcome,
    rows,
    table,
)

# What people write with; CJK's extensions beyond are like 𠮷, in the last block.
BLOCKS = [(0x20, 0x7E), (0xA0, 0x33FF), (0x4E00, 0xABFF), (0xE000, 0xFFFD), (0x10000, 0x107FF),
          (0x1F000, 0x1FAFF), (0x20B00, 0x20BFF), (0xE0000, 0xE01EF)]  # fmt: skip


@pytest.mark.parametrize("carrier", Carrier)
def test_a_carrier_s_own_pictograms_come_and_go_exactly(carrier: Carrier) -> None:
    own = [(sign, codes[carrier]) for sign, codes in rows() if carrier in codes]
    assert len(own) == {"docomo": 244, "au": 633, "softbank": 469}[carrier]
    for sign, code in own:
        assert decode_text(code, carrier) == sign
        said = encode_text(sign, carrier)
        assert said.startswith(b"\x1b$") if carrier is Carrier.SOFTBANK else said == code
        assert decode_text(said, carrier) == sign


@pytest.mark.parametrize("carrier", Carrier)
def test_in_utf8_a_pictogram_is_the_carrier_s_private_letter(carrier: Carrier) -> None:
    known = pictograms_of(carrier)
    signs = set()
    for letter, sign in known.of_private.items():
        assert is_utf8(letter.encode())
        assert decode_text(letter.encode(), carrier, utf8=True) == sign
        signs.add(sign)
    assert signs >= set(known.bytes_of)


@pytest.mark.parametrize(
    ("carrier", "private", "code"),
    [
        (Carrier.DOCOMO, "\ue63e", "F89F"),
        (Carrier.DOCOMO, "\ue757", "F9FC"),
        (Carrier.AU, "\ue488", "F660"),
        (Carrier.AU, "\ue5b5", "F7E5"),
        (Carrier.AU, "\ueb0e", "F3CF"),
        (Carrier.AU, "\uef60", "F660"),
        (Carrier.AU, "\ued8d", "F48D"),
        (Carrier.SOFTBANK, "\ue04a", "F98B"),
        (Carrier.SOFTBANK, "\ue201", "F7A1"),
        (Carrier.SOFTBANK, "\ue537", "FBD7"),
    ],
)
def test_ranges_end_where_the_vendors_tables_end(carrier: Carrier, private: str, code: str) -> None:
    known = pictograms_of(carrier)
    assert known.of_private[private] == known.of_code[bytes.fromhex(code)]


def test_web_codes_may_hold_several_signs_and_lack_their_end() -> None:
    assert decode_text(b"a\x1b$Gj\x0fb", Carrier.SOFTBANK) == "a☀b"
    assert decode_text(b"\x1b$Gjj\x0f\x1b$O!", Carrier.SOFTBANK) == "☀☀" + decode_text(
        b"\xf9\xa1", Carrier.SOFTBANK
    )


@pytest.mark.parametrize("carrier", Carrier)
def test_the_table_of_outcomes_has_nothing_lost(carrier: Carrier) -> None:
    counts = {
        f"722 pictograms on {carrier}": count(outcome(sign, carrier) for sign, _ in rows()),
        f"cp932 from {carrier}": count(code_outcome(code, carrier) for code in cp932_codes()),
        f"Unicode on {carrier}": count(outcome(letter, carrier) for letter in letters(BLOCKS)),
    }
    print(table(counts))  # asked for: the figures belong in every report
    assert sum(counts[f"722 pictograms on {carrier}"].values()) == 722
    for counted in counts.values():
        assert counted["lost"] == 0


@given(raw=st.binary(max_size=200), carrier=st.sampled_from(Carrier), utf8=st.booleans())
def test_nothing_private_comes_of_any_bytes(raw: bytes, carrier: Carrier, utf8: bool) -> None:
    assert is_public(decode_text(raw, carrier, utf8=utf8))


@given(text=st.text(max_size=200), carrier=st.sampled_from(Carrier), in_japanese=st.booleans())
def test_any_text_can_be_said_and_settles_after_one_round(
    text: str, carrier: Carrier, in_japanese: bool
) -> None:
    once = decode_text(encode_text(text, carrier, in_japanese=in_japanese), carrier)
    assert is_public(once)
    assert decode_text(encode_text(once, carrier, in_japanese=in_japanese), carrier) == once


JAPANESE = st.text(
    st.characters(codec="cp932", exclude_categories=["Co", "Cc"], exclude_characters="¢£¬‖−〜"),
    min_size=1,
    max_size=60,
)


@given(text=JAPANESE)
def test_utf8_with_kana_or_kanji_is_never_taken_for_shift_jis(text: str) -> None:
    if re.search("[\u3041-\u30ff\u4e00-\u9fff]", text):
        assert is_utf8(text.encode())


def test_no_word_of_shift_jis_up_to_two_letters_of_kana_or_plain_kanji_looks_like_utf8() -> None:
    everyday = [
        chr(point).encode("cp932") for point in [*range(0x3041, 0x3094), *range(0x30A1, 0x30F7)]
    ]
    everyday += [bytes([lead, trail]) for lead in range(0x88, 0x99) for trail in (0xA1, 0xB5, 0x8F)]
    for one in everyday:
        assert not is_utf8(one)
        assert not any(is_utf8(one + other) for other in everyday)
