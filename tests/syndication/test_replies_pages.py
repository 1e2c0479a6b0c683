"""The pages of what came back: for the post's writer alone, light, and stopped by a press."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from syndication.models import CopyActivity, Delivery, Link, Post, RemoteLike, RemoteReply
from tests.filling import analysed, before, copies
from tests.making import make_member, make_post
from tests.noticing import new_on_home
from tests.phone import log_in_phone
from tests.reading import reading
from tests.syndication.answered import AnsweredSlate, answered, bring_back
from tests.syndication.delivering import planned, tried
from tests.syndication.slate import on_slate

__all__ = ["answered"]

pytestmark = pytest.mark.django_db

LONG = "雪の停留所で待つ人を撮った写真を、部室の壁に並べてみました。" * 40


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="山﨑 花子")


@pytest.fixture
def link(answered: AnsweredSlate, hanako: Member) -> Link:
    return on_slate(hanako, name="ザキ", profile_url="https://slate.example/@zaki")


@pytest.fixture
def copy(link: Link) -> Delivery:
    return tried(planned(link, "駅の前で"))


def page_of(post: Post) -> str:
    return reverse("post_replies", args=[post.pk])


def test_an_answer_is_one_press_from_the_notice_and_from_the_post(answered, link, copy, hanako):
    answered.reply("1", "taro", "行きます")
    answered.like("1", "yuki")
    bring_back(link)
    phone = log_in_phone(hanako)
    assert new_on_home(phone) == "2"
    phone.get("/notices/")
    page = phone.follow("Taro (Slate) replied: 行きます")
    assert "行きます" in page
    assert "Slate: 1 reply, 1 like" in page.text
    assert "Liked by Yuki (Slate)" in page.text
    phone.get(reverse("post_detail", args=[copy.post_id]))
    assert "行きます" in phone.follow("1 reply, 1 like")
    where = phone.get(reverse("post_deliveries", args=[copy.post_id]))
    assert "1 reply, 1 like" in where.text
    assert "行きます" in phone.follow("3 See replies from networks")


def test_a_long_answer_is_cut_and_its_own_page_shows_the_rest(answered, link, copy, hanako):
    answered.reply("1", "taro", LONG)
    bring_back(link)
    phone = log_in_phone(hanako)
    page = phone.get(page_of(copy.post))
    assert "… more" in page.text
    assert LONG[:61] not in page.text
    whole = phone.follow(next(each.text for each in page.links if each.text.endswith("more")))
    assert LONG[:200] in whole.text
    assert "/out/" in whole.html
    assert "slate.example" not in whole.html


def test_nobody_but_the_writer_opens_it(answered, link, copy):
    answered.reply("1", "taro", "ないしょ")
    bring_back(link)
    reply = RemoteReply.objects.get()
    for phone in (log_in_phone(make_member("other")),):
        for path in (
            page_of(copy.post),
            reverse("post_replies_stop", args=[copy.post_id]),
            reverse("remote_reply", args=[reply.pk]),
            reverse("remote_reply_hide", args=[reply.pk]),
            reverse("interaction_replies", args=[1]),
            reverse("link_replies", args=[link.network, link.pk]),
        ):
            assert phone.get(path).status == 404
        assert "ないしょ" not in phone.get(reverse("post_detail", args=[copy.post_id]))


def test_stop_of_a_post_says_what_it_does_and_has_its_way_back(answered, link, copy, hanako):
    answered.reply("1", "taro", "行きます")
    bring_back(link)
    phone = log_in_phone(hanako)
    phone.get(page_of(copy.post))
    assert "are deleted here" in phone.follow("6 Stop replies").text
    page = phone.submit("Stop replies")
    assert "You stopped the replies to this post." in page.text
    assert "not checked yet" not in page.text
    assert not RemoteReply.objects.exists()
    phone.follow("6 Get replies again")
    phone.submit("Get replies again")
    bring_back(link)
    assert "行きます" in phone.get(page_of(copy.post))


def test_stop_of_a_link_says_what_it_does_and_has_its_way_back(answered, link, copy, hanako):
    answered.reply("1", "taro", "行きます")
    bring_back(link)
    phone = log_in_phone(hanako)
    phone.get(reverse("link_detail", args=[link.network, link.pk]))
    assert "are deleted here" in phone.follow("Stop replies").text
    page = phone.submit("Stop replies")
    assert "You stopped the replies from Slate." in page.text
    assert not RemoteReply.objects.exists()
    phone.follow("Get replies again")
    phone.submit("Get replies again")
    bring_back(link)
    assert RemoteReply.objects.count() == 1


def test_hiding_who_answered_takes_the_answer_away(answered, link, copy, hanako):
    answered.reply("1", "taro", "行きます")
    bring_back(link)
    phone = log_in_phone(hanako)
    phone.get(reverse("remote_reply", args=[RemoteReply.objects.get().pk]))
    phone.follow("6 Hide this account")
    assert "行きます" not in phone.submit("Hide")
    assert link.hidden_accounts.get().name == "Taro"


@pytest.mark.parametrize("state", ["nowhere", "not looked", "none", "silent", "deleted"])
def test_a_page_without_answers_says_why(answered, link, hanako, state):
    phone = log_in_phone(hanako)
    if state == "nowhere":
        page = phone.get(page_of(make_post(author=hanako)))
        assert "It is only on this site." in page.text
        return
    copy = tried(planned(link))
    if state == "none":
        bring_back(link)
    if state == "silent":
        CopyActivity.objects.all().delete()
        Link.objects.update(network="twitter")
        assert "its replies do not come back" in phone.get(page_of(copy.post)).text
        return
    if state == "deleted":
        Post.objects.update(deleted_at=timezone.now())
        assert phone.get(page_of(copy.post)).status == 404
        return
    page = phone.get(page_of(copy.post))
    assert ("not checked yet" if state == "not looked" else "0 replies, 0 likes") in page.text
    assert "No replies yet" in page.text


def test_words_that_are_no_longer_kept_say_so_and_leave_the_address(answered, link, copy, hanako):
    answered.reply("1", "taro", "行きます")
    bring_back(link)
    RemoteReply.objects.update(text="", author_uid="", author_name="")
    page = log_in_phone(hanako).get(page_of(copy.post))
    assert "Its text is no longer kept here." in page.text
    assert any("/out/" in each.href for each in page.links)


# --- Weight ---------------------------------------------------------------------------------------
def filled(copy: Delivery, link: Link, count: int) -> None:
    now = timezone.now()
    CopyActivity.objects.filter(delivery=copy).update(replies=count, likes=count)
    one = RemoteReply.objects.create(
        link=link, delivery=copy, remote_id="x", author_uid="u", author_name="友だちの長い名前",
        text=LONG, url="https://slate.example/@taro/1", written_at=now,
    )  # fmt: skip
    at = before(now, "n * 60")
    where = "'https://slate.example/@taro/' || n"
    copies(one, count, remote_id=f"'{copy.pk} ' || n", url=where, written_at=at)
    like = RemoteLike.objects.create(delivery=copy, uid="u", name="友だちの長い名前")
    copies(like, count, uid="'u' || n")
    one.delete()
    analysed(RemoteReply, RemoteLike, CopyActivity, Delivery)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ten_answers_are_at_most_6_kilobytes_and_6_queries(answered, link, copy, hanako, language):
    filled(copy, link, 30)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    phone.get(page_of(copy.post))
    with CaptureQueriesContext(connection) as queries:
        page = phone.get(page_of(copy.post))
    size = len(page.response.getvalue())
    asked = [each["sql"][:60] for each in queries if not each["sql"].startswith("SAVEPOINT")]
    print(f"ten answers, {language}: {size} bytes, {len(queries)} queries", *asked, sep="\n")
    assert page.html.count("<u>") == 10
    assert size <= 6_000
    assert len(queries) <= 6
    older = phone.follow(next(each.href for each in page.links if each.accesskey == "#"))
    assert older.html.count("<u>") == 10
    assert len(older.response.getvalue()) <= 6_000


def test_ten_thousand_answers_read_as_few_rows_as_thirty(answered, link, hanako):
    phone, read = log_in_phone(hanako), []
    for count in (30, 10_000):
        copy = tried(planned(link, f"{count}"))
        filled(copy, link, count)
        page = phone.get(page_of(copy.post))
        later = page_of(copy.post) + next(e.href for e in page.links if e.accesskey == "#")
        for path in (page_of(copy.post), later):
            phone.get(path)
            with reading() as rows:
                phone.get(path)
            read.append(rows.rows)
    print(read)
    assert read[2] <= 1.5 * read[0] + 60
    assert read[3] <= 1.5 * read[1] + 60
