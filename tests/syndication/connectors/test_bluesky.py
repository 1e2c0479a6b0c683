"""Bluesky: the contract, and what is Bluesky's alone."""

from __future__ import annotations

from tests.syndication.connectors.bluesky import BlueskyOnTheSandbox
from tests.syndication.connectors.contract import ConnectorContract


class TestBluesky(ConnectorContract):
    network = BlueskyOnTheSandbox
