"""What every test stands on. Rows are made by tests.making, requests by tests.phone."""

import logging
import os
import shutil
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from django_q.brokers import get_broker

from tests.form_client import FormClient

# The networks on a real port, whose fixture is `sandbox`; how a run is spread over the cores; databases and
# how they become empty; the list of the clients that did the main job.
pytest_plugins = [
    "tests.sandbox_server",
    "tests.parallel",
    "tests.migrated",
    "tests.emptying",
    "tests.journey.summary",
]

# A busy machine fails no law: no example has a deadline, and making examples may take its time. In CI
# the examples are the same in each run; elsewhere they differ, and what failed is tried again. CI's
# second run, on another store, asks for fewer: the laws are the same there.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "50")),
    derandomize="CI" in os.environ,
    database=None if "CI" in os.environ else hypothesis.settings.default.database,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tests")


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
        request.getfixturevalue("cheap_flush")
        request.getfixturevalue("db")
        cache.clear()
        if settings.QUEUE_URL:
            get_broker().purge_queue()


class _Raise(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        assert record.exc_info, record.getMessage()
        raise AssertionError(record.getMessage()) from record.exc_info[1]


# A page's statement that cannot be kept would only be slow (accounts.models.compiled_query).
logging.getLogger("accounts.models.compiled_query").addHandler(_Raise())


@pytest.fixture
def client() -> FormClient:
    """Instead of pytest-django's, whose forms are all multipart: no browser sends them so."""
    return FormClient()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """The language of one test's last page is not the next test's: it stays with the thread."""
    yield
    translation.deactivate()


def pytest_sessionfinish() -> None:
    """What the tests put into places of their own goes: hints, photos."""
    if settings.QUEUE_URL:
        get_broker().purge_queue()
    media = os.environ["MEDIA_ROOT"]
    if media.endswith(f"{os.environ['TEST_RUN']}-media"):
        shutil.rmtree(media, ignore_errors=True)
