"""Each claim of the threat model names a test, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "profilelink/deploy/security.md").read_text(encoding="utf-8")
CLAIMS, _, LIST = PAGE.partition("## The tests")
TESTS = dict(re.findall(r"^(\d+)\. `(\S+)`$", LIST, re.M))


def test_every_test_that_the_threat_model_names_exists() -> None:
    assert len(TESTS) > 20
    for named in TESTS.values():
        file, _, name = named.partition("::")
        assert name in names_in(ROOT / file), named


def test_every_claim_names_a_test_and_every_test_has_its_claim() -> None:
    rows = [line.split("|")[1:-1] for line in CLAIMS.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 8
    for who, held, not_held in rows:
        assert numbers(held), who
        assert not_held.strip(), who
    assert numbers(CLAIMS) == set(TESTS)


def test_the_readme_leads_there_and_says_how_to_report_a_fault() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Security\n")[2].partition("\n## ")[0]
    assert "(profilelink/deploy/security.md)" in section
    assert "Report a fault privately" in section
    assert "security advisories" in section


def numbers(text: str) -> set[str]:
    """Those in brackets: (3), (15, 16)."""
    found = re.findall(r"\((\d+(?:, \d+)*)\)", text)
    return {number for group in found for number in group.split(", ")}


def names_in(path: Path) -> set[str]:
    """By reading, not by running: a journey takes minutes to collect on some machines."""
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
