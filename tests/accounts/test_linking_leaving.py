"""Leaving for mixi: the page that fits the phone, what is asked for there, and when nobody leaves."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.models import LinkAttempt
from accounts.signals import may_link
from tests.accounts.away import leave_by_computer, leave_by_phone
from tests.making import make_member
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_a_flip_phone_of_old_goes_to_the_mobile_page(sandbox, hanako):
    docomo = "DoCoMo/2.0 F09A3(c500;TB;W24H16)"
    old = log_in_phone(hanako, user_agent=docomo, HTTP_ACCEPT_LANGUAGE="en")
    assert "/mixi/m/connect_authorize.pl" in leave_by_phone(old).address
    touch = leave_by_phone(log_in_phone(hanako)).address
    assert "display=touch" in touch
    assert "display=pc" in leave_by_computer(computer(hanako)).address


def test_the_authorize_request_has_what_mixi_wants_and_no_address_to_come_back_to(sandbox, hanako):
    address = leave_by_phone(log_in_phone(hanako)).address
    assert "redirect_uri" not in address
    assert "response_type=code" in address
    assert "scope=r_profile+w_voice+r_voice+w_diary+w_photo+r_photo+r_updates" in address


def test_a_reason_from_above_keeps_members_here(sandbox, hanako):
    def paused(sender, network, **_):
        return "Staff paused it until noon." if network == "mixi" else None

    try:
        phone = log_in_phone(hanako)
        phone.get("/links/mixi/")
        may_link.connect(paused)
        page = phone.submit("Go to")
        assert page.status == 409
        assert "Staff paused it until noon." in page
        assert "Staff paused it until noon." in phone.get("/links/mixi/")
    finally:
        may_link.disconnect(paused)
    assert not LinkAttempt.objects.exists()


def test_a_network_that_is_not_set_up_is_404(hanako, settings):
    phone = log_in_phone(hanako)
    assert phone.get("/links/myspace/").status == 404
    settings.NETWORKS = {"mixi": {**settings.NETWORKS["mixi"], "client_id": ""}}
    assert phone.get("/links/mixi/").status == 404


def test_who_leaves_often_waits_an_hour(sandbox, hanako):
    phone = log_in_phone(hanako)
    for _turn in range(5):
        leave_by_phone(phone)
    phone.get("/links/mixi/")
    page = phone.submit("Go to")
    assert page.status == 429
    assert "Try again in an hour" in page
    LinkAttempt.objects.update(created_at=F("created_at") - timedelta(minutes=61))
    leave_by_phone(phone)
