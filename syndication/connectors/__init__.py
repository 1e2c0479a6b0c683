"""Registry of the networks that a member can link: one package here for each, named by its key.

No list to maintain: `load` imports the networks that the site has configured.
"""

from collections.abc import Iterable
from importlib import import_module

from syndication.connectors.base import Connector

CONNECTORS: dict[str, type[Connector]] = {}


def load(keys: Iterable[str]) -> None:
    """Import the connectors of these networks. Raises ImportError or LookupError for an unknown key."""
    for key in keys:
        CONNECTORS.setdefault(key, _connector(key))


def _connector(key: str) -> type[Connector]:
    for thing in vars(import_module(f"{__name__}.{key}")).values():
        if (
            isinstance(thing, type)
            and issubclass(thing, Connector)
            and getattr(thing, "key", "") == key
        ):
            return thing
    raise LookupError(f"connectors.{key} has no connector with this key")
