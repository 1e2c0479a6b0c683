"""Sockets with one deadline over all their operations.

A time-out of a socket counts anew with each read, so a server that drips a byte a second holds a
worker for ever. These shrink the time-out before each read and write to what is left in all.
"""

from __future__ import annotations

import functools
import socket
import ssl
import time
from typing import Any


class Deadline:
    """A moment `seconds` from now, on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, more than 0. Raises TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left


class DeadlineSocket(socket.socket):
    """TCP socket bound to `deadline` once that is set."""

    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _shrink_timeout(self, self.deadline)
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        _shrink_timeout(self, self.deadline)
        super().sendall(*args, **kwargs)  # one time-out for the whole of it, since Python 3.5


class DeadlineTLSSocket(ssl.SSLSocket):
    """TLS socket with a deadline, where `sendall` is a loop around `send`.

    The handshake runs before `deadline` can be set; OpenSSL's wrapper bounds it as a whole by the
    time-out that the plain socket had.
    """

    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _shrink_timeout(self, self.deadline)
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        _shrink_timeout(self, self.deadline)
        return super().send(*args, **kwargs)


@functools.cache
def tls_context(ca_files: tuple[str, ...]) -> ssl.SSLContext:
    """TLS context that checks names and trusts the system's authorities and `ca_files`.

    Kept, because reading the authorities takes a twentieth of a second.
    """
    context = ssl.create_default_context()
    for ca_file in ca_files:
        context.load_verify_locations(ca_file)
    context.sslsocket_class = DeadlineTLSSocket
    return context


def _shrink_timeout(sock: socket.socket, deadline: Deadline | None) -> None:
    if deadline is not None:
        sock.settimeout(deadline.left())
