"""Edits at the same moment as everything else: real threads, a network that holds its answers back.

What counts stands at the network afterwards: one copy, with the last words, or none.
"""

import threading

import pytest
from django.db import connections

from accounts.models import Audience
from syndication.actions import posts
from syndication.delivery import attempt, edits
from syndication.models import Delivery, DeliveryState, Post
from tests.making import make_member
from tests.racing import at_once
from tests.syndication.delivering import Moving, narrow, planned, tried
from tests.syndication.slate import on_slate

pytestmark = pytest.mark.django_db(transaction=True)

S = DeliveryState


@pytest.fixture
def link(slate):
    return on_slate(make_member("hanako"))


def change(post, text):
    return posts.edit_post(post, {"text": text}, by=post.author)


def in_the_background(delivery):
    """A worker of its own on this row."""

    def work():
        try:
            attempt.attempt_delivery(delivery.pk)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    return worker


def drained(slate):
    """Until nothing is due, whatever time that takes."""
    now = Moving(slate)
    for _ in range(30):
        attempt.drain_due(now=now)
        if not Delivery.objects.exclude(due_at=None).filter(state__in=ON_ITS_WAY).exists():
            return
        now.advance(minutes=3)
    raise AssertionError("it never came to rest")


ON_ITS_WAY = (S.WAITING, S.SENDING, S.UNCONFIRMED)


def states(post):
    return [(d.operation, d.state) for d in Delivery.objects.filter(post=post).order_by("sequence")]


def said(slate):
    return [entry.said for entry in slate.entries.values()]


def test_an_edit_while_the_publish_is_on_its_way_follows_it(slate, link):
    """The words have left, the answer has not come: what is there is changed afterwards."""
    publish = planned(link, "before")
    with slate.holding("POST") as held:
        worker = in_the_background(publish)
        assert held.came_in.wait(10)
        change(publish.post, "after")
        assert states(publish.post) == [("publish", "sending"), ("edit", "waiting")]
        assert tried(Delivery.objects.get(operation="edit")).tries == 0  # not beside it
    worker.join(20)
    drained(slate)
    assert said(slate) == [["before", "after"]]
    assert states(publish.post) == [("publish", "sent"), ("edit", "sent")]


def test_an_edit_while_an_edit_is_on_its_way_follows_it(slate, link):
    post = tried(planned(link, "one")).post
    [first] = change(post, "two")
    with slate.holding("PUT") as held:
        worker = in_the_background(first)
        assert held.came_in.wait(10)
        change(post, "three")
        change(post, "four")
        assert states(post)[1:] == [("edit", "sending"), ("edit", "cancelled"), ("edit", "waiting")]
    worker.join(20)
    drained(slate)
    assert said(slate) == [["one", "two", "four"]]


def test_an_edit_that_was_not_taken_says_that_a_newer_one_stands_behind_it(slate, link):
    publish = tried(planned(link, "before"))
    change(publish.post, "then")
    edit = Delivery.objects.get(operation="edit")
    slate.fail("PUT", "429", seconds=30)
    with slate.holding("PUT") as held:
        worker = in_the_background(edit)
        assert held.came_in.wait(10)
        change(publish.post, "after")
    worker.join()
    edit.refresh_from_db()
    assert (edit.state, edit.reason) == (S.CANCELLED, edits.REPLACED)
    drained(slate)
    assert said(slate) == [["before", "after"]]


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("how", ["delete", "narrow"])
def test_taking_back_while_words_are_on_their_way_leaves_nothing_there(slate, link, method, how):
    publish = planned(link, "before")
    going = publish
    if method == "PUT":
        tried(publish)
        [going] = change(publish.post, "after")
    with slate.holding(method) as held:
        worker = in_the_background(going)
        assert held.came_in.wait(10)
        change(publish.post, "never to be read there")
        post = Post.objects.get()
        if how == "delete":
            posts.delete_post(post, by=post.author)
        else:
            narrow(post, Audience.FRIENDS)
    worker.join(20)
    drained(slate)
    assert slate.texts == []
    assert "never to be read there" not in sum(said(slate), [])


def test_edit_and_delete_at_the_same_moment_leave_nothing_there(slate, link):
    for number in range(4):
        post = tried(planned(link, f"before {number}")).post

        def act(which, post=post):
            own = Post.objects.get(pk=post.pk)
            if which == 0:
                try:
                    change(own, "after")
                except posts.NotNow:
                    return
            elif which == 1:
                posts.delete_post(own, by=own.author)
            else:
                attempt.drain_due()

        at_once(3, act)
        drained(slate)
        assert slate.texts == []


def test_many_edits_and_many_workers_end_with_the_last_words_in_one_copy(slate, link):
    """Answers are lost on the way, too: of the publish and of the edits."""
    publish = planned(link, "the first")
    for kind in ("drop_after", "500_before", "500_after"):
        slate.fail("PUT", kind)
    slate.fail("POST", "drop_after")

    def act(which):
        for step in range(6):
            if which < 2:
                change(Post.objects.get(pk=publish.post_id), f"words {which}.{step}")
            attempt.drain_due()

    at_once(4, act)
    drained(slate)
    post = Post.objects.get()
    assert post.version == 13
    assert slate.texts == [post.text]
    assert not Delivery.objects.filter(state__in=ON_ITS_WAY).exists()
    sent = Delivery.objects.filter(state=S.SENT).order_by("sequence")
    assert [row.version for row in sent] == sorted(row.version for row in sent)


def test_workers_never_send_two_edits_for_one_wait(slate, link):
    post = tried(planned(link, "one")).post
    for number in range(5):
        change(post, f"words {number}")
    at_once(4, lambda n: attempt.drain_due())
    assert slate.requests == ["POST /posts", "PUT /posts/1"]
