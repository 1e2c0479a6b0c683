"""What fuzzing found, and what it begins with, once more: no promise of the product is broken by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.harnesses import HARNESSES, seeds
from tests.fuzz.limits import TooHungry, TooSlow, check, stretched

CORPUS = Path(__file__).parent / "corpus"
INPUTS = [(name, number, data) for name in HARNESSES for number, data in enumerate(seeds(name))]
NAMES = [f"{name}-{number}" for name, number, _ in INPUTS]


@pytest.mark.parametrize(("name", "number", "data"), INPUTS, ids=NAMES)
def test_what_was_found_breaks_nothing_any_more(name: str, number: int, data: bytes) -> None:
    check(HARNESSES[name], data, memory=True)


@pytest.mark.parametrize("name", HARNESSES)
def test_an_input_as_long_as_a_mail_costs_no_more_than_its_length(name: str) -> None:
    for data in seeds(name):
        check(HARNESSES[name], stretched(data), slack=3)


def test_the_corpus_is_of_the_harnesses_and_small() -> None:
    assert {path.parent.name for path in CORPUS.glob("*/*")} <= set(HARNESSES)
    for path in CORPUS.glob("*/*"):
        assert path.stat().st_size <= 100_000, path


def test_too_much_time_and_too_much_memory_are_found() -> None:
    with pytest.raises(TooSlow):
        check(lambda _: sum(range(3_000_000)) and None, b"", slack=0.01)
    with pytest.raises(TooHungry):
        check(lambda _: len(bytearray(40_000_000)) and None, b"", memory=True)
