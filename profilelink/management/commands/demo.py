"""`manage.py demo`: the whole product on this machine, in one process tree, in the foreground.

Database, demo members, sandbox, worker and web server; Ctrl-C stops all. The children's output
goes to var/demo/*.log; the end of it is shown when one of them fails.
"""

from __future__ import annotations

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

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from profilelink import demo_environment, demo_members

HERE = demo_environment.HERE
READY_WITHIN = 90  # seconds
STOP_WITHIN = 30  # seconds, above the 20 that the worker gives its cluster; then SIGKILL
_opener = build_opener(ProxyHandler({}))


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


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
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self._prepare_database()
            children["sandbox"] = _start("sandbox", *_sandbox_command(given))
            self._wait_for("sandbox", f"http://{given.host}:{given.sandbox_port}/", children)
            demo_members.seed(password=demo_environment.PASSWORD)
            children["worker"] = _start("worker", sys.executable, "manage.py", "work")
            children["web"] = _start("web", *_web_command(given))
            site = f"http://{given.host}:{given.port}/"
            self._wait_for("web", site + "readyz", children)
            self._greet(site, given)
            self._watch(children)
        except Stopped:
            self.stdout.write("Stopping …")
        finally:
            _stop_all(children)

    def _prepare_database(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)

    def _wait_for(
        self, name: str, address: str, children: dict[str, subprocess.Popen[bytes]]
    ) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            _all_alive(children)
            if _answers(address):
                return
            time.sleep(0.1)
        raise CommandError(f"{name} did not answer at {address}.\n{_log_end(name)}")

    def _greet(self, site: str, given: Namespace) -> None:
        sandbox = f"http://{given.host}:{given.sandbox_port}"
        self.stdout.write(f"READY {site}")
        self.stdout.write(
            f"hanako, taro, yuki (staff: admin), password: {demo_environment.PASSWORD}"
        )
        self.stdout.write(f"What mixi received: {sandbox}/mixi/  Mails: {sandbox}/mail/")
        self.stdout.write(f"A phone without cookies begins at {site}m/  Staff: {site}admin/")
        self.stdout.flush()

    def _watch(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        while True:
            _all_alive(children)
            time.sleep(0.5)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _sandbox_command(given: Namespace) -> list[str]:
    return [
        sys.executable, "manage.py", "sandbox",
        "--host", given.host, "--port", str(given.sandbox_port),
        "--site", f"http://{given.host}:{given.port}",
        "--password", demo_environment.PASSWORD,
        "--mail", str(HERE / "mail"), "--keep", str(HERE / "sandbox"),
    ]  # fmt: skip


def _web_command(given: Namespace) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "profilelink.wsgi",
        "-c", "profilelink/deploy/gunicorn.py", "--bind", f"{given.host}:{given.port}",
    ]  # fmt: skip


def _start(name: str, *command: str) -> subprocess.Popen[bytes]:
    with _log(name).open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own commands
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


def _log(name: str) -> Path:
    HERE.mkdir(parents=True, exist_ok=True)
    return HERE / f"{name}.log"


def _log_end(name: str) -> str:
    return "\n".join(_log(name).read_text(errors="replace").splitlines()[-20:])


def _all_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise CommandError(f"{name} stopped ({child.returncode}).\n{_log_end(name)}")


def _answers(address: str) -> bool:
    try:
        answer: IO[bytes]
        with _opener.open(address, timeout=2) as answer:
            answer.read(1)
            return True
    except (HTTPError, URLError, OSError):
        return False


def _stop_all(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Web first, so that nothing new comes in; the sandbox last, for what is still being sent."""
    for name in ("web", "worker", "sandbox"):
        child = children.get(name)
        if child is None or child.poll() is not None:
            continue
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(timeout=STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
