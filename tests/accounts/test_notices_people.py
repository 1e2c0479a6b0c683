"""Who is told of friends and groups, in both languages, and what is no longer told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends, groups
from accounts.models import Audience, Block, Member, Notice
from syndication.actions import posts
from syndication.worker import sweep
from tests.making import befriend, make_group, make_member
from tests.noticing import new_on_home, texts_of
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="花子")


@pytest.fixture
def taro() -> Member:
    return make_member("taro", display_name="太郎")


def group_post(author: Member, group: object, text: str = "練習は十時") -> None:
    draft = posts.NewPost(
        kind="status", audience="group", group=group, form_key=f"{timezone.now()}", text=text
    )
    posts.create_post(draft, by=author)


# --- Friends --------------------------------------------------------------------------------------
def test_a_friend_request_is_told_and_its_answer_too(hanako, taro):
    asking, asked = log_in_phone(taro), log_in_phone(hanako)
    asking.get(reverse("profile", args=["hanako"]))
    asking.submit("Send friend request")
    assert texts_of(hanako) == ["太郎 asks to be your friend."]
    assert texts_of(taro) == []  # own actions tell nobody
    asked.get("/notices/")
    page = asked.follow("太郎 asks")
    assert page.path.endswith("/@taro/?from=n")
    asked.submit("Accept as a friend")
    assert texts_of(hanako) == []  # answered
    assert texts_of(taro) == ["花子 is your friend now."]


def test_the_notice_is_read_in_the_readers_language(hanako, taro):
    friends.request_friendship(hanako, by=taro)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    assert "太郎さんから友だち申請が届いています。" in phone.get("/notices/")


def test_of_requests_that_cross_the_first_is_told(hanako, taro):
    friends.request_friendship(hanako, by=taro)
    friends.request_friendship(taro, by=hanako)
    assert texts_of(taro) == ["花子 is your friend now."]
    assert texts_of(hanako) == []


@pytest.mark.parametrize("end", ["decline", "withdraw", "block", "blocked", "closed"])
def test_a_request_that_stands_no_more_is_neither_counted_nor_shown(end, hanako, taro):
    friends.request_friendship(hanako, by=taro)
    phone = log_in_phone(hanako)
    assert new_on_home(phone) == "1"
    if end == "decline":
        friends.decline_friend_request(taro, by=hanako)
    elif end == "withdraw":
        friends.withdraw_friend_request(hanako, by=taro)
    elif end == "block":
        Block.objects.create(blocker=hanako, blocked=taro)  # alone, without what the action deletes
    elif end == "blocked":
        Block.objects.create(blocker=taro, blocked=hanako)
    else:
        Member.objects.filter(pk=taro.pk).update(is_active=False)
    assert new_on_home(phone) == ""
    assert "太郎" not in phone.get("/notices/")
    assert texts_of(taro) == []  # a decline tells nobody


def test_who_asks_again_and_again_is_told_of_once_a_day(hanako, taro):
    for _ in range(5):
        friends.request_friendship(hanako, by=taro)
        friends.withdraw_friend_request(hanako, by=taro)
    friends.request_friendship(hanako, by=taro)
    phone = log_in_phone(hanako)
    phone.get("/notices/")
    friends.withdraw_friend_request(hanako, by=taro)
    friends.request_friendship(hanako, by=taro)
    assert new_on_home(phone) == ""
    sweep.run_all_steps(timezone.now() + timedelta(hours=25))
    assert Notice.objects.count() == 1
    Notice.objects.update(created_at=timezone.now())
    assert new_on_home(phone) == "1"


def test_a_name_is_that_which_the_reader_may_know(hanako, taro):
    Member.objects.filter(pk=taro.pk).update(display_name_audience=Audience.FRIENDS)
    friends.request_friendship(hanako, by=taro)
    assert texts_of(hanako) == ["taro asks to be your friend."]


# --- Groups ---------------------------------------------------------------------------------------
def test_a_group_invitation_is_told_and_leads_there(hanako, taro):
    befriend(hanako, taro)
    group = make_group(taro, name="合唱")
    inviting = log_in_phone(taro)
    inviting.get(reverse("group_invite", args=[group.pk]))
    inviting.submit("Invite", name="hanako")
    phone = log_in_phone(hanako)
    phone.get("/notices/")
    assert "合唱" in phone.follow("太郎 invites you to the group 合唱.")
    phone.submit("Join")
    assert texts_of(hanako) == []


@pytest.mark.parametrize("end", ["withdrawn", "closed", "declined"])
def test_an_invitation_that_is_gone_is_not_told(end, hanako, taro):
    befriend(hanako, taro)
    group = make_group(taro)
    groups.invite_to_group(group, hanako, by=taro)
    assert len(texts_of(hanako)) == 1
    if end == "withdrawn":
        groups.remove_from_group(group, hanako, by=taro)
    elif end == "closed":
        groups.close_group(group, by=taro)
    else:
        groups.decline_group_invitation(group, by=hanako)
    assert texts_of(hanako) == []
    assert new_on_home(log_in_phone(hanako)) == ""


def test_posts_in_a_group_are_told_once_a_day(hanako, taro):
    group = make_group(taro, hanako, name="合唱")
    for _ in range(3):
        group_post(taro, group)
    assert texts_of(hanako) == ["New in the group 合唱."]
    assert texts_of(taro) == []
    phone = log_in_phone(hanako)
    phone.get("/notices/")
    group_post(taro, group)
    assert new_on_home(phone) == ""
    assert Notice.objects.get().again_at is not None
    sweep.run_all_steps(timezone.now() + timedelta(hours=25))
    Notice.objects.update(created_at=timezone.now())
    assert new_on_home(phone) == "1"
    phone.get("/notices/")
    assert "練習は十時" in phone.follow("New in the group")


@pytest.mark.parametrize("end", ["left", "deleted", "blocked", "narrowed"])
def test_what_may_no_longer_be_read_in_a_group_is_not_told(end, hanako, taro):
    group = make_group(taro, hanako)
    group_post(taro, group)
    [post] = taro.posts.all()
    assert len(texts_of(hanako)) == 1
    if end == "left":
        groups.leave_group(group, by=hanako)
    elif end == "deleted":
        posts.delete_post(post, by=taro)
    elif end == "blocked":
        Block.objects.create(blocker=hanako, blocked=taro)
    else:
        posts.change_audience(post, Audience.ONLY_ME, None, by=taro)
    assert texts_of(hanako) == []
    assert new_on_home(log_in_phone(hanako)) == ""


def test_who_only_is_invited_is_not_told_of_posts(hanako, taro):
    group = make_group(taro)
    befriend(hanako, taro)
    groups.invite_to_group(group, hanako, by=taro)
    group_post(taro, group)
    assert [notice.code for notice in Notice.objects.all()] == ["group_invitation"]
