"""A PostgreSQL and a Redis of a drill's own, which it may stop, start again and empty.

As .ci/lib starts them: without fsync, since what they hold need not outlive a crash of the machine. PostgreSQL
does not run as root; there it runs as `postgres`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.migrated import copy_template
from tests.ports import free_row

STARTED_WITHIN = 60.0


def missing_program() -> str:
    """What of both is not installed here; "" for nothing."""
    if not _postgresql_programs():
        return "PostgreSQL's initdb"
    return "" if shutil.which("redis-server") else "redis-server"


@dataclass
class OwnPostgreSQL:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self.folder.parent.chmod(0o711)
        self.folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-s", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends all connections, `immediate` is as a crash."""
        self._run("pg_ctl", "-s", "-w", "-m", mode, "stop")

    def server_process(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str) -> None:
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*user, str(_postgresql_programs() / program), "-D", str(self.folder), *arguments]  # type: ignore[operator]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=120)


@dataclass
class OwnRedis:
    port: int

    def url(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"

    def flush(self) -> None:
        with redis.Redis.from_url(self.url(0)) as server:
            server.flushall()

    def wait(self) -> None:
        end = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                with redis.Redis.from_url(self.url(0)) as server:
                    server.ping()
                return
            except redis.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


@contextmanager
def own_stores(folder: Path) -> Iterator[tuple[OwnPostgreSQL, OwnRedis]]:
    """Both, running; the environment points at them until the end."""
    with ExitStack() as held:
        held.callback(_restore_environment, {n: os.environ.get(n) for n in _NAMES})
        rows = OwnPostgreSQL(folder / "rows", free_row())
        rows.create()
        rows.start()
        held.callback(_stop_at_last, rows)
        if (outer := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
            copy_template(outer, rows.url)
        server = OwnRedis(free_row())
        command = ["redis-server", "--port", str(server.port), "--bind", "127.0.0.1", "--save", ""]
        process = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL)
        held.callback(process.wait, 30)
        held.callback(process.terminate)
        server.wait()
        os.environ |= {"DATABASE_URL": rows.url, "QUEUE_URL": server.url(5)}
        yield rows, server


_NAMES = ("DATABASE_URL", "QUEUE_URL")


def _restore_environment(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def _stop_at_last(rows: OwnPostgreSQL) -> None:
    with suppress(subprocess.CalledProcessError):  # it is stopped already
        rows.stop("immediate")


def _postgresql_programs() -> Path | None:
    """The folder of the newest initdb."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None
