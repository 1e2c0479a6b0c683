"""What tests of this folder ask for by name: a link to mixi, a clock that moves, the network whose
copies can be changed."""

from __future__ import annotations

import pytest

from syndication.models import Link
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import Moving, linked
from tests.syndication.slate import slate

__all__ = ["slate"]


@pytest.fixture
def link(sandbox: TestSandbox) -> Link:
    """hanako's, to her account on the sandbox's mixi."""
    return linked(sandbox)


@pytest.fixture
def now(sandbox: TestSandbox) -> Moving:
    """The tests' time and the networks'."""
    return Moving(sandbox)
