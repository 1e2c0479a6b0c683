"""Who is told of comments and likes, how often, and what is no longer told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import groups, guesses, quotas
from accounts.models import Audience, Block, Group, Member, Notice, NoticeStop
from syndication.actions import comments, likes, posts
from syndication.models import Comment, Like, Post
from syndication.worker import sweep
from tests.mailing import send_mails, want_mails
from tests.making import befriend, make_group, make_member, make_post
from tests.noticing import new_on_home, texts_of
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="花子")


@pytest.fixture
def taro(hanako: Member) -> Member:
    taro = make_member("taro", display_name="太郎")
    befriend(hanako, taro)
    return taro


@pytest.fixture
def yuki(hanako: Member) -> Member:
    yuki = make_member("yuki", display_name="ゆき")
    befriend(hanako, yuki)
    return yuki


@pytest.fixture
def post(hanako: Member) -> Post:
    return make_post(author=hanako, text="駅の前で", audience=Audience.FRIENDS)


def say(post: Post, by: Member, text: str = "いいですね") -> Comment:
    """As if the last comment of the member had been five seconds ago."""
    guesses.clear_guesses(quotas.COMMENT_PACE, guesses.subject_of_member(by))
    return comments.create_comment(post, text, by=by, form_key=f"{by.pk} {timezone.now()}"[:32])


# --- Comments -------------------------------------------------------------------------------------
def test_the_author_is_told_of_each_comment_and_nobody_of_their_own(hanako, taro, yuki, post):
    say(post, taro, "行きます\n十時に")
    say(post, hanako, "待っています")
    say(post, yuki, "わたしも")
    assert texts_of(hanako) == [
        "ゆき commented on your post: わたしも",
        "太郎 commented on your post: 行きます 十時に",
    ]
    assert texts_of(taro) == ["ゆき also commented: わたしも"]
    assert texts_of(yuki) == []


def test_a_comment_leads_to_its_post_in_the_readers_language(hanako, taro, post):
    say(post, taro)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    phone.get("/notices/")
    page = phone.follow("太郎さんがコメントしました：いいですね")
    assert "いいですね" in page
    assert "駅の前で" in page


def test_who_commented_before_has_one_notice_for_a_post_the_newest(hanako, taro, yuki, post):
    say(post, taro)
    for text in ("一", "二", "三"):
        say(post, yuki, text)
    assert texts_of(taro) == ["ゆき also commented: 三"]
    assert Notice.objects.filter(member=taro).count() == 1
    phone = log_in_phone(taro)
    assert new_on_home(phone) == ""  # the page above was the first
    say(post, yuki, "四")
    assert new_on_home(phone) == "1"


def test_stop_for_this_post_stops_it_until_one_comments_again(hanako, taro, yuki, post):
    say(post, taro)
    say(post, yuki)
    phone = log_in_phone(taro)
    phone.get("/notices/")
    assert "until you comment on it again" in phone.follow("Stop")
    phone.submit("Stop")
    say(post, yuki)
    assert texts_of(taro) == []
    say(post, taro)
    say(post, yuki)
    assert texts_of(taro) == ["ゆき also commented: いいですね"]
    assert not NoticeStop.objects.exists()


def test_nobody_stops_what_is_not_theirs_or_always_told(hanako, taro, yuki, post):
    say(post, taro)
    say(post, yuki)
    own, others = Notice.objects.filter(member=hanako)[0], Notice.objects.get(member=taro)
    phone = log_in_phone(hanako)
    assert phone.get(f"/notices/{own.pk}/stop/").status == 404
    assert phone.get(f"/notices/{others.pk}/stop/").status == 404
    assert not NoticeStop.objects.exists()


ENDS = (
    "deleted comment",
    "deleted post",
    "narrowed",
    "unfriended",
    "blocks",
    "is blocked",
    "closed",
)


@pytest.mark.parametrize("end", ENDS)
def test_what_may_no_longer_be_read_is_neither_counted_nor_shown(end, hanako, taro, yuki, post):
    """For the author of the post, and for one who commented before."""
    say(post, taro)
    comment = say(post, yuki)
    author, earlier = log_in_phone(hanako), log_in_phone(taro)
    assert (new_on_home(author), new_on_home(earlier)) == ("2", "1")
    if end == "deleted comment":
        comments.delete_comment(comment, by=yuki)
    elif end == "deleted post":
        posts.delete_post(post, by=hanako)
    elif end == "narrowed":
        Post.objects.update(audience=Audience.ONLY_ME)
    elif end == "unfriended":
        hanako.friendships.filter(friend=taro).delete()
        taro.friendships.filter(friend=hanako).delete()
    elif end == "blocks":
        Block.objects.create(blocker=taro, blocked=yuki)
    elif end == "is blocked":
        Block.objects.create(blocker=yuki, blocked=taro)
    else:
        Member.objects.filter(pk=yuki.pk).update(is_active=False)
    assert new_on_home(earlier) == ""
    assert "いいですね" not in earlier.get("/notices/")
    left = {"deleted comment": "1", "deleted post": "", "closed": "1"}.get(end, "2")
    assert new_on_home(author) == left


def test_who_left_a_group_is_not_told_what_it_says_about_their_post(hanako, taro):
    group = make_group(taro, hanako)
    post = make_post(author=hanako, audience=Audience.GROUP, group=group)
    say(post, taro)
    assert len(texts_of(hanako)) == 1
    groups.leave_group(group, by=hanako)
    assert texts_of(hanako) == []


# --- Groups ---------------------------------------------------------------------------------------
def in_group(group: Group, by: Member, text: str) -> Post:
    draft = posts.NewPost(
        kind="status", text=text, audience=Audience.GROUP, group=group, form_key=text
    )
    return posts.create_post(draft, by=by)


def test_news_of_a_group_reach_back_to_the_first_unseen_post(hanako, taro):
    """Whoever deletes the later of two takes no word of the earlier one with it."""
    group = make_group(hanako, taro)
    in_group(group, hanako, "first")
    posts.delete_post(in_group(group, hanako, "second"), by=hanako)
    phone = log_in_phone(taro)
    assert new_on_home(phone) == "1"
    assert texts_of(taro) == ["New in the group Choir."]


@pytest.mark.parametrize("is_swept", [False, True])
def test_news_of_a_group_that_were_seen_are_not_told_again(hanako, taro, is_swept):
    """What came later, and is unseen, is where reading starts then."""
    group = make_group(hanako, taro)
    in_group(group, hanako, "first")
    assert texts_of(taro) == ["New in the group Choir."]  # now it is seen
    second = in_group(group, hanako, "second")
    third = in_group(group, hanako, "third")
    tomorrow = timezone.now() + timedelta(days=1)
    if is_swept:
        sweep.run_all_steps(tomorrow)
    posts.delete_post(third, by=hanako)
    assert texts_of(taro) == ["New in the group Choir."]
    posts.delete_post(second, by=hanako)
    sweep.run_all_steps(tomorrow)
    assert new_on_home(log_in_phone(taro)) == ""
    assert texts_of(taro) == []


# --- Likes ----------------------------------------------------------------------------------------
def test_likes_are_gathered_and_new_once_an_hour(hanako, taro, yuki, post):
    likes.like_post(post, by=taro)
    assert texts_of(hanako) == ["太郎 likes your post: 駅の前で"]
    phone = log_in_phone(hanako)
    likes.like_post(post, by=yuki)
    assert new_on_home(phone) == ""
    assert texts_of(hanako) == ["ゆき and others like your post: 駅の前で"]
    sweep.run_all_steps(timezone.now() + timedelta(minutes=59))
    assert new_on_home(phone) == ""
    sweep.run_all_steps(timezone.now() + timedelta(minutes=61))
    assert new_on_home(phone) == "1"
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"title": "題", "text": "本文"}, "太郎 likes your post: 題"),
        ({"text": "猫の話", "warning": "猫"}, "太郎 likes your post: [猫]"),
        ({"text": "停留所\nまで歩いて、それから電車に乗りました"}, "太郎 likes your post: 停留所 まで歩いて、それから電車に乗り…"),
        ({"text": "", "kind": "photo"}, "太郎 likes your post."),
    ],
)  # fmt: skip
def test_a_like_names_the_post_by_its_first_words(content, named, hanako, taro, mailoutbox):
    want_mails(hanako)
    likes.like_post(make_post(author=hanako, **content), by=taro)
    assert texts_of(hanako) == [named]
    send_mails()
    [told] = mailoutbox
    assert "太郎 likes your post.\n" in told.body  # the post's words stand in no mail


def test_a_like_that_comes_and_goes_is_told_once_ever(hanako, taro, post):
    likes.like_post(post, by=taro)
    likes.like_post(post, by=taro)
    likes.unlike_post(post, by=taro)
    assert texts_of(hanako) == []
    Notice.objects.all().delete()
    likes.like_post(post, by=taro)
    likes.unlike_post(post, by=taro)
    likes.like_post(post, by=taro)
    assert Like.objects.count() == 1
    assert not Notice.objects.exists()


def test_ones_own_like_tells_nobody(hanako, post):
    likes.like_post(post, by=hanako)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("blocker", ["hanako", "taro"])
def test_a_like_of_somebody_blocked_is_not_told(blocker, hanako, taro, post):
    likes.like_post(post, by=taro)
    pair = (hanako, taro) if blocker == "hanako" else (taro, hanako)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    assert new_on_home(log_in_phone(hanako)) == ""
    assert texts_of(hanako) == []
