"""What the demo runs with: every variable that is not set already.

Settings are read once, at import, so this stands before Django. Variables of the outer environment
win: a network can be pointed elsewhere, another database used.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import shutil
from pathlib import Path

from syndication.sandbox.control import MAIN
from syndication.sandbox.network import DEFAULT_PASSWORD, World, demo_people
from syndication.sandbox.server import Sandbox

HERE = Path(os.environ.get("DEMO_DIR", Path(__file__).resolve().parent.parent / "var" / "demo"))
PASSWORD = DEFAULT_PASSWORD


def arguments() -> argparse.ArgumentParser:
    """The demo's options, the same before and inside Django."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--sandbox-port", type=int, default=8001)
    parser.add_argument("--fresh", action="store_true")
    return parser


def prepare(argv: list[str]) -> None:
    """Set the variables. With `--fresh`, what an earlier demo left is thrown away first."""
    options, _ = arguments().parse_known_args(argv)
    if options.fresh:
        shutil.rmtree(HERE, ignore_errors=True)
    (HERE / "mail").mkdir(parents=True, exist_ok=True)
    for name, value in variables(options).items():
        os.environ.setdefault(name, value)


def variables(options: argparse.Namespace) -> dict[str, str]:
    """Name → value. Keys are made once and kept beside the demo's database."""
    site = f"http://{options.host}:{options.port}"
    return {
        **_networks(site, options.host, options.sandbox_port),
        "SECRET_KEY": _kept("secret_key", secrets.token_urlsafe(40)),
        "PIN_KEY": _kept("pin_key", secrets.token_urlsafe(40)),
        "TOKEN_KEYS": _kept("token_keys", base64.urlsafe_b64encode(os.urandom(32)).decode()),
        "PUBLIC_URL": site,
        "DATABASE_URL": f"sqlite:///{HERE}/demo.sqlite3",
        "MEDIA_ROOT": str(HERE / "media"),
        "POST_MAIL_DOMAIN": "post.profilelink.example",
        "EMAIL_URL": f"filemail:///{HERE / 'mail'}",
        "LOG_LEVEL": "WARNING",
    }


def _networks(site: str, host: str, port: int) -> dict[str, str]:
    """Where the sandbox will listen, by its own word, before it does."""
    sandbox = Sandbox(World(site=site, people=demo_people()))
    sandbox.host = host
    offsets = {key: network.port_offset for key, network in sandbox.networks.items()}
    sandbox.ports = {MAIN: port} | {key: port + offset for key, offset in offsets.items() if offset}
    return sandbox.environment()


def _kept(name: str, fresh: str) -> str:
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text()
