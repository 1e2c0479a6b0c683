"""Twitter (X), API v2: https://docs.x.com."""

from syndication.connectors.twitter.connector import Twitter

__all__ = ["Twitter"]
