"""The demo's members talk: what Hanako finds when she logs in for the first time."""

from __future__ import annotations

from argparse import Namespace

import pytest
from django.utils import timezone

from accounts.models import Group, Member, Notice
from profilelink import demo_members, demo_talk
from profilelink.management.commands import demo
from syndication.models import Comment, Delivery, Link, Post
from tests.making import make_link
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db
PASSWORD = "mitsumame-to-anko"


@pytest.fixture
def phone() -> PhoneClient:
    """Hanako's, in Japanese."""
    demo_members.create_demo_members(password=PASSWORD)
    hanako = Member.objects.get(username="hanako")
    return log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")


def test_notices_wait_and_each_leads_to_its_thing(phone: PhoneClient) -> None:
    assert "8 お知らせ：新着" in phone.get("/").text
    page = phone.follow("8 お知らせ")
    found = [link for link in page.links if "?from=n" in link.href]
    for words in (
        "友だち申請",
        "「写真部」への招待",
        "コメントしました",
        "いいね！",
        "日曜パンの会",
    ):
        assert words in page.text, words
    for link in found:
        phone.page = page
        assert phone.follow(link.href).status == 200, link.text


def test_a_post_shows_what_others_said_and_takes_an_answer(phone: PhoneClient) -> None:
    phone.get("/")
    page = phone.follow("土曜の集まり")
    assert [words for _n, _h, words in demo_talk.TALK[0][1] if words not in page.text] == []
    phone.follow("1 コメントする")
    phone.submit("送信", text="傘もあると安心です")
    assert "傘もあると安心です" in phone.page


def test_the_group_has_posts_with_comments(phone: PhoneClient) -> None:
    group = Group.objects.get(name=demo_talk.GROUP_NAME)
    assert set(group.memberships.joined().values_list("member__username", flat=True)) == {
        "hanako", "taro", "yuki",
    }  # fmt: skip
    phone.get(f"/groups/{group.pk}/posts/")
    phone.follow("今度の日曜は")
    assert "写真係、やります" in phone.page


def test_nothing_was_said_before_its_post_or_in_the_future(phone: PhoneClient) -> None:
    assert Comment.objects.count() == sum(len(comments) for _post, comments in demo_talk.TALK)
    for comment in Comment.objects.select_related("post"):
        assert comment.post is not None
        assert comment.post.created_at < comment.created_at < timezone.now(), comment.text
    assert not Notice.objects.filter(created_at__gt=timezone.now()).exists()


def test_a_second_start_says_nothing_twice(phone: PhoneClient) -> None:
    before = Comment.objects.count(), Notice.objects.count(), Post.objects.count()
    demo_members.create_demo_members(password=PASSWORD)
    assert (Comment.objects.count(), Notice.objects.count(), Post.objects.count()) == before


def test_who_is_linked_sends_one_post_once(phone: PhoneClient) -> None:
    link: Link = make_link(Member.objects.get(username="taro"))
    posts = [demo_talk.send_demo_copy(link.member) for _ in range(2)]
    assert posts[0] == posts[1]
    assert [delivery.link for delivery in Delivery.objects.filter(post=posts[0])] == [link]


def test_friends_on_the_demos_mixi_answer_what_is_sent_there() -> None:
    given = Namespace(host="127.0.0.1", port=8000, sandbox_port=8001)
    assert "--friends-answer" in demo.sandbox_command(given)
