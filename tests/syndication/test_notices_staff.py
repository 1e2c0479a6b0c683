"""What staff did is told to the member whom it concerns."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission

from accounts.actions import sessions
from accounts.models import Notice
from syndication.actions import commands, likes
from syndication.delivery import planning
from syndication.models import Delivery, DeliveryState, Like
from tests.making import make_link, make_member, make_post
from tests.noticing import texts_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_staff", [True, False])
def test_a_delivery_that_staff_try_again_is_told_to_its_member(is_staff):
    hanako, staff = make_member("hanako"), make_member("staff")
    staff.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    make_link(hanako)
    planning.plan_deliveries(make_post(author=hanako))
    Delivery.objects.update(state=DeliveryState.FAILED, due_at=None)
    commands.retry_delivery(Delivery.objects.get(), by=staff if is_staff else hanako)
    told = texts_of(hanako)
    assert [text.startswith("The staff sent your post of") for text in told] == [True] * is_staff


def test_a_like_that_staff_removed_is_not_told_again():
    hanako, taro = make_member("hanako"), make_member("taro")
    post = make_post(author=hanako)
    likes.like_post(post, by=taro)
    likes.remove_likes(Like.objects.all())
    Notice.objects.all().delete()
    likes.like_post(post, by=taro)
    assert not Notice.objects.exists()


def test_a_session_that_staff_end_is_told():
    hanako = make_member("hanako")
    row = UserSession.objects.create(user=hanako, session_key="x", ip="192.0.2.1")
    sessions.end_session_as_staff(row)
    assert not UserSession.objects.filter(pk=row.pk).exists()
    assert texts_of(hanako) == ["The staff ended a session of yours."]
