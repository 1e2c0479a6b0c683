"""A memory limit for several processes together, as of a small host: a control group of the kernel's (Linux, root)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.drills import processes

_UNIFIED = Path("/sys/fs/cgroup/cgroup.controllers")
_ROOT = Path("/sys/fs/cgroup") if _UNIFIED.exists() else Path("/sys/fs/cgroup/memory")
# Of version 2 and of version 1.
_LIMIT = "memory.max" if _UNIFIED.exists() else "memory.limit_in_bytes"
_OWN = "anon" if _UNIFIED.exists() else "total_rss"  # what cannot be dropped and read again
_SHARED = "shmem" if _UNIFIED.exists() else "total_shmem"
_KILLS = "memory.events" if _UNIFIED.exists() else "memory.oom_control"


@dataclass
class MemoryGroup:
    folder: Path
    megabytes: int
    largest: int = 0

    def take_in(self, pid: int) -> None:
        """A process and all below it, and whatever they start from now on."""
        for each in processes.tree(pid):
            with suppress(ProcessLookupError):
                (self.folder / "cgroup.procs").write_text(str(each))

    def look(self) -> None:
        found = _numbers(self.folder / "memory.stat")
        self.largest = max(self.largest, found[_OWN] + found.get(_SHARED, 0))

    def result(self) -> dict[str, int]:
        """`largest`: MB of what processes hold and share, without the files that the kernel keeps at hand."""
        kills = _numbers(self.folder / _KILLS)["oom_kill"]
        return {"limit": self.megabytes, "largest": self.largest >> 20, "killed": kills}


@contextmanager
def memory_group(megabytes: int) -> Iterator[MemoryGroup]:
    """A group of this size, ended with the processes that are left in it. Raises OSError where there are none."""
    folder = _ROOT / f"profilelink-{os.getpid()}"
    folder.mkdir()
    try:
        (folder / _LIMIT).write_text(str(megabytes << 20))
        yield MemoryGroup(folder, megabytes)
    finally:
        with suppress(OSError):
            folder.rmdir()


def _numbers(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text().splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdecimal()}
