"""The supervisor, `manage.py work`: a django-q2 cluster, the import worker, a sweeper and a watchdog.

- The cluster, which delivers, and the import worker are children in process groups of their own. A child
  that ended is started again, after the rest of its group is killed.
- The sweeper wakes due rows, and writes the deletion log, every two seconds, and does everything else once
  a minute.
- The watchdog does not trust that a process is alive: an idle django-q2 worker killed by SIGKILL
  takes the queue's lock with it, and the cluster looks well and does nothing forever. It trusts
  tasks: each one done leaves a heartbeat, a task that does only that is asked for every ten
  seconds, and after 75 seconds of silence (above the longest single request, 60 s) the group is
  killed and started anew. Rows in flight are read back; nothing is lost or doubled. The import worker
  records its own heartbeats.
- Leases are times that hosts compare. While this machine's clock differs from the database's, nothing
  runs here: it would take rows and tokens that others hold.
- SIGTERM, SIGINT, SIGHUP: the cluster gets 20 seconds to finish, then its group is
  killed. SIGKILL: its guard (`child_processes`) ends the group within seconds.
- The database may start after the supervisor, and go away meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from syndication.actions import deletion_log
from syndication.delivery import heartbeats
from syndication.models import Heartbeat
from syndication.worker import queue, sweep
from syndication.worker.child_processes import ProcessGuard

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds
WAKE_EVERY = 2.0
HEARTBEAT_EVERY = 10.0
SWEEP_EVERY = 60.0
SILENT_AFTER = timedelta(seconds=75)
STOP_WITHIN = 20.0
CLOCKS_MAY_DIFFER = timedelta(seconds=30)  # below the quiet minute that each lease ends with
RESTART_AFTER = 2.0  # a cluster that cannot start is not started a hundred times a second
SWEEPER = "sweeper"
CHILD_COMMANDS = {"qcluster": "the cluster", "pull": "the import worker"}  # manage.py's commands
HEARTBEAT_OF_COMMAND = {"pull": heartbeats.PULL}  # commands with heartbeats of their own


class ChildCommand:
    """A child process that runs one of manage.py's commands, with its process group."""

    def __init__(self, guard: ProcessGuard, command: str) -> None:
        self.name = uuid.uuid4().hex[:12]
        self._row = heartbeats.heartbeat_key(
            self.name, HEARTBEAT_OF_COMMAND.get(command, heartbeats.TASK)
        )
        self.started_at = timezone.now()
        self._guard = guard
        self._process = guard.start(
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), command],
            env={**os.environ, heartbeats.CLUSTER: self.name},
        )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def is_silent(self, longer_than: timedelta) -> bool:
        """Whether the last heartbeat is older than that."""
        seen = heartbeats.last_heartbeat_at(self._row)
        last = max(seen, self.started_at) if seen else self.started_at
        return timezone.now() - last > longer_than

    def stop(self, *, within: float = STOP_WITHIN) -> None:
        """Let the child finish, then kill the rest of its group."""
        self._guard.stop(self._process, within=within)
        self._forget()

    def kill(self) -> None:
        """End the whole group at once."""
        self._guard.kill(self._process)
        self._forget()

    def _forget(self) -> None:
        """Delete the heartbeat's row."""
        with contextlib.suppress(DatabaseError):
            heartbeats.delete_heartbeat(self._row)


class Supervisor:
    """Runs until SIGTERM, SIGINT or a closed terminal. `say` prints one line on the terminal."""

    def __init__(
        self, say: Callable[[str], None], *, silent_after: timedelta = SILENT_AFTER
    ) -> None:
        self._say = say
        self._silent_after = silent_after
        self._stopping = threading.Event()
        self._next: dict[str, float] = {}
        self._guard = ProcessGuard()
        self._parts: dict[str, ChildCommand] = {}
        self._steps: dict[str, tuple[float, Callable[[], object]]] = {
            "clock": (WAKE_EVERY, self._check_the_clock),
            "heartbeat": (
                min(HEARTBEAT_EVERY, silent_after.total_seconds() / 4),
                self._request_heartbeat,
            ),
            "wake": (WAKE_EVERY, lambda: sweep.wake_due_deliveries(timezone.now())),
            "mails": (WAKE_EVERY, lambda: sweep.wake_due_mails(timezone.now())),
            "deletion log": (WAKE_EVERY, deletion_log.write_deletion_log),
            "sweep": (SWEEP_EVERY, sweep.run_all_steps),
            "watch": (TICK, self._watch),
        }
        self._is_off = False  # the clock

    def run(self) -> None:
        """Start, supervise, stop."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._stop)
        self._wait_for_database()
        if self._stopping.is_set():
            return
        try:
            while not self._stopping.wait(TICK):
                self._tick()
        finally:
            self._stop_parts()
            self._guard.close()
            self._say("work: stopped")

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _wait_for_database(self) -> None:
        """Wait until the database answers and has our tables."""
        has_said = False
        while not self._stopping.is_set():
            try:
                Heartbeat.objects.exists()
            except DatabaseError:
                connection.close()
                if not has_said:
                    self._say("work: waiting for the database")
                    has_said = True
                self._stopping.wait(1.0)
            else:
                return

    def _tick(self) -> None:
        for name, (every, step) in self._steps.items():
            if not self._parts and name != "clock":
                continue
            if time.monotonic() < self._next.get(name, 0.0):
                continue
            self._next[name] = time.monotonic() + every
            try:
                step()
            except Exception:  # the database is away, say; the loop goes on whatever it was
                logger.exception("work: %s", name)
                connection.close()

    def _check_the_clock(self) -> None:
        """Start the children while the clock is right; stop them while it is not."""
        ahead = heartbeats.clock_skew()
        if abs(ahead) <= CLOCKS_MAY_DIFFER:
            self._is_off = False
            if not self._parts:
                self._parts = {
                    command: ChildCommand(self._guard, command) for command in CHILD_COMMANDS
                }
                self._say("work: running")
        elif not self._is_off:
            self._is_off = True
            self._say(
                f"work: this machine's clock is {ahead.total_seconds():+.0f} seconds from the "
                "database's; nothing is sent from here until it is set right"
            )
            self._stop_parts()

    def _stop_parts(self) -> None:
        for part in reversed(self._parts.values()):  # the cluster takes longest
            part.stop()
        self._parts = {}

    def _request_heartbeat(self) -> None:
        heartbeats.mark_alive(SWEEPER)
        queue.push_heartbeat()

    def _watch(self) -> None:
        for command, part in self._parts.items():
            if not (part.has_ended or part.is_silent(self._silent_after)):
                continue
            why = "ended" if part.has_ended else "does no work"
            self._say(f"work: {CHILD_COMMANDS[command]} {why}, starting another")
            part.kill()
            self._stopping.wait(RESTART_AFTER)
            self._parts[command] = ChildCommand(self._guard, command)
