"""Orkut: OpenSocial by JSON-RPC, as the vendor's own client spoke it until 2014."""

from syndication.connectors.orkut.connector import Orkut

__all__ = ["Orkut"]
