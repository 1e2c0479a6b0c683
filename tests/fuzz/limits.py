"""Run a harness once and hold it to its time and memory. What is found is named by its place."""

from __future__ import annotations

import time
import traceback
import tracemalloc
from collections.abc import Callable

from django.conf import settings

Harness = Callable[[bytes], None]

LONG = 100_000  # bytes that a short input is stretched to
SECONDS = 1.0  # of processor time, for each 100 KB begun
MEMORY = 30_000_000  # bytes, and thirty for each byte of the input
MEMORY_PER_BYTE = 30


class TooSlow(AssertionError):
    """An input took more processor time than its size allows."""


class TooHungry(AssertionError):
    """An input took more memory than its size allows."""


def check(harness: Harness, data: bytes, *, slack: float = 1.0, memory: bool = False) -> None:
    """Raise what the harness raises, TooSlow or TooHungry. `slack`: how much slower the code runs."""
    if memory:
        tracemalloc.start()
    begun = time.process_time()
    try:
        harness(data)
        took = time.process_time() - begun
        peak = tracemalloc.get_traced_memory()[1] if memory else 0
    finally:
        tracemalloc.stop()
    allowed = SECONDS * slack * (3 if memory else 1) * (1 + len(data) // LONG)
    if took > allowed:
        raise TooSlow(f"{took:.1f} s for {len(data)} bytes")
    if peak > MEMORY + MEMORY_PER_BYTE * len(data):
        raise TooHungry(f"{peak / 1e6:.0f} MB for {len(data)} bytes")


def stretched(data: bytes) -> bytes:
    """`data` as long as a mail or a page: its middle third again and again."""
    third = max(1, len(data) // 3)
    head, unit, tail = data[:third], data[third : 2 * third] or b" ", data[2 * third :]
    return head + unit * max(1, (LONG - len(head) - len(tail)) // len(unit)) + tail


def place(error: BaseException) -> str:
    """The same for two errors of one cause: the class, and the innermost line of the product."""
    frames = traceback.extract_tb(error.__traceback__)
    base = str(settings.BASE_DIR) + "/"
    ours = [
        each for each in frames if each.filename.startswith(base) and ".venv" not in each.filename
    ]
    last = ours[-1]
    return f"{type(error).__name__} at {last.filename.removeprefix(base)}:{last.lineno}"
