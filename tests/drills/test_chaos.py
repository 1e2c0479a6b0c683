"""A small drill on whatever DATABASE_URL and QUEUE_URL say: `tests.drills.chaos` has the large ones."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.drills.processes import ROOT


@pytest.mark.drill
def test_under_fire_nothing_is_lost_doubled_left_behind_or_stale():
    command = [
        "-m", "tests.drills.chaos", "--deliveries", "40", "--kills", "2", "--bad", "0.2",
        "--links", "5", "--hurry", "20", "--pause", "4", "--away", "3", "--within", "400",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    found = json.loads(done.stdout)
    counted = {name: found[name] for name in ("missing", "doubled", "left_behind", "stale")}
    assert not any(counted.values()), (found, done.stderr)
    assert found["is_over"], (found, done.stderr)
    assert (done.returncode, found["deliveries"], found["kills"]) == (0, 40, 2)
