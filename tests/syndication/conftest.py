"""What tests of this folder ask for by name: a link to mixi, a clock that moves, the network whose
copies can be changed."""

from __future__ import annotations

from typing import Any

import pytest

from syndication.models import Link
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import Moving, linked
from tests.syndication.slate import slate
from tests.syndication.slate_talk import talk

__all__ = ["slate", "talk"]


@pytest.fixture
def link(sandbox: TestSandbox) -> Link:
    """hanako's, to her account on the sandbox's mixi."""
    return linked(sandbox)


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def statements(request: pytest.FixtureRequest, settings: Any) -> bool:
    """Both ways to ask the database (delivery.compiled); whether it is the compiled one."""
    settings.COMPILED_STATEMENTS = request.param
    return request.param


@pytest.fixture
def now(sandbox: TestSandbox) -> Moving:
    """The tests' time and the networks'."""
    return Moving(sandbox)
