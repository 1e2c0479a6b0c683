"""Folding of names: what people take for one name becomes one text, and stays it."""

from __future__ import annotations

import importlib
import unicodedata
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.models import Member
from accounts.models.folded_name import LONGEST
from accounts.name_folding import VARIANTS, fold_last_word, fold_name
from tests.filling import copies
from tests.making import make_member

BLANKS = " \u3000\t\n・･"
BASES = [(base, form) for base, forms in VARIANTS.items() for form in forms]
names = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from(
            [*"ハナコﾊﾅｺﾞﾟ゛゜か\u3099ヷヺヶヵー々﷼ﷺİẞ" + BLANKS, *(form for _b, form in BASES)]
        ),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(names)
@example("か \u3099")
@example("\u1e9e\u0345")
def test_folding_twice_is_folding_once(name):
    folded = fold_name(name)
    assert fold_name(folded) == folded
    assert not set(folded) & set(BLANKS)


@settings(max_examples=100)
@given(names, names, st.sampled_from(BASES), st.sampled_from(BLANKS))
def test_each_form_of_a_kanji_folds_as_the_one_that_keyboards_offer(before, after, forms, blank):
    base, form = forms
    # 、 on either side: a mark at the border would join the character.
    assert fold_name(f"{before}、{form}、{after}") == fold_name(f"{before}、{base}、{after}")
    assert fold_name(f"{form}{blank}{form}") == fold_name(base * 2)
    assert fold_name(f"{form}\U000e0100") == fold_name(base)


@settings(max_examples=100)
@given(st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30F6), max_size=20))
def test_kana_of_both_kinds_and_of_both_widths_fold_alike(katakana):
    hiragana = "".join(chr(ord(letter) - 0x60) for letter in katakana)
    assert fold_name(katakana) == fold_name(hiragana)
    decomposed = unicodedata.normalize("NFD", katakana)
    assert fold_name(decomposed) == fold_name(katakana)


def test_no_form_is_listed_twice_nor_stands_for_another():
    forms = [form for _base, form in BASES]
    assert len(forms) == len(set(forms))
    assert not set(forms) & set(VARIANTS)
    assert all(fold_name(base) == base for base in VARIANTS)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("山﨑 花子", "花子"), ("山﨑　花子", "花子"), ("花子", ""), (" 花子 ", ""), ("", ""),
        ("ハナコ・スミス", "すみす"), ("Ana María Souza", "souza"), ("花子 ・", ""),
    ],
)  # fmt: skip
def test_the_last_word_of_a_name(name, last):
    assert fold_last_word(name) == last


@pytest.mark.django_db
def test_the_migration_folds_the_names_that_stand_in_batches_and_goes_on_where_it_stopped():
    migration = importlib.import_module("accounts.migrations.0016_fold_names")
    member = make_member("m", email="", display_name="髙橋　雪")
    copies(member, 2500, username="'m' || n", email="''", folded_name="''", folded_last_word="''")
    make_member("nameless", email="")
    done = Member.objects.get(username="m7")
    Member.objects.filter(pk=done.pk).update(folded_name="done before")
    for _ in range(2):
        migration.fold_names(apps, SimpleNamespace(connection=connection))
    left = Member.objects.exclude(folded_name="高橋雪", folded_last_word="雪")
    assert {row.username for row in left} == {"nameless", "m7"}


@pytest.mark.django_db
def test_a_name_that_folds_to_more_letters_fits_its_column():
    member = make_member("long", display_name="\ufdfa" * 40)
    assert len(Member.objects.get(pk=member.pk).folded_name) == LONGEST
