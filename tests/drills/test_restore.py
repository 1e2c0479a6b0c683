"""A small restore drill on whatever DATABASE_URL and QUEUE_URL say: `tests.drills.restore` has the large ones."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.drills.processes import ROOT


@pytest.mark.drill
def test_a_restored_site_sends_nothing_twice_and_nothing_deleted_comes_back() -> None:
    command = [
        "-m", "tests.drills.restore", "--deliveries", "40", "--kills", "1", "--links", "5",
        "--hurry", "20", "--over", "20", "--within", "240",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    found = json.loads(done.stdout)
    counted = {name: found[name] for name in ("doubled", "returned", "missing")}
    assert not any(counted.values()), (found, done.stderr)
    assert found["is_over"], (found, done.stderr)
    assert found["posts_in_backup"] > 0
