"""Port forwarder that can be stopped, to simulate an unreachable database."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def forwarding_port(
    port: int, target: tuple[str, int], *, host: str = "127.0.0.1"
) -> Iterator[None]:
    """Forward `port` of this machine to `target`; cut every connection at the end."""
    door = socket.create_server((host, port), backlog=128)
    ends: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(target)
                ends.extend((near, far))
                for end in (near, far):  # an answer in two parts would wait 40 ms for its second
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        for end in (door, *ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        thread.join(5)


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := one.recv(65536):
            other.sendall(part)
        other.shutdown(socket.SHUT_WR)
