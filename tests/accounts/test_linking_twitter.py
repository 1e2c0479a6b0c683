"""Linking Twitter: PKCE, a code of 30 seconds, a token of two hours."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount

from tests.accounts.away import leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_the_address_of_the_permission_page_has_a_challenge_and_no_secret(sandbox, hanako):
    away = leave_by_phone(log_in_phone(hanako), "twitter")
    asked = parse_qs(urlsplit(away.address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert "offline.access" in asked["scope"][0].split()
    assert sandbox.twitter.state.client.secret not in away.address


def test_a_code_that_came_late_links_nothing(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "twitter")
    back = away.agree()
    sandbox.clock.advance(31)
    phone.get(back, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_the_code_is_exchanged_before_the_number_is_asked_for(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "twitter")
    phone.get(away.agree(), bare=True)
    sandbox.clock.advance(300)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" in page
