"""Error pages: light, with a way home, and without touching what may be broken."""

import pytest
from django.test import RequestFactory

from profilelink import errors

pytestmark = pytest.mark.urls("tests.accounts.urlsession.urls")


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (errors.bad_request, 400),
        (errors.permission_denied, 403),
        (errors.page_not_found, 404),
        (errors.too_many_requests, 429),
    ],
)
def test_an_error_page_needs_neither_session_nor_database(handler, status):
    response = handler(RequestFactory().get("/"), Exception())
    check(response, status)


def test_the_page_of_our_own_fault_needs_nothing_either():
    check(errors.server_error(RequestFactory().get("/")), 500)


def sent(**headers):
    typed = {"text": "長い<文>", "password": "geheim", "csrfmiddlewaretoken": "t" * 64}
    request = RequestFactory().post("/posts/new/", typed, **headers)
    return errors.server_error(request).content.decode()


def test_our_own_fault_gives_back_what_was_typed():
    html = sent()
    assert "長い&lt;文&gt;</textarea>" in html
    assert f'name="csrfmiddlewaretoken" value="{"t" * 64}"' in html
    assert 'action="/posts/new/"' in html
    assert "geheim" not in html


def test_what_another_site_sent_is_not_given_back():
    assert "文" not in sent(HTTP_ORIGIN="https://evil.example")


@pytest.mark.parametrize("admins", [[], [("Staff", "staff@example.jp")]])
def test_the_staff_are_said_to_be_told_only_where_they_are(settings, admins):
    settings.ADMINS = admins
    html = errors.server_error(RequestFactory().get("/")).content.decode()
    assert ("The staff have been told." in html) == bool(admins)


def check(response, status):
    html = response.content.decode()
    assert response.status_code == status
    assert len(response.content) <= 1024
    assert '<a href="/" accesskey="0">' in html
    assert "csrfmiddlewaretoken" not in html
