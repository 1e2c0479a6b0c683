"""Connecting to an endpoint: resolve the name, check the address, connect to that address.

The number that was checked is the number that is connected to; nothing asks the name server a
second time. TLS still checks the certificate by the name.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Container, Sequence
from typing import Any

from accounts.safe_http.addresses import Endpoint, check_address, parse_ip_literal
from accounts.safe_http.errors import NotSent
from accounts.safe_http.sockets import Deadline, DeadlineSocket, DeadlineTLSSocket

Resolve = Callable[..., Sequence[tuple[Any, Any, Any, Any, tuple[Any, ...]]]]

CONNECT_SECONDS = 5.0
MAX_ADDRESSES = 4  # of one name that are tried


class Dialler:
    """Opens connections to public addresses, and to those that `allowed` lists exactly.

    `allowed` is compared with host and port as the URL writes them, so a foreign name that points
    to an allowed machine stays refused.
    """

    def __init__(self, *, allowed: Container[str], resolve: Resolve, tls: ssl.SSLContext) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._tls = tls

    def open(self, endpoint: Endpoint, deadline: Deadline) -> socket.socket:
        """Open a connection bound to `deadline`, with nothing sent. Raises NotSent."""
        try:
            sock = self._connect(self._addresses(endpoint, deadline), endpoint.port, deadline)
        except TimeoutError as error:
            raise NotSent("timeout") from error
        if endpoint.scheme == "http":
            sock.deadline = deadline
            return sock
        return self._wrapped(sock, endpoint.host, deadline)

    def _addresses(self, endpoint: Endpoint, deadline: Deadline) -> list[str]:
        """The endpoint's permitted addresses, at least one."""
        if parse_ip_literal(endpoint.host) is not None:
            found = [endpoint.host]
        else:
            found = self._looked_up(endpoint, deadline)
        if endpoint.authority in self._allowed:
            return found
        public = [address for address in found if _is_allowed(address, endpoint.port)]
        if not public:
            raise NotSent("refused_address")
        return public

    def _looked_up(self, endpoint: Endpoint, deadline: Deadline) -> list[str]:
        """Resolve the name in a thread, since the system's resolver knows no time-out."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                rows = self._resolve(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
                answers.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look_up, name="safe-http-dns", daemon=True).start()
        try:
            answer = answers.get(timeout=min(CONNECT_SECONDS, deadline.left()))
        except queue.Empty as error:
            raise NotSent("dns") from error
        if isinstance(answer, Exception):
            raise NotSent("dns") from answer
        if not answer:
            raise NotSent("dns")
        return answer[:MAX_ADDRESSES]

    def _connect(self, addresses: list[str], port: int, deadline: Deadline) -> DeadlineSocket:
        limit = Deadline(min(CONNECT_SECONDS, deadline.left()))
        failure: OSError | None = None
        for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                return _connected_socket(address, port, limit.left() / tries_left)
            except OSError as error:
                failure = error
        reason = "timeout" if isinstance(failure, TimeoutError) else "connect"
        raise NotSent(reason) from failure

    def _wrapped(self, sock: DeadlineSocket, name: str, deadline: Deadline) -> socket.socket:
        try:
            sock.settimeout(deadline.left())
            wrapped = self._tls.wrap_socket(sock, server_hostname=name)
        except TimeoutError as error:
            sock.close()
            raise NotSent("timeout") from error
        except (OSError, ValueError) as error:  # ssl's errors are OSErrors
            sock.close()
            raise NotSent("tls") from error
        if isinstance(wrapped, DeadlineTLSSocket):
            wrapped.deadline = deadline
        return wrapped


def _connected_socket(address: str, port: int, seconds: float) -> DeadlineSocket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = DeadlineSocket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_allowed(address: str, port: int) -> bool:
    try:
        check_address(address, port)
    except NotSent:
        return False
    return True
