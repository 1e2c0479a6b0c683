"""The logs and error mails of gunicorn with production settings, under what strangers send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.profilelink.production import Production, running

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
