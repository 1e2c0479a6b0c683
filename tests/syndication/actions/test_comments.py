"""Comments and likes as rows: once for a form, only from readers, at one's own pace, by many at once."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Audience, GuessCount, Member
from syndication.actions import comments, likes, posts
from syndication.actions.comments import CommentsClosed, TalkNotReadable
from syndication.models import Comment, Like, Post
from syndication.models.errors import NotYours
from tests.making import (
    befriend,
    block,
    make_comment,
    make_group,
    make_like,
    make_member,
    make_post,
)
from tests.racing import at_once


def say(post: Post, writer: Member, text: str = "いいですね", key: str = "") -> Comment:
    """A comment whose writer has waited long enough."""
    GuessCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    return comments.create_comment(post, text, by=writer, form_key=key or secrets.token_hex(16))


@pytest.fixture
def hanako(db: None) -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako: Member) -> Member:
    """A friend of hanako's."""
    taro = make_member("taro")
    befriend(hanako, taro)
    return taro


def test_a_form_sent_twice_makes_one_comment(hanako, taro) -> None:
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    first = comments.create_comment(post, "行きます", by=taro, form_key="a" * 32)
    again = comments.create_comment(post, "行きます", by=taro, form_key="a" * 32)
    assert again == first
    assert Comment.objects.get().text == "行きます"


def test_who_may_not_read_the_post_neither_comments_nor_likes(hanako, taro) -> None:
    stranger = make_member("stranger")
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    with pytest.raises(TalkNotReadable):
        say(post, stranger)
    with pytest.raises(TalkNotReadable):
        likes.like_post(post, by=stranger)
    Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now())
    with pytest.raises(TalkNotReadable):
        say(post, taro)
    assert not Comment.objects.exists()
    assert not Like.objects.exists()


def test_the_author_decides_who_comments(hanako, taro) -> None:
    stranger, post = make_member("stranger"), make_post(author=hanako)

    def may(member: Member) -> bool:
        return Post.objects.with_talk_for(member).get(pk=post.pk).may_comment

    people = (hanako, taro, stranger)
    for choice, allowed in {
        "readers": [True, True, True],
        "friends": [True, True, False],
        "nobody": [False, False, False],
    }.items():
        Member.objects.filter(pk=hanako.pk).update(commenters=choice)
        assert [may(one) for one in people] == allowed, choice
    with pytest.raises(CommentsClosed):
        say(post, stranger)


def test_a_group_has_a_choice_of_its_own(hanako, taro) -> None:
    member = make_member("member")
    group = make_group(hanako, member)
    post = make_post(author=hanako, audience=Audience.GROUP, group=group)
    Member.objects.filter(pk=hanako.pk).update(commenters="nobody")
    assert say(post, member).pk
    Member.objects.filter(pk=hanako.pk).update(commenters="readers", group_commenters="nobody")
    with pytest.raises(CommentsClosed):
        say(post, member)


def test_closing_keeps_what_stands_and_opening_brings_the_rest_back(hanako, taro) -> None:
    post = make_post(author=hanako)
    stands = say(post, taro)
    comments.set_comments_closed(post, by=hanako, is_closed=True)
    closed_at = Post.objects.get().comments_closed_at
    comments.set_comments_closed(post, by=hanako, is_closed=True)
    assert Post.objects.get().comments_closed_at == closed_at
    for writer in (hanako, taro):
        with pytest.raises(CommentsClosed):
            say(post, writer)
    assert list(Comment.objects.visible_to(taro)) == [stands]
    likes.like_post(post, by=taro)
    comments.set_comments_closed(post, by=hanako, is_closed=False)
    assert say(post, taro).pk
    with pytest.raises(NotYours):
        comments.set_comments_closed(post, by=taro, is_closed=True)


def test_one_comment_in_five_seconds_and_a_hundred_an_hour(hanako, taro) -> None:
    post = make_post(author=hanako)
    comments.create_comment(post, "1", by=taro, form_key="a")
    with pytest.raises(quotas.QuotaUsedUp) as refused:
        comments.create_comment(post, "2", by=taro, form_key="b")
    assert refused.value.quota == quotas.COMMENT_PACE
    pace = GuessCount.objects.order_by("ends_at")[:1]
    for number in range(99):
        GuessCount.objects.filter(pk__in=pace.values("pk")).update(ends_at=timezone.now())
        comments.create_comment(post, "3", by=taro, form_key=f"c{number}")
    GuessCount.objects.filter(pk__in=pace.values("pk")).update(ends_at=timezone.now())
    with pytest.raises(quotas.QuotaUsedUp) as refused:
        comments.create_comment(post, "4", by=taro, form_key="d")
    assert refused.value.quota == quotas.COMMENTS
    assert Comment.objects.count() == 100


