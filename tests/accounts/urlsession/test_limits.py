"""Anonymous sessions cost a row: limited for each client address, ended, cleared."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.urlsession.api import clear_expired
from accounts.urlsession.models import OutTicket, Session
from tests.making import PASSWORD
from tests.phone import PhoneClient, computer, log_in_phone
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


def open_front_door(address: str) -> int:
    return PhoneClient(REMOTE_ADDR=address).get("/m/").status


def test_one_address_gets_so_many_anonymous_sessions_and_then_a_page(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 3
    assert [open_front_door("192.0.2.1") for _ in range(4)] == [200, 200, 200, 429]
    assert open_front_door("192.0.2.2") == 200
    assert Session.objects.count() == 4
    phone = PhoneClient(REMOTE_ADDR="192.0.2.1")
    page = phone.get("/login/")
    assert page.status == 429
    assert "Wait some minutes" in page
    assert int(page.response["Retry-After"]) > 0
    client = computer(REMOTE_ADDR="192.0.2.1")
    assert client.get("/login/", follow=True).status_code == 429


def test_one_household_is_one_ipv6_network(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert open_front_door("2001:db8:1:2::1") == 200
    assert open_front_door("2001:db8:1:2:ffff::9") == 429
    assert open_front_door("2001:db8:1:3::1") == 200


def test_over_the_limit_a_late_form_is_still_given_back(settings, hanako):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 0
    phone = log_in_phone(hanako)
    phone.get("/note/")
    Session.objects.all().delete()
    page = phone.submit("Send", text="not lost")
    assert page.status == 429
    assert page.form("Send again", {"text"}).fields["text"] == ["not lost"]


def test_a_session_that_became_a_members_does_not_count(settings, hanako):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    phone = PhoneClient()
    phone.get("/login/")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    assert PhoneClient().get("/login/").status == 200


def test_an_ended_session_does_not_count(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert open_front_door("192.0.2.1") == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert open_front_door("192.0.2.1") == 200


def test_a_client_cannot_choose_its_address(settings):
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    for claimed in ("198.51.100.1", "198.51.100.2"):
        status = PhoneClient(HTTP_X_FORWARDED_FOR=claimed).get("/m/").status
    assert status == 429
    settings.TRUSTED_PROXY_COUNT = 1
    for claimed in ("198.51.100.1, 203.0.113.1", "198.51.100.2, 203.0.113.1"):
        status = PhoneClient(HTTP_X_FORWARDED_FOR=claimed).get("/m/").status
    assert status == 429
    assert PhoneClient(HTTP_X_FORWARDED_FOR="203.0.113.2").get("/m/").status == 200


def test_ipv4_in_the_notation_of_ipv6_is_not_one_network_for_all(settings):
    """A listener for both families writes it so, and ::ffff:0:0 lies within one /64."""
    settings.URLSESSION_ANONYMOUS_PER_ADDRESS = 1
    assert open_front_door("::ffff:192.0.2.1") == 200
    assert open_front_door("192.0.2.1") == 429
    assert open_front_door("::ffff:198.51.100.1") == 200


def test_the_address_itself_is_not_stored():
    open_front_door("192.0.2.77")
    row = Session.objects.get()
    assert row.address_hash
    assert "192.0.2.77" not in str(row.get_decoded()) + row.address_hash


def test_what_ended_is_cleared_and_a_members_a_day_later(hanako):
    open_front_door("192.0.2.1")
    log_in_phone(hanako)
    OutTicket.objects.create(ticket="x" * 22, url="https://example.org/", expires_at=timezone.now())
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert clear_expired() == 2
    assert Session.objects.get().address_hash == ""
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=25))
    assert clear_expired() == 1
    assert not Session.objects.exists()


def test_live_sessions_are_not_cleared(hanako):
    phone = log_in_phone(hanako)
    assert clear_expired() == 0
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
