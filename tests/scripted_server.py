"""A server that answers what a test wrote down, byte for byte, and keeps what it was sent.

For what no well-behaved server does: half answers, drips, resets, lies about lengths.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator

Play = bytes | Callable[[socket.socket], None]


class ScriptedServer:
    """Plays `script` in turn, one entry a connection, the last one again and again.

    An entry is the raw answer, or a function that does with the connection what it likes.
    `received` holds the raw requests.
    """

    def __init__(self, *script: Play, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[bytes] = []
        self._script = list(script)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.authority}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            play = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            threading.Thread(target=self._answer, args=(connection, play), daemon=True).start()

    def _answer(self, connection: socket.socket, play: Play) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            if self._tls is None:
                self._play(connection, play)
                return
            with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                self._play(wrapped, play)

    def _play(self, connection: socket.socket, play: Play) -> None:
        if not getattr(play, "reads_nothing", False):
            self.received.append(_read_request(connection))
        if callable(play):
            play(connection)
        else:
            connection.sendall(play)


def _read_request(connection: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        chunk = connection.recv(65536)
        if not chunk:
            return raw
        raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(
    body: bytes | str = b"", status: str = "200 OK", headers: dict[str, str] | None = None
) -> bytes:
    """A whole answer with its length."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def reset(connection: socket.socket) -> None:
    """Throw the connection away: the other side reads ECONNRESET."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def dripping(raw: bytes, *, every: float, size: int = 1) -> Callable[[socket.socket], None]:
    """Send `raw` a few bytes at a time, so that no single read waits long."""

    def drip(connection: socket.socket) -> None:
        for start in range(0, len(raw), size):
            connection.sendall(raw[start : start + size])
            time.sleep(every)

    return drip


def silent(seconds: float) -> Callable[[socket.socket], None]:
    """Say nothing for a while."""
    return lambda _connection: time.sleep(seconds)


@contextlib.contextmanager
def playing(*script: Play, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    server = ScriptedServer(*script, tls=tls)
    try:
        yield server
    finally:
        server.close()
