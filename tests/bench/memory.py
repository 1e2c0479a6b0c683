"""What the processes hold: `python -m tests.bench memory`.

- `work`: `manage.py work` as shipped with nothing to do, after half a minute: its processes, their memory together
  (RSS counts a page that two share twice, PSS once), and the share of one core that it uses;
- `web`: one worker process of gunicorn, when it has answered its first pages and after each quarter of
  `--requests`, of a member's pages in turn. It is not started anew meanwhile, as it is after 5,000 in production.

Prints one line of JSON; exit 1 where a goal does not hold. On PostgreSQL and Redis where DATABASE_URL and QUEUE_URL are set.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

import requests

from tests.bench import pages
from tests.bench.processors import cpu_seconds, resident_megabytes
from tests.bench.queue import Bench, bench_stage
from tests.drills import chaos, processes

WORK_GOAL = 250  # MB of RSS
WEB_GOAL = 110
GROWTH_GOAL = 3  # MB from the second quarter's end on
IDLE_SECONDS = 30


def measure_work(bench: Bench) -> dict[str, Any]:
    with bench.working() as worker:
        time.sleep(IDLE_SECONDS)  # the first sweep is over
        before = cpu_seconds(worker.pid)
        time.sleep(IDLE_SECONDS)
        share = (cpu_seconds(worker.pid) - before) / IDLE_SECONDS
        return {
            "processes": len(processes.tree(worker.pid)),
            **resident_megabytes(worker.pid),
            "percent_of_a_core": round(100 * share, 2),
        }


def measure_web(count: int) -> dict[str, Any]:
    os.environ["GUNICORN_CMD_ARGS"] = "--max-requests 0"
    with pages.stage() as (found, _), requests.Session() as http:
        asked = [page for name, page in found.items() if name not in ("bare", pages.STOCK)]
        [worker] = processes.children(asked[0].server)
        sizes = []
        for quarter in range(5):
            for number in range(count // 4 if quarter else 200):
                address = asked[number % len(asked)].address
                http.get(
                    address, headers={"User-Agent": pages.PHONE}, timeout=60
                ).raise_for_status()
            sizes.append(resident_megabytes(worker)["rss"])
    return {"requests": count, "rss": sizes}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench memory")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--only", choices=("work", "web"))
    options = parser.parse_args(arguments)
    engine = chaos.default_engine()
    found: dict[str, Any] = {"engine": engine}
    if options.only != "web":
        with bench_stage(engine, names=[], links=1) as bench:
            found["work"] = measure_work(bench)
    if options.only != "work":
        found["web"] = measure_web(options.requests)
    sys.stdout.write(json.dumps(found) + "\n")
    sizes = found.get("web", {}).get("rss", [0] * 5)
    is_web_well = sizes[-1] <= WEB_GOAL and sizes[-1] - sizes[2] <= GROWTH_GOAL
    if found.get("work", {}).get("rss", 0) > WORK_GOAL or not is_web_well:
        raise SystemExit(1)
