"""What a friend wrote before: `python -m tests.bench import`.

    python -m tests.bench import --posts 800      so many posts on one link's timeline (the product keeps 1,000)

A member links Mastodon, where somebody whom they follow has written so many posts. One process imports all
of them, as the import worker does, without its pauses between two imports; another reads the same pages by a
plain loop of `requests` and decodes them. Both in turn, `--rounds` times, medians. A table, then one line of JSON:

- `a_second`: posts a second that are imported, `plain`: that are read, `ratio`: of the two, in one round;
- `cpu_ms` and `plain_cpu_ms`: processor time of that process for one post.

First run, 30 November 2026, SQLite, 51 posts, load 35 by others: 3.1 ms of processor a post, 0.25 of the plain loop.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from typing import Any

from tests.bench.queue import Bench, bench_stage, set_latency
from tests.drills import chaos

MEMBERS = 10  # people of the sandbox


def measure_import(bench: Bench, posts: int, rounds: int, latency: float) -> dict[str, Any]:
    """The figures of all rounds."""
    bench.hub("member", 1)
    bench.hub("followed", posts)
    set_latency(bench, latency)
    found = []
    for _ in range(rounds):
        read, plain_took, plain_used = bench.hub("plain_feed")
        bench.hub("forget_feed")
        imported, took, used = bench.hub("import_feed")
        found.append(
            {
                "a_second": imported / took,
                "plain": read / plain_took,
                "ratio": imported / took / (read / plain_took),
                "cpu_ms": 1000 * used / imported,
                "plain_cpu_ms": 1000 * plain_used / read,
                "imported": imported,
                "read": read,
            }
        )
    return {name: round(statistics.median(each[name] for each in found), 2) for name in found[0]}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench import")
    parser.add_argument("--engine", choices=chaos.ENGINES, default=chaos.default_engine())
    parser.add_argument("--posts", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds of each answer")
    options = parser.parse_args(arguments)
    with bench_stage(options.engine, names=[], links=MEMBERS) as bench:
        found = measure_import(bench, options.posts, options.rounds, options.latency)
    for name, value in found.items():
        sys.stdout.write(f"{name:14}{value}\n")
    load = [round(each, 1) for each in os.getloadavg()]
    said = {"engine": options.engine, "latency": options.latency, **found, "load": load}
    sys.stdout.write(json.dumps(said) + "\n")
    if found["imported"] < options.posts or found["read"] < options.posts:
        raise SystemExit(1)
