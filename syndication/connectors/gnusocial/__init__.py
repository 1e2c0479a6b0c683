"""GNU social and StatusNet: the API that Twitter had in 2010 (doc/twitterapi of each server)."""

from syndication.connectors.gnusocial.connector import Gnusocial

__all__ = ["Gnusocial"]
