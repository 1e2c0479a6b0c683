"""One running product for all journeys, each with browsers and a member of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.world import World, running
from tests.photographs import a_photo_from_shibuya


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with place data, as a phone's camera makes them."""
    path = tmp_path_factory.mktemp("photo") / "busstop.jpg"
    path.write_bytes(a_photo_from_shibuya((1200, 900)))
    return path
