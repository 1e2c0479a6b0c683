"""Nothing lost, nothing doubled, nothing left behind: counted at the network, not in our tables.

    python -m tests.drills.chaos --deliveries 1000 --kills 10 --bad 0.2

Real processes: `manage.py work`, a network that answers badly (tests.drills.network) and members
who write, delete and press (tests.drills.members), on a database of their own: a file, or one made
on the server of DATABASE_URL; hints by QUEUE_URL where it is set (its `profilelink` queue is emptied).
`--engine` chooses among what these variables offer. The worker's whole tree is killed by SIGKILL
again and again, every second time in the middle of a request; the network also refuses connections
for a while.

`--hurry 5` divides every wait of the engine by five (tests.drills.figures says which): its figures
are made for two days of tries. `--guard off` takes out what the drill is about, and must show losses
or doubles. One line of JSON at the end; the exit status is 1 where anything is not nought.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import shutil
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
from tests.drills.counting import Written, copies, counted
from tests.journey.world import free_ports, own_database

ENGINES = ("sqlite+orm", "postgresql+orm", "postgresql+redis")
CLIENT_SECRET = "0f2d7a6c4c1b4b5e9e1d8a7f6c5b4a39"  # the sandbox's own
DEADLINE = 20.0  # of a request, before it is hurried
STARTED_WITHIN = 90.0


@dataclass
class Drill:
    """One run's processes and what it saw."""

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
        self.worker = processes.started(command, self.work_log, self.env)

    def kill_worker(self) -> None:
        assert self.worker is not None
        processes.kill(self.worker)

    def kill_all_through(self, pause: float) -> None:
        """So many kills, about `pause` seconds apart, and one long absence of the network."""
        away_at = self.options.kills // 2
        for number in range(self.options.kills):
            time.sleep(self.random.uniform(0.4, 1.6) * pause)
            if number == away_at:
                self.tell("/_refuse", seconds=self.options.away)
                time.sleep(self.options.away + 1)
            if number % 2:
                self.kills_in_request += self.wait_for_a_request()
            self.kill_worker()
            self.start_worker()

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


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole drill; what it found."""
    started_at = time.monotonic()
    with stage(options) as drill, network(drill):
        for command in (["manage.py", "migrate", "-v0"], ["manage.py", "createcachetable"]):
            processes.done(command, drill.env)
        try:
            told = _play(drill)
        finally:
            if drill.worker is not None:
                processes.stop(drill.worker)
        time.sleep(2 * DEADLINE / options.hurry)  # what a dead asker left behind may still be taken
        found = {**_result(drill, told), "seconds": round(time.monotonic() - started_at)}
        if options.keep or found_fault(found):
            _keep(drill, told)
        return found


def found_fault(found: dict[str, Any]) -> bool:
    return bool(
        found["missing"] or found["doubled"] or found["left_behind"] or not found["is_over"]
    )


def _play(drill: Drill) -> dict[str, Any]:
    """Members on one side, kills on the other; what the members said at the end."""
    options = drill.options
    pause = options.pause
    over = max(options.kills * (pause + 4.0), 5.0)
    command = [
        "-m", "tests.drills.members", drill.network,
        "--deliveries", str(options.deliveries), "--links", str(options.links),
        "--over", str(over), "--within", str(options.within), "--seed", str(options.seed),
    ]  # fmt: skip
    ledger = drill.folder / "members.json"
    log = drill.folder / "members.log"
    with ledger.open("wb") as out, log.open("wb") as err:
        members = subprocess.Popen(
            [sys.executable, *command], cwd=processes.ROOT, env=drill.env, stdout=out, stderr=err
        )
    try:
        processes.said_within(log, "READY", STARTED_WITHIN)
        drill.start_worker()
        drill.kill_all_through(pause)
        members.wait(timeout=options.within + 60)
    finally:
        if members.poll() is None:
            members.kill()
            members.wait()
    if members.returncode:
        raise RuntimeError(log.read_text(errors="replace")[-3000:])
    return json.loads(ledger.read_text())  # type: ignore[no-any-return]


def _result(drill: Drill, told: dict[str, Any]) -> dict[str, Any]:
    options = drill.options
    written = [Written(**each) for each in told["written"]]
    thrown = drill.look("/_thrown")
    return {
        **counted(written, copies(drill.look("/mixi/_received"))),
        "is_over": told["is_over"],
        "engine": options.engine,
        "guard": options.guard,
        "deliveries": len(written),
        "deleted": sum(each.is_deleted for each in written),
        "without_read_back": sum(each.kind == "note" for each in written),
        "kills": options.kills,
        "kills_in_request": drill.kills_in_request,
        "requests": thrown["requests"],
        "bad_answers": thrown["faults"],
        "pressed": told["pressed"],
        "database_is_locked": drill.work_log.read_text(errors="replace").count("is locked"),
        "hurry": options.hurry,
        "seed": options.seed,
    }


@contextmanager
def stage(options: argparse.Namespace) -> Iterator[Drill]:
    """The database, the queue, the environment; all of it gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="profilelink-drill-"))
    port = free_ports(1)[0]
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
                "MIXI_CLIENT_ID": "cf60e9095216f4ca5bd6",
                "MIXI_CLIENT_SECRET": CLIENT_SECRET,
                "MIXI_TOKEN_URL": f"{network}/mixi/2/token",
                "MIXI_API_URL": f"{network}/mixi/2",
                "DRILL_HURRY": str(options.hurry),
                "DRILL_GUARD": options.guard,
            }
            _empty_queue()
            yield Drill(options, folder, env, network, random.Random(options.seed))
    finally:
        _empty_queue()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def network(drill: Drill, *, also: Sequence[str] = ()) -> Iterator[None]:
    """The drill's network, listening."""
    options = drill.options
    command = [
        "-m", "tests.drills.network",
        "--port", drill.network.rpartition(":")[2], "--people", str(options.links),
        "--bad", str(options.bad), "--seed", str(options.seed),
        "--deadline", str(DEADLINE / options.hurry), "--also", *also,
    ]  # fmt: skip
    with processes.running(command, drill.folder / "network.log", drill.env):
        end = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < end:
            try:
                drill.look("/_thrown")
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield


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
    if url := os.environ.get("QUEUE_URL"):
        with redis.Redis.from_url(url) as server:
            server.delete("django_q:profilelink:q")


