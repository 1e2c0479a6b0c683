"""A real Bluesky PDS for the tests: started for the run, on loopback, with accounts as they are needed.

The environment variable PDS_MODULES names a folder with its modules. `.ci/run` makes one; by hand:

    cp tests/pds/package*.json "$PDS_MODULES" && .ci/install-pds "$PDS_MODULES"

Another version: change package.json, delete package-lock.json, and in a folder of its own run
`npm install --package-lock-only --omit-lockfile-registry-resolved`. Then take the members `funding` out
of the new lock: it names no host at all, and tests/profilelink/test_pins.py watches that.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

START = Path(__file__).with_name("start.cjs")
# As a site is to have one, so not of those names that are for examples; nobody ever asks it.
SITE = "https://profile-link.test-of-profile-link.net"
PASSWORD = "hunter2-long"  # opens all; no app password


def what_is_missing() -> str:
    """Why there is no PDS on this machine, or "". .ci/run says in PDS_MISSING what it tried."""
    if reason := os.environ.get("PDS_MISSING"):
        return reason
    modules = os.environ.get("PDS_MODULES", "")
    if not modules:
        return "PDS_MODULES is not set: the folder with the modules of tests/pds/package-lock.json"
    if not (Path(modules) / "node_modules/@atproto/dev-env").is_dir():
        return f"no @atproto/dev-env in {modules}/node_modules: run .ci/install-pds for it"
    return "" if shutil.which("node") else "not on this machine: node"


@dataclass
class Account:
    """Somebody on the PDS. `token` opens all, `app_password` what an app may."""

    pds: Pds
    did: str
    handle: str
    token: str
    app_password: str

    def posts(self) -> list[dict[str, Any]]:
        """The records that stand, oldest first."""
        query = {"repo": self.did, "collection": "app.bsky.feed.post", "reverse": "true"}
        return self.pds.asked("com.atproto.repo.listRecords", query)["records"]

    def follow(self, other: Account) -> None:
        record = {
            "$type": "app.bsky.graph.follow",
            "subject": other.did,
            "createdAt": "2026-11-22T00:00:00Z",
        }
        content = {"repo": self.did, "collection": "app.bsky.graph.follow", "record": record}
        self.pds.told("com.atproto.repo.createRecord", content, token=self.token)


@dataclass
class Pds:
    """Where it is."""

    pds: str
    plc: str
    answers: Path = Path()  # what it gets that asks the site of SITE

    @property
    def hosts(self) -> list[str]:
        """What ALLOWED_PRIVATE_HOSTS must have."""
        return [url.removeprefix("http://") for url in (self.pds, self.plc)]

    def asked(self, method: str, query: dict[str, str]) -> dict[str, Any]:
        answer = requests.get(f"{self.pds}/xrpc/{method}", params=query, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def told(self, method: str, content: Any, *, token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.pds}/xrpc/{method}"
        answer = requests.post(url, json=content, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def account(self, name: str) -> Account:
        """A fresh account, with an app password."""
        handle = f"{name}-{secrets.token_hex(4)}.test"
        made = self.told(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD},
        )
        token = made["accessJwt"]
        opened = self.told("com.atproto.server.createAppPassword", {"name": "tests"}, token=token)
        return Account(self, made["did"], handle, token, opened["password"])


@contextmanager
def running(folder: Path) -> Iterator[Pds]:
    """Start it, wait until it says where it is, stop it."""
    answers = folder / "client-metadata.json"
    process = subprocess.Popen(
        ["node", str(START)],
        env={
            **os.environ,
            "PDS_SITE": SITE,
            "PDS_SITE_ANSWERS": str(answers),
            "TMPDIR": str(folder),  # for its databases and blobs
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        # The rest of what it prints are its logs, one JSON object a line, too.
        for line in process.stdout:
            if line.startswith('{"pds"'):
                yield Pds(**json.loads(line), answers=answers)
                return
        raise AssertionError("the PDS did not start")
    finally:
        process.kill()
        process.wait(timeout=20)
        for pipe in (process.stdin, process.stdout):
            pipe.close()
