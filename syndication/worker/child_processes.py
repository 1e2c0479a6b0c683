"""Child processes that end with their parent, also when the parent is killed by SIGKILL.

A guard process in a session of its own reads a pipe whose writing end only the parent holds; the kernel
closes it with the parent. Then the guard ends the process groups that it knows of: SIGTERM first, SIGKILL after `GRACE` seconds. Linux's
parent-death signal was tried before: it reaches the direct child alone, cannot follow SIGTERM with
SIGKILL, and other systems have none.

This file is the guard's program too, run by path: standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

GRACE = 5.0  # seconds between SIGTERM and SIGKILL for groups whose parent is gone
_POLL = 0.05  # seconds


class ProcessGuard:
    """Starts children in process groups of their own, each of which ends when this process does."""

    def __init__(self) -> None:
        self._guard: subprocess.Popen[bytes] | None = None

    def start(
        self,
        command: Iterable[str],
        *,
        env: Mapping[str, str],
        output: IO[bytes] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start `command` as the leader of a new session. Raises OSError if it cannot be run."""
        child = subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            env=env,
            pass_fds=pass_fds,
        )
        self._report(f"+{child.pid}")
        return child

    def stop(self, child: subprocess.Popen[bytes], *, within: float) -> None:
        """Send SIGTERM, wait up to `within` seconds, then kill whatever is left of the group."""
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=within)
        self.kill(child)

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """End the whole group at once, and forget it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self._report(f"-{child.pid}")

    def close(self) -> None:
        """End the guard, and with it every group still running."""
        if self._guard is not None:
            self._guard.communicate()

    def _report(self, line: str) -> None:
        if self._guard is None:
            self._guard = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # the terminal's signals do not reach it
            )
        assert self._guard.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(OSError):  # killed: the child runs, and only a SIGKILL leaves it
            self._guard.stdin.write(f"{line}\n".encode())
            self._guard.stdin.flush()


def run_guard(lines: Iterable[bytes]) -> None:
    """Run the guard: read groups (`+<id>`, `-<id>`), and end them when the pipe closes."""
    groups: set[int] = set()
    for line in lines:
        (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
    groups = {group for group in groups if _signal(group, signal.SIGTERM)}
    until = time.monotonic() + GRACE
    while groups and time.monotonic() < until:
        time.sleep(_POLL)
        groups = {group for group in groups if _signal(group, 0)}
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: Any) -> bool:
    """Send the signal. Return whether the group still had a process."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    run_guard(sys.stdin.buffer)
