"""A link ends, and the network is told: its tokens open nothing there any more. Once, late or never,
but never for a token that a link holds."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.actions import linking
from accounts.models import LinkAttempt, Member, ServerRegistration
from accounts.outgoing import outgoing_http
from accounts.providers.base import Authorized
from syndication.actions import links
from syndication.connectors.errors import ConnectorError, Unauthorized
from syndication.delivery import credentials, retry_policy, token_revocation
from syndication.models import HostHealth, Link, LinkState, NetworkSwitch, Revocation
from tests.accounts.away import come_back, leave_by_phone
from tests.dying import MAX_STATEMENTS, is_killed
from tests.making import make_link, make_member
from tests.phone import log_in_phone
from tests.racing import at_once
from tests.syndication.connectors.bluesky import BlueskyByOAuth
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.network import Network
from tests.syndication.connectors.twitter import TwitterOnTheSandbox
from tests.syndication.delivering import Moving
from tests.syndication.networks import ON_THE_SANDBOX, linked_on

pytestmark = pytest.mark.django_db

_CAN_REVOKE = [one for one in ON_THE_SANDBOX.values() if one.connector_class.can_revoke]
CAN = [*_CAN_REVOKE, BlueskyByOAuth]
CANNOT = [one for one in ON_THE_SANDBOX.values() if one not in _CAN_REVOKE]


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def now(sandbox: Any) -> Moving:
    return Moving(sandbox)


@pytest.fixture
def net(sandbox: Any) -> Network:
    return MastodonOnTheSandbox(sandbox)


@pytest.fixture
def link(net: Network, hanako: Member) -> Link:
    return linked_on(net, hanako)


def is_open(net: Network, held: Any) -> bool:
    """Whether these tokens still open the account there, or would open it again."""
    connector = net.connector(held)
    try:
        (connector.refresh if net.lasts_when_given_back else connector.profile)()
    except Unauthorized:
        return False
    return True


def ended(link: Link) -> Any:
    """What the link held when its member ended it."""
    held = credentials.credentials_of_link(link)
    links.unlink(link, by=link.member)
    return held


def asked(now: Moving, *, times: int = 1) -> None:
    """The worker's part, at once and as often as the sweeper would wake it."""
    for number in range(times):
        now.advance(minutes=5 if number else 0)
        for pk, _host in token_revocation.due_revocations(now()):
            token_revocation.attempt_revocation(pk, now=now)


# Taken back


@pytest.mark.parametrize("network", CAN)
def test_after_unlinking_the_network_refuses_the_old_tokens(sandbox, now, hanako, network):
    net = network(sandbox)
    held = ended(linked_on(net, hanako))
    assert is_open(net, held)
    asked(now)
    assert not is_open(net, held)
    if net.can_refresh:
        with pytest.raises(Unauthorized):
            net.connector(held).refresh()
    assert not Revocation.objects.exists()
    assert Link.objects.get().sealed_credentials == ""


@pytest.mark.parametrize("network", CANNOT)
def test_where_the_network_has_no_way_there_is_nothing_to_do(sandbox, hanako, network):
    net = network(sandbox)
    links.unlink(linked_on(net, hanako), by=hanako)
    assert not Revocation.objects.exists()


def test_an_account_that_staff_remove_is_given_back(net, link, now):
    held = credentials.credentials_of_link(link)
    link.account.delete()
    asked(now)
    assert not is_open(net, held)


def test_the_accounts_of_a_member_who_is_deleted_are_given_back(net, link, now, hanako):
    held = credentials.credentials_of_link(link)
    hanako.delete()
    assert not Link.objects.exists()
    asked(now)
    assert not is_open(net, held)


def test_a_link_that_did_not_end_after_all_keeps_its_access(link):
    with transaction.atomic():
        links.unlink(link, by=link.member)
        transaction.set_rollback(True)
    assert not Revocation.objects.exists()


def test_a_link_that_holds_nothing_gives_nothing_back(sandbox, hanako):
    links.unlink(make_link(hanako, "mastodon", host="m.example"), by=hanako)
    assert not Revocation.objects.exists()


def test_a_registration_that_was_forgotten_meanwhile_still_serves(net, link, now):
    held = ended(link)
    ServerRegistration.objects.all().delete()
    asked(now)
    assert not is_open(net, held)


