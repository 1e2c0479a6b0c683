"""The whole product as real processes: `manage.py demo` on free ports, thrown away afterwards.

On SQLite by default; with DATABASE_URL and QUEUE_URL set it stands on a PostgreSQL database of its
own and that Redis. What each process printed is in `logs`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import requests

from syndication.sandbox.mixi.state import CLIENT_SECRET
from tests.journey.elsewhere import Elsewhere, listening
from tests.migrated import own_database
from tests.ports import free_row

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120  # seconds
DOORS = 8  # the sandbox's main port and those above it


@dataclass
class World:
    site: str
    sandbox: str
    folder: Path
    password: str
    ready_after: float  # seconds
    database_url: str
    elsewhere: Elsewhere

    def received(self, network: str = "mixi") -> dict[str, Any]:
        """What the network has, by its own word."""
        return requests.get(f"{self.sandbox}/{network}/_received", timeout=10).json()

    def received_from(self, name: str, network: str = "mixi") -> dict[str, Any]:
        """What the network has of the account with this login name."""
        return {
            kind: [each for each in things if each["user"] == name]
            for kind, things in self.received(network).items()
        }

    def fault(self, **fault: Any) -> None:
        requests.post(f"{self.sandbox}/_faults", json=fault, timeout=10).raise_for_status()

    def logs(self) -> str:
        """What web and worker printed. The sandbox is the other side: it may say its own secrets."""
        names = ("web.log", "worker.log")
        return "\n".join((self.folder / name).read_text(errors="replace") for name in names)

    def mails(self) -> list[str]:
        return [p.read_text(errors="replace") for p in sorted((self.folder / "mail").glob("*"))]

    def until(self, check: Any, *, seconds: float = 30) -> Any:
        """Wait for something true to come of `check()`; its last word otherwise."""
        end = time.monotonic() + seconds
        while True:
            value = check()
            if value or time.monotonic() > end:
                return value
            time.sleep(0.3)

    def dump(self) -> str:
        """Every row of every table, as text."""
        return self._ask("tests.journey.dump")

    def network_secrets(self) -> list[str]:
        """The networks' tokens that links hold now, unsealed, and the client secret."""
        return self._ask("tests.journey.unsealed").split()

    @property
    def client_secret(self) -> str:
        """What mixi knows us by."""
        return CLIENT_SECRET

    @contextmanager
    def without_table(self, name: str) -> Iterator[None]:
        """A database that has lost a table for a moment: pages that need it answer 500."""
        self._change(f'ALTER TABLE "{name}" RENAME TO "{name}_gone"')
        try:
            yield
        finally:
            self._change(f'ALTER TABLE "{name}_gone" RENAME TO "{name}"')

    def bring_looks_forward(self) -> None:
        """The looks at copies for answers and likes, which begin minutes after sending, come now."""
        past = "'2026-01-01 00:00:00+00:00'"
        self._change(
            f"UPDATE syndication_copyactivity SET due_at = {past} WHERE due_at IS NOT NULL"
        )
        self._change(
            f"UPDATE syndication_pull SET due_at = {past} WHERE kind = 'replies' AND due_at IS NOT NULL"
        )

    def _change(self, statement: str) -> None:
        if self.database_url.startswith("sqlite"):
            with closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"))) as db:
                db.execute(statement)
                db.commit()
        else:
            with psycopg.connect(self.database_url, autocommit=True) as server:
                server.execute(statement)

    def _ask(self, module: str) -> str:
        output = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return output.stdout

    def environment(self) -> dict[str, str]:
        kept = {
            name.upper(): (self.folder / name).read_text()
            for name in ("secret_key", "pin_key", "token_keys")
        }
        return {
            **os.environ,
            **kept,
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.site,
            "DEMO_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "profilelink.settings",
        }


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[World]:
    """Start the demo, wait for READY, give the world, stop it.

    mixi's permission page is reached by way of `World.elsewhere`, which writes down who says what.
    """
    with own_database(folder) as database_url, listening() as elsewhere:
        sandbox = free_row(DOORS + 1)
        web = sandbox + DOORS
        elsewhere.sandbox = f"http://127.0.0.1:{sandbox}"
        ours = {n: v for n, v in os.environ.items() if n not in _OF_THE_TESTS}
        process = subprocess.Popen(
            [
                sys.executable,
                "manage.py",
                "demo",
                "--port",
                str(web),
                "--sandbox-port",
                str(sandbox),
            ],
            cwd=ROOT,
            env={
                **ours,
                "DEMO_DIR": str(folder),
                "DATABASE_URL": database_url,
                "PYTHONUNBUFFERED": "1",
                "ADMINS": "staff@example.com",
                **_by_way_of(elsewhere, sandbox),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            started = time.monotonic()
            said = _until_ready(process)
            yield World(
                site=re.search(r"READY (\S+?)/?$", said, re.M)[1],
                sandbox=f"http://127.0.0.1:{sandbox}",
                folder=folder,
                password=re.search(r"password: (\S+)", said)[1],
                ready_after=time.monotonic() - started,
                database_url=database_url,
                elsewhere=elsewhere,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                process.stdout.close()


# Set by tests.settings for the tests' own process; the demo makes its own.
_OF_THE_TESTS = {
    "SECRET_KEY", "PIN_KEY", "TOKEN_KEYS", "PUBLIC_URL", "EMAIL_URL", "MEDIA_ROOT",
    "MIXI_CLIENT_ID", "MIXI_CLIENT_SECRET", "DJANGO_SETTINGS_MODULE", "ALLOWED_PRIVATE_HOSTS",
}  # fmt: skip


def _by_way_of(elsewhere: Elsewhere, sandbox: int) -> dict[str, str]:
    """The demo's own variables, but for mixi's permission page, which is on another site."""
    host = elsewhere.other_site
    doors = [f"127.0.0.1:{sandbox + offset}" for offset in range(DOORS)]
    return {
        "MIXI_AUTHORIZE_URL": f"http://{host}/mixi/connect_authorize.pl",
        "MIXI_MOBILE_AUTHORIZE_URL": f"http://{host}/mixi/m/connect_authorize.pl",
        "ALLOWED_PRIVATE_HOSTS": ",".join([*doors, elsewhere.host, host]),
    }


def _until_ready(process: subprocess.Popen[str]) -> str:
    said = ""
    end = time.monotonic() + READY_WITHIN
    assert process.stdout is not None
    while time.monotonic() < end:
        line = process.stdout.readline()
        if not line and process.poll() is not None:
            break
        said += line
        if "password: " in line:
            return said
    raise AssertionError(f"the demo did not become ready:\n{said}")


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
