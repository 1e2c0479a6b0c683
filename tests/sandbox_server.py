"""The fixture `sandbox`: the networks, really listening, as they were at the start for each test.

    def test_something(sandbox):
        sandbox.faults.add("mixi", "503", match="POST /2/voice", times=2)
        ...
        assert [each.text for each in sandbox.mixi.statuses] == ["hello"]

One server on free ports for the whole run, reset before each test. The product's settings point
at it while the test runs (settings.NETWORKS, settings.ALLOWED_PRIVATE_HOSTS); nothing else is needed. Time moves by
`sandbox.clock.advance(seconds)`. Not a conftest: tests/conftest.py imports the two fixtures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from syndication.sandbox.clock import Clock
from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.network import World, demo_people
from syndication.sandbox.server import Sandbox


class TestSandbox(Sandbox):
    """The sandbox with its networks by name."""

    __test__ = False

    @property
    def mixi(self) -> Mixi:
        """mixi, to look at and to prepare."""
        network = self.networks["mixi"]
        assert isinstance(network, Mixi)
        return network

    def __getattr__(self, name: str) -> Any:
        """The other networks, by their keys."""
        networks = self.__dict__.get("networks", {})
        if name not in networks:
            raise AttributeError(name)
        return networks[name]

    @property
    def clock(self) -> Clock:
        """The networks' time."""
        return self.world.clock


def make_sandbox(site: str = "", **chance: Any) -> TestSandbox:
    """A sandbox that does not listen yet; `chance` is World's clock and mint."""
    site = site or os.environ.get("PUBLIC_URL", "http://testserver")
    secrets = (
        {"mixi": os.environ["MIXI_CLIENT_SECRET"]} if "MIXI_CLIENT_SECRET" in os.environ else {}
    )
    return TestSandbox(World(site=site, people=demo_people(), secrets=secrets, **chance))


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[TestSandbox]:
    """The one that listens for the whole run; tests take `sandbox`."""
    with make_sandbox() as listening:
        yield listening


@pytest.fixture
def sandbox(sandbox_server: TestSandbox, settings: Any) -> TestSandbox:
    """The networks as seeded, with the product's settings pointing at them."""
    sandbox_server.reset()
    for name, value in pointed_at(sandbox_server).items():
        setattr(settings, name, value)
    return sandbox_server


def pointed_at(sandbox: TestSandbox) -> dict[str, Any]:
    """The settings with which the product finds these networks."""
    environment = sandbox.environment()
    return {
        "ALLOWED_PRIVATE_HOSTS": environment["ALLOWED_PRIVATE_HOSTS"].split(","),
        "NETWORKS": {
            key: values | _pointed(key, environment)
            for key, values in django_settings.NETWORKS.items()
        },
    }


def _pointed(key: str, environment: dict[str, str]) -> dict[str, str]:
    """The entries of settings.NETWORKS for one network: MIXI_API_URL is its `api_url`."""
    prefix = f"{key.upper()}_"
    found = {name: value for name, value in environment.items() if name.startswith(prefix)}
    return {name.removeprefix(prefix).lower(): value for name, value in found.items()}
