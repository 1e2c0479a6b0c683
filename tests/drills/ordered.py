"""A process of a drill that reads orders and answers them, for whoever has no Django or other settings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.drills.processes import ROOT


class Rows:
    """`tests.drills.worker_rows` as a process: `rows("age", 300)`."""

    def __init__(
        self, environment: Mapping[str, str], module: str = "tests.drills.worker_rows"
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *order: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        assert said, f"{order} failed; see what was printed"
        return json.loads(said)

    def close(self) -> None:
        self._process.communicate(timeout=30)