def _keep(drill: Drill, told: dict[str, Any]) -> None:
    """What there is to look at after a run that found something."""
    kept = Path(tempfile.mkdtemp(prefix="profilelink-drill-kept-"))
    (kept / "received.json").write_text(json.dumps(drill.look("/mixi/_received"), indent=1))
    (kept / "told.json").write_text(json.dumps(told, indent=1, ensure_ascii=False))
    for path in [*drill.folder.glob("*.log"), *drill.folder.glob("*.sqlite3*")]:
        shutil.copy(path, kept)
    sys.stderr.write(f"kept in {kept}\n")


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.chaos")
    parser.add_argument("--deliveries", type=int, default=100)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--bad", type=float, default=0.2, help="share of requests answered badly")
    parser.add_argument("--links", type=int, default=10)
    parser.add_argument("--engine", choices=ENGINES, default=default_engine())
    parser.add_argument("--guard", choices=("on", "off"), default="on")
    parser.add_argument("--hurry", type=float, default=5.0)
    parser.add_argument("--pause", type=float, default=8.0, help="seconds between kills, about")
    parser.add_argument("--away", type=float, default=20.0, help="seconds without connections")
    parser.add_argument("--within", type=float, default=1800.0, help="seconds, then it is given up")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--keep", action="store_true", help="keep logs and rows to look at")
    return parser.parse_args(arguments)


def main() -> None:
    found = run(parsed())
    sys.stdout.write(json.dumps(found) + "\n")
    raise SystemExit(int(found_fault(found)))


if __name__ == "__main__":
    main()
