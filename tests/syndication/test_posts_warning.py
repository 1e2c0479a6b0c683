"""A content warning and a language: typed, shown, kept over every page, carried to the copies."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from syndication.models import Delivery, Post, PostKind
from tests.making import befriend, make_comment, make_member, make_post
from tests.phone import log_in_phone
from tests.syndication.delivering import planned, tried
from tests.syndication.slate import on_slate
from tests.syndication.test_posts_foreseen import look_over

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SPOILER = {"warning": "the end of the film", "language": "ko"}


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def phone(hanako):
    return log_in_phone(hanako)


def fields_of(page, button="Preview"):
    return page.form(button, {"warning"}).fields


# --- Typed ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [PostKind.STATUS, PostKind.NOTE, PostKind.LINK])
def test_both_are_typed_shown_before_sending_and_stored(phone, kind):
    typed = {
        "text": "he dies",
        "title": "Film",
        "url": "http://127.0.0.1:9/",
        "audience": "friends",
    }
    phone.get(reverse("post_new") + f"?kind={kind}")
    fields = fields_of(phone.page)
    page = phone.submit(
        "Preview", {name: typed[name] for name in typed if name in fields}, **SPOILER
    )
    assert page.text.count("the end of the film") == 1
    assert "Content warning: the end of the film" in page
    assert "Language: 한국어" in page
    assert page.html.index("the end of the film") < page.html.index("he dies")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.warning, post.language, post.text) == (*SPOILER.values(), "he dies")


def test_change_and_a_wrong_field_lose_neither(phone):
    page = look_over(phone, text="he dies", audience="friends", **SPOILER)
    page = phone.submit("Change")
    assert fields_of(page)["warning"] == ["the end of the film"]
    assert fields_of(page)["language"] == ["ko"]
    assert "<details open>" in page.html
    page = phone.submit("Preview", text="x" * 2000)
    assert "too many" in page
    assert fields_of(page)["warning"] == ["the end of the film"]


def test_more_is_closed_until_something_stands_in_it_and_the_own_language_comes_first(hanako):
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    page = phone.get(reverse("post_new"))
    assert "<details>" in page.html
    choices = page.html.partition('name="language"')[2].partition("</select>")[0]
    order = [choices.index(f'value="{code}"') for code in ("", "ja", "en")]
    assert order == sorted(order)
    assert fields_of(page, "確認する")["language"] == [""]


def test_a_warning_that_is_too_long_is_said_and_given_back(phone):
    page = look_over(phone, text="t", audience="friends", warning="w" * 101)
    assert "One character too many (100 fit)" in page
    assert fields_of(page)["warning"] == ["w" * 101]


# --- Read -------------------------------------------------------------------------------------------
def test_lists_show_the_warning_instead_of_the_words(hanako, phone):
    taro = make_member("taro")
    befriend(hanako, taro)
    make_post(author=taro, kind="note", title="Film", text="he dies", warning="the end")
    for page in (phone.get(reverse("home")), phone.get(reverse("profile", args=["taro"]))):
        assert "[the end]" in page
        assert "show" in page
        assert "he dies" not in page.html
        assert "Film" not in page.html
    page = phone.follow("[the end]")
    assert page.html.index("the end") < page.html.index("Film") < page.html.index("he dies")


def test_no_page_beside_the_post_s_own_says_the_words(hanako, phone):
    post = make_post(author=hanako, text="he dies", warning="the end")
    comment = make_comment(post, make_member("taro"))
    names = ("post_more", "post_change", "post_deliveries", "comment_new", "comment_list")
    pages = [reverse(name, args=[post.pk]) for name in names]
    pages.append(reverse("comment_detail", args=[post.pk, comment.pk]))
    pages.append(reverse("post_delete", args=[post.pk]))
    for path in pages:
        page = phone.get(path)
        assert "[the end]" in page, path
        assert "he dies" not in page.html, path


def test_each_page_of_a_long_note_says_the_warning_first(hanako, phone):
    post = make_post(author=hanako, kind="note", text="long words " * 200, warning="the end")
    for number in (1, 2):
        page = phone.get(reverse("post_detail", args=[post.pk]) + f"?page={number}")
        assert page.html.index("Content warning") < page.html.index("long words")


def test_the_words_are_marked_with_their_language_where_it_is_not_the_page_s(hanako, phone):
    post = make_post(author=hanako, text="안녕", language="ko")
    assert '<p lang="ko">안녕</p>' in phone.get(reverse("post_detail", args=[post.pk])).html
    assert '<span lang="ko">안녕</span>' in phone.get(reverse("home")).html
    assert '<span lang="ko">안녕</span>' in phone.get(reverse("profile", args=["hanako"])).html
    same = make_post(author=hanako, text="hello", language="en")
    assert "<p>hello</p>" in phone.get(reverse("post_detail", args=[same.pk])).html


def test_the_feed_says_the_warning_and_leads_to_the_words(hanako):
    make_post(author=hanako, kind="note", title="Film", text="he dies", warning="the <end>")
    body = Client().get(reverse("profile_feed", args=["hanako"])).content
    entry = ElementTree.fromstring(body).find("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "[the <end>]"
    assert "the &lt;end&gt;" in entry.findtext("a:summary", namespaces=ATOM)
    assert b"he dies" not in body
    assert b"Film" not in body


# --- Changed ----------------------------------------------------------------------------------------
def test_an_edit_of_the_warning_alone_goes_to_the_copies(hanako, phone, slate):
    post = tried(planned(on_slate(hanako, name="hana"), "he dies")).post
    phone.get(reverse("post_edit", args=[post.pk]))
    page = phone.submit("Preview", warning="the end", language="pt")
    assert "Content warning: the end" in page
    assert "Language: Português" in page
    page = phone.submit("Save")
    assert "on its way to Slate" in page
    post.refresh_from_db()
    assert (post.warning, post.language, post.version) == ("the end", "pt", 2)
    edit = tried(Delivery.objects.get(operation="edit"))
    assert (edit.state, edit.version) == ("sent", 2)


def test_an_edit_of_the_text_keeps_both_and_emptied_they_go(hanako, phone):
    post = make_post(author=hanako, text="he dies", warning="the end", language="fil")
    page = phone.get(reverse("post_edit", args=[post.pk]))
    assert "<details open>" in page.html
    phone.submit("Save", text="he lives")
    post.refresh_from_db()
    assert (post.text, post.warning, post.language) == ("he lives", "the end", "fil")
    phone.get(reverse("post_edit", args=[post.pk]))
    phone.submit("Save", warning="", language="")
    post.refresh_from_db()
    assert (post.warning, post.language) == ("", "")


def test_what_was_typed_over_a_deleted_post_is_offered_with_both(hanako, phone):
    post = make_post(author=hanako, text="he dies")
    phone.get(reverse("post_edit", args=[post.pk]))
    Post.objects.filter(pk=post.pk).update(deleted_at=post.created_at)
    page = phone.submit("Save", text="he lives", **SPOILER)
    assert fields_of(page)["warning"] == ["the end of the film"]
    assert fields_of(page)["language"] == ["ko"]
