"""Takes each guard of the engine out, one at a time, and shows that its test fails.

`python -m tests.drills.without_guards` works on a copy of the tree; words choose guards by name. A line
for each guard; the exit status is 1 if a test passed without its guard. tests/drills/test_guards.py sees
that every text to take out still stands where it is looked for.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Not *cache*: profilelink/cache.py is a module of ours.
IGNORED = shutil.ignore_patterns(".venv", ".git", "var", "build", ".*cache*", "__pycache__")
ENGINE = "syndication/delivery/"
TESTS = "tests/syndication/delivery/"


@dataclass(frozen=True)
class Guard:
    """A guard, the edits (file, text, replacement) that take it out, and the test that must fail."""

    name: str
    what: str
    edits: list[tuple[str, str, str]]
    test: str

    def edited(self, tree: Path) -> dict[Path, str]:
        """The files without the guard. Raises LookupError where a text does not stand just once."""
        files: dict[Path, str] = {}
        for name, text, replacement in self.edits:
            source = files.get(tree / name) or (tree / name).read_text(encoding="utf-8")
            if source.count(text) != 1:
                raise LookupError(f"{self.name}: not once in {name}: {text}")
            files[tree / name] = source.replace(text, replacement)
        return files


GUARDS = [
    Guard(
        "pre-send-check",
        "eligibility is checked on fresh rows before the request",
        [
            (
                f"{ENGINE}attempt.py",
                "if reason := eligibility.pre_send_check(",
                "if False and eligibility.pre_send_check(",
            )
        ],
        f"{TESTS}test_never_wider.py::test_nobody_reads_a_copy_whom_the_member_did_not_name",
    ),
    Guard(
        "opt-in",
        "a narrower post goes only where its member opted in",
        [
            (
                f"{ENGINE}eligibility.py",
                "audience == Audience.EVERYONE if choice is None else choice",
                "True",
            )
        ],
        f"{TESTS}test_planning.py::test_a_narrower_post_goes_nowhere_by_itself",
    ),
    Guard(
        "withdraw",
        "narrowing and deleting take back the copies that are out",
        [
            (
                f"{ENGINE}planning.py",
                "if not eligibility.covers_audience(post, row.audience):",
                "if False:",
            )
        ],
        f"{TESTS}test_never_wider.py::test_nobody_reads_a_copy_whom_the_member_did_not_name",
    ),
    Guard(
        "look-up-first",
        "nobody sends again while the copy may still arrive",
        [("syndication/actions/commands.py", "if delivery.due_at is not None:", "if False:")],
        f"{TESTS}test_attempt.py::test_nobody_is_asked_to_look_while_it_may_still_arrive",
    ),
    Guard(
        "look-up-depth",
        "a copy is looked for as far back as the first request",
        [("syndication/connectors/mixi/interactions.py", "if len(page) < PAGE or", "if True or")],
        f"{TESTS}test_attempt.py::test_a_copy_behind_a_hundred_later_ones_is_found",
    ),
    Guard(
        "slow-hosts",
        "slow hosts have their share of the threads",
        [
            (f"{ENGINE}circuit_breaker.py", "    if slow:\n", "    if False:\n"),
            (f"{ENGINE}circuit_breaker.py", "and not _has_slow_host_thread(now)", "and False"),
        ],
        f"{TESTS}test_pacing.py::test_slow_hosts_hold_half_of_the_threads_and_the_others_have_the_rest",
    ),
    Guard(
        "newest-and-oldest",
        "links take turns, and a new post has one beside a backlog",
        [
            (
                f"{ENGINE}fairness.py",
                "_round_robin(_links_of_rows(reversed(due)), _links_of_rows(due))",
                "_round_robin(_links_of_rows(due))",
            )
        ],
        f"{TESTS}test_pacing.py::test_links_take_turns_and_a_new_post_does_not_wait_behind_a_backlog",
    ),
    Guard(
        "rotation",
        "each link of a long backlog has its turn",
        [(f"{ENGINE}fairness.py", "sources = (following, last,", "sources = (last,")],
        f"{TESTS}test_fairness.py::test_each_link_of_a_backlog_has_its_turn",
    ),
    Guard(
        "requested-last",
        "a new post does not wait behind a long backlog",
        [(f"{ENGINE}fairness.py", "sources = (following, last,", "sources = (following,")],
        f"{TESTS}test_fairness.py::test_what_was_asked_for_last_goes_before_a_backlog_of_links_that_wait_as_it_does",
    ),
]


def main(words: list[str]) -> int:
    chosen = [guard for guard in GUARDS if not words or guard.name in words]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=IGNORED)
        if not _passes(tree, sorted({guard.test for guard in chosen})):
            print("The tests do not pass with all guards in place.")
            return 1
        survivors = [guard for guard in chosen if not _fails_without(tree, guard)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} tests fail without their guard")
    return 1 if survivors else 0


def _fails_without(tree: Path, guard: Guard) -> bool:
    files = guard.edited(tree)
    before = {path: path.read_text(encoding="utf-8") for path in files}
    _write(files)
    failed = not _passes(tree, [guard.test])
    _write(before)
    verdict = "fails without it" if failed else "PASSES WITHOUT IT"
    print(f"{guard.name:18} {guard.what:60} {verdict}", flush=True)
    return failed


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


def _passes(tree: Path, tests: list[str]) -> bool:
    """Whether the tests pass. Raises where they could not be run at all."""
    options = ["-q", "-x", "--nomigrations", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, *tests]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or (done.returncode == 1 and " failed" not in done.stdout):
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
