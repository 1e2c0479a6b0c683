"""The drill of guards can still take each guard out, and knows its test."""

from __future__ import annotations

import pytest

from tests.drills.without_guards import GUARDS, ROOT, Guard


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_can_be_taken_out_and_has_its_test(guard: Guard) -> None:
    for path, source in guard.edited(ROOT).items():
        compile(source, str(path), "exec")
    file, _, name = guard.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_a_text_that_stands_nowhere_is_found_out() -> None:
    gone = Guard("gone", "", [("manage.py", "was renamed", "")], GUARDS[0].test)
    with pytest.raises(LookupError, match=r"gone: not once in manage\.py"):
        gone.edited(ROOT)
