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

HERE = Path(os.environ.get("DEMO_DIR", Path(__file__).resolve().parent.parent / "var" / "demo"))
PASSWORD = "profile-link-demo"  # noqa: S105 - the demo's, printed when it starts
CLIENT_ID = "cf60e9095216f4ca5bd6"
CLIENT_SECRET = "0f2d7a6c4c1b4b5e9e1d8a7f6c5b4a39"  # noqa: S105 - the sandbox's


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
    sandbox = f"http://{options.host}:{options.sandbox_port}"
    return {
        "SECRET_KEY": _kept("secret_key", secrets.token_urlsafe(40)),
        "PIN_KEY": _kept("pin_key", secrets.token_urlsafe(40)),
        "TOKEN_KEYS": _kept("token_keys", base64.urlsafe_b64encode(os.urandom(32)).decode()),
        "PUBLIC_URL": f"http://{options.host}:{options.port}",
        "DATABASE_URL": f"sqlite:///{HERE}/demo.sqlite3",
        "MEDIA_ROOT": str(HERE / "media"),
        "EMAIL_URL": f"filemail:///{HERE / 'mail'}",
        "ALLOWED_PRIVATE_HOSTS": f"{options.host}:{options.sandbox_port}",
        "MIXI_CLIENT_ID": CLIENT_ID,
        "MIXI_CLIENT_SECRET": CLIENT_SECRET,
        "MIXI_AUTHORIZE_URL": f"{sandbox}/mixi/connect_authorize.pl",
        "MIXI_MOBILE_AUTHORIZE_URL": f"{sandbox}/mixi/m/connect_authorize.pl",
        "MIXI_TOKEN_URL": f"{sandbox}/mixi/2/token",
        "MIXI_API_URL": f"{sandbox}/mixi/2",
        "LOG_LEVEL": "WARNING",
    }


def _kept(name: str, fresh: str) -> str:
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh)
    return path.read_text()
