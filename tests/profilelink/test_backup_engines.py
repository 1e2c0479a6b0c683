"""What was taken from SQLite is restored into PostgreSQL, and the reverse: by processes, as a host does it."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from profilelink.backup.taking import ROWS
from tests.drills.processes import run_to_end
from tests.migrated import _copy, migrated_file, own_database

MAKE = """
from tests.profilelink.everything import make_hanako
make_hanako()
"""


@pytest.mark.drill
@pytest.mark.skipif(connection.vendor != "postgresql", reason="DATABASE_URL names no PostgreSQL")
def test_a_site_moves_from_sqlite_to_postgresql_and_back(tmp_path: Path) -> None:
    def env(name: str, database_url: str) -> dict[str, str]:
        own = {"DATABASE_URL": database_url, "MEDIA_ROOT": str(tmp_path / name / "media")}
        return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tests.settings", "DELETION_LOG": ""}

    def sqlite(name: str) -> dict[str, str]:
        (tmp_path / name).mkdir()
        _copy(migrated_file(), tmp_path / name / "rows.sqlite3")
        return env(name, f"sqlite:///{tmp_path / name / 'rows.sqlite3'}")

    def backup(of: dict[str, str], name: str) -> Path:
        run_to_end(["manage.py", "backup", str(tmp_path / name)], of)
        return next((tmp_path / name).iterdir())

    def restore(folder: Path, into: dict[str, str]) -> None:
        run_to_end(["manage.py", "restore", str(folder), "--without-log"], into)

    first, last = sqlite("first"), sqlite("last")
    run_to_end(["manage.py", "shell", "-v0", "-c", MAKE], first)
    with own_database(tmp_path) as database_url:
        middle = env("middle", database_url)
        restore(backup(first, "one"), middle)
        two = backup(middle, "two")
        restore(two, last)
        three = backup(last, "three")
    rows = [gzip.decompress((folder / ROWS).read_bytes()).splitlines() for folder in (two, three)]
    without_times = [list(comparable(lines)) for lines in rows]
    assert len(without_times[0]) > 100
    assert without_times[0] == without_times[1]


def comparable(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    """The rows without what each restore writes anew."""
    names: list[str] = []
    for line in map(json.loads, lines):
        if isinstance(line, dict):
            names = line["fields"]
            continue
        row = dict(zip(names, line, strict=True))
        row.pop("mailed_links_ended_at", None)
        if row.get("state") != "unconfirmed":
            yield row
