"""Ports for the processes that tests start."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack

# Below what the system gives to connections: nobody's connection takes one before the process has it,
# or while a network of a drill is away.
PORTS = range(20_000, 32_000)


def free_row(count: int = 1) -> int:
    """The first of so many ports in a row that nobody listens at."""
    while True:
        first = secrets.choice(PORTS)
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
