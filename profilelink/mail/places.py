"""A bulkhead between processes: how many mails are taken in on one machine at a time.

Mail servers start a process for each mail (Exim as many at once as mails come in), and each may unpack a
picture, so a hundred mails would take fifteen gigabytes. A place is a lock on a file. The kernel gives it
back when the process ends, however it ends, so that no place is ever lost.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from accounts.bulkhead import BulkheadFull

MOST_HERE = 8  # processes; the next one ends at once, and its mail server tries again
MOST_AT_WORK = 2  # of these, as many as a web process and a worker beside them leave room for
PATIENCE = 60.0  # seconds that the others wait for their turn
_STEP = 0.1


@contextmanager
def room_for_a_mail(folder: Path) -> Iterator[None]:
    """Hold a place while a mail is read and its picture made. Raises Busy where there is none.

    Raises OSError where no file can be locked in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        place(folder, "mail-here", MOST_HERE),
        place(folder, "mail-at-work", MOST_AT_WORK, within=PATIENCE),
    ):
        yield


@contextmanager
def place(folder: Path, name: str, most: int, *, within: float = 0) -> Iterator[None]:
    """One of `most` places of this name, waited for so many seconds. Raises Busy."""
    end = time.monotonic() + within
    while (taken := _take(folder, name, most)) is None:
        if time.monotonic() >= end:
            raise BulkheadFull
        time.sleep(_STEP)
    with taken:  # closing the file gives the place back
        yield


def _take(folder: Path, name: str, most: int) -> IO[bytes] | None:
    for number in range(most):
        file = (folder / f"{name}.{number}").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return file
    return None
