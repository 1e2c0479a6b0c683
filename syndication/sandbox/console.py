"""The index for people: which networks are played here, and where to look at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlsplit

from syndication.sandbox.html import page
from syndication.sandbox.network import Network
from syndication.sandbox.wire import Reply


def index(networks: Iterable[Network], root: str, ports: Mapping[str, int]) -> Reply:
    """The networks with their addresses; `ports` names those that have one of their own."""
    rows = "".join(_row(network, root, ports) for network in networks)
    return page(
        "サンドボックス",
        "<p>本物のネットワークではありません。Profile Link の開発・デモ用です。</p>"
        f"<ul>{rows}</ul>",
    )


def _row(network: Network, root: str, ports: Mapping[str, int]) -> str:
    address = f"{root}/{network.key}/"
    if network.port_offset:
        host = urlsplit(root).hostname or "127.0.0.1"
        address = f"http://{host}:{ports.get(network.key, 0)}/"
    received = f"{root}/{network.key}/_received"
    return (
        f'<li><a href="{escape(address)}">{escape(network.title)}</a> '
        f'(<a href="{escape(received)}">JSON</a>)</li>'
    )
