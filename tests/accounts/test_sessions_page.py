"""The page that lists a member's sessions and ends them."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from accounts.urlsession.models import Session
from tests.making import make_member
from tests.phone import COMPUTER, FLIP_PHONE, PhoneClient, computer, log_in_phone, session_key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def list_session(member: Member, browser: PhoneClient | Client, user_agent: str) -> UserSession:
    """allauth's row, as log-in by any page makes it."""
    return UserSession.objects.create(
        user=member, session_key=session_key_of(browser), ip="203.0.113.5", user_agent=user_agent
    )


@pytest.fixture
def phone(hanako) -> PhoneClient:
    browser = log_in_phone(hanako)
    list_session(hanako, browser, FLIP_PHONE)
    return browser


@pytest.fixture
def desk(hanako) -> Client:
    browser = computer(hanako)
    list_session(hanako, browser, COMPUTER)
    return browser


def test_sessions_are_named_by_device_this_one_first(phone, desk):
    text = phone.get(reverse("session_list")).text
    assert "a flip phone (F-01J) this one 203.0.113.5" in text
    assert "Chrome on Windows 203.0.113.5" in text
    assert text.index("F-01J") < text.index("Windows")


def test_no_key_is_on_the_page(phone, desk):
    html = phone.get(reverse("session_list")).html
    for browser in (phone, desk):
        assert session_key_of(browser) not in html


def test_the_other_session_is_ended_by_its_button(phone, desk):
    phone.get(reverse("session_list"))
    assert "Session ended" in phone.submit("End")
    assert desk.get(reverse("session_list")).status_code == 302
    assert phone.get(reverse("session_list")).status == 200
    assert not UserSession.objects.filter(session_key=session_key_of(desk)).exists()


def test_all_others_are_ended_at_once_and_this_one_stays(hanako, phone, desk):
    third = log_in_phone(hanako)
    list_session(hanako, third, FLIP_PHONE)
    phone.get(reverse("session_list"))
    assert "2 sessions ended" in phone.submit("End all but this one")
    assert "hanako" not in third.get("/")
    assert "hanako" in phone.get("/")


def test_a_stranger_s_session_cannot_be_ended(phone, desk):
    taro = make_member("taro")
    stranger = computer(taro)
    list_session(taro, stranger, COMPUTER)
    for row in UserSession.objects.exclude(user=taro):
        stranger.post(reverse("session_list"), {f"end_{row.pk}": "End"})
    stranger.post(reverse("session_list"), {"others": "1"})
    assert "hanako" in phone.get("/")
    assert UserSession.objects.exclude(user=taro).count() == 2


def test_a_session_that_is_over_is_not_listed(phone, desk):
    Session.objects.filter(session_key=session_key_of(desk)).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    assert "Windows" not in phone.get(reverse("session_list"))


def test_more_sessions_cost_no_more_queries(hanako, phone):
    phone.get(reverse("session_list"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            phone.get(reverse("session_list"))
        return len(captured)

    few = queries()
    for _ in range(10):
        list_session(hanako, log_in_phone(hanako), FLIP_PHONE)
    assert queries() == few
    assert few <= 6


def test_made_up_buttons_end_nothing(phone, desk):
    for name in ("end_", "end_x", "end_" + "9" * 40, "end_-1", "end_１"):
        desk.post(reverse("session_list"), {name: "End"})
    assert UserSession.objects.count() == 2
