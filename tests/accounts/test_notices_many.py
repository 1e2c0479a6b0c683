"""Ten thousand notices of one member cost what a hundred cost: queries, rows read, bytes."""

from __future__ import annotations

import secrets

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Audience, Block, Friendship, Group, Member, Membership, Notice
from syndication.models import Comment, Delivery, Like, Link, Post
from tests.filling import analysed, before, copies
from tests.making import (
    befriend,
    make_comment,
    make_group,
    make_like,
    make_link,
    make_member,
    make_post,
)
from tests.noticing import make_notice
from tests.phone import PhoneClient, log_in_phone
from tests.reading import reading

pytestmark = pytest.mark.django_db

TABLES = (Member, Friendship, Block, Group, Membership, Post, Comment, Like, Link, Delivery, Notice)
PAGES = ("/", "/notices/", "/notices/?page=7")
LONG_NAME = "とても長い名前のともだちの太郎さんです" * 2
SAID = "土曜日の十時に北口で待っています。雨のときは駅の中の喫茶店にしましょう。" * 4


def one_of_each(hanako: Member) -> list[Notice]:
    taro = make_member("taro", display_name=LONG_NAME[:40])
    befriend(hanako, taro)
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    comment = make_comment(post, taro, SAID)
    make_like(post, taro)
    group = make_group(taro, hanako, name=LONG_NAME[:40])
    said = make_post(author=taro, audience=Audience.GROUP, group=group)
    link = make_link(hanako)
    make_comment(post, hanako)
    return [
        make_notice(hanako, "friend_accepted", subject=taro.pk, actor=taro),
        make_notice(hanako, "comment", subject=post.pk, detail=comment.pk, actor=taro),
        make_notice(hanako, "comment_after_mine", subject=post.pk, detail=comment.pk, actor=taro),
        make_notice(hanako, "liked", subject=post.pk),
        make_notice(hanako, "group_posts", subject=group.pk, detail=said.pk),
        make_notice(hanako, "parked", link=link),
        make_notice(hanako, "undelivered", link=link, detail=post.pk, params={"reason": "refused"}),
    ]


def more(notices: list[Notice], count: int) -> None:
    for notice in notices:
        when = before(timezone.now(), "n * 60")
        key = f"'{secrets.token_hex(8)}' || n"
        copies(notice, count // len(notices), key=key, created_at=when)
    analysed(*TABLES)


def read_by(phone: PhoneClient) -> list[int]:
    found = []
    for page in PAGES:
        phone.get(page)
        Member.objects.update(notices_seen_at=None)
        with reading() as read:
            phone.get(page)
        found.append(read.rows)
    return found


def test_pages_are_flat_in_queries_rows_and_bytes(django_assert_max_num_queries):
    hanako = make_member("hanako")
    kinds = one_of_each(hanako)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    rows, sizes = [], []
    for count in (140, 10_000):
        more(kinds, count)
        for page in PAGES:
            with django_assert_max_num_queries(6):
                sizes.append(len(phone.get(page).html.encode()))
        rows.append(read_by(phone))
    print(Notice.objects.count(), rows, sizes, connection.vendor)
    assert max(sizes) <= 4_400
    assert all(many <= 1.5 * few + 60 for few, many in zip(*rows, strict=True))


@pytest.mark.parametrize("code", range(7))
def test_ten_of_each_kind_fit_the_page(code):
    """In Japanese, with long names: each kind alone."""
    hanako = make_member("hanako", display_name="花子")
    notice = one_of_each(hanako)[code]
    Notice.objects.exclude(pk=notice.pk).delete()
    copies(notice, 11, key="'k' || n")
    page = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja").get("/notices/")
    assert page.html.count("?from=n") == 10
    assert len(page.html.encode()) <= 4_400, notice.code
