"""Sign-up is open to strangers: how many accounts a network can make, and which ones go again.

The table is in test_bounds.py.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.actions import guesses, quotas
from accounts.actions.guesses import Limit
from accounts.models import GuessCount, Member
from syndication.worker import sweep
from tests.form_client import FormClient
from tests.making import PASSWORD, make_member
from tests.phone import COMPUTER, PhoneClient, computer

pytestmark = pytest.mark.django_db

GATEWAY = "192.0.2.1"


@pytest.fixture
def hanako() -> Member:
    """She has been here for a while."""
    return make_member("hanako", date_joined=timezone.now() - timedelta(days=3))


def sign_up(name: str, address: str = GATEWAY, next: str = "") -> Any:
    """The page that comes first after the form was sent: the form again, or the account's first page."""
    phone = PhoneClient(REMOTE_ADDR=address)
    phone.get(f"/signup/?next={next}" if next else "/signup/")
    return phone.submit("Sign up", username=name, email=f"{name}@example.org", password1=PASSWORD)


def used_up(limit: Limit, account: str, left: int = 0) -> None:
    """Others made accounts before: as if they had signed up one by one."""
    guesses.claim_guess(limit, [account], limit.most - left)


def invitation_of(member: Member) -> str:
    client = computer(member)
    key = client.get(reverse("invitation_new")).context["form"]["form_key"].value()
    page = client.post(reverse("invitation_new"), {"note": "", "form_key": key})
    return page.context["address"].removeprefix("http://testserver")


def test_one_network_makes_twenty_accounts_an_hour_and_the_form_keeps_what_was_typed() -> None:
    for number in range(20):
        client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=GATEWAY)
        client.get("/signup/", follow=True)
        given = {"username": f"m{number}", "email": f"m{number}@example.org", "password1": PASSWORD}
        assert client.post("/signup/", given).status_code == 302
    page = sign_up("yuki")
    assert "Try again in an hour, or ask a member for an invitation" in page
    assert 'value="yuki"' in page.html
    assert 'value="yuki@example.org"' in page.html
    assert Member.objects.count() == 20
    sign_up("yuki", address="192.0.2.2")
    assert Member.objects.filter(username="yuki").exists()


@pytest.mark.parametrize("here", ["2001:db8:1:7::1", "2001:db8:1:ff::1"])
def test_an_ipv6_network_is_one_network_whole(here: str) -> None:
    used_up(quotas.SIGN_UPS_AN_HOUR, guesses.subject_of_network("2001:db8:1:7::9"))
    assert "Try again in an hour" in sign_up("yuki", here)
    sign_up("yuki", "2001:db8:2::1")
    assert Member.objects.count() == 1


def test_fifty_accounts_a_day_of_one_network_are_enough() -> None:
    used_up(quotas.SIGN_UPS_A_DAY, guesses.subject_of_network(GATEWAY), left=1)
    sign_up("yuki")
    assert "Try again tomorrow, or ask a member" in sign_up("mika")
    assert list(Member.objects.values_list("username", flat=True)) == ["yuki"]


def test_all_networks_together_make_five_thousand_accounts_a_day() -> None:
    used_up(quotas.SIGN_UPS_IN_ALL, quotas.EVERYBODY, left=1)
    sign_up("yuki", "198.51.100.1")
    page = sign_up("mika", "198.51.100.2")
    assert "Many accounts were made here today" in page
    # What was refused is not counted for the network: those behind it are told the truth.
    for _turn in range(25):
        page = sign_up("mika", "198.51.100.2")
    assert "Many accounts were made here today" in page
    assert Member.objects.count() == 1


def test_an_invitation_lets_in_where_the_network_is_full(hanako) -> None:
    used_up(quotas.SIGN_UPS_AN_HOUR, guesses.subject_of_network(GATEWAY))
    used_up(quotas.SIGN_UPS_IN_ALL, quotas.EVERYBODY)
    way = invitation_of(hanako)
    assert "Try again in an hour" in sign_up("mika", next="/i/" + "A" * 22)
    sign_up("yuki", next=way)
    assert Member.objects.filter(username="yuki").exists()


