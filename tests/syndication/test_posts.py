"""Writing: from the form over the page that says where it goes to the post."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Audience, Member
from accounts.urlsession.api import end_session
from syndication.actions import posts
from syndication.models import Delivery, Post, PostKind
from syndication.worker import queue
from tests.dying import is_killed
from tests.making import PASSWORD, befriend, make_group, make_link, make_member
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db

ALL_KINDS = {
    PostKind.STATUS: {"text": "a status"},
    PostKind.NOTE: {"title": "a title", "text": "a note"},
    PostKind.LINK: {"url": "http://127.0.0.1:9/never", "text": "look"},
}


def compose(phone: PhoneClient, kind: str = PostKind.STATUS, **typed: str) -> Page:
    """Type a post and ask to look it over."""
    phone.get(reverse("post_new") + f"?kind={kind}")
    return phone.submit("Preview", typed)


def send(phone: PhoneClient, kind: str = PostKind.STATUS, **typed: str) -> Page:
    compose(phone, kind, **typed)
    return phone.submit("Send")


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_post_of_each_kind_is_written_on_a_phone(kind: str):
    hanako = make_member("hanako")
    page = send(log_in_phone(hanako), kind, **ALL_KINDS[kind])

    post = Post.objects.get()
    assert page.path.endswith(reverse("post_detail", args=[post.pk]))
    assert (post.author, post.kind, post.audience) == (hanako, kind, Audience.FRIENDS)
    for name, value in ALL_KINDS[kind].items():
        assert getattr(post, name) == value


def test_nothing_is_sent_before_the_page_that_asks():
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, text="not yet")
    assert "Send it?" in page
    assert not Post.objects.exists()


@pytest.mark.parametrize("audience", ["everyone", "friends_of_friends", "friends", "only_me"])
def test_the_chosen_audience_is_kept(audience: str):
    phone = log_in_phone(make_member("hanako", posts_by_me=Audience.ONLY_ME))
    send(phone, text="hello", audience=audience)
    assert Post.objects.get().audience == audience


def test_a_post_for_a_group_names_the_group():
    hanako = make_member("hanako")
    choir = make_group(hanako, name="合唱団")
    page = compose(log_in_phone(hanako), text="rehearsal", audience=f"group_{choir.pk}")
    assert "the 1 member of 合唱団" in page
    phone = log_in_phone(hanako)
    send(phone, text="rehearsal", audience=f"group_{choir.pk}")
    assert Post.objects.get().group == choir


def test_another_kind_is_still_for_the_group():
    hanako = make_member("hanako", posts_by_me=Audience.EVERYONE)
    choir = make_group(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("group_posts", args=[choir.pk]))
    phone.submit("Write to the group")
    page = phone.submit("Note")
    form = page.form("Preview", {"title"})
    assert form.fields["audience"] == [f"group_{choir.pk}"]


@pytest.mark.parametrize("wished", ["everyone", "group_99", "x"])
def test_an_address_cannot_choose_the_audience(wished: str):
    phone = log_in_phone(make_member("hanako"))
    page = phone.get(reverse("post_new") + f"?kind=note&group={wished}&audience={wished}")
    assert page.form("Preview", set()).fields["audience"] == [""]


def test_nobody_posts_to_a_group_of_others():
    hanako, taro = make_member("hanako"), make_member("taro")
    choir = make_group(taro)
    page = log_in_phone(hanako)
    page.get(reverse("post_new"))
    answer = page.submit("Preview", {"text": "let me in", "audience": f"group_{choir.pk}"})
    assert "Choose one of these." in answer
    assert "let me in" in answer.html
    assert not Post.objects.exists()


def test_an_audience_that_is_gone_is_never_replaced_by_everyone():
    hanako = make_member("hanako")
    client = computer(hanako)
    page = Page(
        client.post(
            reverse("post_preview"),
            {"kind": "status", "text": "hello", "audience": "group_99", "form_key": "a" * 32},
        ).text,
        status=200,
        path="/",
    )
    assert page.form("Preview", set()).fields["audience"] == [""]


def test_the_default_audience_is_posts_by_me():
    phone = log_in_phone(make_member("hanako", posts_by_me=Audience.FRIENDS_OF_FRIENDS))
    page = phone.get(reverse("post_new"))
    assert page.form("Preview", set()).fields["audience"] == ["friends_of_friends"]


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ("everyone", "Everyone, with or without an account here"),
        ("friends_of_friends", "your friends here, and their friends"),
        ("friends", "your 1 friend here"),
        ("only_me", "you alone"),
    ],
)
def test_the_page_before_sending_says_who_will_read_it(audience: str, words: str):
    hanako, taro = make_member("hanako"), make_member("taro")
    befriend(hanako, taro)
    assert words in compose(log_in_phone(hanako), text="hello", audience=audience)


def test_change_gives_everything_back():
    phone = log_in_phone(make_member("hanako"))
    typed = {"title": "タイトル", "text": "one\r\ntwo", "audience": "only_me"}
    compose(phone, PostKind.NOTE, **typed)
    form = phone.submit("Change").form("Preview", {"title", "text"})
    for name, value in typed.items():
        assert [one.replace("\n", "").replace("\r", "") for one in form.fields[name]] == [
            value.replace("\r\n", "")
        ]
    assert form.fields["kind"] == ["note"]
    assert not Post.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_post():
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, text="once")
    fields = page.form("Send", set()).fields | {"send": ["Send"]}
    first, second = (phone.post(reverse("post_new"), fields) for _ in range(2))
    assert Post.objects.count() == 1
    assert first.path == second.path


@pytest.mark.django_db(transaction=True)
def test_a_post_and_its_deliveries_stand_together_or_not_at_all():
    """The process dies at each statement in turn."""
    hanako = make_member("hanako")
    make_link(hanako)
    before = queue.queue_depth()
    draft = posts.NewPost(kind="status", audience="everyone", form_key="f" * 32, text="朝")
    at = 1
    while is_killed(lambda: posts.create_post(draft, by=hanako), at=at):
        stands = Post.objects.exists()
        assert Delivery.objects.exists() == stands
        assert (
            stands or queue.queue_depth() == before
        )  # a lost hint is given again, none comes too early
        at += 1
    assert at > 5
    assert (Post.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_the_same_moment_make_one_post():
    hanako = make_member("hanako")
    make_link(hanako)
    draft = posts.NewPost(kind="status", text="once", audience="everyone", form_key="a" * 32)
    written = at_once(8, lambda _number: posts.create_post(draft, by=hanako).pk)
    assert len(set(written)) == 1
    assert Post.objects.count() == Delivery.objects.count() == 1


def test_back_and_change_after_sending_makes_a_post_of_its_own():
    """The same form key with other words must not lose the other words."""
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, text="first words")
    old = page.form("Send", set()).fields
    phone.submit("Send")
    again = phone.post(reverse("post_preview"), old | {"text": ["second words"]})
    assert "You sent this form already" in again
    phone.submit("Send")
    assert {post.text for post in Post.objects.all()} == {"first words", "second words"}


def test_two_members_may_have_the_same_form_key():
    hanako, taro = make_member("hanako"), make_member("taro")
    for member in (hanako, taro):
        phone = log_in_phone(member)
        page = compose(phone, text=f"by {member}")
        fields = page.form("Send", set()).fields | {"send": ["Send"], "form_key": ["a" * 32]}
        phone.post(reverse("post_new"), fields)
    assert Post.objects.count() == 2


@pytest.mark.parametrize("button", ["Preview", "Send"])
def test_what_was_typed_survives_a_session_that_ended(button: str):
    hanako = make_member("hanako", posts_by_me=Audience.EVERYONE)
    phone = log_in_phone(hanako)
    typed = {"title": "題", "text": "長い話\r\n" * 50, "audience": "only_me"}
    phone.get(reverse("post_new") + "?kind=note")
    if button == "Send":
        phone.submit("Preview", typed)
    end_session(session_key_of(phone))

    asked = phone.submit(button, typed if button == "Preview" else {})
    assert not Post.objects.exists()
    assert asked.status == 200
    back = phone.submit("", login="hanako", password=PASSWORD)
    form = back.form("Preview", {"title", "text"})
    assert [form.fields[name] for name in ("kind", "title", "audience")] == [
        ["note"], ["題"], ["only_me"],
    ]  # fmt: skip
    assert form.fields["text"][0].split() == typed["text"].split()

    phone.submit("Preview")
    phone.submit("Send")
    assert Post.objects.get().audience == Audience.ONLY_ME


def test_a_visitor_is_asked_to_log_in_before_writing():
    client = computer()
    answer = client.get(reverse("post_new"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_every_field_has_a_name_that_old_phones_send(django_assert_max_num_queries):
    hanako: Member = make_member("hanako")
    phone = log_in_phone(hanako)
    for kind in PostKind:
        with django_assert_max_num_queries(6):
            page = phone.get(reverse("post_new") + f"?kind={kind}")
        for name in page.form("Preview", set()).names:
            assert name.replace("_", "").isalnum()
            assert name[0].isalpha()
            assert name.islower()
