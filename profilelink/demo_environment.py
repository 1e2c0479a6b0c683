"""Environment of the demo: set every variable that is not set already.

Settings are read once, at import, so this stands before Django. Variables of the outer environment
win: a network can be pointed elsewhere, another database used.
"""

from __future__ import annotations

import argparse
import base64
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndication.sandbox.control import MAIN
from syndication.sandbox.network import DEFAULT_PASSWORD, World, demo_people
from syndication.sandbox.server import Sandbox

DEMO_FOLDER = Path(
    os.environ.get("DEMO_DIR", Path(__file__).resolve().parent.parent / "var" / "demo")
)
PASSWORD = DEFAULT_PASSWORD
LOCK = "lock"


def demo_arguments() -> argparse.ArgumentParser:
    """Parse the demo's options, before Django is set up and inside its command."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--sandbox-port", type=int, default=8001)
    parser.add_argument("--fresh", action="store_true")
    return parser


def prepare_environment(argv: list[str], *, is_started: bool) -> None:
    """Set the variables; if the demo `is_started`, first check that it can start, before any change.

    With `--fresh`, what an earlier demo left is thrown away. Raises SystemExit with what to do.
    """
    options, _ = demo_arguments().parse_known_args(argv)
    DEMO_FOLDER.mkdir(parents=True, exist_ok=True)
    if is_started:
        _lock_folder()
        _check_ports(options)
        if options.fresh:
            _empty_folder()
    (DEMO_FOLDER / "mail").mkdir(exist_ok=True)
    for name, value in demo_variables(options).items():
        os.environ.setdefault(name, value)


def _lock_folder() -> None:
    """Lock the folder for one demo. The kernel releases the lock when this process ends."""
    lock = os.open(DEMO_FOLDER / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit(
            f"A demo is running already, in {DEMO_FOLDER}. Stop it with Ctrl-C, or give this one a folder "
            "of its own with DEMO_DIR, and ports with --port and --sandbox-port."
        ) from None


def _check_ports(options: argparse.Namespace) -> None:
    """Bind each port for a moment. Raises SystemExit for one in use; a killed demo frees its ports in seconds."""
    sandbox = _sandbox("", options.host, options.sandbox_port)
    for option, port in [
        ("--port", options.port),
        *[("--sandbox-port", each) for each in sorted(sandbox.ports.values())],
    ]:
        try:
            socket.create_server((options.host, port)).close()
        except OverflowError:
            raise SystemExit(f"There is no port {port}; choose another with {option}.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SystemExit(f"Cannot listen at {options.host}:{port}: {error}") from None
            raise SystemExit(
                f"Port {port} is in use, by another demo or another program. Stop that one, or "
                f"choose another port with {option} (the sandbox takes five in a row)."
            ) from None


def _empty_folder() -> None:
    for path in DEMO_FOLDER.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def demo_variables(options: argparse.Namespace) -> dict[str, str]:
    """Return name → value. Secret keys are made once and kept beside the demo's database."""
    site = f"http://{options.host}:{options.port}"
    return {
        **_networks(site, options.host, options.sandbox_port),
        "SECRET_KEY": _read_or_create("secret_key", secrets.token_urlsafe(40)),
        "PIN_KEY": _read_or_create("pin_key", secrets.token_urlsafe(40)),
        "TOKEN_KEYS": _read_or_create(
            "token_keys", base64.urlsafe_b64encode(os.urandom(32)).decode()
        ),
        "PUBLIC_URL": site,
        "SITE_OPERATOR": "Profile Link demo",
        "DATABASE_URL": f"sqlite:///{DEMO_FOLDER}/demo.sqlite3",
        "MEDIA_ROOT": str(DEMO_FOLDER / "media"),
        "POST_MAIL_DOMAIN": "post.profilelink.example",
        "EMAIL_URL": f"filemail:///{DEMO_FOLDER / 'mail'}",
        "LOG_LEVEL": "WARNING",
    }


def mixi_token_url(options: argparse.Namespace) -> str:
    """Token endpoint of the demo's own mixi."""
    return _networks("", options.host, options.sandbox_port)["MIXI_TOKEN_URL"]


class DatabaseMark:
    """Marker file that names, by a fingerprint of its settings, the database with the demo's members."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        names = [str(database.get(name, "")) for name in ("ENGINE", "HOST", "PORT", "NAME")]
        self._fingerprint = hashlib.sha256("\n".join(names).encode()).hexdigest()
        self._is_ours = str(DEMO_FOLDER) == str(Path(names[-1]).parent)
        self._path = DEMO_FOLDER / "database"

    @property
    def is_set(self) -> bool:
        """Whether a demo has made its members there."""
        if self._is_ours:
            return True
        return self._path.exists() and self._path.read_text() == self._fingerprint

    def set(self) -> None:
        """Remember that this database is the demo's."""
        self._path.write_text(self._fingerprint)


def _networks(site: str, host: str, port: int) -> dict[str, str]:
    """Variables that point the networks to the sandbox, before it listens."""
    return _sandbox(site, host, port).environment()


def _sandbox(site: str, host: str, port: int) -> Sandbox:
    """Build a sandbox with the ports it will listen on."""
    sandbox = Sandbox(World(site=site, people=demo_people()))
    sandbox.host = host
    offsets = {key: network.port_offset for key, network in sandbox.networks.items()}
    sandbox.ports = {MAIN: port} | {key: port + offset for key, offset in offsets.items() if offset}
    return sandbox


def _read_or_create(name: str, fresh: str) -> str:
    path = DEMO_FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text()
