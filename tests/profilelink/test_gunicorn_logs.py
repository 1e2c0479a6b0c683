"""The logs and error mails of gunicorn with production settings, under what strangers send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.profilelink.production import HOST, Production, production_environment, running

TOKEN = "Ab-_" * 5 + "Ab"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with running(tmp_path_factory.mktemp("production")) as production:
        yield production


@pytest.mark.parametrize(
    "line",
    [
        f"GET /s/{TOKEN}/?q=a b HTTP/1.1",  # a space that a phone did not encode
        f"GET /s/{TOKEN}/ HTTP/9.9",
        f"GET /s/{TOKEN}/",
        f"/s/{TOKEN}/ GET HTTP/1.1",
        f"G@T /s/{TOKEN}/ HTTP/1.1",
        f"GET / HTTP/1.1\r\nCookie : __Host-sessionid={TOKEN}",
        f"GET / HTTP/1.1\r\n__Host-sessionid={TOKEN}",
    ],
)
def test_what_gunicorn_cannot_read_is_repeated_nowhere(production: Production, line: str) -> None:
    answer = production.send(f"{line}\r\nHost: link.example\r\n\r\n".encode())
    assert answer.startswith("HTTP/1.1 400")
    assert TOKEN not in answer
    assert TOKEN not in production.log()
    assert "Invalid request from" in production.log()


@pytest.mark.parametrize(
    "path",
    [
        f"/%73/{TOKEN}/",
        f"/s/%41{TOKEN[1:]}/",
        f"/login/?next=%2F%2573%2F{TOKEN}%2F",
        f"http://link.example/%73/{TOKEN}/",
        f"/accounts/mixi/login/callback/?%63ode={TOKEN}",
    ],
)
def test_an_encoded_address_is_masked(production: Production, path: str) -> None:
    production.get(path)
    assert "***" in production.log()
    assert TOKEN[1:] not in production.log()


def test_a_foreign_host_costs_one_line_and_no_mail(production: Production) -> None:
    mails = len(production.mails())
    answer = production.get("/login/", host="scanner.example")
    assert " 400 " in answer.partition("\r\n")[0]
    about = production.log().partition("scanner.example")[2]
    assert about
    assert "Traceback" not in about
    assert len(production.mails()) == mails


def test_an_error_that_is_met_again_and_again_is_mailed_once(production: Production) -> None:
    before = production.log().count("OperationalError")
    for _ in range(5):
        assert " 500 " in production.get(f"/s/{TOKEN}/posts/").partition("\r\n")[0]
    assert production.log().count("OperationalError") >= before + 5
    about = [mail for mail in production.mails() if "OperationalError" in mail]
    assert 1 <= len(about) <= 2  # /%73/ above and this one fail at the same place
    assert not any(TOKEN in mail for mail in about)
    assert TOKEN not in production.log()


def test_an_error_mail_holds_neither_settings_nor_what_a_member_typed(tmp_path: Path) -> None:
    """Both may be secret under any name: the address of the mail server, a post for friends."""
    typed = b"text=for+my+friends&door_password=geheim"
    with running(tmp_path) as production:
        answer = production.send(
            f"POST /posts/new/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
            f"Cookie: __Host-sessionid={TOKEN}\r\nX-Forwarded-Proto: https\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(typed)}\r\n\r\n".encode()
            + typed
        )
        assert " 500 " in answer.partition("\r\n")[0]
        [mail] = production.mails()
    assert "OperationalError" in mail
    assert "door_password = '***'" in mail
    for secret in ("for my friends", "geheim", production_environment(tmp_path)["EMAIL_URL"]):
        assert secret not in mail
