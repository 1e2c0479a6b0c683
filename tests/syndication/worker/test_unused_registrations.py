"""Our registrations with servers that members named: kept as long as somebody may need them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import LinkAttempt, ServerRegistration
from syndication.models import Link, LinkState
from syndication.worker import sweep, unused_registrations
from tests.making import make_link, make_member

pytestmark = pytest.mark.django_db

HOST = "mstdn.jp"


def registered(*, days: int = 91, network: str = "mastodon", host: str = HOST) -> None:
    row = ServerRegistration.objects.create(network=network, host=host, sealed_details="sealed")
    then = timezone.now() - timedelta(days=days)
    ServerRegistration.objects.filter(pk=row.pk).update(created_at=then)


def left() -> set[tuple[str, str]]:
    return set(ServerRegistration.objects.values_list("network", "host"))


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_one_that_nobody_uses_goes_after_ninety_days():
    registered()
    registered(days=89, host="young.example")
    sweep.run_all_steps()
    assert left() == {("mastodon", "young.example")}


@pytest.mark.parametrize("state", [LinkState.ACTIVE, LinkState.PARKED])
def test_one_of_a_link_that_stands_is_kept(hanako, state):
    make_link(hanako, "mastodon", host=HOST, state=state)
    registered()
    registered(host="other.example")
    registered(network="misskey")
    sweep.run_all_steps()
    assert left() == {("mastodon", HOST)}


def test_one_is_kept_a_while_after_its_last_link_ended(hanako):
    make_link(hanako, "mastodon", host=HOST, state=LinkState.ENDED, ended_at=timezone.now())
    registered()
    assert unused_registrations.delete_unused_registrations(timezone.now()) == 0
    Link.objects.update(ended_at=timezone.now() - timedelta(days=31))
    assert unused_registrations.delete_unused_registrations(timezone.now()) == 1


def test_one_by_which_somebody_is_away_is_kept(hanako):
    LinkAttempt.objects.create(
        state_hash="x",
        network="mastodon",
        host=HOST,
        member=hanako,
        session_key="k",
        is_url_mode=False,
        expires_at=timezone.now() + timedelta(minutes=10),
    )
    registered()
    registered(host="other.example")
    sweep.run_all_steps()
    assert left() == {("mastodon", HOST)}
