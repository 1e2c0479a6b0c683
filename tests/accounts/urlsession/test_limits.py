"""Anonymous sessions cost a row: limited for each client address, ended, cleared."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.urlsession.api import delete_expired_sessions
from accounts.urlsession.models import OutTicket, Session
from tests.making import PASSWORD
from tests.phone import PhoneClient, computer, log_in_phone
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


def sessions_after_visits_from(*addresses: str) -> int:
    for address in addresses:
        assert PhoneClient(REMOTE_ADDR=address).get("/m/").status == 200
    return Session.objects.count()


def test_a_full_gateway_shuts_nobody_out(settings, hanako):
    """300 GETs of /m/ shut the log-in for everybody behind the same address, for half an hour."""
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 3
    assert sessions_after_visits_from(*["192.0.2.1"] * 5) == 3
    assert sessions_after_visits_from("192.0.2.2") == 4
    phone = PhoneClient(REMOTE_ADDR="192.0.2.1")
    assert phone.get("/login/").status == 200
    phone.submit("Log in", login="hanako", password=PASSWORD)
    assert "MINE" in phone.get("/mine/")
    client = computer(REMOTE_ADDR="192.0.2.1")
    assert client.get("/login/", follow=True).status_code == 200


def test_the_oldest_session_that_holds_nothing_goes_first(settings, hanako):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 3
    phone = log_in_phone(hanako)
    phone.get("/note/")
    Session.objects.all().delete()
    assert "not lost" in phone.submit("Send", text="not lost").html
    keeps_the_form = Session.objects.get(is_empty=False)
    assert sessions_after_visits_from(*["127.0.0.1"] * 5) == 3
    assert Session.objects.filter(pk=keeps_the_form.pk).exists()


def test_one_household_is_one_ipv6_network(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert sessions_after_visits_from("2001:db8:1:2::1", "2001:db8:1:2:ffff::9") == 1
    assert sessions_after_visits_from("2001:db8:1:3::1") == 2


def test_a_session_that_became_a_members_does_not_count(settings, hanako):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    phone = PhoneClient()
    phone.get("/login/")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    assert sessions_after_visits_from("127.0.0.1", "127.0.0.1") == 2
    assert "MINE" in phone.get("/mine/")


def test_an_ended_session_does_not_count(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert sessions_after_visits_from("192.0.2.1") == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert sessions_after_visits_from("192.0.2.1") == 2


def test_a_client_cannot_choose_its_address(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    for claimed in ("198.51.100.1", "198.51.100.2"):
        PhoneClient(HTTP_X_FORWARDED_FOR=claimed).get("/m/")
    assert Session.objects.count() == 1
    settings.TRUSTED_PROXY_COUNT = 1
    for claimed in ("198.51.100.1, 203.0.113.1", "198.51.100.2, 203.0.113.1"):
        PhoneClient(HTTP_X_FORWARDED_FOR=claimed).get("/m/")
    assert Session.objects.count() == 2
    PhoneClient(HTTP_X_FORWARDED_FOR="203.0.113.2").get("/m/")
    assert Session.objects.count() == 3


def test_past_a_proxy_that_was_not_used_the_caller_itself_is_counted(settings):
    """Two proxies of ours are known, and one entry came: whoever called wrote it."""
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    settings.TRUSTED_PROXY_COUNT = 2
    for claimed in ("198.51.100.1", "198.51.100.2"):
        assert PhoneClient(HTTP_X_FORWARDED_FOR=claimed).get("/m/").status == 200
    assert Session.objects.count() == 1


def test_a_large_number_that_is_full_makes_room_for_a_hundredth_more(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 200
    assert sessions_after_visits_from("192.0.2.1") == 1
    row = Session.objects.get()
    for number in range(199):
        row.pk = f"{number:040}"
        row.save(force_insert=True)
    assert sessions_after_visits_from("192.0.2.1") == 198
    assert sessions_after_visits_from("192.0.2.1") == 199


def test_ipv4_in_the_notation_of_ipv6_is_not_one_network_for_all(settings):
    """A listener for both families writes it so, and ::ffff:0:0 lies within one /64."""
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert sessions_after_visits_from("::ffff:192.0.2.1", "192.0.2.1") == 1
    assert sessions_after_visits_from("::ffff:198.51.100.1") == 2


def test_the_address_itself_is_not_stored():
    sessions_after_visits_from("192.0.2.77")
    row = Session.objects.get()
    assert row.address_hash
    assert "192.0.2.77" not in str(row.get_decoded()) + row.address_hash


def test_what_ended_is_cleared_and_a_members_a_day_later(hanako):
    sessions_after_visits_from("192.0.2.1")
    log_in_phone(hanako)
    OutTicket.objects.create(ticket="x" * 22, url="https://example.org/", expires_at=timezone.now())
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert delete_expired_sessions() == 2
    assert Session.objects.get().address_hash == ""
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=25))
    assert delete_expired_sessions() == 1
    assert not Session.objects.exists()


def test_live_sessions_are_not_cleared(hanako):
    phone = log_in_phone(hanako)
    assert delete_expired_sessions() == 0
    assert "MINE" in phone.get("/mine/")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_each_get_a_session_of_their_own():
    tokens = at_once(20, lambda number: _token_of_a_new_phone())
    assert len(set(tokens)) == 20
    assert Session.objects.count() == 20


def _token_of_a_new_phone() -> str:
    phone = PhoneClient()
    phone.get("/m/")
    return phone.token
