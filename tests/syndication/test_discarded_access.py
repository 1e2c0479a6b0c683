"""Every token that a network gave and that nobody keeps is revoked there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db.models import F

from accounts.actions import linking
from accounts.models import LinkAttempt, Member
from syndication.delivery import credentials, token_revocation
from syndication.models import Link, LinkState, Revocation
from syndication.sandbox.network import DEFAULT_PASSWORD
from syndication.worker import sweep
from tests.accounts.away import Away, come_back, leave_by_phone, let_bluesky_know_us
from tests.making import make_member
from tests.phone import PhoneClient, log_in_phone
from tests.syndication.delivering import Moving

pytestmark = pytest.mark.django_db

CAN = ["mastodon", "twitter", "bluesky"]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def now(sandbox: Any) -> Moving:
    return Moving(sandbox)


@pytest.fixture(params=CAN)
def key(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def typed(sandbox: Any, key: str) -> dict[str, str]:
    let_bluesky_know_us(sandbox)
    return typed_for(sandbox, key)


def typed_for(sandbox: Any, key: str) -> dict[str, str]:
    servers = {
        "mastodon": sandbox.root("mastodon").removeprefix("http://"),
        "misskey": sandbox.root("misskey").removeprefix("http://"),
        "bluesky": "hanako.test",
    }
    return {"server": servers[key]} if key in servers else {}


def live(sandbox: Any, key: str) -> set[str]:
    """The tokens that open something there, or would renew it."""
    state = getattr(sandbox, key).state
    kept = {
        "twitter": {**state.tokens.access, **state.tokens.refresh},
        "mastodon": state.tokens.access,
    }
    tokens = kept.get(key, state.tokens.refresh)
    return {text for text, token in tokens.items() if not token.grant.is_revoked}


def left(sandbox: Any, key: str, now: Moving) -> set[str]:
    """The same, after the worker did its part."""
    for pk, _host in token_revocation.due_revocations(now()):
        token_revocation.attempt_revocation(pk, now=now)
    return live(sandbox, key)


def back(phone: PhoneClient, key: str, typed: dict[str, str]) -> Away:
    """The member agreed, and stands before the number page."""
    away = leave_by_phone(phone, key, **typed)
    phone.get(away.agree(), bare=True)
    return away


def test_stop_gives_back_what_was_given(sandbox, now, hanako, key, typed):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, key, **typed))
    assert left(sandbox, key, now)
    page = phone.submit("Stop")
    assert "Stopped: nothing was linked." in page
    assert not left(sandbox, key, now)
    assert not Revocation.objects.exists()


def test_who_never_confirms_gives_back_when_the_time_is_over(sandbox, now, hanako, key, typed):
    back(log_in_phone(hanako), key, typed)
    LinkAttempt.objects.update(expires_at=F("expires_at") - timedelta(minutes=11))
    sweep.run_all_steps(now())
    assert not left(sandbox, key, now)
    with pytest.raises(linking.LinkAttemptExpired):
        linking.cancel_link_attempt(LinkAttempt.objects.get())


def test_three_wrong_numbers_give_back(sandbox, now, hanako, key, typed):
    phone = log_in_phone(hanako)
    away = back(phone, key, typed)
    for _ in range(3):
        phone.submit("Continue", number="0000" if away.number != "0000" else "1111")
    assert not left(sandbox, key, now)


def test_who_links_again_gives_back_the_old_tokens_and_keeps_the_new(
    sandbox, now, hanako, key, typed
):
    sandbox.mastodon.state.settings.reuses_tokens = False  # as all others do
    phone = log_in_phone(hanako)
    for _ in range(2):
        before = live(sandbox, key)
        come_back(phone, leave_by_phone(phone, key, **typed))
        phone.submit("Link")
    new = live(sandbox, key) - before
    assert before
    assert new
    assert left(sandbox, key, now) == new
    held = credentials.credentials_of_link(Link.objects.get())
    assert {held.refresh_token or held.access_token} <= new


def test_a_member_who_goes_before_confirming_gives_back(sandbox, now, hanako):
    back(log_in_phone(hanako), "mastodon", typed_for(sandbox, "mastodon"))
    hanako.delete()
    assert not left(sandbox, "mastodon", now)


def test_an_account_of_another_member_gives_back_only_what_that_link_does_not_hold(
    sandbox, now, hanako
):
    typed = typed_for(sandbox, "mastodon")
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", **typed))
    phone.submit("Link")
    other = log_in_phone(make_member("taro"))
    come_back(other, leave_by_phone(other, "mastodon", **typed))  # the very token of hanako's link
    assert "linked by another member" in other.submit("Link")
    held = left(sandbox, "mastodon", now)
    assert len(held) == 1
    sandbox.mastodon.state.settings.reuses_tokens = False
    come_back(other, leave_by_phone(other, "mastodon", **typed))
    other.submit("Link")
    assert len(live(sandbox, "mastodon")) == 2
    assert left(sandbox, "mastodon", now) == held
    assert Link.objects.get().state == LinkState.ACTIVE
    assert SocialAccount.objects.get().user == hanako


def test_tokens_whose_account_could_not_be_read_are_given_back(sandbox, now, hanako):
    typed = typed_for(sandbox, "mastodon")
    phone = log_in_phone(hanako)
    sandbox.faults.add("mastodon", "500_before", match="verify_credentials")
    away = back(phone, "mastodon", typed)
    assert "no clear answer" in phone.submit("Continue", number=away.number)
    assert len(sandbox.mastodon.state.tokens.access) == 1
    assert not left(sandbox, "mastodon", now)


def test_such_a_token_that_a_link_holds_stays(sandbox, now, hanako):
    """Mastodon gives the token that stands once more."""
    typed = typed_for(sandbox, "mastodon")
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", **typed))
    phone.submit("Link")
    sandbox.faults.add("mastodon", "500_before", match="verify_credentials")
    back(phone, "mastodon", typed)
    assert len(left(sandbox, "mastodon", now)) == 1
    assert not Revocation.objects.exists()


def test_where_the_network_cannot_be_asked_the_member_is_told_where_to_end_it(sandbox, now, hanako):
    phone = log_in_phone(hanako)
    typed = typed_for(sandbox, "misskey")
    come_back(phone, leave_by_phone(phone, "misskey", **typed))
    page = phone.submit("Stop")
    assert f"until you end it here: http://{typed['server']}/settings/apps" in page
    come_back(phone, leave_by_phone(phone))
    assert "mixi keeps your permission until you end it in the settings of mixi." in phone.submit(
        "Stop"
    )
    assert not Revocation.objects.exists()


def test_the_session_of_an_app_password_is_given_back(sandbox, now, hanako):
    phone = log_in_phone(hanako)
    phone.get("/links/bluesky/")
    phone.submit("Next", server="hanako.test", password=DEFAULT_PASSWORD)
    assert live(sandbox, "bluesky")
    phone.submit("Stop")
    assert not left(sandbox, "bluesky", now)
