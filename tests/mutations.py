"""Mutations: take a fix out of a copy of the tree and see that its test fails.

`tests.drills.without_guards` lists the engine's guards so. One line is printed for each; the exit status
is 1 if a test passed without its guard. Words given as arguments choose by rows ("look", "follow").
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Not *cache*: profilelink/cache.py is a module of ours.
IGNORED = shutil.ignore_patterns(".venv", ".git", "var", "build", ".*cache*", "__pycache__")


@dataclass
class Fix:
    """A fix, the edits (file, text, replacement) that take it out, and the test that must fail."""

    row: str
    what: str
    edits: list[tuple[str, str, str]]
    test: str


def main(words: list[str], fixes: list[Fix]) -> int:
    chosen = [fix for fix in fixes if not words or fix.row in words]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=IGNORED)
        whole = _run(tree, sorted({fix.test for fix in chosen}))
        if whole.returncode != 0:
            print(whole.stdout[-3000:], "The tests do not pass with all fixes in place.", sep="\n")
            return 1
        survivors = [fix for fix in chosen if not _fails_without(tree, fix)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} tests fail without their fix")
    return 1 if survivors else 0


def _fails_without(tree: Path, fix: Fix) -> bool:
    before = {name: (tree / name).read_text(encoding="utf-8") for name, _, _ in fix.edits}
    for name, text, replacement in fix.edits:
        now = (tree / name).read_text(encoding="utf-8")
        if text not in now:
            print(f"{fix.row:8} {fix.what}: the text to take out is not in {name}")
            return False
        (tree / name).write_text(now.replace(text, replacement), encoding="utf-8")
    failed = not _passes(tree, [fix.test])
    for name, text in before.items():
        (tree / name).write_text(text, encoding="utf-8")
    verdict = "fails without it" if failed else "PASSES WITHOUT IT"
    print(f"{fix.row:8} {fix.what:52} {fix.test.rpartition('::')[2]:78} {verdict}", flush=True)
    return failed


def _passes(tree: Path, tests: list[str]) -> bool:
    """Whether the tests pass. Raises where they could not be run at all."""
    done = _run(tree, tests)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    if done.returncode == 1 and " failed" not in done.stdout:
        raise RuntimeError(done.stdout[-2000:])
    return done.returncode == 0


def _run(tree: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    options = ["-q", "-x", "--nomigrations", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
