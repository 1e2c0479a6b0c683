"""Takes each guard of the engine out, one at a time, and shows that its test fails.

`python -m tests.drills.without_guards` works on a copy of the tree; the exit status is 1 if a test
passed without its guard.
"""

from __future__ import annotations

import sys

from tests.mutations import Fix, main

TESTS = "tests/syndication/"
NEVER_WIDER = "tests/syndication/delivery/test_never_wider.py::test_nobody_reads_a_copy_whom_the_member_did_not_name"

GUARDS = [
    Fix(
        "look",
        "the last look, on fresh rows, before the request",
        [
            (
                "syndication/delivery/attempt.py",
                "if reason := eligibility.pre_send_check",
                "if False and eligibility.pre_send_check",
            )
        ],
        NEVER_WIDER,
    ),
    Fix(
        "follow",
        "narrowing and deleting take back what is out",
        [
            (
                "syndication/delivery/planning.py",
                "if not eligibility.covers_audience(post, row.audience):",
                "if False:",
            )
        ],
        NEVER_WIDER,
    ),
    Fix(
        "quiet",
        "the member is asked to look after the quiet time",
        [("syndication/actions/commands.py", "if delivery.due_at is not None:", "if False:")],
        "tests/syndication/delivery/test_attempt.py::test_nobody_is_asked_to_look_while_it_may_still_arrive",
    ),
    Fix(
        "deep",
        "reading back goes as far as the first request",
        [("syndication/connectors/mixi/connector.py", "if len(answer) < PAGE or", "if True or")],
        "tests/syndication/delivery/test_attempt.py::test_a_copy_behind_a_hundred_later_ones_is_found",
    ),
    Fix(
        "lane",
        "slow hosts have their share of the workers",
        [
            (
                "syndication/delivery/circuit_breaker.py",
                "if slow and _waiting_for",
                "if False and _waiting_for",
            )
        ],
        "tests/syndication/delivery/test_pacing.py::test_slow_hosts_hold_half_of_the_workers_and_the_others_have_the_rest",
    ),
    Fix(
        "turns",
        "a new post gets a turn beside a backlog",
        [
            (
                "syndication/delivery/fairness.py",
                'order_by("-last", "-link")',
                'order_by("first", "link")',
            )
        ],
        "tests/syndication/delivery/test_pacing.py::test_links_take_turns_and_a_new_post_does_not_wait_behind_a_backlog",
    ),
]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], GUARDS))
