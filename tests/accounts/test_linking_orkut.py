"""Linking Orkut, as it was: OAuth 1.0a at Google Accounts."""

from __future__ import annotations

import pytest

from tests.making import make_member
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_the_links_page_says_that_the_network_is_closed(sandbox, hanako):
    page = log_in_phone(hanako).get("/links/")
    assert "Orkut closed in 2014" in page
