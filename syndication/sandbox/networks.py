"""Registry of the sandbox's networks: every package here that has a `network` module.

No list to maintain: a network is found by its `key`, which is also its package's name.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import syndication.sandbox as here
from syndication.sandbox.network import Network


def _networks() -> tuple[type[Network], ...]:
    found = []
    for package in iter_modules(here.__path__, f"{here.__name__}."):
        if not package.ispkg:
            continue
        for thing in vars(import_module(f"{package.name}.network")).values():
            is_network = isinstance(thing, type) and issubclass(thing, Network)
            if is_network and getattr(thing, "key", "") == package.name.rpartition(".")[2]:
                found.append(thing)
    return tuple(found)


NETWORKS: tuple[type[Network], ...] = _networks()
