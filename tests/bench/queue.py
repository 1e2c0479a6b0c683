"""How fast the delivery engine is, and what holds it up: `python -m tests.bench queue`.

Real processes: `manage.py work` as shipped (two workers; of its figures mixi's pause between two Voices
alone is taken out) and the sandbox without faults, on whatever DATABASE_URL and QUEUE_URL say. One line
of JSON:

- `plain`: requests a second of a plain loop (one process, `requests.post`) against the sandbox;
- `queue`: deliveries a second from the first arrival to the last of a pile; both are measured in turn,
  `--rounds` times, and `ratio` is the median of the rounds' own;
- `cpu_ms` and `db_ms`: what the processes of `manage.py work`, and PostgreSQL's for this database, use of the processors
  for one delivery: on a machine that does other things too, these say more than deliveries a second;
- `idle` and `measure_backlog`: seconds from Send to arrival at the network, with nothing else to do, and
  with 10,000 rows of other links due before it;
- `backlogs`: deliveries a second with 1,000, 30,000 and 300,000 due (tests.bench.backlog; with `--only
  backlog` a table, too, and exit 1 where the goals do not hold);
- `wire`: deliveries a second where each answer of the network takes 0.3 s more, with 2 × 16 and 2 × 48 under way
  (QUEUE_THREADS), beside as many plain loops at a time;
- `hosts_throughput`: the same for five hosts that answer, beside a sixth that answers, refuses, or keeps silent.

Figures of 22 November 2026, 2 processors that did nothing else, `queue --only throughput --deliveries 400
--rounds 3` (the plain loop asks one thing at a time and the queue eight, so a ratio may pass 1):

    engine             plain  queue  ratio (lowest, highest)  cpu_ms
    sqlite+orm         269.6  269.5   0.84 (0.64, 1.82)          3.8
    postgresql+redis   258.4  210.9   0.82 (0.47, 1.08)          3.9
    postgresql+orm     262.0  201.8   0.75 (0.48, 1.09)          3.9

Seconds from Send to arrival (`--only latency`), median and p95: on SQLite 0.11 and 0.21 when idle, 0.12
and 0.30 behind 10,000 rows; on PostgreSQL with Redis 0.02 and 0.04, 0.25 and 0.51. Five healthy hosts
(`--only hosts`, SQLite), p95: 0.211 beside a sixth that answers, 0.214 beside one that refuses, 0.211
beside a silent one.

At first plain, queue and ratio were 255, 34.9 and 0.14 on SQLite, 194, 17.5 and 0.09 on PostgreSQL. What
made the difference:

- Statements are composed once (delivery.compiled). The processor time that draining takes for one
  delivery fell from 20.2 to 3.9 ms on SQLite, from 22.3 to 6.9 ms on PostgreSQL.
- On PostgreSQL a delivery makes 12 journeys to the server instead of 25, and of its three commits only
  one waits for the disk (9 ms when the machine is busy; the other two take 1 ms).
- Choosing whose turn it is took a third of the time (145 ms for 20 rows). It is composed once too, and
  serves 40 rows. Two fifths of the claims came too late, since another hand had the link; now a
  hand stays with its link.

What bounds it now on SQLite is the processor, on PostgreSQL the journeys: on a busy machine (load 14) each
waited 4 ms for its turn on a processor, 48 of the 66 ms that one hand needed for a delivery. The connection to the network
is opened anew for each request, as in the plain loop: some servers reset a kept one, and that would leave
a post in doubt.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.bench.backlog import SIZES, figures_table, measure_backlog, meets_goals
from tests.bench.processors import Database, cpu_seconds, resident_megabytes
from tests.drills import chaos, processes

LINKS = 10
HOSTS = [f"127.0.0.{number}" for number in range(2, 7)]
EXTRA_HOST = "127.0.0.7"
WORKERS = 2  # processes, by default
LATENCY = 0.3  # seconds
THREADS = (16, 48)  # of each of them
PART_TIMEOUT = 120.0  # seconds for one part


@dataclass
class Bench:
    """One stage with its network and worker."""

    env: dict[str, str]
    network: str
    folder: Path

    def order(self, *order: Any, of: str = "sending") -> Any:
        said = processes.run_to_end(["-m", f"tests.bench.{of}", *map(str, order)], self.env)
        return json.loads(said) if said.strip() else None

    def hub(self, *order: Any) -> Any:
        return self.order(*order, of="hub")

    def arrivals(self, name: str) -> dict[str, float]:
        found = requests.get(f"{self.network}/_arrivals", timeout=60).json()
        return {text: at for text, at in found.items() if text.startswith(name)}

    def until_arrived(
        self,
        name: str,
        count: int,
        *,
        patience: float = PART_TIMEOUT,
        watched: Database | None = None,
    ) -> dict[str, float]:
        end = time.monotonic() + patience
        while len(found := self.arrivals(name)) < count and time.monotonic() < end:
            time.sleep(0.5)
            if watched:
                watched.seconds()  # connections come and go
        return found

    @contextmanager
    def database(self) -> Iterator[Database]:
        database = Database(self.env["DATABASE_URL"])
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        log = self.folder / "work.log"
        before = len(log.read_text()) if log.exists() else 0
        with processes.running_process(["manage.py", "work"], log, self.env) as worker:
            end = time.monotonic() + 60
            while "work: running" not in log.read_text()[before:] and time.monotonic() < end:
                time.sleep(0.2)
            time.sleep(6)  # the cluster under it starts, and pulls what it pulls
            yield worker
            processes.stop_tree(worker)


def latency_figures(sent: dict[str, float], arrived: dict[str, float]) -> dict[str, Any]:
    """Median and p95 of the seconds from Send to arrival; what did not come is said."""
    took = sorted(arrived[text] - at for text, at in sent.items() if text in arrived)
    if len(took) < 2:
        return {"sent": len(sent), "arrived": len(took)}
    return {
        "sent": len(sent),
        "arrived": len(took),
        "median": round(statistics.median(took), 3),
        "p95": round(took[min(len(took) - 1, int(len(took) * 0.95))], 3),
    }


def measure_throughput(bench: Bench, count: int, rounds: int) -> dict[str, Any]:
    """The plain loop and a pile, in turn, so that whatever else the machine does strikes both."""
    found = []
    with bench.working() as worker, bench.database() as database:
        for number in range(rounds):
            plain = count / bench.order("plain", count)
            cpu, rows = cpu_seconds(worker.pid), database.seconds()
            bench.order("pile", count, f"many{number}")
            arrived = sorted(
                bench.until_arrived(f"many{number} ", count, watched=database).values()
            )
            cpu, rows = cpu_seconds(worker.pid) - cpu, database.seconds() - rows
            queue = (len(arrived) - 1) / (arrived[-1] - arrived[0])
            each = (cpu / len(arrived), rows / len(arrived), len(arrived))
            found.append((queue / plain, plain, queue, *each))
    ratios = sorted(each[0] for each in found)
    return {
        "plain": round(statistics.median(each[1] for each in found), 1),
        "queue": round(statistics.median(each[2] for each in found), 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(each, 2) for each in ratios],
        "cpu_ms": round(1000 * statistics.median(each[3] for each in found), 1),
        "db_ms": round(1000 * statistics.median(each[4] for each in found), 1),
        "arrived": f"{sum(each[5] for each in found)} of {count * rounds}",
    }


def measure_wire(bench: Bench, threads: int, count: int) -> dict[str, Any]:
    """Whether the queue fills the wire: a pile on as many links as there are threads, answers that take LATENCY."""
    bench.env["QUEUE_THREADS"] = str(threads)
    in_flight = WORKERS * threads
    set_latency(bench, LATENCY)
    plain = count / bench.order("plain", count, in_flight)
    with bench.working() as worker, bench.database() as database:
        bench.order("pile", count, f"wire{threads}")
        cpu, rows = cpu_seconds(worker.pid), database.seconds()
        arrived = sorted(bench.until_arrived(f"wire{threads} ", count, watched=database).values())
        cpu, rows = cpu_seconds(worker.pid) - cpu, database.seconds() - rows
        rss = resident_megabytes(worker.pid)
    set_latency(bench, 0)
    queue = (len(arrived) - 1) / (arrived[-1] - arrived[0])
    return {
        "in_flight": in_flight,
        "plain": round(plain, 1),
        "queue": round(queue, 1),
        "ratio": round(queue / plain, 2),
        "cpu_ms": round(1000 * cpu / len(arrived), 1),
        "db_ms": round(1000 * rows / len(arrived), 1),
        "rss_mb": rss,
        "arrived": f"{len(arrived)} of {count}",
    }


def set_latency(bench: Bench, seconds: float) -> None:
    answer = requests.post(f"{bench.network}/_latency", json={"seconds": seconds}, timeout=10)
    answer.raise_for_status()


def measure_latency(bench: Bench, count: int, backlog: int) -> dict[str, Any]:
    found = {}
    with bench.working():
        sent = bench.order("send", count, 0.7, "idle")
        found["idle"] = latency_figures(sent, bench.until_arrived("idle", count, patience=20))
        bench.order("pile", backlog)
        sent = bench.order("send", count, 0.7, "late", "last")
        arrived = bench.until_arrived("late", count, patience=30)
        found["backlog"] = {**latency_figures(sent, arrived), "rows_left": bench.order("left")}
    bench.order("drop")
    return found


def hosts_throughput(bench: Bench, count: int) -> dict[str, Any]:
    """Six hosts; the sixth answers, then refuses every connection, then takes one and says nothing."""
    found: dict[str, Any] = {}
    for how in ("answers", "refuses", "silent"):
        with _sixth(how, bench), bench.working():
            sent = bench.order("send", count, 0.25, how)
            healthy = {text: at for text, at in sent.items() if EXTRA_HOST not in text}
            arrived = bench.until_arrived(how, len(healthy), patience=30)
            time.sleep(2)
            found[how] = latency_figures(healthy, {**arrived, **bench.arrivals(how)})
        bench.order("drop")
    return found


@contextmanager
def _sixth(how: str, bench: Bench) -> Iterator[None]:
    """The sixth host, at the network's own port."""
    port = int(bench.network.rpartition(":")[2])
    if how == "refuses":
        yield
        return
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if how == "silent":
            listening.bind((EXTRA_HOST, port))
            listening.listen(128)
            yield
            return
    requests.post(
        f"{bench.network}/_also", json={"host": EXTRA_HOST}, timeout=10
    ).raise_for_status()
    yield
    requests.post(f"{bench.network}/_also", json={"host": ""}, timeout=10).raise_for_status()


