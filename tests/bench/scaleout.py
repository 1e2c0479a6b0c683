"""How deliveries grow with hosts: `python -m tests.bench scaleout`, as root, on PostgreSQL and Redis.

    python -m tests.bench scaleout                   one, two and four hosts, answers that take 0.3 s more
    python -m tests.bench scaleout --latency 1.2     on a machine that has other things to do

Hosts are network namespaces with host names of their own (tests.bench.hosts): each runs `manage.py work` as
shipped but for QUEUE_THREADS=4, so 2 × 4 deliveries are under way on each, and two processors are enough for
four hosts. A table, then one line of JSON; medians of the rounds:

- `a_second`: deliveries a second, from the arrival of the first fifth of a pile to that of the fourth;
- `times`: of one host, in the same round (goals: 1.8 for two, 3.2 for four);
- `bound`: the share of what so many threads could do if the latency were all;
- `lost` and `doubled`: posts of all piles that the network does not have, or has twice (goal: 0).

Where namespaces are refused, `are_namespaces` is false, and the hosts are processes of one.

Figures of 30 November 2026, 2 processors, load 35 by others, `--rounds 1 --each 60 --latency 1.2` (deliveries a
second): 2.6 with one host, 7.6 with two, 12.3 with four; of 420 posts none lost, none doubled. On a machine as
busy as that, one host's share of the processors counts, which more processes enlarge: hence 2.9 and 4.8 times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import requests

from tests.bench.hosts import Hosts, hosts, reachable
from tests.bench.queue import LATENCY, WORKERS, Bench, bench_stage, set_latency
from tests.drills import processes

COUNTS = (1, 2, 4)
THREADS = 4  # QUEUE_THREADS
GOALS = {2: 1.8, 4: 3.2}
STARTED_WITHIN = 120.0
SETTLE = 10.0  # seconds in which the processes find their first work


@contextmanager
def hosts_working(bench: Bench, prefixes: tuple[tuple[str, ...], ...]) -> Iterator[None]:
    """`manage.py work` on each of these hosts."""
    with ExitStack() as stack:
        logs = [bench.folder / f"work{number}.log" for number in range(len(prefixes))]
        running = []
        for log, prefix in zip(logs, prefixes, strict=True):
            log.unlink(missing_ok=True)
            work = processes.running_process(["manage.py", "work"], log, bench.env, prefix=prefix)
            running.append(stack.enter_context(work))
        for log in logs:
            if not processes.logs_within(log, "work: running", STARTED_WITHIN):
                raise RuntimeError(log.read_text(errors="replace")[-3000:])
        time.sleep(SETTLE)
        yield
        for worker in running:
            processes.stop_tree(worker)


def measure_round(bench: Bench, found: Hosts, number: int, each: int) -> dict[int, float]:
    """Deliveries a second with each count of hosts; `each`: posts for one host."""
    rates = {}
    for count in COUNTS:
        name, size = f"round{number} hosts{count}", each * count
        with hosts_working(bench, found.prefixes[:count]):
            bench.order("pile", size, name)
            arrived = sorted(bench.until_arrived(f"{name} ", size, patience=300).values())
        middle = arrived[len(arrived) // 5 : len(arrived) * 4 // 5]
        rates[count] = (len(middle) - 1) / (middle[-1] - middle[0])
        sys.stderr.write(f"{name}: {rates[count]:.1f} a second, {len(arrived)} of {size}\n")
    return rates


def count_faults(bench: Bench, wanted: set[str]) -> dict[str, int]:
    """What the network itself has of the piles."""
    received = requests.get(f"{bench.network}/mixi/_received", timeout=60).json()
    had = Counter(each["text"] for each in received["statuses"] if each["text"] in wanted)
    return {"lost": len(wanted - set(had)), "doubled": sum(count - 1 for count in had.values())}


def measure_scaleout(bench: Bench, found: Hosts, options: argparse.Namespace) -> dict[str, Any]:
    bench.env["QUEUE_THREADS"] = str(THREADS)
    set_latency(bench, options.latency)
    rounds = [measure_round(bench, found, each, options.each) for each in range(options.rounds)]
    wanted = {
        f"round{number} hosts{count} {post}"
        for number in range(options.rounds)
        for count in COUNTS
        for post in range(options.each * count)
    }
    return {
        "are_namespaces": found.are_namespaces,
        "latency": options.latency,
        "hosts": [_figures(count, rounds, options.latency) for count in COUNTS],
        **count_faults(bench, wanted),
        "posts": len(wanted),
        "left": bench.order("left"),
    }


def _figures(count: int, rounds: list[dict[int, float]], latency: float) -> dict[str, Any]:
    rate = statistics.median(each[count] for each in rounds)
    times = [each[count] / each[1] for each in rounds]
    return {
        "hosts": count,
        "a_second": round(rate, 1),
        "bound": round(rate * latency / (count * WORKERS * THREADS), 2),
        "times": round(statistics.median(times), 2),
        "all_times": [round(each, 2) for each in times],
    }


def meets_goals(found: dict[str, Any]) -> bool:
    """Whether the goals hold."""
    grows = all(each["times"] >= GOALS.get(each["hosts"], 0) for each in found["hosts"])
    return grows and not (found["lost"] or found["doubled"] or found["left"])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench scaleout")
    parser.add_argument("--each", type=int, default=300, help="posts for each host, in a pile")
    parser.add_argument("--rounds", type=int, default=3, help="of one, two and four hosts in turn")
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds of each answer")
    options = parser.parse_args(arguments)
    engine = "postgresql+redis"
    with ExitStack() as stack:
        found = stack.enter_context(hosts(max(COUNTS)))
        links = 2 * max(COUNTS) * WORKERS * THREADS + 1
        names = [found.address] if found.are_namespaces else []
        bench = stack.enter_context(bench_stage(engine, names=names, links=links))
        for variable in ("DATABASE_URL", "QUEUE_URL"):
            url = reachable(bench.env[variable], found.address)
            bench.env[variable] = stack.enter_context(url)
        said = {"engine": engine, "cores": os.cpu_count()}
        said |= measure_scaleout(bench, found, options)
    sys.stdout.write(f"{'hosts':>6}{'a second':>10}{'times':>7}{'bound':>7}\n")
    for each in said["hosts"]:
        line = f"{each['hosts']:>6}{each['a_second']:>10}{each['times']:>7}{each['bound']:>7}"
        sys.stdout.write(line + "\n")
    said["load"] = [round(each, 1) for each in os.getloadavg()]
    sys.stdout.write(json.dumps(said) + "\n")
    if not meets_goals(said):
        raise SystemExit(1)
