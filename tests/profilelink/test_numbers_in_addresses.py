"""Numbers that no row can have, wherever an address or a form takes one: never an error of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from tests.making import make_member
from tests.phone import computer

pytestmark = pytest.mark.django_db

FITTING, TOO_LARGE = "9" * 18, str(2**63)
QUERIES = [
    ("/friends/", "page"), ("/groups/", "page"), ("/privacy/", "page"), ("/deliveries/", "page"),
    ("/mail/", "page"), ("/posts/mail/", "page"), ("/@hanako/", "page"),
    ("/links/mixi/", "again"), ("/links/mastodon/", "again"),
]  # fmt: skip
_POST = {"kind": "note", "text": "x", "form_key": "e" * 32}
FORMS = [
    ("/posts/new/", "audience", _POST),
    ("/posts/new/", "group", _POST | {"audience": "group"}),
    ("/posts/new/", "left_out", _POST | {"audience": "friends"}),
    ("/posts/new/", "staying", _POST | {"audience": "friends"}),
    ("/posts/new/preview/", "audience", _POST),
    ("/posts/new/preview/", "photo_key", _POST | {"audience": "friends"}),
    ("/links/mixi/", "again", {}),
    ("/sessions/", "end_{}", {}),
    ("/phones/", "end_{}", {}),
    ("/friends/", "accept_{}", {}),
    ("/phones/answer/", "number", {}),
    ("/device/", "number", {}),
    ("/friends/find/", "name", {}),
]
OF_OTHERS = {"network": "mixi", "name": "taro"}


def routes() -> Iterator[str]:
    """Every route of ours that takes a number, as a format string."""
    for pattern in walked(get_resolver().url_patterns):
        route = str(pattern.pattern)
        numbers = {"int", "key"}
        if any(f"<{converter}:" in route for converter in numbers):
            for name in pattern.pattern.converters:
                kind = type(pattern.pattern.converters[name]).__name__
                value = "{}" if kind in {"IntConverter", "KeyConverter"} else OF_OTHERS[name]
                for converter in ("int", "key", "slug", "str"):
                    route = route.replace(f"<{converter}:{name}>", value)
            yield f"/{route}"


def walked(patterns: list) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and isinstance(pattern.pattern, RoutePattern):
            yield pattern
        elif str(pattern.pattern) == "":
            yield from walked(pattern.url_patterns)


@pytest.fixture
def browser() -> Client:
    client = computer(make_member("hanako"))
    client.raise_request_exception = False
    return client


def test_every_route_with_a_number_answers_404(browser: Client) -> None:
    make_member("taro")
    known = list(routes())
    assert len(known) > 20
    wrong = []
    for route in known:
        for number in (FITTING, TOO_LARGE):
            for method in (browser.get, browser.post):
                status = method(route.replace("{}", number)).status_code
                is_right = status == 404 if number == TOO_LARGE else status < 500
                if not is_right:
                    wrong.append((method.__name__, route, len(number), status))
    assert not wrong


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000])
def test_numbers_in_queries_forms_and_the_admin_are_no_error_of_ours(
    browser: Client, number: str
) -> None:
    staff = make_member("admin", is_staff=True, is_superuser=True)
    answers = [
        *(browser.get(f"{path}?{query}={number}") for path, query in QUERIES),
        browser.get(f"/?before={number}.{number}.{number}"),
        browser.get(f"/?before=1.1.{number}"),
        browser.get(f"/?before={number}.1.1"),
        browser.get(f"/posts/new/?group=group_{number}"),
        browser.get(f"/posts/new/preview/?group=group_{number}"),
        *(browser.post(path, form | {key.format(number): number}) for path, key, form in FORMS),
    ]
    wrong = [(each.request["PATH_INFO"], each.status_code) for each in answers]
    assert not [each for each in wrong if each[1] >= 500]
    browser = computer(staff)
    browser.raise_request_exception = False
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        page = f"{reverse(name)}{number}/change/"
        assert browser.get(page).status_code < 500, page
