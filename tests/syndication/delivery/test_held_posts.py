"""A post that staff hid: nothing of it leaves, however its delivery came to be due, and nothing expires."""

from __future__ import annotations

import pytest
from django.utils import timezone

from syndication.delivery import held_posts
from syndication.models import DeliveryState, Post
from syndication.worker import sweep
from tests.syndication.delivering import Moving, linked, planned, tried

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def now(sandbox):
    return Moving(sandbox)


def test_what_was_planned_while_the_post_is_hidden_is_held_right_before_it_leaves(sandbox, now):
    delivery = planned(linked(sandbox), "かくす")
    Post.objects.update(hidden_at=timezone.now())
    held = tried(delivery, now)
    assert (held.state, held.reason, held.tries) == (S.WAITING, held_posts.HELD_BY_STAFF, 0)
    assert not sandbox.mixi.received()["statuses"]


def test_a_held_delivery_does_not_expire_and_goes_when_the_post_is_shown(sandbox, now):
    delivery = planned(linked(sandbox), "かくす")
    post = Post.objects.get()
    Post.objects.update(hidden_at=timezone.now())
    held_posts.hold_deliveries(post, now())
    now.advance(days=3)
    assert not sweep.expire_old_publishes(now())
    Post.objects.update(hidden_at=None)
    held_posts.resume_deliveries(post, now())
    assert tried(delivery, now).state == S.SENT
