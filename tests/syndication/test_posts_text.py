"""Typed text and addresses: what comes through as typed, what is given back, what is refused."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from syndication.models import Post, PostKind
from tests.making import make_member, make_post
from tests.phone import log_in_phone
from tests.syndication.test_posts import ALL_KINDS, compose, send

pytestmark = pytest.mark.django_db

HARD_TEXT = "～〜−－‖¥—①髙﨑𠮷😀👨‍👩‍👧🇯🇵がは゛"


@pytest.mark.parametrize("is_changed", [False, True])
def test_text_comes_through_as_it_was_typed(is_changed: bool):
    hanako = make_member("hanako")
    typed = f"　字下げ {HARD_TEXT}\r\n\r\n2nd & <b>line</b>\t\"x\" 'y'"
    phone = log_in_phone(hanako)
    compose(phone, PostKind.NOTE, title=HARD_TEXT, text=typed, audience="everyone")
    if is_changed:
        phone.submit("Change")
        phone.submit("Preview")
    phone.submit("Send")

    post = Post.objects.get()
    assert post.text == typed.replace("\r\n", "\n")
    assert post.title == HARD_TEXT
    shown = Client().get(reverse("post_detail", args=[post.pk])).text
    assert html.escape(HARD_TEXT) in shown


def test_markup_in_a_post_stays_text_everywhere():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>"
    hanako = make_member("hanako", display_name=evil[:40], about=evil, about_audience="everyone")
    phone = log_in_phone(hanako)
    pages = [compose(phone, PostKind.NOTE, title=evil, text=evil, audience="everyone")]
    pages += [phone.submit("Change"), phone.submit("Preview"), phone.submit("Send")]
    pk = Post.objects.get().pk
    paths = [
        reverse("home"),
        reverse("profile", args=["hanako"]),
        *(reverse(n, args=[pk]) for n in ("post_edit", "post_audience", "post_delete")),
    ]
    pages += [phone.get(path) for path in paths]
    for page in pages:
        assert "&amp;lt;" not in page.html  # escaped once, not twice
        assert "<script" not in page.html
        assert "<img src=x" not in page.html
    feed = Client().get(reverse("profile_feed", args=["hanako"])).text
    assert "<script" not in feed
    assert "&amp;lt;script" in feed  # escaped twice: text in HTML in XML


@pytest.mark.parametrize(
    ("kind", "fits"), [(PostKind.STATUS, 1000), (PostKind.NOTE, 10_000), (PostKind.LINK, 1000)]
)
def test_a_text_that_is_too_long_is_given_back_whole(kind: str, fits: int):
    phone = log_in_phone(make_member("hanako"))
    typed = ALL_KINDS[kind] | {"text": "あ" * (fits + 2)}
    page = compose(phone, kind, **typed)
    assert "2 characters too many" in page
    assert page.form("Preview", set()).fields["text"] == ["あ" * (fits + 2)]
    page = compose(phone, kind, **(typed | {"text": "あ\r\n" * (fits // 2 - 1) + "あ"}))
    assert "Send it?" in page  # a line end counts as one


def test_blank_words_are_no_post():
    phone = log_in_phone(make_member("hanako"))
    assert "This field is required" in compose(phone, text=" 　\r\n ")


def test_control_characters_are_left_out():
    phone = log_in_phone(make_member("hanako"))
    send(phone, text="a\x00b\x0bc\ufffed", audience="everyone")
    assert Post.objects.get().text == "abcd"
    assert Client().get(reverse("profile_feed", args=["hanako"])).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.com/",
        "http://bank.example@evil.example/",
        "data:text/html,x",
        "http://",
    ],
)
def test_an_address_that_may_not_be_offered_is_refused(url: str):
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, PostKind.LINK, url=url, text="kept words")
    assert "Send it?" not in page
    assert page.form("Preview", set()).fields["text"] == ["kept words"]


def test_an_address_without_scheme_is_taken_as_https():
    phone = log_in_phone(make_member("hanako"))
    send(phone, PostKind.LINK, url="127.0.0.1:9/page", text="look")
    assert Post.objects.get().url == "https://127.0.0.1:9/page"


def test_a_link_leaves_by_the_door_only():
    hanako = make_member("hanako")
    post = make_post(author=hanako, kind=PostKind.LINK, url="https://example.com/a", text="look")
    page = Client().get(reverse("post_detail", args=[post.pk])).text
    assert 'href="https://example.com' not in page
    assert "/out/" in page
