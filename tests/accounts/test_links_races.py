"""Accounts confirmed at the same moment. Meant for PostgreSQL too: `DATABASE_URL=postgres://… pytest`."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.actions import link_throttling, linking
from accounts.models import LinkAttempt
from accounts.providers.base import Authorized
from tests.making import make_member
from tests.racing import at_once


@pytest.mark.django_db(transaction=True)
def test_of_many_accounts_confirmed_at_once_one_is_the_last_that_there_may_be() -> None:
    hanako = make_member("hanako")
    SocialAccount.objects.bulk_create(
        SocialAccount(user=hanako, provider="mastodon", uid=f"s{number}.example/1")
        for number in range(link_throttling.MAX_LINKS - 1)
    )
    rows = [
        LinkAttempt.objects.create(
            state_hash=f"{number:040x}",
            network="mixi",
            member=hanako,
            session_key="-",
            is_url_mode=False,
            expires_at=timezone.now(),
        )
        for number in range(6)
    ]

    def confirm(number: int) -> bool:
        account = Authorized(uid=f"u{number}", name="H", credentials={"access_token": "t"})
        try:
            linking.link_account(rows[number], account, by=hanako)
        except link_throttling.TooManyLinks:
            return False
        return True

    assert sum(at_once(len(rows), confirm)) == 1
    assert SocialAccount.objects.count() == link_throttling.MAX_LINKS
