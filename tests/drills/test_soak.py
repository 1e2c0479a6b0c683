"""A short soak with all accidents. `python -m tests.drills.soak --minutes 20 --members 200` is the long one."""

from __future__ import annotations

import pytest

from tests.drills import soak
from tests.drills.own_stores import missing_program
from tests.drills.soak_members import SoakPost, kind_of_page

TOKEN = "A" * 22


@pytest.mark.drill
@pytest.mark.skipif(bool(missing_program()), reason=f"{missing_program()} is not installed")
def test_accidents_lose_and_double_nothing_and_each_page_says_try_again() -> None:
    options = [
        "--minutes",
        "0.7",
        "--members",
        "6",
        "--kill-every",
        "15",
        "--away",
        "3",
        "--hurry",
        "10",
    ]
    found = soak.run(soak.parse_arguments([*options, "--seed", "4", "--within", "300"]))
    assert {name: found[name] for name in soak.NEVER} == dict.fromkeys(soak.NEVER, 0), found
    assert found["left_on_the_way"] == 0
    assert found["events"]["PostgreSQL stopped"] == 2
    assert found["accepted"]


def test_pages_are_counted_by_their_kind() -> None:
    assert kind_of_page("get", f"http://x/s/{TOKEN}/posts/12/photo/2?a=1") == "GET /posts/N/photo/N"
    assert kind_of_page("post", f"http://x/s/{TOKEN}/@hanako/") == "POST /@name/"


def test_growth_compares_the_last_third_with_the_middle() -> None:
    assert soak.growth_of([{"web": [size]} for size in (50, 60, 100, 100, 110, 110)]) == 1.1
    assert soak.growth_of([]) == 0.0


def test_what_was_accepted_and_does_not_stand_once_is_counted() -> None:
    record = soak.Record()
    record.posts = [
        SoakPost(f"status その{number}", "status", "m1", True, is_deleted=number == 3)
        for number in (1, 2, 3)
    ]
    record.comments, record.likes = ["comment その4"], {"m1 7"}
    here = {
        "posts": {"status その1": 2, "status その3": 1},
        "comments": {"comment その4": 1},
        "standing": ["status その1", "status その3"],
        "likes": [],
    }
    # Post 2 and the like are not there. Post 3 was deleted, and stands.
    assert soak._counted_here(record, here) == {
        "missing_here": 2,
        "doubled_here": 1,
        "unasked_here": 1,
    }
