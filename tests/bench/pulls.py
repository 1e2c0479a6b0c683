"""How many imports one host makes: `python -m tests.bench pulls`.

    python -m tests.bench pulls                   10,000 links of one network, answers that take 0.3 s more
    python -m tests.bench pulls --links 600       fewer

Real processes, as for the queue's bench. The feeds of all links are due, each a tenth of a second longer than
the next. Meanwhile members send posts. A table, then one line of JSON:

- `a_second` and `in_a_quarter`: imports a second, and in 15 minutes at that rate (goal: 10,000);
- `cpu_ms`: what the processes of `manage.py work` use of the processors for one import;
- `overtaken`: by how many others, at most, an import was overtaken that had been due longer;
- `alone` and `beside`: seconds from Send to arrival without imports, and beside them (goal: p95 at most 1 s more).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

from tests.bench.queue import (
    LATENCY,
    Bench,
    bench_stage,
    cpu_seconds,
    latency_figures,
    set_latency,
)
from tests.drills import chaos

QUARTER = 900  # seconds
GOAL = 10_000  # imports in a quarter of an hour
GAP = 0.7  # seconds between two posts
MORE = 1.0  # seconds that p95 may be later


def measure_pulls(bench: Bench, links: int, sends: int) -> dict[str, Any]:
    """The figures of one run."""
    set_latency(bench, LATENCY)
    bench.order("pulls", links)
    with bench.working() as worker:
        alone = _sent(bench, "alone", sends)
        cpu = cpu_seconds(worker.pid)
        bench.order("pulls_due")
        beside = _sent(bench, "beside", sends)
        end = time.monotonic() + links / GOAL * QUARTER * 2 + 60
        while (found := bench.order("pulled"))["done"] < links and time.monotonic() < end:
            time.sleep(2)
        cpu = cpu_seconds(worker.pid) - cpu
    rate = (found["done"] - 1) / found["seconds"] if found["done"] > 1 else 0.0
    return {
        "links": links,
        **found,
        "a_second": round(rate, 1),
        "in_a_quarter": round(rate * QUARTER),
        "cpu_ms": round(1000 * cpu / max(1, found["done"]), 1),
        "alone": alone,
        "beside": beside,
    }


def _sent(bench: Bench, name: str, sends: int) -> dict[str, Any]:
    sent = bench.order("send", sends, GAP, name)
    return latency_figures(sent, bench.until_arrived(f"{name} ", sends, patience=30))


def meets_goals(found: dict[str, Any]) -> bool:
    """Whether the goals hold."""
    late = found["beside"].get("p95", 99) - found["alone"].get("p95", 0)
    return found["in_a_quarter"] >= GOAL and late <= MORE


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench pulls")
    parser.add_argument("--engine", choices=chaos.ENGINES, default=chaos.default_engine())
    parser.add_argument("--links", type=int, default=GOAL)
    parser.add_argument("--sends", type=int, default=40, help="posts whose way to arrival is timed")
    options = parser.parse_args(arguments)
    with bench_stage(options.engine, names=[], links=10) as bench:
        found = measure_pulls(bench, options.links, options.sends)
    for name, value in found.items():
        sys.stdout.write(f"{name:14}{value}\n")
    load = [round(each, 1) for each in os.getloadavg()]
    sys.stdout.write(json.dumps({"engine": options.engine, **found, "load": load}) + "\n")
    if not meets_goals(found):
        raise SystemExit(1)
