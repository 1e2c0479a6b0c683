"""Multipart is read only where a form takes files; elsewhere it is refused unread."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from accounts.urlsession.api import without_session_prefix
from tests.form_client import FormClient
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.photographs import a_photo
from tests.profilelink.middleware.test_max_body import Untouched
from tests.profilelink.phone.test_middleware import N906I
from tests.profilelink.production import Production, running

ONE_LETTER = "multipart/form-data; boundary=a"
TAKE_FILES = {"post_preview", "profile_edit"}


def views(patterns: list[Any]) -> Iterator[URLPattern]:
    """Every view that has an address."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from views(one.url_patterns)
        else:
            yield one


@pytest.mark.parametrize("agent", [N906I, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)"])
@pytest.mark.parametrize(
    "path",
    [
        "/login/",
        "/m/",
        "/q/",
        "/posts/new/",
        "/s/AAAAAAAAAAAAAAAAAAAAAA/privacy/",
        "/admin/login/",
        "/nowhere/",
    ],
)
def test_multipart_is_refused_unread_where_no_form_takes_files(agent: str, path: str) -> None:
    sent: dict[str, Any] = {"wsgi.input": Untouched(), "CONTENT_LENGTH": "12900000"}
    browser = FormClient(HTTP_USER_AGENT=agent, HTTP_ACCEPT_LANGUAGE="en")
    answer = browser.generic("POST", path, CONTENT_TYPE=ONE_LETTER, **sent)
    assert answer.status_code == 415
    assert b"without a file" in answer.content
    assert "Content-Security-Policy" in answer


def test_only_the_two_forms_that_take_files_are_marked() -> None:
    marked = {
        one.name
        for one in views(get_resolver().url_patterns)
        if getattr(one.callback, "accepts_files", False)
    }
    assert marked == TAKE_FILES


def test_every_template_that_sends_multipart_sends_it_to_a_marked_view() -> None:
    for template in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        for form in re.findall(r"<form[^>]*enctype[^>]*", template.read_text(encoding="utf-8")):
            named = re.search(r"""action="{% (?:url|near) ['"](\w+)['"] %}""", form)
            # Without action the form goes to its own page, whose template has the view's name.
            assert (named[1] if named else template.stem) in TAKE_FILES, (template, form)


@pytest.mark.django_db
def test_no_page_of_staff_sends_multipart() -> None:
    staff = computer(make_member("staff", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths = [reverse(f"{name}_changelist")]
        if row := model._default_manager.first():
            paths.append(reverse(f"{name}_change", args=[row.pk]))
        for path in paths:
            assert b"multipart/form-data" not in staff.get(path, follow=True).content, path


@pytest.mark.django_db
@pytest.mark.parametrize("agent", [N906I, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)"])
def test_a_photo_is_taken_under_a_token_with_what_is_typed_beside_it(agent: str) -> None:
    phone = log_in_phone(make_member("hanako"), user_agent=agent, HTTP_ACCEPT_LANGUAGE="en")
    phone.get(reverse("post_new") + "?kind=photo")
    photo = SimpleUploadedFile("sea.jpg", a_photo((40, 30)), content_type="image/jpeg")
    page = phone.submit("Preview", text="the sea", photo=photo)
    assert resolve(without_session_prefix(page.path)).url_name in TAKE_FILES
    assert "the sea" in page


def test_a_get_that_repeats_the_type_of_the_form_before_it_is_answered() -> None:
    assert FormClient().get("/healthz", CONTENT_TYPE=ONE_LETTER).status_code == 200


def test_gunicorn_answers_the_attack_before_its_body_has_come(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """12.9 MB from a DoCoMo agent, with one character as boundary: 816 MB and 19 seconds before."""
    with running(tmp_path_factory.mktemp("production")) as production:
        assert answer_to_the_head(production).startswith("HTTP/1.1 415")


def answer_to_the_head(production: Production) -> str:
    """What is answered while all but the beginning of the body is still on its way."""
    head = (
        f"POST /login/ HTTP/1.1\r\nHost: link.example\r\nUser-Agent: {N906I}\r\n"
        f"Content-Type: {ONE_LETTER}\r\nContent-Length: 12900000\r\nConnection: close\r\n"
        "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n--a\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", production.port), timeout=10) as connection:
        connection.sendall(head.encode())
        return connection.recv(65536).decode("latin-1")
