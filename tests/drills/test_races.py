"""Races between three processes of gunicorn: limits on guesses hold, and what works once works once.

Threads of one process share a lock of the interpreter, and on SQLite a connection's; processes share the
database alone. Phones are led up to the last press here; the presses arrive at gunicorn at the same moment.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urljoin

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db import connection
from django.urls import reverse

from accounts.actions import guesses, invitations, phones
from accounts.models import Friendship, Member, Phone, PhoneLogin
from tests import ports
from tests.accounts.screens import opened_and_picked
from tests.drills.processes import running_process
from tests.form_client import encoded
from tests.making import PASSWORD, make_member
from tests.page import Page
from tests.phone import FLIP_PHONE, PhoneClient, computer, filled, log_in_phone
from tests.racing import at_once

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

PROCESSES, AT_ONCE = 3, 12
PIN = "8306"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Answer(NamedTuple):
    status: int
    text: str

    @property
    def is_done(self) -> bool:
        """Whether the press led on: a form that is refused is shown again."""
        return self.status == 302


class Press(NamedTuple):
    """A form that is filled and not sent yet."""

    path: str
    body: bytes


def ready(phone: PhoneClient, button: str = "", **typed: str) -> Press:
    page = phone.page
    form = page.form(button, set(typed))
    body, _type = encoded(filled(form, button, typed))
    return Press(urljoin(page.path, form.action), body.encode())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[int]:
    """The port of a gunicorn on the tests' database."""
    tmp_path = tmp_path_factory.mktemp("races")
    port, found = ports.free_row(), connection.settings_dict
    name = found["NAME"]
    if connection.vendor == "postgresql":
        user, host = found["USER"], f"{found['HOST']}:{found['PORT']}"
        url = f"postgres://{user}@{host}/{name}"
    else:
        url = f"sqlite:///{name}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": url,
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": str(PROCESSES),
    }
    command = ["-m", "gunicorn", "profilelink.wsgi", "-c", "profilelink/deploy/gunicorn.py"]
    with running_process(command, tmp_path / "web.log", environment):
        end = time.monotonic() + 60
        while (tmp_path / "web.log").read_text().count("Booting worker") < PROCESSES or not _lives(
            port
        ):
            assert time.monotonic() < end, (tmp_path / "web.log").read_text()
            time.sleep(0.1)
        yield port


def _lives(port: int) -> bool:
    try:
        return _ask(port, "GET", "/healthz").status == 200
    except OSError:
        return False


def _ask(port: int, method: str, path: str, body: bytes = b"") -> Answer:
    web = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": "testserver", "User-Agent": FLIP_PHONE}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    web.request(method, path, body or None, headers)
    answer = web.getresponse()
    text = Page(answer.read().decode(), status=answer.status, path=path).text
    web.close()
    return Answer(answer.status, text)


def fire(site: int, presses: Sequence[Press]) -> list[Answer]:
    return at_once(len(presses), lambda number: _ask(site, "POST", *presses[number]))


def phones_at(path: str, count: int = AT_ONCE) -> list[PhoneClient]:
    """So many phones with a page open, each with a session of its own."""
    opened = [PhoneClient() for _ in range(count)]
    for phone in opened:
        phone.get(path)
    return opened


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


def logged_in() -> int:
    """How many sessions members have."""
    return UserSession.objects.count()


def test_of_wrong_passwords_at_once_ten_are_looked_at(site, hanako) -> None:
    wrong = tried = 0
    while tried < 60:
        answers = fire(
            site,
            [
                ready(each, "Log in", login="hanako", password="wrong")
                for each in phones_at("/login/")
            ],
        )
        wrong += sum("is wrong" in each.text for each in answers)
        tried += len(answers)
        if all("Too many wrong tries" in each.text for each in answers):
            break
    assert wrong == guesses.PASSWORD.most, answers
    [right] = fire(
        site, [ready(phones_at("/login/", 1)[0], "Log in", login="hanako", password=PASSWORD)]
    )
    assert "Too many wrong tries" in right.text


