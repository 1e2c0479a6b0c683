"""Bluesky, by the AT Protocol. Vendor's pages: https://atproto.com/specs, https://docs.bsky.app."""

from syndication.connectors.bluesky.connector import Bluesky

__all__ = ["Bluesky"]
