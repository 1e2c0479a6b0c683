"""Processes of a drill: started in the project's folder, always ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def running_process(
    command: list[str], log: Path, env: dict[str, str], *, prefix: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """`python <command>`, its output in `log`; its whole tree is killed at the end."""
    process = start_process(command, log, env, prefix=prefix)
    try:
        yield process
    finally:
        kill_tree(process)


def start_process(
    command: list[str], log: Path, env: dict[str, str], *, prefix: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start `python <command>`; `prefix` is a command that becomes it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [*prefix, sys.executable, *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def run_to_end(command: list[str], env: dict[str, str]) -> str:
    """Run `python <command>`; return its output. Raises CalledProcessError."""
    said = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )
    if said.returncode:
        raise RuntimeError(f"{command}: {said.stderr[-3000:]}")
    return said.stdout


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Send SIGKILL to a process and its descendants, as at a power failure.

    They are stopped first, so that none has children after it was looked at.
    """
    if process.poll() is not None:
        return
    seen: list[int] = []
    while more := [pid for pid in tree(process.pid) if pid not in seen]:
        seen += more
        for pid in more:
            _signal(pid, signal.SIGSTOP)
    for pid in seen:
        _signal(pid, signal.SIGKILL)
    process.wait()


def stop_tree(process: subprocess.Popen[bytes], *, within: float = 60) -> None:
    """Send SIGTERM, then SIGKILL to the tree if needed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=within)
    kill_tree(process)


def logs_within(log: Path, words: str, seconds: float) -> bool:
    """Whether `words` appear in the log within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if log.exists() and words in log.read_text(errors="replace"):
            return True
        time.sleep(0.1)
    return False


def tree(root: int) -> list[int]:
    """A process and all below it."""
    below = _below()
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found


def children(parent: int) -> list[int]:
    return _below().get(parent, [])


def _below() -> dict[int, list[int]]:
    """The children of every process."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after_name = path.read_text().rpartition(")")[2].split()
            below.setdefault(int(after_name[1]), []).append(int(path.parent.name))
    return below


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie that waits for its new parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
