"""Which networks the sandbox plays. A new one is a line here."""

from __future__ import annotations

from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.network import Network

NETWORKS: tuple[type[Network], ...] = (Mixi,)