def test_an_old_link_is_given_back_by_the_registration_that_its_server_has_now(db, hanako, now):
    host = "mstdn.example"
    for sealed, replaced_at in (("before", now()), ("present", None)):
        ServerRegistration.objects.create(
            network="mastodon", host=host, sealed_details=sealed, replaced_at=replaced_at
        )
    link = make_link(hanako, "mastodon", host=host)
    row = credentials.enqueue_revocation(link, "sealed", now())
    assert row.sealed_registration == "present"


def test_what_is_renewed_while_the_link_ends_is_given_back_too(sandbox, hanako, now):
    net = TwitterOnTheSandbox(sandbox)
    link = linked_on(net, hanako)
    before = Link.objects.get()
    ended(link)
    Revocation.objects.all().delete()
    before.refresh_until = None
    with pytest.raises(ConnectorError):
        renewed_late(before)
    assert Link.objects.get().sealed_credentials == ""
    [row] = Revocation.objects.all()
    new = credentials.unseal_credentials(row.sealed_credentials)
    assert is_open(net, new)
    asked(now)
    assert not is_open(net, new)


def renewed_late(before: Link) -> None:
    """The other worker's renewal of `before`, which took its turn before the link ended."""
    held = credentials.credentials_of_link(before)
    credentials._refresh(before, held, outgoing_http(), lambda: Moving()(), still_good=False)


# In trouble


@pytest.mark.parametrize("network", CAN)
@pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "503", "429", "refuse"])
def test_a_network_in_trouble_is_asked_again(sandbox, now, hanako, network, kind):
    net = network(sandbox)
    held = ended(linked_on(net, hanako))
    sandbox.faults.add(net.connector_class.key, kind, times=1, seconds=5)
    asked(now)
    row = Revocation.objects.get()
    assert row.tries == 1
    assert timedelta(seconds=5) <= row.due_at - now() <= timedelta(seconds=46)
    assert token_revocation.due_revocations(now()) == []
    now.advance(seconds=60)
    asked(now)
    assert not Revocation.objects.exists()
    assert not is_open(net, held)


def test_a_network_that_asks_for_an_hour_gets_it(sandbox, link, now):
    ended(link)
    sandbox.faults.add("mastodon", "503", times=1, seconds=3600)
    asked(now)
    assert Revocation.objects.get().due_at - now() > timedelta(seconds=3590)


def test_after_nine_tries_it_is_given_up_with_a_word_for_staff(sandbox, net, link, now, caplog):
    held = ended(link)
    sandbox.faults.add("mastodon", "503", times=99)
    for _ in range(retry_policy.MAX_TRIES):
        assert Revocation.objects.exists()
        Revocation.objects.update(due_at=now(), created_at=now())
        asked(now)
    assert not Revocation.objects.exists()
    assert f"mastodon {link.host} could not be asked" in caplog.text
    assert held.access_token not in caplog.text


def test_after_two_days_it_is_given_up(sandbox, link, now):
    ended(link)
    sandbox.faults.add("mastodon", "503", times=99)
    now.advance(hours=47.9)
    Revocation.objects.update(tries=6)  # the next would be in about six hours
    asked(now)
    assert not Revocation.objects.exists()


def test_a_definite_no_ends_it_with_a_word_for_staff(net, link, now, caplog):
    held = ended(link)
    app = net.sandbox.mastodon.state.apps["app"]
    net.sandbox.mastodon.state.apps["app"] = replace(app, secret="another")
    asked(now)
    assert not Revocation.objects.exists()
    assert "does not take an access back: it answered 403" in caplog.text
    assert not [each for each in (held.access_token, app.secret) if each in caplog.text]


def test_a_host_in_trouble_is_left_alone_and_no_try_is_lost(link, now):
    ended(link)
    until = now() + timedelta(minutes=30)
    HostHealth.objects.create(host=link.host, failures=5, open_until=until)
    asked(now)
    row = Revocation.objects.get()
    assert row.tries == 0


def test_a_host_that_does_not_answer_feeds_its_breaker(sandbox, link, now):
    ended(link)
    sandbox.faults.add("mastodon", "refuse", times=1)
    asked(now)
    assert HostHealth.objects.get(host=link.host).failures == 1
    now.advance(minutes=5)
    asked(now)
    assert HostHealth.objects.get(host=link.host).failures == 0


