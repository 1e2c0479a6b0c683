"""What the pages of posts weigh and ask: under a token, with much of everything, in Japanese."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.connectors import CONNECTORS
from syndication.models import PostKind
from tests.making import befriend, make_group, make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

AIM, CAP = 5_000, 9_000  # bytes of HTML
QUERIES = 6
SERVERS = ("mastodon", "misskey", "gnusocial")
PREVIEW = {"en": "Preview", "ja": "確認する"}
SENTENCE = "きょうは駅前の新しい喫茶店に行ってきました。"
PAGES: dict[str, tuple[str, list[Any], int]] = {
    "home": ("", [], 4_400),
    "post_new status": ("?kind=status", [], AIM),
    "post_new note": ("?kind=note", [], AIM),
    "post_new photo": ("?kind=photo", [], AIM + 250),  # with the way by mail
    "post_new link": ("?kind=link", [], AIM),
    "post_detail": ("", ["pk"], AIM + 1_000),  # with its keys for talk
    "post_edit": ("", ["pk"], AIM + 2 * 3_000),  # gives a long text back
    "post_audience": ("", ["pk"], AIM),
    "post_delete": ("", ["pk"], AIM),
    "profile": ("", ["name"], AIM),
    "posts_by_me": ("", [], AIM),
}


def much(count: int) -> tuple[Member, int]:
    """A member with `count` friends, groups and links, and with posts by everybody."""
    hanako = make_member("hanako", display_name="山田花子", about=SENTENCE * 5)
    now = timezone.now()
    for number in range(count):
        friend = make_member(f"friend{number}", display_name="佐藤けんじ")
        befriend(hanako, friend)
        make_group(hanako, friend, name=f"合唱団{number}")
        make_post(
            author=friend,
            text=SENTENCE * 3,
            audience=Audience.FRIENDS,
            created_at=now - timedelta(minutes=number),
        )
        make_post(author=hanako, text=SENTENCE * 4, created_at=now - timedelta(days=number + 1))
        make_link(hanako, uid=f"u{number}", name=f"ザキ{number}")
    post = make_post(author=hanako, kind=PostKind.NOTE, title="題名", text=SENTENCE * 100)
    return hanako, post.pk


def weigh(phone: PhoneClient, page: str, pk: int) -> tuple[int, int]:
    """Bytes of HTML, and queries."""
    query, kinds, _limit = PAGES[page]
    arguments = [pk if kind == "pk" else "hanako" for kind in kinds]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = phone.get(reverse(page.split()[0], args=arguments) + query)
    assert answer.status == 200
    return len(answer.html.encode()), len(asked)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stays_light_and_asks_little_however_much_there_is(page: str):
    hanako, pk = much(12)
    weight, queries = weigh(log_in_phone(hanako), page, pk)
    print(f"{page:20} {weight:6} bytes {queries} queries")
    assert weight <= PAGES[page][2]
    assert queries <= QUERIES


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("kind", "letters"), [("status", 430), ("note", 1_500)])
def test_the_page_before_sending_stays_light_with_seven_links(
    language: str, kind: str, letters: int
):
    hanako = make_member("hanako", display_name="山田花子")
    for key in settings.NETWORKS:
        make_link(hanako, key, host="social.example.org" if key in SERVERS else "")
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    phone.get(reverse("post_new") + f"?kind={kind}")
    title = {"title": "冬の停留所"} if kind == "note" else {}
    text = (SENTENCE * letters)[:letters]
    with CaptureQueriesContext(connection) as asked:
        page = phone.submit(PREVIEW[language], text=text, audience="everyone", **title)
    weight = len(page.html.encode())
    print(f"post_preview {kind} {language} {weight} bytes {len(asked)} queries")
    assert all(CONNECTORS[key].name in page for key in settings.NETWORKS)
    assert weight <= CAP
    assert len(asked) <= QUERIES
