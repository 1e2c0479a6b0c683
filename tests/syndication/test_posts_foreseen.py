"""The page before sending, and the pages before taking back, with a linked account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    NetworkFriend,
    Post,
    PostKind,
)
from tests.making import allow, make_link, make_member, make_post
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.syndication.actions.test_photos import uploaded

pytestmark = pytest.mark.django_db


def look_over(phone: PhoneClient, kind: str = PostKind.STATUS, **typed: object) -> Page:
    phone.get(reverse("post_new") + f"?kind={kind}")
    return phone.submit("Preview", typed)


def sent_copy(post: Post, link: object, **fields: object) -> Delivery:
    return Delivery.objects.create(
        post=post,
        link=link,
        operation=DeliveryOperation.PUBLISH,
        sequence=1,
        state=DeliveryState.SENT,
        audience=post.audience,
        due_at=timezone.now(),
        asked_at=timezone.now(),
        sent_at=timezone.now(),
        remote_id="1",
        remote_url="https://mixi.jp/view_voice.pl?id=1",
        idempotency_key=f"k{post.pk}",
        **fields,
    )


def test_a_post_to_everyone_goes_and_its_readers_there_are_named():
    hanako = make_member("hanako")
    make_link(hanako, name="ザキ")
    page = look_over(log_in_phone(hanako), text="hello", audience="everyone")
    assert "In full: mixi" in page
    assert "everyone on mixi" in page
    assert "Not sent" not in page
    assert page.text.count("hello") == 1


def test_a_post_to_friends_does_not_go_and_the_reason_is_said():
    hanako = make_member("hanako")
    make_link(hanako, name="ザキ")
    page = look_over(log_in_phone(hanako), text="hello", audience="friends")
    assert "Not sent: mixi" in page


def test_a_note_for_friends_goes_to_friends_there_after_the_opt_in():
    hanako = make_member("hanako")
    link = make_link(hanako, name="ザキ")
    NetworkFriend.objects.bulk_create(
        NetworkFriend(link=link, uid=str(n), name=f"n{n}", seen_at=timezone.now())
        for n in range(137)
    )
    allow(link, PostKind.NOTE, Audience.FRIENDS)
    page = look_over(
        log_in_phone(hanako), PostKind.NOTE, title="題", text="hello", audience="friends"
    )
    assert "137" in page
    assert "not only your friends here" in page


def test_a_text_that_will_be_cut_there_is_shown_as_it_will_read():
    hanako = make_member("hanako")
    make_link(hanako)
    page = look_over(log_in_phone(hanako), text="長い文。" * 100, audience="everyone")
    assert "Cut: mixi" in page
    assert "http://testserver/posts/" in page


def test_what_is_left_out_there_is_said_in_the_members_language():
    hanako = make_member("hanako")
    make_link(hanako)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    phone.get(reverse("post_new") + "?kind=link")
    page = phone.submit("確認する", url=f"http://127.0.0.1:9/{'a' * 400}", audience="everyone")
    assert "アドレスが長くて入りません。" in page


def test_a_photo_goes_along_and_stays_on_the_page():
    hanako = make_member("hanako")
    make_link(hanako)
    page = look_over(
        log_in_phone(hanako), PostKind.PHOTO, photo=uploaded(a_photo()), audience="everyone"
    )
    assert "In full: mixi" in page
    assert page.sources


def test_sending_makes_the_deliveries_in_one_go():
    hanako = make_member("hanako")
    link = make_link(hanako)
    phone = log_in_phone(hanako)
    look_over(phone, text="hello", audience="everyone")
    page = phone.submit("Send")
    delivery = Delivery.objects.get()
    assert (delivery.link, delivery.operation) == (link, DeliveryOperation.PUBLISH)
    assert "goes in a moment" in page


def test_a_link_can_be_left_out_for_one_post():
    hanako = make_member("hanako")
    first, second = (make_link(hanako, uid=f"u{n}", name=f"account {n}") for n in range(2))
    phone = log_in_phone(hanako)
    look_over(phone, text="hello", audience="everyone")
    phone.submit("Change", left_out=str(first.pk))
    phone.submit("Preview")  # what was ticked stays ticked
    phone.submit("Send")
    assert [delivery.link for delivery in Delivery.objects.all()] == [second]
    look_over(phone, text="to both again", audience="everyone")
    phone.submit("Send")
    assert Delivery.objects.count() == 3


def test_narrowing_says_beforehand_which_copies_go_and_takes_them_back():
    hanako = make_member("hanako")
    link = make_link(hanako, name="ザキ")
    post = make_post(author=hanako, audience=Audience.EVERYONE)
    sent_copy(post, link)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_audience", args=[post.pk]))
    page = phone.submit("Next", audience="friends")
    assert "mixi (ザキ): the copy is deleted, too" in page
    assert not Delivery.objects.filter(operation=DeliveryOperation.DELETE).exists()
    phone.submit("Change it")
    assert Delivery.objects.filter(operation=DeliveryOperation.DELETE, link=link).exists()


def test_widening_takes_no_copy_back():
    hanako = make_member("hanako")
    link = make_link(hanako)
    post = make_post(author=hanako, kind=PostKind.NOTE, title="t", audience=Audience.FRIENDS)
    sent_copy(post, link)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_audience", args=[post.pk]))
    page = phone.submit("Next", audience="everyone")
    assert "Copies made" not in page
    phone.submit("Change it")
    assert Delivery.objects.count() == 1


def test_deleting_says_beforehand_what_stays_out_there():
    hanako = make_member("hanako")
    link = make_link(hanako, name="ザキ", state="ended", account=None)
    post = make_post(author=hanako)
    sent_copy(post, link)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("post_delete", args=[post.pk]))
    assert (
        "the copy stays: it cannot be deleted from here. Delete it on the network yourself." in page
    )
    assert [one for one in page.links if one.href.startswith("/out/")]


def test_an_edit_says_which_copies_stay_as_they_were():
    hanako = make_member("hanako")
    post = make_post(author=hanako)
    sent_copy(post, make_link(hanako, name="ザキ"))
    page = log_in_phone(hanako).get(reverse("post_edit", args=[post.pk]))
    assert "mixi (ザキ): The network cannot edit what was sent. The copy stays as it was." in page


def test_where_it_went_is_for_the_author_alone():
    hanako, taro = make_member("hanako"), make_member("taro")
    post = make_post(author=hanako)
    sent_copy(post, make_link(hanako, name="ザキ"))
    address = reverse("post_detail", args=[post.pk])
    assert "mixi: arrived" in log_in_phone(hanako).get(address).text
    assert "mixi" not in log_in_phone(taro).get(address)


def test_the_pages_of_a_post_ask_six_questions_at_most(django_assert_max_num_queries):
    hanako = make_member("hanako")
    post = make_post(author=hanako, created_at=timezone.now() - timedelta(days=1))
    for number in range(3):
        link = make_link(hanako, uid=f"u{number}")
        sent = sent_copy(make_post(author=hanako), link)
        Delivery.objects.filter(pk=sent.pk).update(post=post)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_detail", args=[post.pk]))  # the ways out to the copies are stored once
    for name in ("post_detail", "post_edit", "post_audience", "post_delete"):
        with django_assert_max_num_queries(6):
            page = phone.get(reverse(name, args=[post.pk]))
        assert page.status == 200
        assert len(page.html.encode()) <= 5_000


@pytest.mark.parametrize("key", ["9" * 30, "9" * 5_000, "x", "-1", ""])
def test_a_link_that_there_cannot_be_is_left_out_without_a_word(key):
    phone = log_in_phone(make_member("hanako"))
    phone.get(reverse("post_new"))
    fields = phone.submit("Preview", text="x").form("Send", set()).fields
    for address in ("post_preview", "post_new"):
        page = phone.post(reverse(address), {**fields, "left_out": [key], "send": "1"})
        assert page.status == 200
