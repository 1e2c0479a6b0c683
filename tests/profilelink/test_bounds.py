"""What strangers can make grow, and where each stops, by address and in all.

| What grows | By whom it is counted | In all | Who goes first | Test |
| --- | --- | --- | --- | --- |
| anonymous sessions, with the forms that wait in them (20 kB each) | 300 an address (IPv6: /64), 3,000 a /48 (accounts/urlsession/conf.py) | 30,000 | the oldest empty ones | here; urlsession/test_limits.py |
| probe | no row: a signed marker in the address (accounts/urlsession/probe.py) | – | – | urlsession/test_probe.py |
| tickets by which pages leave | the addresses that a page names | 100,000 (accounts/urlsession/conf.py) | unused for longest | here |
| codes of computers | 100 an address; 60 a minute an address or /48 (accounts/actions/device_login.py) | 20,000 | the oldest | here; accounts/test_device_login.py |
| codes for phones | one live for a computer, 20 over for a member; 7 openers a code (accounts/actions/phone_login.py) | members | the oldest | here; accounts/test_phone_login_attacks.py |
| mails to somebody's address | sign-up as below; 5 a day to confirm one, 20 for a new password (accounts/actions/guesses.py) | addresses | refused | here |
| mails to addresses that no member has | 20 a day asked for from a network, 1 a day to an address (accounts/actions/quotas.py) | 200 a day | refused | here |
| counts of guesses and quotas | buckets: 4,096 of names, 65,536 of networks (accounts/actions/guesses.py); some of a member's own | the buckets, members | over after a day at most | accounts/test_guesses.py |
| rows of the cache | 8,192 buckets for each limit (profilelink/cache.py) | the buckets | expired ones | test_cache.py |
| accounts | 20 an hour and 50 a day a network (IPv6: /48); 20 a day by the invitations of one member (accounts/actions/quotas.py) | 5,000 a day, and 5,000 invited | empty ones after 30 days (accounts/actions/empty_accounts.py) | test_bounds_accounts.py |

What members make, in test_bounds_members.py. "In all" is always the members' number times this.

| What grows | A member's bound | In all | Who goes first |
| --- | --- | --- | --- |
| sessions | 50 (accounts/actions/sessions.py) | | idle for longest |
| bookmarks of phones | 20 (accounts/actions/phones.py) | | ended ones, then unused for longest |
| mail addresses | 5, added 10 a day | | refused |
| invitations | 50 open (accounts/actions/invitations.py) | | expired for 90 days |
| friend requests | 20 a day | | refused; all after 30 days |
| invitations to groups | 50 a day, of friends alone | | refused: accounts/test_finding_silence.py; all after 30 days |
| refusals | one for a request or an invitation | | all after 30 days |
| searches for members | no row; 30 an hour, each page of what was found | | refused: accounts/test_finding.py |
| groups | 100 open, made 20 a day (accounts/actions/groups.py) | | closed ones without a post |
| posts, edits | 600 a day; each has a link's deliveries | | refused, never a deletion |
| comments | 1 in 5 seconds, 100 an hour | | refused, with what was typed |
| likes | 300 an hour; one for a post | | refused |
| photo files | 200 MB a day, by mail too | | refused |
| photos that wait for their post | 10 (syndication/actions/photos.py) | | the oldest; all after 12 hours |
| drafts that are kept | 50 (syndication/actions/drafts.py) | | refused; all after 30 days: syndication/actions/test_drafts.py |
| mails that wait | 20, 20 an hour (syndication/actions/mail_drafts.py) | | refused; all after 30 days |
| addresses for mail | 1 live, 20 ended (syndication/actions/post_addresses.py) | | ended first |
| addresses for answers by mail | 500, one a notice mail (syndication/actions/reply_addresses.py) | | the oldest; all after 14 days: test_replies_intake.py |
| mails about notices | 30 at once and 3 daily ones a day, those of security besides (accounts/actions/notice_mail/) | 60 a minute to a domain | put off; rows after 90 days: accounts/test_notice_mails.py |
| test mails | 6 an hour (accounts/actions/quotas.py) | | refused: accounts/test_mail_settings.py |
| titles of linked pages | no row but the post's own 200 characters; 2 at once in a process (syndication/actions/link_titles.py) | | no title: syndication/test_posts_links.py |
| links | 50; linking again always (accounts/actions/link_throttling.py) | | refused |
| friends that a link keeps | 5,000 a link (syndication/models/link.py) | | not read, then seen longest ago |
| health of hosts, budgets of links | a link's host, a link (syndication/worker/sweep.py) | | once a day without a link: syndication/worker/test_sweep.py |
| hidden accounts of a network | 200 a link (syndication/actions/hidden_accounts.py) | | refused: syndication/test_hidden_accounts.py |
| rows of who is away at a network | 5 an hour that come to nothing, 100 a day (accounts/actions/link_throttling.py) | | refused; all after a day |
| notices | 1,000 (accounts/actions/notices.py) | | the oldest; seen ones after 30 days, all after 90: accounts/test_notices.py |
| posts of which no notices are wanted | 1,000 (accounts/actions/notices.py) | | the oldest: accounts/test_notices.py |
| likes taken back | one for a member and post, as the likes themselves | | – |
| registrations with servers | 20 servers an hour are named | 20,000 | unused, the oldest (syndication/worker/unused_registrations.py) |
| what was learned of servers | as above, and a link | 20,000 | learned first (syndication/worker/sweep.py) |

Not counted: blocks and friendships (a row for each two members), what staff make.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.actions import device_login, guesses, phone_login, quotas
from accounts.models import DeviceLogin, GuessCount, Member, PhoneLogin, ServerRegistration
from accounts.urlsession.models import OutTicket, Session
from syndication.models import ServerTraits
from syndication.worker import sweep, unused_registrations
from tests.form_client import FormClient
from tests.making import PASSWORD, make_link, make_member, make_post
from tests.phone import COMPUTER, PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def addresses(network: str, count: int) -> list[str]:
    """One address in each of so many /64 of a network, or so many of an IPv4 one."""
    first = ipaddress.ip_network(network).network_address
    step = 2**64 if first.version == 6 else 1
    return [str(first + number * step) for number in range(1, count + 1)]


def visit(where: list[str]) -> None:
    for address in where:
        assert PhoneClient(REMOTE_ADDR=address).get("/m/").status == 200


def can_log_in(address: str) -> bool:
    phone = PhoneClient(REMOTE_ADDR=address)
    phone.get("/login/")
    return phone.submit("Log in", login="hanako", password=PASSWORD).status == 200


def test_a_whole_ipv6_network_is_held_to_one_number_of_sessions(hanako, settings) -> None:
    """65,536 networks of 300 sessions each, from one customer."""
    settings.URLSESSION_ANONYMOUS_PER_NETWORK = 5
    visit(addresses("2001:db8:1::/48", 12))
    assert Session.objects.count() == 5
    visit(addresses("2001:db8:2::/48", 2))
    assert Session.objects.count() == 7
    assert can_log_in("2001:db8:1:ff::1")


def test_all_addresses_together_are_held_to_one_number_of_sessions(hanako, settings) -> None:
    settings.URLSESSION_ANONYMOUS_IN_ALL = 5
    visit(addresses("192.0.2.0/24", 12))
    assert Session.objects.count() == 5
    member = log_in_phone(hanako)
    visit(addresses("198.51.100.0/24", 6))
    assert "hanako" in member.get("/account/")  # who is in stays in
    assert can_log_in("203.0.113.1")


def test_a_form_that_waits_outlives_strangers_sessions_that_hold_nothing(hanako, settings) -> None:
    settings.URLSESSION_ANONYMOUS_IN_ALL = 5
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    Session.objects.all().delete()
    assert "not lost" in phone.submit("Preview", text="not lost").html
    visit(addresses("192.0.2.0/24", 12))
    assert Session.objects.filter(is_empty=False, session_key__gt="").count() == 1


def test_tickets_of_addresses_that_posts_name_do_not_pile_up(hanako, settings) -> None:
    settings.URLSESSION_TICKETS = 3
    client = computer(hanako)
    for number in range(6):
        post = make_post(author=hanako, kind="link", url=f"https://example.com/{number}")
        page = client.get(reverse("post_detail", args=[post.pk]))
    assert OutTicket.objects.count() == 6
    sweep.run_all_steps()
    assert OutTicket.objects.count() == 3
    ticket = re.findall(r"/out/[A-Za-z0-9_-]{22}", page.content.decode())[-1]
    assert client.get(ticket).status_code == 200  # of the page that was shown last


def asks(address: str) -> int:
    client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=address)
    client.get("/device/", follow=True)
    return client.post("/device/", {"ask": "1"}).status_code


def test_codes_of_computers_are_held_to_one_number_whatever_address_asks() -> None:
    soon = timezone.now() + device_login.DEVICE_CODE_LIFETIME
    DeviceLogin.objects.bulk_create(
        DeviceLogin(user_code_hash=str(number), address="2001:db8::1", expires_at=soon)
        for number in range(device_login.MAX_PENDING)
    )
    for address in addresses("2001:db8:1::/48", 3):
        assert asks(address) == 200
    assert asks("203.0.113.1") == 200
    assert DeviceLogin.objects.count() == device_login.MAX_PENDING
    assert not DeviceLogin.objects.filter(user_code_hash="0").exists()


def test_the_limit_of_an_address_is_that_of_the_whole_ipv6_network() -> None:
    codes = [asks(address) for address in addresses("2001:db8:1::/48", 62)]
    assert codes.count(429) == 2
    assert asks("2001:db8:2::1") == 200


def test_codes_for_phones_that_let_nobody_in_do_not_pile_up(hanako) -> None:
    client = computer(hanako)
    for _ in range(phone_login.MAX_ENDED_KEPT + 8):
        assert client.post(reverse("phone_login")).status_code == 200
    assert PhoneLogin.objects.count() <= phone_login.MAX_ENDED_KEPT + 2


def test_strangers_have_few_mails_sent_to_one_address_in_a_day(hanako) -> None:
    for number in range(8):
        cache.clear()  # three minutes later: allauth's own limit is over
        client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=f"192.0.2.{number}")
        client.get("/signup/", follow=True)
        given = {"username": f"m{number}", "email": "third@example.org", "password1": PASSWORD}
        assert client.post("/signup/", given).status_code == 302
    assert len(mail.outbox) == 5


def test_strangers_have_few_mails_for_a_new_password_sent_in_a_day(hanako) -> None:
    for number in range(25):
        cache.clear()  # a minute later
        client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=f"192.0.2.{number}")
        client.get("/password/reset/", follow=True)
        asked = client.post("/password/reset/", {"email": "hanako@example.com"})
        assert asked.status_code == 302  # the page does not tell
    assert len(mail.outbox) == 20


def ask_for_a_new_password(email: str, address: str) -> int:
    cache.clear()  # an hour later
    client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=address)
    client.get("/password/reset/", follow=True)
    return client.post("/password/reset/", {"email": email}).status_code


def test_who_is_no_member_is_told_so_by_one_mail_a_day() -> None:
    for address in addresses("192.0.2.0/24", 3):
        assert ask_for_a_new_password("third@example.org", address) == 302  # the page does not tell
    assert [each.to for each in mail.outbox] == [["third@example.org"]]
    assert "No member has this address" in mail.outbox[0].body


def test_one_network_has_twenty_strangers_mailed_in_a_day(hanako) -> None:
    for number in range(30):
        assert ask_for_a_new_password(f"third{number}@example.org", "192.0.2.1") == 302
    assert len(mail.outbox) == 20
    ask_for_a_new_password("other@example.org", "192.0.2.2")
    ask_for_a_new_password(hanako.email, "192.0.2.1")
    assert [each.to for each in mail.outbox[20:]] == [["other@example.org"], [hanako.email]]


def test_all_networks_together_have_two_hundred_strangers_mailed_in_a_day(hanako) -> None:
    guesses.claim_guess(quotas.STRANGER_MAILS_IN_ALL, [quotas.EVERYBODY], 199)
    for number, address in enumerate(addresses("192.0.2.0/24", 3)):
        ask_for_a_new_password(f"third{number}@example.org", address)
    assert len(mail.outbox) == 1
    rows = GuessCount.objects.count()
    ask_for_a_new_password("further@example.org", "192.0.2.1")
    assert GuessCount.objects.count() == rows  # an address that gets no mail begins no row
    ask_for_a_new_password(hanako.email, "192.0.2.1")
    assert len(mail.outbox) == 2


def test_one_address_asks_for_sixty_new_passwords_in_an_hour(hanako) -> None:
    """The time that an answer takes may tell whose mail address has an account."""
    client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR="192.0.2.1")
    client.get("/password/reset/", follow=True)
    codes = [
        client.post("/password/reset/", {"email": f"third{number}@example.org"}).status_code
        for number in range(61)
    ]
    assert codes == [302] * 60 + [429]


def test_servers_that_nobody_links_are_forgotten_oldest_first(hanako) -> None:
    most = unused_registrations.MOST
    make_link(hanako, "mastodon", host="s0.example")
    ServerRegistration.objects.bulk_create(
        ServerRegistration(network="mastodon", host=f"s{number}.example", sealed_details="sealed")
        for number in range(most + 2)
    )
    sweep.run_all_steps()
    assert ServerRegistration.objects.count() == most
    hosts = set(ServerRegistration.objects.values_list("host", flat=True))
    assert "s0.example" in hosts  # of a link
    assert not {"s1.example", "s2.example"} & hosts


def test_what_was_learned_of_servers_is_bounded() -> None:
    ServerTraits.objects.bulk_create(
        ServerTraits(host=f"s{number}.example") for number in range(sweep.SERVERS_KEPT + 2)
    )
    ServerTraits.objects.filter(host__in=["s5.example", "s7.example"]).update(
        changed_at=timezone.now() - timedelta(days=1)
    )
    sweep.run_all_steps()
    assert ServerTraits.objects.count() == sweep.SERVERS_KEPT
    assert not ServerTraits.objects.filter(host__in=["s5.example", "s7.example"]).exists()
