"""Pages of posts for chosen people: no step widens a post or loses a tick, and a long list stays cheap."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Audience, Friendship, Member
from accounts.urlsession.models import Session
from syndication.models import Post, PostReader
from tests.filling import analysed
from tests.making import PASSWORD, befriend, make_chosen_post, make_group, make_list, make_member
from tests.making import make_post as plain_post
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", posts_by_me=Audience.EVERYONE)


def make_friends(member: Member, count: int) -> list[Member]:
    friends = [make_member(f"f{number:03}", email="") for number in range(count)]
    for friend in friends:
        befriend(member, friend)
    return friends


def selected(page: Page) -> list[str]:
    [form] = [form for form in page.forms if "audience" in form.names]
    return form.fields["audience"]


def change_kind(phone: PhoneClient, kind: str) -> Page:
    """Press the other kind: a button of the form, or a link."""
    if any(kind in link.text for link in phone.page.links):
        return phone.follow(kind)
    return phone.submit(kind)


@pytest.mark.parametrize(
    "audience", ["friends_of_friends", "friends", "chosen", "list", "group", "only_me"]
)
def test_another_kind_keeps_whom_the_post_is_for(hanako: Member, audience: str) -> None:
    [taro] = make_friends(hanako, 1)
    keys = {"group": make_group(hanako, taro).pk, "list": make_list(hanako, taro).pk}
    choice = f"{audience}_{keys[audience]}" if audience in keys else audience
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="相談", audience=choice)
    if audience == "chosen":
        tick = str(Friendship.objects.get(member=hanako).pk)
        phone.submit("Next", tick=[tick])
    preview = phone.page.form("Send", {"text"})
    before = selected(phone.post(reverse("post_new"), {**preview.fields, "change": "1"}))
    assert before != ["everyone"]
    assert selected(change_kind(phone, "Note")) == before


# --- Ticks outlive the session -------------------------------------------------------------------
def log_in_again(phone: PhoneClient, button: str, ticks: list[str]) -> Page:
    """The session ends while friends are ticked; logged in, the form is sent again."""
    Session.objects.all().delete()
    phone.submit(button, tick=ticks)
    phone.submit("Log in", login="hanako", password=PASSWORD)
    [form] = [form for form in phone.page.forms if "at" in form.names]
    assert form.fields["tick"] == ticks
    return phone.submit(form.buttons[0][0])


@pytest.mark.parametrize("is_new", [True, False])
def test_ticks_are_kept_where_the_session_ends_while_ticking(hanako: Member, is_new: bool) -> None:
    friends = make_friends(hanako, 12)
    rows = Friendship.objects.filter(member=hanako, friend__in=friends[:3]).order_by("pk")
    ticks = [str(row.pk) for row in rows]
    phone = log_in_phone(hanako)
    if is_new:
        phone.get(reverse("post_new"))
        phone.submit("Preview", text="相談", audience="chosen")
    else:
        post = plain_post(author=hanako, audience=Audience.FRIENDS)
        phone.get(reverse("post_audience", args=[post.pk]))
        phone.submit("Next", audience="chosen")
    log_in_again(phone, "More names", ticks[:2])
    phone.submit("Earlier names")
    phone.submit("Next", tick=ticks)
    phone.submit("Send" if is_new else "Change")
    post = Post.objects.get()
    assert post.audience == Audience.CHOSEN
    names = PostReader.objects.filter(post=post).values_list("reader__username", flat=True)
    assert set(names) == {"f000", "f001", "f002"}


# --- Many readers --------------------------------------------------------------------------------
def test_the_writers_own_pages_load_no_more_rows_for_more_readers(
    hanako: Member, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    friends = make_friends(hanako, 60)
    post = make_chosen_post(hanako, *friends)
    analysed(Friendship, PostReader, Member)
    phone = log_in_phone(hanako)
    loaded: list[object] = []
    made = Friendship.from_db.__func__

    def from_db(cls, *args):
        loaded.append(args)
        return made(cls, *args)

    monkeypatch.setattr(Friendship, "from_db", classmethod(from_db))
    pages = {
        reverse("post_detail", args=[post.pk]): 20,
        reverse("post_readers", args=[post.pk]): 10,
        reverse("post_reader_remove", args=[post.pk, "f059"]): 1,
    }
    for path, most in pages.items():
        phone.get(path)
        loaded.clear()
        with django_assert_max_num_queries(6):
            page = phone.get(path)
        assert page.status == 200
        assert len(loaded) <= most, path
    page = phone.get(reverse("post_detail", args=[post.pk]))
    assert "60 people: f000" in page
    assert "and 40 more" in page
