"""The member of the tests that look at every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from accounts.models import Member
from tests.profilelink.album import Shown, album
from tests.profilelink.everything import make_hanako
from tests.profilelink.screen import Chromium, chromium
from tests.sandbox_server import TestSandbox, pointed_at


@pytest.fixture
def hanako(db: None) -> Member:
    """A member with everything: friends, requests, groups, posts, a link with all it brings."""
    return make_hanako()


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def albums(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, sandbox_server: TestSandbox
) -> dict[str, list[Shown]]:
    """Every page in each language, as bytes; the rows behind them are gone again."""
    sandbox_server.reset()
    made = {}
    with django_db_blocker.unblock(), override_settings(**pointed_at(sandbox_server)):
        for code, _name in settings.LANGUAGES:
            cache.clear()
            with transaction.atomic():
                made[code] = album(code, sandbox_server)
                transaction.set_rollback(True)
    translation.deactivate()
    return made
