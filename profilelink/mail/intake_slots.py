"""Bulkhead between processes: limit how many mails one machine takes in at a time.

Mail servers start a process for each mail (Exim as many at once as mails come in), and each may unpack a
picture, so a hundred mails would take fifteen gigabytes. A slot is a lock on a file. The kernel releases it
when the process ends, however it ends, so that no slot is ever lost.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from accounts.bulkhead import BulkheadFull

MAX_PROCESSES = 8  # processes; the next one ends at once, and its mail server tries again
MAX_AT_WORK = 2  # of these, as many as a web process and a worker beside them leave room for
MAX_WAIT_SECONDS = 60.0  # seconds that the others wait for their turn
_POLL_SECONDS = 0.1


@contextmanager
def hold_intake_slot(folder: Path) -> Iterator[None]:
    """Hold a slot while a mail is read and its picture made. Raises BulkheadFull if none is free.

    Raises OSError where no file can be locked in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        hold_slot(folder, "mail-here", MAX_PROCESSES),
        hold_slot(folder, "mail-at-work", MAX_AT_WORK, within=MAX_WAIT_SECONDS),
    ):
        yield


@contextmanager
def hold_slot(folder: Path, name: str, most: int, *, within: float = 0) -> Iterator[None]:
    """Hold one of `most` slots of this name, waiting `within` seconds for it. Raises BulkheadFull."""
    end = time.monotonic() + within
    while (taken := _try_slot(folder, name, most)) is None:
        if time.monotonic() >= end:
            raise BulkheadFull
        time.sleep(_POLL_SECONDS)
    with taken:  # closing the file releases the slot
        yield


def _try_slot(folder: Path, name: str, most: int) -> IO[bytes] | None:
    for number in range(most):
        file = (folder / f"{name}.{number}").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return file
    return None
