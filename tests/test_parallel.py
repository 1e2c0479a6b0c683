"""Workers of one run write nowhere together."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.parallel import SHARED, shared_by

PLACES = """
import json
from tests import settings
from tests.ports import _own_ports
print(json.dumps([
    settings.MEDIA_ROOT,
    settings.DATABASES["default"]["TEST"]["NAME"],
    settings.CACHES["default"]["KEY_PREFIX"],
    settings.Q_CLUSTER["name"],
    str(_own_ports()),
]))
"""


def places(**environment: str) -> list[str]:
    """Where a process with these variables would write."""
    done = subprocess.run(
        [sys.executable, "-c", PLACES],
        cwd=settings.BASE_DIR,
        env={**os.environ, "QUEUE_URL": "redis://127.0.0.1:6379/0", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_worker_has_places_of_its_own_and_its_children_have_the_same() -> None:
    both = {"PYTEST_XDIST_WORKER_COUNT": "2", "TEST_WORKER": "gw0"}
    child = places(PYTEST_XDIST_WORKER="gw0", **both)
    other = places(PYTEST_XDIST_WORKER="gw1", **both)
    assert child[0] == settings.MEDIA_ROOT
    assert not set(child) & set(other)


def test_what_shares_something_costly_goes_to_one_worker(request: pytest.FixtureRequest) -> None:
    """In a run of everything this looks at all tests."""
    for item in request.session.items:
        shares = set(SHARED.values()) & set(getattr(item, "fixturenames", ()))
        assert shares <= {shared_by(item.nodeid)}, item.nodeid
