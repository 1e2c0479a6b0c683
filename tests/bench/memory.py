"""What the processes hold: `python -m tests.bench memory`.

- `work`: `manage.py work` as shipped with nothing to do, after half a minute: its processes, their memory together
  (RSS counts a page that two share twice, PSS once), and the share of one core that it uses;
- `web`: one worker process of gunicorn, when it has answered its first pages and after each quarter of
  `--requests`: a member's five pages in turn, after each four cheap ones (`mix`), by six clients at a time. It is not
  started anew meanwhile, as it is after 5,000 in production. `with_master`: with the process that forked it.

Prints one line of JSON; exit 1 where a goal does not hold. On PostgreSQL and Redis where DATABASE_URL and QUEUE_URL are set.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
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
CLIENTS = 6


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


def measure_web(count: int, minutes: float) -> dict[str, Any]:
    """`count` requests by CLIENTS at a time, or as many as there is time for."""
    os.environ["GUNICORN_CMD_ARGS"] = "--max-requests 0"
    with pages.stage() as (found, _):
        asked = _mixed(found)
        server = found["home"].server
        [worker] = processes.children(server)
        end = time.monotonic() + 60 * minutes
        sizes, done, mix = [], 0, Counter[str]()
        for quarter in range(5):
            mix += _ask(asked, count // 4 if quarter else 200, end)
            done = mix.total()
            sizes.append({"requests": done, **resident_megabytes(worker)})
        together = resident_megabytes(server)
    return {"requests": done, "mix": dict(mix), "sizes": sizes, "with_master": together}


def _mixed(found: dict[str, pages.Figures]) -> list[tuple[str, str]]:
    """The addresses in the order in which they are asked for, over and over."""
    site = found["home"].address.partition("/s/")[0]
    asked = [
        (name, page.address) for name, page in found.items() if name not in ("bare", pages.STOCK)
    ]
    cheap = [
        (path, f"{site}{path}") for path in ("/healthz", "/robots.txt", "/about/", "/no-such-page/")
    ]
    return [one for page in asked for one in (page, *cheap)]


def _ask(asked: list[tuple[str, str]], count: int, end: float) -> Counter[str]:
    """Fetch `count` pages in turn, CLIENTS at a time."""
    done, turns = Counter[str](), iter(range(count))

    def fetch() -> None:
        with requests.Session() as http:
            for number in turns:
                if time.monotonic() > end:
                    return
                name, address = asked[number % len(asked)]
                answer = http.get(address, headers={"User-Agent": pages.PHONE}, timeout=60)
                assert answer.status_code in (200, 404), f"{answer.status_code} of {address}"
                done[name] += 1

    with ThreadPoolExecutor(CLIENTS) as clients:
        for each in [clients.submit(fetch) for _ in range(CLIENTS)]:
            each.result()
    return done


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench memory")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=120.0, help="then the web's requests end")
    parser.add_argument("--only", choices=("work", "web"))
    options = parser.parse_args(arguments)
    engine = chaos.default_engine()
    found: dict[str, Any] = {"engine": engine}
    if options.only != "web":
        with bench_stage(engine, names=[], links=1) as bench:
            found["work"] = measure_work(bench)
    if options.only != "work":
        found["web"] = measure_web(options.requests, options.minutes)
    sys.stdout.write(json.dumps(found) + "\n")
    sizes = [each["rss"] for each in found["web"]["sizes"]] if "web" in found else [0] * 5
    is_web_well = sizes[-1] <= WEB_GOAL and sizes[-1] - sizes[2] <= GROWTH_GOAL
    if found.get("work", {}).get("rss", 0) > WORK_GOAL or not is_web_well:
        raise SystemExit(1)