def test_invitations_of_one_member_let_in_twenty_a_day(hanako) -> None:
    used_up(quotas.SIGN_UPS_AN_HOUR, guesses.subject_of_network(GATEWAY))
    used_up(quotas.INVITED, guesses.subject_of_member(hanako), left=1)
    way = invitation_of(hanako)
    sign_up("yuki", next=way)
    assert "Try again in an hour" in sign_up("mika", next=way)


def test_an_account_that_is_new_itself_lets_nobody_in_by_invitation() -> None:
    """Else the first account invites twenty, and each of these twenty more."""
    used_up(quotas.SIGN_UPS_AN_HOUR, guesses.subject_of_network(GATEWAY))
    assert "Try again in an hour" in sign_up("yuki", next=invitation_of(make_member("mallory")))


def test_a_form_with_mistakes_makes_no_account_and_costs_none() -> None:
    for _turn in range(25):
        sign_up("no such name")
    assert "Try again" not in sign_up("yuki")
    assert Member.objects.count() == 1


def test_the_page_says_it_in_japanese() -> None:
    used_up(quotas.SIGN_UPS_AN_HOUR, guesses.subject_of_network(GATEWAY))
    client = FormClient(HTTP_USER_AGENT=COMPUTER, REMOTE_ADDR=GATEWAY, HTTP_ACCEPT_LANGUAGE="ja")
    client.get("/signup/", follow=True)
    given = {"username": "yuki", "email": "yuki@example.org", "password1": PASSWORD}
    assert "1時間ほどしてから" in client.post("/signup/", given).text


def age_all(days: int = 31) -> None:
    for member in Member.objects.exclude(username="hanako"):
        member.date_joined -= timedelta(days=days)
        if member.last_login:
            member.last_login -= timedelta(days=days)
        member.save()


def names() -> set[str]:
    return set(Member.objects.values_list("username", flat=True))


def test_an_account_that_stayed_empty_goes_after_thirty_days_and_its_name_is_free() -> None:
    assert "deleted after 30 days" in PhoneClient().get("/signup/")
    sign_up("yuki")
    age_all(days=29)
    sweep.run_all_steps()
    assert names() == {"yuki"}
    age_all(days=2)
    GuessCount.objects.all().delete()
    cache.clear()
    sweep.run_all_steps()
    assert names() == set()
    sign_up("yuki", "192.0.2.7")
    assert names() == {"yuki"}


def test_an_account_in_which_there_is_anything_stays(hanako) -> None:
    """Whatever somebody wrote, and whoever came back, is not lost."""
    sign_up("writes")
    writer = computer(Member.objects.get(username="writes"))
    typed = {"kind": "status", "text": "here", "audience": "only_me", "form_key": "a" * 32}
    writer.post(reverse("post_new"), {**typed, "send": "1"})
    sign_up("asks")
    asker = computer(Member.objects.get(username="asks"))
    asker.post(reverse("friend_ask"), {"name": "hanako"})
    sign_up("groups")
    computer(Member.objects.get(username="groups")).post(reverse("group_new"), {"name": "Choir"})
    for name in ("named", "confirms", "returns", "empty"):
        sign_up(name)
    computer(Member.objects.get(username="named")).post(
        reverse("profile_edit"),
        {
            "display_name": "名前",
            "about": "",
            "display_name_audience": "friends",
            "about_audience": "friends",
            "picture_audience": "friends",
            "birthday_audience": "friends",
            "town_audience": "friends",
            "websites_audience": "friends",
        },
    )
    EmailAddress.objects.filter(user__username="confirms").update(verified=True)
    age_all()
    returns = Member.objects.get(username="returns")
    Member.objects.filter(pk=returns.pk).update(last_login=timezone.now() - timedelta(days=20))
    make_member("of_staff", email="", date_joined=timezone.now() - timedelta(days=99))
    sweep.run_all_steps()
    assert names() == {
        "hanako", "writes", "asks", "groups", "named", "confirms", "returns", "of_staff",
    }  # fmt: skip
