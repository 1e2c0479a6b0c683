"""Who looks at staff's pages: Support, Moderators, Operators, a superuser. One row of everything is there."""

import pytest
from django.test import Client

from accounts.models import Member
from tests.accounts.admin.rows import make_rows, make_staff
from tests.making import make_member
from tests.phone import computer


@pytest.fixture
def hanako() -> Member:
    return make_rows()


@pytest.fixture
def support(hanako) -> Client:
    return computer(make_staff("support", "Support"))


@pytest.fixture
def operator(hanako) -> Client:
    return computer(make_staff("operator", "Operators"))


@pytest.fixture
def moderator(hanako) -> Client:
    return computer(make_staff("moderator", "Moderators"))


@pytest.fixture
def chief(hanako) -> Client:
    return computer(make_member("chief", is_staff=True, is_superuser=True))
