"""Sockets: the networks over HTTP/1.1, one thread for each connection, one port for each door."""

from __future__ import annotations

import logging
import re
import socket
import struct
import threading
from collections.abc import Mapping
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from syndication.sandbox.control import MAIN, Control
from syndication.sandbox.faults import Fault
from syndication.sandbox.http import Reply, Request
from syndication.sandbox.network import World

MAX_BODY = 32 * 1024 * 1024
IDLE_SECONDS = 60
SLOW_SECONDS = 30.0
DRIP_SECONDS = 60.0

_EVERYWHERE = ("", "0.0.0.0")  # noqa: S104 - recognised, not bound

_LINE_BREAKS = re.compile(r"[\r\n]")

log = logging.getLogger(__name__)


class Sandbox(Control):
    """The networks, listening. Use as a context manager, or `start` and `stop` it."""

    def __init__(self, world: World, settings: Mapping[str, Mapping[str, Any]] | None = None):
        super().__init__(world, settings)
        self.stopping = threading.Event()
        self.host = "127.0.0.1"
        self._doors: list[Door] = []

    @property
    def url(self) -> str:
        """The main port's address, without a slash at its end."""
        return self._address(MAIN)

    def root(self, key: str) -> str:
        """The address under which a network lives, without a slash at its end."""
        if self.networks[key].port_offset:
            return self._address(key)
        return f"{self.url}/{key}"

    def environment(self) -> dict[str, str]:
        """The product's environment variables that point it at these networks."""
        values: dict[str, str] = {}
        for key, network in self.networks.items():
            values |= network.environment(self.root(key))
        hosts = (self._address(door).removeprefix("http://") for door in self.ports)
        return values | {"ALLOWED_PRIVATE_HOSTS": ",".join(hosts)}

    def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen at `port` and those above it; 0 takes free ones. Raises OSError."""
        self.host = host
        offsets = {key: network.port_offset for key, network in self.networks.items()}
        doors = {MAIN: 0} | {key: offset for key, offset in offsets.items() if offset}
        try:
            for name, offset in doors.items():
                self._doors.append(Door(self, name, (host, port and port + offset)))
        except OSError:
            self.stop()
            raise
        for door in self._doors:
            self.ports[door.name] = int(door.server_address[1])
            threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
            door.is_serving = True

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self.stopping.set()
        for door in self._doors:
            door.close()
        self._doors.clear()

    def _address(self, door: str) -> str:
        """A door's address as seen from this machine, also where it listens everywhere."""
        host = "127.0.0.1" if self.host in _EVERYWHERE else self.host
        return f"http://{host}:{self.ports[door]}"

    def __enter__(self) -> Sandbox:
        if not self._doors:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Door(ThreadingHTTPServer):
    """One listening port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, name: str, address: tuple[str, int]) -> None:
        self.sandbox = sandbox
        self.name = name
        self.is_serving = False
        self._open: set[socket.socket] = set()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without looking the host's name up, which may ask a name server."""
        TCPServer.server_bind(self)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lasts."""
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def shutdown_request(self, request: Any) -> None:
        """Close; a connection that was told to reset must not say a proper farewell first."""
        if _is_resetting(request):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are everyday; anything else is for the log."""
        log.debug("connection ended early", exc_info=True)

    def close(self) -> None:
        """Stop serving and end the connections that are still open."""
        if self.is_serving:
            self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("was closed already")


class Handler(BaseHTTPRequestHandler):
    """One connection: bytes to Request, Reply to bytes, and the faults that concern bytes."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    server: Door

    def serve(self) -> None:
        """Answer one request."""
        sandbox, name = self.server.sandbox, self.server.name
        path = unquote(urlsplit(self.path).path)
        fault = sandbox.fault(name, self.command, path)
        if fault and fault.kind == "refuse":
            self._reset_connection()
            return
        body = self._body()
        if body is None:
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        root = f"http://{headers.get('host') or urlsplit(sandbox.url).netloc}"
        query = urlsplit(self.path).query
        method = "GET" if self.command == "HEAD" else self.command
        request = Request(method, path, query, headers, body, root)
        if fault and fault.kind == "slow_before":
            sandbox.stopping.wait(fault.seconds or SLOW_SECONDS)
        self._answer(sandbox.answer(name, request, fault), fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the request line may hold a token."""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self._refuse(411)
        elif int(length) > MAX_BODY:
            self._refuse(413)
        else:
            return self.rfile.read(int(length))
        return None

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._write(Reply(status))

    def _answer(self, reply: Reply, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        seconds = fault.seconds if fault else None
        if kind == "drop_after":
            self.close_connection = True
            return
        if kind == "slow":
            self.server.sandbox.stopping.wait(SLOW_SECONDS if seconds is None else seconds)
        log.debug("%s %s", self.command, reply.status)
        if kind == "drip":
            self._drip(self._bytes(reply), DRIP_SECONDS if seconds is None else seconds)
        else:
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.wfile.write(self._bytes(reply))

    def _bytes(self, reply: Reply) -> bytes:
        reason = reply.reason or responses.get(reply.status, "")
        lines = [f"HTTP/1.1 {reply.status} {reason}", f"Date: {formatdate(usegmt=True)}"]
        # A value may be a caller's own words; a line break in it would begin a header of theirs.
        lines += [f"{key}: {_LINE_BREAKS.sub('', value)}" for key, value in reply.headers]
        if not any(key == "Content-Type" for key, _ in reply.headers):
            lines.append("Content-Type: text/html")  # feature phones insist on one
        lines.append(f"Content-Length: {len(reply.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines) + "\r\n\r\n"
        return head.encode("latin-1") + (b"" if self.command == "HEAD" else reply.body)

    def _drip(self, content: bytes, seconds: float) -> None:
        for index in range(len(content)):
            self.wfile.write(content[index : index + 1])
            if self.server.sandbox.stopping.wait(seconds / len(content)):
                return

    def _reset_connection(self) -> None:
        self.close_connection = True
        now = struct.pack("ii", 1, 0)  # linger for no time: close() sends RST
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)


def _is_resetting(connection: socket.socket) -> bool:
    try:
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
    except OSError:
        return False
    return struct.unpack("ii", packed) == (1, 0)
