"""Environment of a drill: a database, a queue, faulty networks, and the worker.

All of its own, gone afterwards. `drill_stage` before `drill_network`: the product's environment is whole once
the networks listen.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import requests
from cryptography.fernet import Fernet

from tests.drills import processes
from tests.migrated import own_database
from tests.ports import free_row

ENGINES = ("sqlite+orm", "postgresql+orm", "postgresql+redis")
DEADLINE = 20.0  # of a request, before it is hurried
STARTED_WITHIN = 90.0
PORTS = 8  # the main port and those of the networks above it


@dataclass
class Drill:
    """Processes and observations of one run."""

    options: argparse.Namespace
    folder: Path
    env: dict[str, str]
    network: str
    random: random.Random
    kills_in_request: int = 0
    worker: subprocess.Popen[bytes] | None = None
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def work_log(self) -> Path:
        return self.folder / "work.log"

    def start_worker(self) -> None:
        silent = str(max(30.0, 75.0 / self.options.hurry))
        command = ["manage.py", "work", "--silent-after", silent]
        self.worker = processes.start_process(command, self.work_log, self.env)

    def kill_worker(self) -> None:
        assert self.worker is not None
        processes.kill_tree(self.worker)

    def kill_all_through(self, pause: float) -> None:
        """Kill the worker as often as ordered, about `pause` seconds apart, with one long network outage."""
        away_at = self.options.kills // 2
        for number in range(self.options.kills):
            time.sleep(self.random.uniform(0.4, 1.6) * pause)
            if number == away_at:
                self.wait_until_asked()  # by a worker that has just started, say
                self.tell("/_refuse", seconds=self.options.away)
                time.sleep(self.options.away + 1)
            if number % 2:
                self.kills_in_request += self.wait_for_a_request()
            self.kill_worker()
            self.start_worker()

    def wait_until_asked(self) -> None:
        """Until one more request came in. Not for ever."""
        before = self.look("/_thrown")["requests"]
        end = time.monotonic() + 30
        while self.look("/_thrown")["requests"] == before and time.monotonic() < end:
            time.sleep(0.1)

    def wait_for_a_request(self) -> bool:
        """Until a post has come in and its answer is held back. Not for ever."""
        when = self.random.choice(("before", "after"))
        return bool((self.tell("/_hold", when=when) or {}).get("held"))

    def tell(self, path: str, **fields: Any) -> Any:
        try:
            return requests.post(self.network + path, json=fields, timeout=30).json()
        except (OSError, ValueError):
            return None

    def look(self, path: str) -> Any:
        return requests.get(self.network + path, timeout=60).json()


@contextmanager
def drill_stage(options: argparse.Namespace) -> Iterator[Drill]:
    """The database, the queue, the environment; all of it gone afterwards, also after SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="profilelink-drill-"))
    port = free_row(PORTS)
    network = f"http://127.0.0.1:{port}"
    try:
        _choose_engine(options.engine)
        with own_database(folder) as database_url:
            env = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
                "PYTHONUNBUFFERED": "1",
                "DATABASE_URL": database_url,
                "CACHE_URL": "",
                "SECRET_KEY": secrets.token_hex(20),
                "PIN_KEY": secrets.token_hex(20),
                "TOKEN_KEYS": Fernet.generate_key().decode(),
                "PUBLIC_URL": "http://testserver",
                "MEDIA_ROOT": str(folder / "media"),
                "EMAIL_URL": "dummymail://",
                "ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{port}",
                "DRILL_HURRY": str(options.hurry),
                "DRILL_GUARD": options.guard,
            }
            _empty_queue()
            yield Drill(options, folder, env, network, random.Random(options.seed))
    finally:
        _empty_queue()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def drill_network(drill: Drill, *, also: Sequence[str] = ()) -> Iterator[None]:
    """The drill's networks, listening; the environment points at them."""
    options = drill.options
    command = [
        "-m", "tests.drills.network",
        "--port", drill.network.rpartition(":")[2], "--people", str(options.links),
        "--bad", str(options.bad), "--seed", str(options.seed),
        "--deadline", str(DEADLINE / options.hurry), "--site", drill.env["PUBLIC_URL"], "--also", *also,
    ]  # fmt: skip
    with processes.running_process(command, drill.folder / "network.log", drill.env):
        end = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < end:
            try:
                _point_at(drill)
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield


def _point_at(drill: Drill) -> None:
    told = drill.look("/_environment")
    hosts = [drill.env["ALLOWED_PRIVATE_HOSTS"], told["ALLOWED_PRIVATE_HOSTS"]]
    drill.env.update(told, ALLOWED_PRIVATE_HOSTS=",".join(hosts))


def _choose_engine(engine: str) -> None:
    """Make the environment say what `--engine` says, as far as it can."""
    if engine == "sqlite+orm":
        os.environ.pop("DATABASE_URL", None)
    elif not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit(f"{engine} needs DATABASE_URL=postgres://…")
    if not engine.endswith("redis"):
        os.environ.pop("QUEUE_URL", None)
    elif not os.environ.get("QUEUE_URL"):
        raise SystemExit(f"{engine} needs QUEUE_URL=redis://…")


def default_engine() -> str:
    """What the environment offers."""
    database = (
        "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    )
    broker = "redis" if os.environ.get("QUEUE_URL") and database == "postgresql" else "orm"
    return f"{database}+{broker}"


def _empty_queue() -> None:
    """The list that tests.drills.settings names, and no other run's."""
    if url := os.environ.get("QUEUE_URL"):
        name = os.environ.get("TEST_RUN", "profilelink")
        with redis.Redis.from_url(url) as server:
            server.delete(f"django_q:{name}:q")
