"""A post that stands: reading it, changing its words and its audience, deleting it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Audience
from syndication.models import Post, PostKind
from tests.making import make_group, make_member, make_post
from tests.page import Page
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


# --- changing -----------------------------------------------------------------------------------
def test_an_edit_keeps_the_time_of_writing():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="old")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_edit", args=[post.pk]))
    page = phone.submit("Save", text="new")
    assert "edited" in page
    changed = Post.objects.get()
    assert (changed.text, changed.created_at) == ("new", post.created_at)
    assert changed.edited_at is not None


def test_an_edit_that_is_too_long_is_given_back():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="old")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_edit", args=[post.pk]))
    page = phone.submit("Save", text="x" * 1001)
    assert page.form("Save", set()).fields["text"] == ["x" * 1001]
    assert Post.objects.get().text == "old"


def test_a_deleted_post_is_asked_about_first_and_then_gone():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="regret")
    phone = log_in_phone(hanako)
    assert "regret" in phone.get(reverse("post_delete", args=[post.pk]))
    assert Post.objects.visible_to(None).exists()
    phone.submit("Delete")
    assert not Post.objects.visible_to(hanako).exists()
    left = Post.objects.get()
    assert (left.text, left.title, left.url) == ("", "", "")


def test_the_audience_changes_only_after_the_page_that_says_what_follows():
    hanako = make_member("hanako")
    post = make_post(author=hanako, audience=Audience.EVERYONE)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_audience", args=[post.pk]))
    page = phone.submit("Next", audience="only_me")
    assert "you alone" in page
    assert Post.objects.get().audience == Audience.EVERYONE
    phone.submit("Change it")
    assert Post.objects.get().audience == Audience.ONLY_ME


def test_a_post_taken_out_of_a_group_forgets_the_group():
    hanako = make_member("hanako")
    choir = make_group(hanako)
    post = make_post(author=hanako, audience=Audience.GROUP, group=choir)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_audience", args=[post.pk]))
    phone.submit("Next", audience="friends")
    phone.submit("Change it")
    assert Post.objects.get().group is None


# --- reading ------------------------------------------------------------------------------------
def test_a_long_note_is_read_in_pages_that_lose_nothing():
    hanako = make_member("hanako")
    text = "。".join(f"{n}番目の文です" for n in range(900))
    post = make_post(author=hanako, kind=PostKind.NOTE, title="長い", text=text)
    client, address, read = Client(), reverse("post_detail", args=[post.pk]), ""
    for number in range(1, 50):
        page = client.get(address, {"page": number})
        assert len(page.content) <= 9_000
        read += Page(page.text, status=200, path=address).html.split("<p>")[1].split("</p>")[0]
        if 'accesskey="#"' not in page.text:
            break
    assert read == text


def test_a_public_post_needs_no_session_and_makes_none():
    post = make_post(author=make_member("hanako"))
    answer = Client().get(reverse("post_detail", args=[post.pk]))
    assert answer.status_code == 200
    assert not answer.cookies
