"""What every test stands on. Rows are made by tests.making, requests by tests.phone."""

import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from django_q.brokers import get_broker

# The networks on a real port; its fixture is `sandbox`.
pytest_plugins = [name for name in ["tests.sandbox_server"] if find_spec(name)]


@pytest.fixture(autouse=True)
def _empty_stores(request: pytest.FixtureRequest) -> None:
    """Rate limits, kept pages and hints of one test are not the next one's.

    The cache is a table that Django's flush does not know, so a transactional test would leave
    its rows behind; and Redis rolls nothing back.
    """
    uses_database = request.node.get_closest_marker("django_db") or (
        {"db", "transactional_db"} & set(request.fixturenames)
    )
    if uses_database:
        request.getfixturevalue("db")
        cache.clear()
        if settings.QUEUE_URL:
            get_broker().purge_queue()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """The language of one test's last page is not the next test's: it stays with the thread."""
    yield
    translation.deactivate()


def pytest_sessionfinish() -> None:
    """What the tests put into places of their own goes: hints, photos."""
    if settings.QUEUE_URL:
        get_broker().purge_queue()
    media = Path(settings.MEDIA_ROOT)
    if media.parent == Path(tempfile.gettempdir()) and media.name.startswith("profilelink-media-"):
        shutil.rmtree(media, ignore_errors=True)
