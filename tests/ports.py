"""Ports for the processes that tests start."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack

# Below what the system gives to connections: nobody's connection takes one before the process has it,
# or while a network of a drill is away.
PORTS = range(20_000, 32_000)


def free_row(count: int = 1) -> int:
    """The first of so many ports in a row that nobody listens at, out of this worker's share."""
    ports = _own_ports()
    while True:
        first = secrets.choice(ports)
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first


def _own_ports() -> range:
    """xdist's workers draw from different shares: a port is free until its process has started, and
    nothing holds it for that process."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = len(PORTS) // workers
    return PORTS[number * size : (number + 1) * size]
