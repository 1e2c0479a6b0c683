"""Tokens: sealed at rest, renewed once however many ask, parked only where it is sure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.outgoing import outgoing_http
from syndication.connectors.errors import TryLater, Unauthorized
from syndication.delivery import credentials, reauthorization, token_refresh
from syndication.models import DeliveryState, Link, LinkState
from tests.noticing import the_notice
from tests.racing import at_once
from tests.syndication.delivering import Moving, grant, linked, planned, texts, tried

REFRESH = "POST /2/token"


@pytest.fixture
def link(db, sandbox):
    return linked(sandbox)


def soon_over(link):
    """The access token has a minute left."""
    held = credentials.credentials_of_link(link)
    ends = (timezone.now() + timedelta(seconds=60)).timestamp()
    credentials.store_credentials(link, replace(held, expires_at=ends))
    return held


def test_no_token_stands_in_the_row(link):
    held = credentials.credentials_of_link(link)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM syndication_link")
        row = str(cursor.fetchall())
    assert held.access_token not in row
    assert held.refresh_token not in row


def test_a_token_that_lasts_is_not_renewed(link, sandbox):
    before = link.credentials_version
    credentials.fresh_credentials(link, http=outgoing_http())
    assert link.credentials_version == before


def test_a_token_is_renewed_ahead_of_its_end_and_stored_before_use(link, sandbox):
    old = soon_over(link)
    new = credentials.fresh_credentials(link, http=outgoing_http())
    assert new.access_token != old.access_token
    assert credentials.credentials_of_link(Link.objects.get()) == new
    assert link.expires_at > timezone.now() + timedelta(seconds=800)


def test_twenty_that_need_it_at_once_renew_once(transactional_db, sandbox):
    """A second use of the old refresh token would be refused: mixi rotates."""
    link = linked(sandbox)
    soon_over(link)
    before = Link.objects.get().credentials_version
    found = at_once(
        20,
        lambda _: (
            credentials.fresh_credentials(Link.objects.get(), http=outgoing_http()).access_token
        ),
    )
    assert len(set(found)) == 1
    assert Link.objects.get().credentials_version == before + 1


def test_the_old_token_serves_while_the_network_cannot_renew_it(link, sandbox):
    old = soon_over(link)
    sandbox.faults.add("mixi", "503", match=REFRESH)
    assert (
        credentials.fresh_credentials(link, http=outgoing_http()).access_token == old.access_token
    )


def test_a_token_that_the_network_refused_is_not_tried_again_while_it_cannot_be_renewed(
    link, sandbox
):
    """Its clock may be ahead of ours. The old token once more would be a second no: parked for nothing."""
    sandbox.faults.add("mixi", "expired", match="voice")
    sandbox.faults.add("mixi", "503", match=REFRESH)
    delivery = tried(planned(link))
    link.refresh_from_db()
    assert (delivery.state, link.state) == (DeliveryState.WAITING, LinkState.ACTIVE)
    assert texts(sandbox) == []


def test_trouble_with_a_token_that_is_over_is_no_verdict_on_a_post(link, sandbox):
    held = credentials.credentials_of_link(link)
    past = (timezone.now() - timedelta(seconds=5)).timestamp()
    credentials.store_credentials(link, replace(held, expires_at=past))
    sandbox.faults.add("mixi", "drop_after", match=REFRESH)
    with pytest.raises(TryLater):
        credentials.fresh_credentials(link, http=outgoing_http())


def test_a_refresh_whose_answer_was_lost_ends_in_a_definite_no(link, sandbox):
    """The network forgot the old token when it answered; the next refresh says so."""
    soon_over(link)
    sandbox.faults.add("mixi", "drop_after", match=REFRESH)
    credentials.fresh_credentials(link, http=outgoing_http())
    with pytest.raises(Unauthorized):
        credentials.fresh_credentials(link, http=outgoing_http())


def test_who_dies_while_renewing_holds_nobody_up_for_long(link, sandbox):
    soon_over(link)
    Link.objects.update(refresh_until=timezone.now() - timedelta(seconds=1))
    before = Link.objects.get().credentials_version
    credentials.fresh_credentials(link, http=outgoing_http())
    assert link.credentials_version == before + 1


def test_a_key_that_is_gone_parks_nothing(link, settings):
    settings.TOKEN_KEYS = ["b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyMTI="]
    with pytest.raises(TryLater):
        credentials.fresh_credentials(link, http=outgoing_http())


def test_an_idle_link_is_kept_fresh_past_six_hours(db, sandbox):
    """Without 常に同意する mixi's refresh token lives six hours."""
    link = linked(sandbox)
    credentials.store_credentials(link, grant(sandbox, is_always=False))
    assert link.keep_fresh_at is not None
    for _ in range(3):
        now = Moving(sandbox)
        now.advance(hours=3)
        Link.objects.update(keep_fresh_at=timezone.now())
        assert token_refresh.due_token_refreshes(timezone.now()) == [(link.pk, "")]
        token_refresh.refresh_idle_link(link.pk)
    link.refresh_from_db()
    assert link.state == LinkState.ACTIVE


def test_a_link_that_was_idle_too_long_is_parked_and_told_which_box_to_tick(db, sandbox):
    link = linked(sandbox)
    credentials.store_credentials(link, grant(sandbox, is_always=False))
    Moving(sandbox).advance(hours=7)
    Link.objects.update(keep_fresh_at=timezone.now())
    token_refresh.refresh_idle_link(link.pk)
    link.refresh_from_db()
    assert link.state == LinkState.PARKED
    assert "常に同意する" in the_notice().in_words


def test_old_credentials_do_not_park_a_link_that_was_linked_again(link, sandbox):
    stale = Link.objects.get()
    credentials.store_credentials(link, grant(sandbox))
    assert not reauthorization.require_reauthorization(stale, "no")
    assert Link.objects.get().state == LinkState.ACTIVE
