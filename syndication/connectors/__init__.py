"""The networks that a member can link, each a module beside this one that is called by its key.

There is no list to add to: `load` brings in the networks that the site has set up.
"""

from collections.abc import Iterable
from importlib import import_module

from syndication.connectors.base import Connector

CONNECTORS: dict[str, type[Connector]] = {}


def load(keys: Iterable[str]) -> None:
    """Bring in the connectors of these networks. Raises ImportError, LookupError for what is none."""
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