def test_a_paused_network_is_asked_when_it_goes_on(net, link, now):
    held = ended(link)
    NetworkSwitch.objects.create(network="mastodon", is_paused=True, reason="Their API is down.")
    asked(now, times=3)
    assert is_open(net, held)
    NetworkSwitch.objects.all().delete()
    now.advance(minutes=2)
    asked(now)
    assert not is_open(net, held)


def test_what_no_key_opens_is_dropped_with_a_word_for_staff(link, now, settings, caplog):
    held = ended(link)
    settings.TOKEN_KEYS = ["b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyMTI="]
    asked(now)
    assert not Revocation.objects.exists()
    [record] = [each for each in caplog.records if "is not asked" in each.message]
    assert record.levelno == logging.WARNING
    assert held.access_token not in caplog.text


def test_a_network_that_is_no_longer_set_up_is_dropped(link, now, settings):
    ended(link)
    settings.NETWORKS = {
        key: known for key, known in settings.NETWORKS.items() if key != "mastodon"
    }
    asked(now)
    assert not Revocation.objects.exists()


# Killed, doubled


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the killed close nothing
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_anywhere_leaves_it_to_the_next(sandbox, net):
    for last in range(1, MAX_STATEMENTS):
        Member.objects.all().delete()
        Revocation.objects.all().delete()
        now = Moving(sandbox)
        held = ended(linked_on(net, make_member("hanako")))
        [(pk, _host)] = token_revocation.due_revocations(now())
        was_killed = is_killed(partial(token_revocation.attempt_revocation, pk, now=now), at=last)
        now.advance(seconds=125)
        asked(now)
        assert not is_open(net, held)
        assert not Revocation.objects.exists()
        if not was_killed:
            assert last > 4
            return
    raise AssertionError("it never came to its end")


@pytest.mark.django_db(transaction=True)
def test_who_gets_the_hint_while_another_asks_leaves_it_to_that_one(sandbox, net):
    ended(linked_on(net, make_member("hanako")))
    [pk] = Revocation.objects.values_list("pk", flat=True)
    sandbox.faults.add("mastodon", "slow", match="/oauth/revoke", seconds=2)

    def asked_after(number: int) -> int:
        time.sleep(number / 4)
        token_revocation.attempt_revocation(pk)
        row = Revocation.objects.filter(pk=pk).first()
        return row.tries if row else 0

    assert at_once(4, asked_after) == [0, 1, 1, 1]


# Linked again


@pytest.mark.parametrize("network", CAN)
def test_of_an_account_that_is_linked_again_the_old_token_goes_and_the_new_one_stays(
    sandbox, now, hanako, network
):
    net = network(sandbox)
    old = ended(linked_on(net, hanako))
    new = credentials.credentials_of_link(linked_on(net, make_member("taro")))
    asked(now)
    assert is_open(net, new)
    assert not is_open(net, old)
    assert not Revocation.objects.exists()


def test_who_links_again_before_mastodon_was_asked_keeps_the_token_that_it_gives_twice(
    sandbox, now, hanako
):
    """It gives the one that stands once more: to take that back would cut off the new link."""
    server = sandbox.root("mastodon").removeprefix("http://")
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    phone.submit("Link")
    old = ended(Link.objects.get())
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone, "mastodon", server=server))
    asked(now)  # the member is back, and has not said yes
    assert Revocation.objects.get().tries == 0
    phone.submit("Link")
    now.advance(minutes=2)
    asked(now)
    link = Link.objects.exclude(state=LinkState.ENDED).get()
    assert credentials.credentials_of_link(link).access_token == old.access_token
    assert is_open(MastodonOnTheSandbox(sandbox), credentials.credentials_of_link(link))
    assert not Revocation.objects.exists()


def test_who_came_back_and_stopped_is_waited_for_no_longer(net, link, now, hanako):
    held = ended(link)
    given = {"host": link.host, "access_token": held.access_token}
    account = Authorized(uid=held.uid, name="x", shown="x", credentials=given)
    linking.start_password_attempt(account, by=hanako, network="mastodon", session_key="s")
    asked(now)
    assert is_open(net, held)
    linking.cancel_link_attempt(LinkAttempt.objects.get())
    now.advance(minutes=2)
    asked(now)
    assert not is_open(net, held)
    assert not SocialAccount.objects.exists()
