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


@pytest.fixture
def roles(hanako) -> dict[str, Client]:
    """Everybody of whom a rights table speaks."""
    groups = {"support": "Support", "moderator": "Moderators", "operator": "Operators"}
    found = {name: computer(make_staff(name, group)) for name, group in groups.items()}
    chief = make_member("chief", is_staff=True, is_superuser=True)
    member = Member.objects.get(username="taro")
    return {**found, "chief": computer(chief), "member": computer(member), "visitor": computer()}
