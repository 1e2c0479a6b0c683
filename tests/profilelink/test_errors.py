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


def check(response, status):
    html = response.content.decode()
    assert response.status_code == status
    assert len(response.content) <= 1024
    assert '<a href="/" accesskey="0">' in html
    assert "csrfmiddlewaretoken" not in html
