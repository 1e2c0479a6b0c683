"""The supervisor, into which `manage.py work` turns: starts the worker processes, and others in their place.

It asks no database and imports nothing but `child_processes`: 10 MB, and nothing that could hang it.

- Each worker process (`worker.process`) is a child in a process group of its own. One that ended is
  started again, after the rest of its group is killed.
- The watchdog does not trust that a process is alive. It trusts heartbeats, which the process writes to
  a pipe whenever its main loop turns and with each request of a delivery. After 75 seconds of silence
  (above the longest single request, 60 s) the group is killed and started anew. Rows in flight
  are read back; nothing is lost or doubled.
- SIGTERM, SIGINT, SIGHUP: the processes get 20 seconds to finish, then their groups are killed.
  SIGKILL: the guard (`child_processes`) ends the groups within seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from syndication.worker.child_processes import ProcessGuard

TICK = 0.5  # seconds
SILENT_AFTER = 75.0  # seconds
STOP_WITHIN = 20.0
RESTART_AFTER = 2.0  # a process that cannot start is not started a hundred times a second
MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
# glibc gives each of a process' threads a heap of its own, up to eight for each core; two are enough
# where most threads wait for networks.
FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}


class WorkerChild:
    """A worker process, and the pipe that its heartbeats come through."""

    def __init__(self, guard: ProcessGuard, options: list[str]) -> None:
        self.options = options
        self._guard = guard
        self._beats, theirs = os.pipe()
        os.set_blocking(self._beats, False)
        command = [sys.executable, str(MANAGE), "worker_process", "--heartbeat-fd", str(theirs)]
        try:
            self._process = guard.start(
                [*command, *options], env={**FEW_HEAPS, **os.environ}, pass_fds=[theirs]
            )
        finally:
            os.close(theirs)
        self._beat_at = time.monotonic()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def is_silent(self, longer_than: float) -> bool:
        """Whether the last heartbeat is more seconds ago than that."""
        with contextlib.suppress(BlockingIOError):
            if os.read(self._beats, 1 << 16):
                self._beat_at = time.monotonic()
        return time.monotonic() - self._beat_at > longer_than

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def stop(self, *, within: float) -> None:
        """Wait up to `within` seconds for the process, then kill the rest of its group."""
        self._guard.stop(self._process, within=within)
        os.close(self._beats)

    def kill(self) -> None:
        """End the whole group at once."""
        self._guard.kill(self._process)
        os.close(self._beats)


class Supervisor:
    """Runs `workers` processes until SIGTERM, SIGINT or a closed terminal."""

    def __init__(self, *, workers: int, silent_after: float) -> None:
        self._workers = workers
        self._silent_after = silent_after
        self._stopping = threading.Event()
        self._guard = ProcessGuard()
        self._children: list[WorkerChild] = []

    def run(self) -> None:
        """Start, supervise, stop."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._stop)
        try:
            for number in range(self._workers):
                options = [] if number else ["--with-maintenance"]
                self._children.append(WorkerChild(self._guard, options))
            while not self._stopping.wait(TICK):
                self._watch()
        finally:
            self._stop_children()
            self._guard.close()
            _say("stopped")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _watch(self) -> None:
        for place, child in enumerate(self._children):
            if not (child.has_ended or child.is_silent(self._silent_after)):
                continue
            why = "ended" if child.has_ended else "does no work"
            _say(f"a worker process {why}, starting another")
            child.kill()
            self._stopping.wait(RESTART_AFTER)
            self._children[place] = WorkerChild(self._guard, child.options)

    def _stop_children(self) -> None:
        until = time.monotonic() + STOP_WITHIN
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop(within=max(0.0, until - time.monotonic()))


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal was closed
        print(f"work: {line}", flush=True)  # noqa: T201 - it speaks to who started it


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--silent-after", type=float, required=True)
    Supervisor(**vars(parser.parse_args())).run()
