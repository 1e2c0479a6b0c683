"""One post, seven networks, 300 friends: `python -m tests.bench fanout`.

    python -m tests.bench fanout                  answers that take 0.3 s more
    python -m tests.bench fanout --latency 0      as fast as the sandbox is

Real processes, as for the queue's bench. A member with a link on each network sends posts with a photo, one
each round; before each a plain loop of `requests` posts as many photos to mixi, as many at a time as there
are links. A table, then one line of JSON:

- `first` and `all`: seconds from Send until the first copy is recorded as sent, and the last; medians;
- `a_second`: copies a second, from Send to the last; `plain`: photos a second of the plain loop, `ratio` of the
  two, in the same round. One photo is one request there, and two or three on most networks;
- `cpu_ms` and `plain_cpu_ms`: processor time for one copy, of all of `manage.py work` from Send until the bench has
  seen that all are sent (its sweep and imports run meanwhile), and of the plain loop;
- `copies`: on how many networks each post is, `others`: deliveries that did not arrive, and why;
- `friends`: how many friends may read each post the moment it is sent: there is nothing to deliver to them.

First run, 30 November 2026, SQLite, load 33 by others: seven copies of seven, the first after 6.2 s, the last after
13.7. Processor figures of a machine as busy as that say nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from typing import Any

from tests.bench.processors import cpu_seconds
from tests.bench.queue import LATENCY, Bench, bench_stage, set_latency
from tests.drills import chaos

MEMBERS = 10  # people of the sandbox
NETWORKS = 7
PATIENCE = 120.0  # seconds for the posts of one round


def measure_fanout(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    """The figures of all rounds."""
    set_latency(bench, options.latency)
    bench.hub("member", options.friends)
    rounds = []
    with bench.working() as worker:
        for number in range(options.rounds):
            plain, used = bench.hub("plain", NETWORKS * options.photos, NETWORKS)
            cpu, name = cpu_seconds(worker.pid), f"photo{number}"
            bench.hub("write", options.photos, name)
            found = _until_settled(bench, name, options.photos)
            cpu = cpu_seconds(worker.pid) - cpu
            took = [seconds for copies in found["sent"].values() for seconds in copies]
            if not took:
                raise RuntimeError(f"nothing arrived: {found['others']}")
            rounds.append(
                {
                    "first": min(took),
                    "all": max(took),
                    "a_second": len(took) / max(took),
                    "plain": NETWORKS * options.photos / plain,
                    "ratio": len(took) / max(took) / (NETWORKS * options.photos / plain),
                    "cpu_ms": 1000 * cpu / len(took),
                    "plain_cpu_ms": 1000 * used / (NETWORKS * options.photos),
                    "copies": len(took) / options.photos,
                    "others": found["others"],
                    "friends": bench.hub("seen", name) / options.photos,
                }
            )
    figures = [name for name in rounds[0] if name != "others"]
    medians = {name: round(statistics.median(each[name] for each in rounds), 2) for name in figures}
    return {**medians, "others": [other for each in rounds for other in each["others"]]}


def _until_settled(bench: Bench, name: str, count: int) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = bench.hub("copies", name)
        if sum(map(len, found["sent"].values())) >= NETWORKS * count:
            break
        time.sleep(0.5)
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench fanout")
    parser.add_argument("--engine", choices=chaos.ENGINES, default=chaos.default_engine())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photos", type=int, default=1, help="posts of one round")
    parser.add_argument("--friends", type=int, default=300)
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds of each answer")
    options = parser.parse_args(arguments)
    with bench_stage(options.engine, names=[], links=MEMBERS) as bench:
        found = measure_fanout(bench, options)
    for name, value in found.items():
        sys.stdout.write(f"{name:14}{value}\n")
    load = [round(each, 1) for each in os.getloadavg()]
    said = {"engine": options.engine, "latency": options.latency, **found, "load": load}
    sys.stdout.write(json.dumps(said) + "\n")
    if found["copies"] != NETWORKS or found["friends"] != options.friends:
        raise SystemExit(1)
