"""What processes use: processor time and memory (Linux)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.drills import processes

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """What a process and those below it have used of the processors (Linux)."""
    ticks = 0
    for pid in processes.tree(root):
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, stat[11:15]))  # its own, and of children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(root: int) -> dict[str, int]:
    """The memory of each process under `root`, and together: pages shared by two count twice (RSS), or once (PSS)."""
    rss, pss = 0, 0
    for pid in processes.tree(root):
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            found = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
            rss, pss = rss + int(found["Rss"]), pss + int(found["Pss"])
    return {"rss": rss // 1024, "pss": pss // 1024}


class Database:
    """The processor time of the database's own processes, one for each connection. Of one that was closed, what it
    had used when it was seen last."""

    def __init__(self, url: str) -> None:
        self._server = None
        self._ticks: dict[int, int] = {}  # process -> its clock ticks
        if url.startswith("postgres"):
            self._server = psycopg.connect(url, autocommit=True)

    def seconds(self) -> float:
        """Of those that served this database so far; 0 where they are not to be seen."""
        if self._server is None:
            return 0.0
        rows = self._server.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        for (pid,) in rows:
            with suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self._ticks[pid] = int(stat[11]) + int(stat[12])
        return sum(self._ticks.values()) / _TICKS

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