@pytest.mark.parametrize("text", ["", "  ", "\u3164", "x" * 1001])
def test_nothing_to_be_seen_and_too_much_is_no_comment(hanako, text) -> None:
    with pytest.raises(ValueError, match=r"\d+"):
        say(make_post(author=hanako), hanako, text)


def test_a_like_names_the_state_that_is_wanted(hanako, taro) -> None:
    post = make_post(author=hanako)
    for _press in range(2):
        likes.like_post(post, by=taro)
    assert Like.objects.count() == 1
    for _press in range(2):
        likes.unlike_post(post, by=taro)
    assert not Like.objects.exists()


def test_a_member_likes_three_hundred_posts_an_hour(hanako, taro) -> None:
    quotas.spend_member_quota(taro, quotas.LIKES, 299)
    first, second = make_post(author=hanako), make_post(author=hanako)
    likes.like_post(first, by=taro)
    likes.like_post(first, by=taro)  # liked already: costs nothing
    with pytest.raises(quotas.QuotaUsedUp):
        likes.like_post(second, by=taro)


def test_a_comment_that_came_meanwhile_holds_the_post_to_its_readers(hanako, taro) -> None:
    """Whatever the form offered before."""
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    make_comment(post, taro)
    with pytest.raises(posts.AudienceNotContained):
        posts.change_audience(post, Audience.EVERYONE, None, by=hanako)
    posts.change_audience(post, Audience.ONLY_ME, None, by=hanako)
    with pytest.raises(posts.AudienceNotContained):
        posts.change_audience(Post.objects.get(), Audience.FRIENDS, None, by=hanako)


# --- Who reads what is said -------------------------------------------------------------------------
def test_who_left_a_group_reads_their_own_post_there_without_its_comments(hanako) -> None:
    member = make_member("member")
    group = make_group(make_member("owner"), hanako, member)
    post = make_post(author=hanako, audience=Audience.GROUP, group=group)
    said = make_comment(post, member)
    make_like(post, member)
    assert list(Comment.objects.visible_to(hanako)) == [said]
    group.memberships.filter(member=hanako).delete()
    assert Post.objects.visible_to(hanako).get() == post
    assert not Comment.objects.visible_to(hanako).exists()
    assert not Like.objects.visible_to(hanako).exists()
    assert Comment.objects.visible_to(member).get() == said
    with pytest.raises(TalkNotReadable):
        say(post, hanako)


@pytest.mark.parametrize("way", ["blocks", "is blocked"])
def test_a_block_between_two_who_comment_hides_them_from_each_other_alone(
    hanako, taro, way
) -> None:
    yuki, post = make_member("yuki"), make_post(author=hanako)
    of_taro, of_yuki = make_comment(post, taro), make_comment(post, yuki)
    for member in (taro, yuki):
        make_like(post, member)
    block(*((taro, yuki) if way == "blocks" else (yuki, taro)))
    assert set(Comment.objects.visible_to(taro)) == {of_taro}
    assert set(Comment.objects.visible_to(yuki)) == {of_yuki}
    assert set(Comment.objects.visible_to(hanako)) == {of_taro, of_yuki}
    assert [like.member for like in Like.objects.visible_to(taro)] == [taro]
    assert Like.objects.visible_to(hanako).count() == 2


@pytest.mark.parametrize("way", ["blocks", "is blocked"])
def test_a_block_of_the_author_hides_a_comment_from_everybody_but_its_writer(
    hanako, taro, way
) -> None:
    post, reader = make_post(author=hanako), make_member("reader")
    make_comment(post, taro)
    make_like(post, taro)
    block(*((hanako, taro) if way == "blocks" else (taro, hanako)))
    for member in (hanako, reader, taro):  # taro may not open the post any more
        assert not Comment.objects.visible_to(member).exists()
        assert not Like.objects.visible_to(member).exists()
    assert Comment.objects.of(taro).exists()


