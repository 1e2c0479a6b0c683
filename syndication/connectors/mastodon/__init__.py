"""Mastodon, and every server that speaks its API: https://docs.joinmastodon.org."""

from syndication.connectors.mastodon.connector import Mastodon

__all__ = ["Mastodon"]
