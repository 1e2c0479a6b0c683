"""gunicorn with production settings, as a host runs it: https behind one proxy, logs and mails in files."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests import ports

HOST = "link.example"
READY_WITHIN = 60  # seconds


def production_environment(folder: Path) -> dict[str, str]:
    """What .env.example calls needed, and nothing of the tests' own variables."""
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "production-" * 5,
        "PIN_KEY": "pin-of-production-" * 3,
        "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "PUBLIC_URL": f"https://{HOST}",
        "SITE_OPERATOR": "Photo Club, staff@example.com",
        "TRUSTED_PROXY_COUNT": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'production.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "DELETION_LOG": str(folder / "deletions.log"),
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "ADMINS": "staff@example.com",
    }


class Production:
    """One gunicorn, with one worker unless told otherwise."""

    pid: int

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port

    def send(self, raw: bytes) -> str:
        """What is answered to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(raw)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        return answer.decode("utf-8", "replace")

    def get(self, target: str, host: str = HOST) -> str:
        """What is answered to a GET that came through the proxy."""
        return self.send(
            f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
        )

    def log(self) -> str:
        """Everything that both logs hold."""
        return "".join((self._folder / name).read_text() for name in ("access", "error"))

    def mails(self) -> list[str]:
        """Every mail that was sent."""
        return [path.read_text() for path in (self._folder / "mail").glob("*")]


@contextmanager
def running(folder: Path, **more: str) -> Iterator[Production]:
    """A gunicorn whose database has no tables: whatever asks it fails, as it does when it is away."""
    port = ports.free_row()
    environment = production_environment(folder) | {
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "ACCESS_LOG": str(folder / "access"),
        **more,
    }
    command = [sys.executable, "-m", "gunicorn", "profilelink.wsgi"]
    with (folder / "error").open("w") as error:
        process = subprocess.Popen(
            [*command, "-c", "profilelink/deploy/gunicorn.py"],
            env=environment, cwd=settings.BASE_DIR, stdout=error, stderr=error,
        )  # fmt: skip
    try:
        production = Production(folder, port)
        production.pid = process.pid
        _await(production, process)
        yield production
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _await(production: Production, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            if "200 OK" in production.get("/healthz"):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"gunicorn did not become ready:\n{production.log()}")
