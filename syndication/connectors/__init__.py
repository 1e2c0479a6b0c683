"""The networks that a member can link: every module beside this one that has a connector.

There is no list to add to: a connector is found by its `key`, which is its module's name too.
"""

from importlib import import_module
from pkgutil import iter_modules

from syndication.connectors.base import Connector


def _connectors() -> dict[str, type[Connector]]:
    found = {}
    for module in iter_modules(__path__, f"{__name__}."):
        for thing in vars(import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, Connector):
                key = getattr(thing, "key", "")
                if key == module.name.rpartition(".")[2]:
                    found[key] = thing
    return found


CONNECTORS: dict[str, type[Connector]] = _connectors()