def test_nobody_without_an_account_reads_a_comment(hanako, taro) -> None:
    make_comment(make_post(author=hanako), taro)
    assert not Comment.objects.visible_to(None).exists()
    assert not Like.objects.visible_to(None).exists()


def test_the_comments_of_a_member_whom_staff_ended_are_not_shown(hanako, taro) -> None:
    make_comment(make_post(author=hanako), taro)
    Member.objects.filter(pk=taro.pk).update(is_active=False)
    assert not Comment.objects.visible_to(hanako).exists()


def test_a_comment_names_its_writer_as_the_reader_may_know_them(hanako, taro) -> None:
    Member.objects.filter(pk=taro.pk).update(
        display_name="Taro Yamada", display_name_audience=Audience.FRIENDS
    )
    make_comment(make_post(author=hanako), taro)
    names = [
        Comment.objects.visible_to(who).get().writer_name for who in (hanako, make_member("x"))
    ]
    assert names == ["Taro Yamada", "taro"]


# --- Deleting ---------------------------------------------------------------------------------------
def test_a_comment_is_deleted_by_its_writer_and_by_the_post_s(hanako, taro) -> None:
    post, stranger = make_post(author=hanako), make_member("stranger")
    first, second = make_comment(post, taro), make_comment(post, taro)
    with pytest.raises(NotYours):
        comments.delete_comment(first, by=stranger)
    comments.delete_comment(first, by=taro)
    comments.delete_comment(first, by=taro)
    comments.delete_comment(second, by=hanako)
    assert not Comment.objects.exists()


def test_the_author_deletes_all_of_somebody_also_what_a_block_hides(hanako, taro) -> None:
    post, yuki = make_post(author=hanako), make_member("yuki")
    elsewhere = make_comment(make_post(author=hanako), taro)
    for _turn in range(2):
        make_comment(post, taro)
    kept = make_comment(post, yuki)
    block(hanako, taro)
    with pytest.raises(NotYours):
        comments.delete_comments_of("taro", post, by=yuki)
    comments.delete_comments_of("taro", post, by=hanako)
    assert set(Comment.objects.all()) == {elsewhere, kept}


def test_one_s_own_words_outlive_the_post_for_oneself(hanako, taro) -> None:
    post = make_post(author=hanako)
    said = make_comment(post, taro)
    make_like(post, taro)
    post.delete()
    assert list(Comment.objects.of(taro)) == [said]
    assert not Comment.objects.visible_to(taro).exists()
    assert not Like.objects.exists()
    comments.delete_comment(said, by=taro)
    assert not Comment.objects.exists()


# --- Many at the same moment ------------------------------------------------------------------------
def test_comments_and_likes_at_the_same_moment_are_all_there(transactional_db) -> None:
    """A hundred on PostgreSQL; SQLite lets writers in one by one, and some would wait for too long."""
    many = 100 if connection.vendor == "postgresql" else 20
    threads = many // 4  # a server has a hundred connections, and other tests want some
    post = make_post(author=make_member("hanako"))
    people = [make_member(f"m{number}", email="") for number in range(many)]

    def press(thread: int) -> list[int]:
        made = []
        for number in range(thread, many, threads):
            writer, text = people[number], str(number)
            made.append(comments.create_comment(post, text, by=writer, form_key="a" * 32).pk)
            likes.like_post(post, by=writer)
        return made

    made = [pk for some in at_once(threads, press) for pk in some]
    assert len(set(made)) == many
    assert {int(comment.text) for comment in Comment.objects.all()} == set(range(many))
    assert Like.objects.count() == many


def test_one_form_sent_ten_times_at_the_same_moment_is_one_comment(transactional_db) -> None:
    hanako = make_member("hanako")
    post = make_post(author=hanako)

    def press(_number: int) -> int:
        return comments.create_comment(post, "一度", by=hanako, form_key="a" * 32).pk

    assert len(set(at_once(10, press))) == 1
    assert Comment.objects.count() == 1


def test_one_like_pressed_ten_times_at_the_same_moment_is_one_like(transactional_db) -> None:
    hanako = make_member("hanako")
    post = make_post(author=hanako)
    at_once(10, lambda _number: likes.like_post(post, by=hanako))
    assert Like.objects.count() == 1
