"""The pages of members are light, labelled, and worked by number keys."""

import re

import pytest

from tests.accounts.away import read
from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def test_the_log_in_page_is_1500_bytes_at_the_most():
    phone = PhoneClient()
    assert len(phone.get("/login/").html.encode()) <= 1500


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/mail/",
        "/account/password/",
        "/account/two-step/",
        "/account/confirm/",
        "/logout/",
    ],
)
def test_account_pages_are_light_labelled_and_cheap(hanako, path, django_assert_max_num_queries):
    phone = log_in_phone(hanako)
    phone.get(path)
    with django_assert_max_num_queries(6):
        page = phone.get(path)
    assert page.status == 200
    assert len(page.html.encode()) <= 5000
    for shown in re.findall(r'<input type="(?:text|password|email)"[^>]* id="(\w+)"', page.html):
        assert f'<label for="{shown}">' in page.html
    assert "placeholder" not in page.html
    assert "<script" not in page.html


def test_a_menu_has_number_keys_that_stand_in_the_text(hanako):
    page = log_in_phone(hanako).get("/account/")
    for link in page.links:
        assert link.text.startswith(link.accesskey)
    assert "".join(page.accesskeys) == "1234567890"


def test_the_same_pages_work_on_a_computer(hanako):
    page = read(computer(hanako).get("/account/mail/"))
    assert "hanako@example.com" in page