@contextmanager
def bench_stage(engine: str, *, names: list[str], links: int) -> Iterator[Bench]:
    """A database, a network under `names` (hosts), members with links."""
    options = chaos.parse_arguments(
        ["--engine", engine, "--bad", "0", "--hurry", "1", "--seed", "1"]
    )
    options.links = links
    with chaos.drill_stage(options) as drill:
        port = drill.network.rpartition(":")[2]
        where = [f"{name}:{port}" for name in names]
        drill.env["DRILL_TOGETHER"] = "1"
        drill.env["DRILL_HOSTS"] = ",".join(where)
        drill.env["ALLOWED_PRIVATE_HOSTS"] = ",".join([f"127.0.0.1:{port}", *where])
        with chaos.drill_network(drill, also=[name for name in names if name != EXTRA_HOST]):
            bench = Bench(drill.env, drill.network, drill.folder)
            bench.order("links", links)
            yield bench


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench queue")
    parser.add_argument("--engine", choices=chaos.ENGINES, default=chaos.default_engine())
    parser.add_argument("--deliveries", type=int, default=600, help="in a pile")
    parser.add_argument("--rounds", type=int, default=5, help="of plain loop and pile, in turn")
    parser.add_argument("--sends", type=int, default=40, help="posts whose way to arrival is timed")
    parser.add_argument("--backlog", type=int, default=10_000, help="rows due before those")
    parser.add_argument("--only", choices=("throughput", "latency", "hosts", "backlog", "wire"))
    parser.add_argument(
        "--threads", type=int, nargs="+", default=THREADS, help="of each worker, for the wire"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of the backlogs")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {"engine": options.engine, "cores": os.cpu_count()}
    if options.only not in ("hosts", "backlog", "wire"):
        with bench_stage(options.engine, names=[], links=LINKS) as bench:
            if options.only != "latency":
                found |= measure_throughput(bench, options.deliveries, options.rounds)
            if options.only != "throughput":
                found |= measure_latency(bench, options.sends, options.backlog)
    if options.only in (None, "hosts"):
        with bench_stage(options.engine, names=[*HOSTS, EXTRA_HOST], links=12) as bench:
            found["hosts"] = hosts_throughput(bench, options.sends * 3)
    if options.only in (None, "wire"):
        with bench_stage(
            options.engine, names=[], links=WORKERS * max(options.threads) + 1
        ) as bench:
            found["wire"] = [
                measure_wire(bench, each, options.deliveries * each // 16)
                for each in options.threads
            ]
    if options.only in (None, "backlog"):
        found["backlogs"] = []
        for size in options.sizes:
            with bench_stage(options.engine, names=[], links=LINKS + 2) as bench:
                found["backlogs"].append(measure_backlog(bench, size))
        sys.stdout.write(figures_table(found["backlogs"]) + "\n")
    found["load"] = [round(each, 1) for each in os.getloadavg()]
    sys.stdout.write(json.dumps(found) + "\n")
    if not meets_goals(found.get("backlogs", [])):
        raise SystemExit(1)
