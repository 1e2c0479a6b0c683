"""Hosts of a bench: network namespaces, each with an address and a host name of its own, behind one bridge.

They reach the machine that they run on by the bridge's address; database and Redis, which listen on
loopback, by ports that are forwarded. Where namespaces are refused (no root, say), `hosts` gives none.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from tests.drills.forwarder import forwarding_port
from tests.ports import free_row

LOOPBACK = "127.0.0.1"
# `ip netns exec` becomes the command, and so does each part of this.
_NAMED = 'hostname "$0" && exec "$@"'


@dataclass(frozen=True)
class Hosts:
    """`address`: of the machine, as the hosts see it. `prefixes`: what goes before a host's command."""

    address: str
    prefixes: tuple[tuple[str, ...], ...]

    @property
    def are_namespaces(self) -> bool:
        return any(self.prefixes)


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    """So many hosts, gone afterwards. Processes of this machine alone where namespaces are refused."""
    # A network's key, which names address and port, has 20 letters (tests.drills.settings).
    number = 10 + os.getpid() % 90
    name, net = f"plb{number}", f"10.9.{number}"
    with ExitStack() as made:
        try:
            _make_bridge(made, name, f"{net}.1/24")
            for host in range(count):
                _make_host(made, name, host, f"{net}.{10 + host}/24")
        except (OSError, subprocess.CalledProcessError):
            made.close()
            yield Hosts(LOOPBACK, ((),) * count)
            return
        yield Hosts(f"{net}.1", tuple(_prefix(f"{name}-{host}") for host in range(count)))


@contextmanager
def reachable(url: str, address: str) -> Iterator[str]:
    """The URL of a server that listens on loopback, as hosts reach it at `address`."""
    parts = urlsplit(url)
    if address == LOOPBACK or parts.hostname not in (LOOPBACK, "localhost") or parts.port is None:
        yield url
        return
    port = free_row()
    account = parts.netloc.rpartition("@")[0]
    with forwarding_port(port, (LOOPBACK, parts.port), host=address):
        there = f"{account}@{address}:{port}" if account else f"{address}:{port}"
        yield urlunsplit(parts._replace(netloc=there))


def _make_bridge(made: ExitStack, name: str, address: str) -> None:
    _ip("link", "add", name, "type", "bridge")
    made.callback(_undo, "link", "del", name)
    _ip("addr", "add", address, "dev", name)
    _ip("link", "set", name, "up")


def _make_host(made: ExitStack, bridge: str, number: int, address: str) -> None:
    space = f"{bridge}-{number}"
    _ip("netns", "add", space)
    made.callback(
        _undo, "netns", "del", space
    )  # its end of the cable goes with it, and so the other
    _ip("link", "add", f"{bridge}v{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
    _ip("link", "set", f"{bridge}v{number}", "master", bridge, "up")
    _ip("-n", space, "addr", "add", address, "dev", "eth0")
    _ip("-n", space, "link", "set", "eth0", "up")
    _ip("-n", space, "link", "set", "lo", "up")


def _prefix(space: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", space, "unshare", "--uts", "sh", "-c", _NAMED, space)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


def _undo(*words: str) -> None:
    with suppress(OSError, subprocess.SubprocessError):
        _ip(*words)
