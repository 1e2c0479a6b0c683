"""Addresses that leave the page carry neither the token nor the host that a client claims."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, set_script_prefix

from accounts.public_urls import public_url

pytestmark = pytest.mark.urls("tests.accounts.urlsession.urls")


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://profile.example"
    set_script_prefix(f"/s/{'A' * 22}/")
    yield
    set_script_prefix("/")


def test_a_name_is_reversed_without_token():
    assert public_url("mine") == "https://profile.example/mine/"
    assert public_url("scan", "abc") == "https://profile.example/q/abc"
    assert public_url("scan", code="abc") == "https://profile.example/q/abc"


def test_a_path_loses_its_token():
    assert public_url("/mine/") == "https://profile.example/mine/"
    assert public_url(f"/s/{'A' * 22}/mine/") == "https://profile.example/mine/"


def test_an_unknown_name_is_an_error():
    with pytest.raises(NoReverseMatch):
        public_url("no-such-page")


def test_the_tag_needs_no_load():
    assert Template("{% public_url 'scan' 'abc' %}").render(Context()) == public_url("scan", "abc")


@pytest.mark.django_db
def test_the_tag_for_outside_addresses_gives_nothing_for_what_is_not_safe():
    text = "{% out_url url as away %}{% if away %}{{ away }}{% else %}plain{% endif %}"
    assert Template(text).render(Context({"url": "javascript:1"})) == "plain"
    assert Template(text).render(Context({"url": "https://example.org/"})).startswith("/out/")
