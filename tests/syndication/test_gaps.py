"""Between two sentences stands a space in English, and none in Japanese, whose marks are wide."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.making import make_link, make_member
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

PAGES = ("link_list", "posts_by_me", "post_new", "named_list_list", "mail_renew", "export")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_sentences_stand_apart_as_their_language_has_it(language: str) -> None:
    hanako = make_member("hanako")
    link = make_link(hanako, name="花")
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    paths = [reverse(name) for name in PAGES]
    paths.append(reverse("link_detail", args=[link.network, link.pk]))
    for path in paths:
        said = re.sub(r"<[^>]*>", "\n", phone.get(path).html)
        assert not re.search(r"[。：；] ", said), path
        assert not re.search(r"[a-z][.:;][A-Z]", said), path
