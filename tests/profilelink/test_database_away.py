"""While the database is away, pages say "try again" in the reader's language, keep the typed text, and their
button leads back into the session that could not be read."""

import sqlite3

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import RequestFactory
from django.utils import translation

from profilelink import errors
from tests.page import Page
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db
TEXT = "消えてはいけない言葉"


@pytest.fixture
def without_database(monkeypatch):
    """The database ends: every statement from now on fails as at a restart."""

    def fail(execute, statement, params, many, context):
        raise OperationalError("database is locked; server closed the connection unexpectedly")

    return lambda: connection.execute_wrapper(fail)


def asked(phone, path, without_database, data=None, language="en"):
    phone._client.raise_request_exception = False
    more = {"HTTP_ACCEPT_LANGUAGE": language}
    with without_database():
        if data is None:
            return phone._client.get(f"{phone.base}{path}", **more)
        return phone._client.post(f"{phone.base}{path}", data, **more)


def test_a_page_says_try_again_in_the_language_of_its_reader(hanako, without_database):
    phone = log_in_phone(hanako)
    for language, words, before in (
        ("ja", "しばらくお待ちください", "en"),
        ("en", "Try again", "ja"),
    ):
        translation.activate(before)  # what the thread's last request left behind
        answer = asked(phone, "/notices/", without_database, language=language)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert words in answer.content.decode()
        assert answer["Cache-Control"].startswith("no-store")
        assert f'<a href="{phone.base}/" accesskey="0">' in answer.content.decode()


def test_what_was_typed_is_sent_again_into_the_same_session(hanako, without_database):
    phone = log_in_phone(hanako)
    form = phone.get("/posts/new/").form("Preview", {"text"})
    typed = {**{name: many[0] for name, many in form.fields.items()}, "text": TEXT}
    answer = asked(phone, "/posts/new/preview/", without_database, typed)
    page = Page(answer.content.decode(), status=answer.status_code, path="")
    again = page.form("Send again", {"text"})
    assert (page.status, again.action) == (503, f"{phone.base}/posts/new/preview/")
    assert again.fields["text"] == [TEXT]
    sent = phone._client.post(again.action, {name: many[0] for name, many in again.fields.items()})
    assert TEXT in sent.content.decode()
    assert "Send it?" in sent.content.decode()


def test_a_session_that_cannot_be_saved_is_no_session_that_ended(hanako):
    """Django's store says UpdateError for both."""
    phone = log_in_phone(hanako)
    phone._client.raise_request_exception = False
    form = phone.get("/language/").form("", set())

    def fail(execute, statement, params, many, context):
        if statement.startswith("UPDATE") and "session_data" in statement:
            raise OperationalError("database is locked")
        return execute(statement, params, many, context)

    with connection.execute_wrapper(fail):
        sent = {name: many[0] for name, many in form.fields.items()} | {"language": "ja"}
        answer = phone._client.post(f"{phone.base}/language/", sent)
    assert answer.status_code == 503


@pytest.mark.parametrize("error", [OperationalError("no such table: x"), ValueError("locked")])
def test_what_does_not_pass_by_waiting_is_called_our_fault(error):
    try:
        raise error
    except type(error):
        page = errors.server_error(RequestFactory().get("/"))
    is_passing = connection.vendor != "sqlite" and isinstance(error, OperationalError)
    assert page.status_code == (503 if is_passing else 500)


def test_a_database_that_is_stopped_or_busy_passes_by_waiting():
    assert errors.is_database_away(OperationalError("database is locked"))
    assert errors.is_database_away(sqlite3.OperationalError("database is locked"))  # a driver's own
    assert not errors.is_database_away(None)
    if connection.vendor != "sqlite":
        assert errors.is_database_away(InterfaceError("the connection is closed"))


def test_a_page_refused_before_the_session_is_read_has_its_readers_language(settings, client):
    settings.REQUEST_MAX_BYTES = 10
    with translation.override("en"):
        answer = client.post(
            "/contact/", {"text": "x" * 20}, headers={"Accept-Language": "ja;q=0.8"}
        )
    assert answer.status_code == 413
    assert '<html lang="ja">' in answer.content.decode()