def test_of_wrong_pins_at_once_five_are_looked_at(site, hanako) -> None:
    row, code = phones.create_bookmark(by=hanako, device="F-01J", pin=PIN, session_key="")
    opened = phones_at(reverse("pin_enter", args=[code]), 13)
    pins = [f"{number:04}" for number in range(12)]
    answers = fire(
        site, [ready(each, "Log in", pin=pin) for each, pin in zip(opened, pins, strict=False)]
    )
    row.refresh_from_db()
    assert row.wrong_tries == Phone.MAX_WRONG_TRIES
    assert (
        sum("Wrong PIN. Tries left" in each.text for each in answers) <= Phone.MAX_WRONG_TRIES - 1
    )
    [right] = fire(site, [ready(opened[-1], "Log in", pin=PIN)])
    assert not right.is_done
    assert not logged_in()


def test_of_wrong_codes_at_once_ten_are_looked_at(site) -> None:
    wrong = 0
    for _round in range(2):
        opened = phones_at("/q/")
        answers = fire(site, [ready(each, "Continue", code="BCDFGHJKLM") for each in opened])
        wrong += sum("No computer is showing this code" in each.text for each in answers)
    assert wrong == guesses.TYPED_CODE.most, answers


def test_of_wrong_second_steps_at_once_ten_are_looked_at(site, hanako) -> None:
    TOTP.activate(hanako, KEY)
    wrong = 0
    for _round in range(2):
        answers = fire(site, [ready(each, "Log in", code="000000") for each in at_second_step()])
        wrong += sum("This code is wrong" in each.text for each in answers)
    assert wrong == guesses.SECOND_FACTOR.most, answers


def at_second_step() -> list[PhoneClient]:
    opened = phones_at("/login/")
    for phone in opened:
        phone.submit("Log in", login="hanako", password=PASSWORD)
    return opened


def test_a_code_of_the_app_lets_one_in(site, hanako) -> None:
    TOTP.activate(hanako, KEY)
    opened = at_second_step()[:8]
    code = format_hotp_value(hotp_value(KEY, int(time.time()) // 30))
    answers = fire(site, [ready(each, "Log in", code=code) for each in opened])
    assert [each.is_done for each in answers].count(True) == 1, answers
    assert logged_in() == 1


def test_a_recovery_code_lets_one_in(site, hanako) -> None:
    TOTP.activate(hanako, KEY)
    [code, *_others] = RecoveryCodes.activate(hanako).get_unused_codes()
    answers = fire(site, [ready(each, "Log in", code=code) for each in at_second_step()[:8]])
    assert [each.is_done for each in answers].count(True) == 1, answers
    assert logged_in() == 1


def test_a_qr_code_lets_its_phone_in_once(site, hanako) -> None:
    phone = PhoneClient()
    opened_and_picked(computer(hanako), phone)
    press = ready(phone, "Continue")
    before = logged_in()
    answers = fire(site, [press] * AT_ONCE)
    assert [each.is_done for each in answers].count(True) == 1, answers
    assert logged_in() == before + 1
    assert PhoneLogin.objects.exclude(used_at=None).count() == 1


def test_an_invitation_makes_one_friend(site, hanako) -> None:
    _row, code = invitations.create_invitation("a form", note="", by=hanako)
    guests = [log_in_phone(make_member(f"guest{number}")) for number in range(AT_ONCE)]
    for guest in guests:
        guest.get(reverse("invitation_open", args=[code]))
    fire(site, [ready(guest, "Accept and be friends") for guest in guests])
    assert Friendship.objects.filter(member=hanako).count() == 1


def test_a_link_for_a_new_password_sets_one(site, hanako) -> None:
    asking = PhoneClient()
    asking.get("/password/reset/")
    asking.submit("Send", email=hanako.email)
    path = mail.outbox[0].body.partition("http://testserver")[2].split()[0]
    opened = phones_at(path)
    words = [f"new horse battery {number}" for number in range(AT_ONCE)]
    answers = fire(
        site,
        [
            ready(phone, "Change password", password1=each, password2=each)
            for phone, each in zip(opened, words, strict=True)
        ],
    )
    done = [number for number, each in enumerate(answers) if each.is_done]
    assert len(done) == 1, answers
    hanako.refresh_from_db()
    assert hanako.check_password(words[done[0]])
