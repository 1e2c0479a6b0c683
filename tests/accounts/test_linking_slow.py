"""Servers that members name and that say nothing: they hold a few threads, not the site's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from django.db import connection

from accounts.bulkhead import LINK_RETURN_BULKHEAD, Bulkhead, BulkheadFull
from tests.accounts.away import leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import playing

PHONES = 5


@pytest.mark.django_db(transaction=True)
def test_one_member_waits_for_a_silent_server_and_the_others_hear_so_at_once(settings, sandbox):
    speak = threading.Event()

    def begin(phone, host):
        try:
            return phone.submit("Go to", server=f"@hanako@{host}")
        finally:
            connection.close()

    with playing(lambda _connection: speak.wait(20)) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        phones = [log_in_phone(make_member(f"member{n}")) for n in range(PHONES)]
        for phone in phones:
            phone.get("/links/mastodon/")
        with ThreadPoolExecutor(PHONES) as threads:
            begun = [threads.submit(begin, phone, server.authority) for phone in phones]
            answered = as_completed(begun)
            for _ in range(PHONES - 1):
                page = next(answered).result()
                assert "This server is slow at the moment" in page.text
                assert f"@hanako@{server.authority}" in page.html  # what was typed is kept
                assert page.status == 409
            assert len(server.received) <= 1
            speak.set()


@pytest.mark.django_db
def test_who_comes_back_to_a_busy_server_comes_back_by_the_same_address_later(sandbox):
    phone = log_in_phone(make_member("hanako"))
    host = sandbox.root("mastodon").removeprefix("http://")
    back = leave_by_phone(phone, "mastodon", server=host).agree()
    with LINK_RETURN_BULKHEAD.hold_place(host), LINK_RETURN_BULKHEAD.hold_place(host):
        page = phone.get(back, bare=True)
    assert page.status == 503
    assert "Nothing is lost" in page.text
    page = phone.get(page.link("Open this page again").href, bare=True)
    assert page.status == 200


def test_a_bulkhead_has_room_for_a_few_and_fewer_for_one_host():
    hold = Bulkhead(most=2)
    with hold.hold_place("a"), hold.hold_place("b"):
        for host in ("a", "c"):
            with pytest.raises(BulkheadFull), hold.hold_place(host):
                pass
    with hold.hold_place("a"):
        pass
