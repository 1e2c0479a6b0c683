"""A NUL, which PostgreSQL takes in no text: such an address names nothing, and such a form is wrong."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.making import make_member
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

PATHS = ["/@%00/", "/@hanako%00/", "/@%00/feed.atom", "/@hanako%00/picture", "/out/%00", "/out/a%00b",
         "/i/%00", "/q/%00", "/p/%00", "/%00", "/posts/new/photo/%00",
         "/accounts/mixi/login/callback/?state=%00&code=1", "/@hanako/?page=%00", "/?before=%00",
         "/posts/new/?group=%00", "/posts/new/?kind=%00", "/friends/?page=%00"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_an_address_with_a_nul_is_no_error_of_ours(path: str) -> None:
    hanako = make_member("hanako")
    assert Client().get(path).status_code < 500
    assert log_in_phone(hanako).get(path).status < 500


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/friends/ask/", {"name": "taro\0"}),
        ("/posts/new/preview/", {"kind": "photo", "photo_key": "a\0b"}),
        ("/posts/new/preview/", {"kind": "status", "text": "a\0b", "group": "\0"}),
        ("/login/", {"login": "hanako\0", "password": "\0"}),
        ("/q/", {"code": "\0"}),
        ("/device/", {"typed": "\0", "code": "\0"}),
        ("/links/mastodon/", {"server": "a\0.example"}),
    ],
)
def test_a_form_with_a_nul_is_no_error_of_ours(path: str, typed: dict[str, str]) -> None:
    phone = log_in_phone(make_member("hanako"))
    phone.get("/privacy/")
    secret = phone.page.forms[0].fields["csrfmiddlewaretoken"]
    assert phone.post(path, {**typed, "csrfmiddlewaretoken": secret}).status < 500
