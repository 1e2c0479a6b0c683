"""A socket's own time-out gives way to the deadline, whichever way the bytes go."""

from __future__ import annotations

import socket
import time

import pytest

from accounts.safe_http.sockets import Deadline, DeadlineSocket


@pytest.mark.parametrize(
    "act", [lambda s: s.sendall(b"x" * 10_000_000), lambda s: s.recv_into(bytearray(9))]
)
def test_a_stuck_socket_is_given_up_at_the_deadline(act):
    ours, theirs = socket.socketpair()
    with theirs, DeadlineSocket(fileno=ours.detach()) as sock:
        sock.settimeout(30)
        sock.deadline = Deadline(0.2)
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            act(sock)
        assert time.monotonic() - started < 10


def test_a_deadline_that_is_over_starts_nothing():
    with pytest.raises(TimeoutError):
        Deadline(-1).left()
