"""`manage.py demo`: the whole product on this machine, in one process tree, in the foreground.

Database, demo members, sandbox, worker and web server. Ctrl-C, SIGTERM or a closed terminal stops all
of it in order, once, however often it is said; where this process is killed, the guard of its children
ends them. Their output goes to var/demo/*.log; the end of it is shown when one of them fails.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import Member
from accounts.safe_http import HttpFailure
from profilelink import demo_environment, demo_members
from syndication.worker.child_processes import ProcessGuard

DEMO_FOLDER = demo_environment.DEMO_FOLDER
READY_WITHIN = 90  # seconds
STOP_WITHIN = 30  # seconds, above the 20 that the worker gives its cluster; then SIGKILL
_opener = build_opener(ProxyHandler({}))


class DemoStopped(Exception):
    """The demo was told to stop: Ctrl-C, SIGTERM, or a closed terminal."""


class Command(BaseCommand):
    help = "Run everything on this machine: web, worker and the sandbox that plays the networks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="an address that phones can reach")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--sandbox-port", type=int, default=8001)
        parser.add_argument("--fresh", action="store_true", help="forget the last demo first")

    def handle(self, *args: Any, **options: Any) -> None:
        given = Namespace(**options)
        self._is_stopping = False
        self._guard = ProcessGuard()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._parent = _uv_parent()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._stop)
        try:
            self._run(given)
        except DemoStopped:
            self._say("Stopping …")
        finally:
            self._stop_all()

    def _run(self, given: Namespace) -> None:
        self._prepare_database()
        self._start("sandbox", *sandbox_command(given))
        self._wait_for("sandbox", f"http://{given.host}:{given.sandbox_port}/")
        demo_members.create_demo_members(password=demo_environment.PASSWORD)
        self._link_members(given)
        self._start("worker", sys.executable, "manage.py", "work")
        self._start("web", *_web_command(given))
        site = f"http://{given.host}:{given.port}/"
        self._wait_for("web", site + "readyz")
        self._greet(site, given)
        while True:
            self._check()
            time.sleep(0.5)

    def _link_members(self, given: Namespace) -> None:
        """Link the members, at the demo's own mixi alone: its password is sent nowhere else."""
        if settings.NETWORKS["mixi"]["token_url"] != demo_environment.mixi_token_url(given):
            self._say("mixi is elsewhere (MIXI_TOKEN_URL): taro and yuki are not linked with it.")
            return
        try:
            demo_members.link_demo_members(password=demo_environment.PASSWORD)
        except (HttpFailure, demo_members.ConsentNotGiven) as error:
            self._say(f"taro and yuki could not be linked with mixi: {error}")

    def _prepare_database(self) -> None:
        """Create the tables. Raises CommandError if the database has members that no demo made."""
        mine = demo_environment.DatabaseMark(settings.DATABASES["default"])
        if not mine.is_set and _has_members():
            raise CommandError(
                "The database of DATABASE_URL has members whom no demo made, and a demo makes staff "
                "with a password that everybody knows. Nothing was changed. Give the demo a "
                "database of its own."
            )
        mine.set()
        call_command("migrate", verbosity=0)
        self._check()
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self._check()

    def _start(self, name: str, *command: str) -> None:
        with _log(name).open("wb") as output:
            self._children[name] = self._guard.start(
                command, output=output, env={**os.environ, "PYTHONUNBUFFERED": "1"}
            )

    def _wait_for(self, name: str, address: str) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            self._check()
            if _answers(address):
                return
            time.sleep(0.1)
        raise CommandError(f"{name} did not answer at {address}.\n{_log_end(name)}")

    def _greet(self, site: str, given: Namespace) -> None:
        sandbox = f"http://{given.host}:{given.sandbox_port}"
        self._say(
            f"READY {site}",
            f"hanako, taro, yuki (staff: admin), password: {demo_environment.PASSWORD}",
            f"What mixi received: {sandbox}/mixi/  Mails: {sandbox}/mail/  Faults: {sandbox}/",
            f"A phone without cookies begins at {site}m/  Staff: {site}admin/",
        )

    def _say(self, *lines: str) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            for line in lines:
                self.stdout.write(line)
            self.stdout.flush()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Set a flag only: an exception here could lose a child that was just started."""
        self._is_stopping = True

    def _check(self) -> None:
        """Raise DemoStopped if told to stop, CommandError if a child has ended."""
        if self._is_stopping or (self._parent and os.getppid() != self._parent):
            raise DemoStopped
        for name, child in self._children.items():
            if child.poll() is not None:
                raise CommandError(f"{name} stopped ({child.returncode}).\n{_log_end(name)}")

    def _stop_all(self) -> None:
        """Stop the web first, so that nothing new comes in; the sandbox last, for what is being sent."""
        for name in ("web", "worker", "sandbox"):
            if name in self._children:
                self._guard.stop(self._children[name], within=STOP_WITHIN)
        self._guard.close()


def sandbox_command(given: Namespace) -> list[str]:
    return [
        sys.executable, "manage.py", "sandbox",
        "--host", given.host, "--port", str(given.sandbox_port),
        "--site", f"http://{given.host}:{given.port}",
        "--password", demo_environment.PASSWORD, "--friends-answer",
        "--mail", str(DEMO_FOLDER / "mail"), "--keep", str(DEMO_FOLDER / "sandbox"),
    ]  # fmt: skip


def _web_command(given: Namespace) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "profilelink.wsgi",
        "-c", "profilelink/deploy/gunicorn.py", "--bind", f"{given.host}:{given.port}",
    ]  # fmt: skip


def _has_members() -> bool:
    tables = connection.introspection.table_names()
    return Member._meta.db_table in tables and Member.objects.exists()


def _uv_parent() -> int | None:
    """Return the process id of `uv run` if that started us; a killed uv does not signal its child."""
    parent = os.getppid()
    command = ["ps", "-o", "comm=", "-p", str(parent)]
    with contextlib.suppress(OSError):
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return parent if Path(said.stdout.strip()).name == "uv" else None
    return None


def _log(name: str) -> Path:
    DEMO_FOLDER.mkdir(parents=True, exist_ok=True)
    return DEMO_FOLDER / f"{name}.log"


def _log_end(name: str) -> str:
    return "\n".join(_log(name).read_text(errors="replace").splitlines()[-20:])


def _answers(address: str) -> bool:
    try:
        answer: IO[bytes]
        with _opener.open(address, timeout=2) as answer:
            answer.read(1)
            return True
    except (HTTPError, URLError, OSError):
        return False
