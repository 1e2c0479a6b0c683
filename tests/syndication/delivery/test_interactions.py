"""Replies and likes go out by the same engine as posts: once, in order, and never wider than allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.models import Notice
from syndication.actions import commands, interactions, links
from syndication.connectors import reasons
from syndication.delivery import (
    attempt,
    claimable,
    claims,
    eligibility,
    feed_copies,
    outcomes,
    planning,
)
from syndication.delivery.interactions import (
    TARGET_HIDDEN,
    StrayReply,
    narrower_visibility,
    publish_interaction,
)
from syndication.delivery.leased_http import LeasedHttp
from syndication.models import Attempt, Delivery, FeedItem, Interaction, LinkState
from syndication.models.errors import NotNow
from syndication.queries.interaction_targets import NO_ANSWER_TO_THIS, target_of_item
from syndication.worker import sweep
from tests.making import block, make_link, make_member, make_post
from tests.syndication.delivering import Moving, planned, settled, tried
from tests.syndication.slate import KEY, on_slate
from tests.syndication.slate_talk import LIKE_RIGHT, answered, delivery_of, pulled

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako, talk):
    return on_slate(hanako, scopes=f"write {LIKE_RIGHT}")


@pytest.fixture
def now(talk):
    return Moving(talk)


@pytest.fixture
def item(link, talk) -> FeedItem:
    return pulled(link, talk)


def sent(item, hanako, now, text="ありがとう") -> Interaction:
    interaction = answered(item, text, by=hanako)
    assert tried(delivery_of(interaction), now).state == "sent"
    return interaction


def liked(item, by) -> Interaction:
    return interactions.like(target_of_item(item), by=by)


# --- Replies --------------------------------------------------------------------------------------
def test_a_reply_goes_once_into_the_thread_and_names_the_parent_s_author(talk, item, hanako, now):
    delivery = delivery_of(answered(item, by=hanako))
    assert delivery.state == "waiting"
    delivery = tried(delivery, now, times=3)
    [entry] = talk.replies_to(item.remote_id)
    assert (entry.text, entry.visibility) == ("@taro@slate ありがとう", "unlisted")
    assert (delivery.state, delivery.remote_id, delivery.version) == ("sent", entry.id, 1)
    assert (delivery.sent_as, Attempt.objects.get().outcome) == ({}, "sent")


def test_a_reply_that_is_taken_back_is_deleted_on_the_network(talk, item, hanako, now):
    interaction = sent(item, hanako, now)
    interactions.take_back(interaction, by=hanako)
    interactions.take_back(interaction, by=hanako)
    [publish, delete] = interaction.deliveries.order_by("sequence")
    assert (publish.sequence, delete.operation, delete.sequence) == (1, "delete", 2)
    assert tried(delete, now).state == "sent"
    assert talk.replies_to(item.remote_id) == []
    interaction.refresh_from_db()
    assert (interaction.text, interaction.target_excerpt) == ("", "")


def test_an_unsent_reply_that_is_taken_back_never_goes(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    interactions.take_back(interaction, by=hanako)
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.reason) == ("cancelled", eligibility.INTERACTION_TAKEN_BACK)
    assert talk.requests == []
    assert not Notice.objects.exists()


def test_the_delete_waits_for_the_reply_whose_outcome_is_unknown(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.fail("POST", "drop_after")
    assert tried(delivery_of(interaction), now).state == "unconfirmed"
    interactions.take_back(interaction, by=hanako)
    now.advance(seconds=61)
    assert [each.operation for each in claimable.claimable(now())] == ["publish"]
    attempt.drain_due(now=now)
    attempt.drain_due(now=now)
    assert talk.replies_to(item.remote_id) == []
    assert [each.state for each in interaction.deliveries.order_by("sequence")] == ["sent", "sent"]


def test_after_a_lost_answer_the_reply_is_found_by_its_parent_and_text(talk, item, hanako, now):
    other = pulled(item.link, talk)
    elsewhere = sent(other, hanako, now)
    interaction = answered(item, by=hanako)  # the same words to another post
    talk.fail("POST", "drop_after")
    delivery = tried(delivery_of(interaction), now)
    assert delivery.sent_as["reply_to"]["remote_id"] == item.remote_id
    assert delivery.sent_as["visibility"] == "unlisted"
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    [entry] = talk.replies_to(item.remote_id)
    assert (delivery.state, delivery.remote_id) == ("sent", entry.id)
    assert entry.id != delivery_of(elsewhere).remote_id


def test_a_reply_that_never_arrived_is_sent_again(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.fail("POST", "500_before")
    delivery = tried(delivery_of(interaction), now)
    assert delivery.state == "unconfirmed"
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert delivery.state == "waiting"
    now.advance(hours=1)
    assert tried(delivery, now).state == "sent"
    assert len(talk.replies_to(item.remote_id)) == 1


@pytest.mark.parametrize("is_reply_first", [True, False])
def test_a_post_and_a_reply_of_the_same_words_are_not_taken_for_each_other(
    talk, link, item, hanako, now, is_reply_first
):
    """Both answers were lost; the network has the one only."""
    item.author_handle = ""
    item.save()
    post = planned(link, "ありがとう")
    interaction = answered(item, by=hanako)
    reply = delivery_of(interaction)
    first, second = (reply, post) if is_reply_first else (post, reply)
    talk.fail("POST", "drop_after")
    talk.fail("POST", "500_before")
    tried(first, now)
    tried(second, now)
    now.advance(seconds=61)
    for each in (second, first):
        tried(each, now)
    now.advance(hours=1)
    tried(second, now)
    tried(first, now)
    own = [each for each in talk.entries.values() if not each.author and not each.is_deleted]
    assert sorted(each.parent for each in own) == sorted(["", item.remote_id])
    assert {each.state for each in Delivery.objects.all()} == {"sent"}


@pytest.mark.parametrize("parent", ["public", "unlisted", "followers", "direct", ""])
def test_a_reply_goes_to_no_more_readers_than_the_parent_has(talk, link, hanako, now, parent):
    item = pulled(link, talk, visibility=parent)
    sent(item, hanako, now)
    [entry] = talk.replies_to(item.remote_id)
    assert entry.visibility == ("unlisted" if parent in ("public", "unlisted") else "direct")


def test_a_parent_that_became_narrower_meanwhile_narrows_the_reply(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.entries[item.remote_id].visibility = "followers"
    tried(delivery_of(interaction), now)
    [entry] = talk.replies_to(item.remote_id)
    assert entry.visibility == "direct"


def test_a_parent_that_became_wider_does_not_widen_what_was_shown(talk, link, hanako, now):
    item = pulled(link, talk, visibility="direct")
    interaction = answered(item, by=hanako)
    talk.entries[item.remote_id].visibility = "public"
    tried(delivery_of(interaction), now)
    [entry] = talk.replies_to(item.remote_id)
    assert (interaction.visibility, entry.visibility) == ("direct", "direct")


def test_the_narrower_of_two_visibilities():
    assert narrower_visibility("public", "unlisted") == "unlisted"
    assert narrower_visibility("followers", "unlisted") == "followers"
    assert narrower_visibility("inherited", "inherited") == "inherited"
    assert narrower_visibility("inherited", "public") == "direct"
    assert narrower_visibility("public", "") == "direct"


@pytest.mark.parametrize("why", ["gone", "closed"])
def test_a_parent_that_cannot_be_answered_means_not_sent_and_told(talk, item, hanako, now, why):
    interaction = answered(item, by=hanako)
    entry = talk.entries[item.remote_id]
    entry.is_deleted, entry.is_closed = why == "gone", why == "closed"
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.reason) == ("failed", f"target_{why}")
    notice = Notice.objects.visible_to(hanako).get()
    assert (notice.code, notice.detail) == ("reply_undelivered", interaction.pk)
    assert "太郎" in notice.in_words
    assert [each for each in talk.entries.values() if not each.author] == []


def test_a_parent_that_cannot_be_read_now_is_read_later(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.fail("GET", "drop_after")
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.sent_as) == ("waiting", {})
    now.advance(minutes=5)
    assert tried(delivery, now).state == "sent"


def test_whom_the_member_hides_by_now_gets_no_reply(talk, link, item, hanako, now):
    interaction = answered(item, by=hanako)
    link.hidden_accounts.create(uid="taro", name="太郎")
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.reason) == ("cancelled", TARGET_HIDDEN)
    assert talk.requests == []


def test_whom_the_member_blocks_by_now_gets_no_reply(talk, link, item, hanako, now):
    interaction = answered(item, by=hanako)
    taro = make_member("taro")
    make_link(taro, KEY, uid="taro", is_findable=True)
    block(hanako, taro)
    assert tried(delivery_of(interaction), now).reason == TARGET_HIDDEN


def test_a_reply_waits_for_a_parked_link_and_ends_with_an_ended_one(talk, link, item, hanako, now):
    interaction = answered(item, by=hanako)
    link.state = LinkState.PARKED
    link.save()
    assert tried(delivery_of(interaction), now).state == "waiting"  # not claimed
    links.unlink(link, by=hanako)
    delivery = delivery_of(interaction)
    assert (delivery.state, delivery.reason) == ("cancelled", eligibility.UNLINKED)
    interactions.take_back(interaction, by=hanako)


def test_what_stays_on_the_network_when_a_link_ended_is_told(talk, link, item, hanako, now):
    interaction = sent(item, hanako, now)
    interactions.take_back(interaction, by=hanako)
    links.unlink(link, by=hanako)
    notice = Notice.objects.visible_to(hanako).get()
    assert (notice.code, notice.detail) == ("reply_still_out_there", interaction.pk)
    assert "http://slate.example/" in notice.in_words


def test_a_reply_older_than_two_days_is_sent_by_hand_only(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    Delivery.objects.update(asked_at=timezone.now() - timedelta(hours=49))
    with TestCase.captureOnCommitCallbacks(execute=True):
        sweep.STEPS["expired"](now())
        sweep.STEPS["ends"](now())
    delivery = delivery_of(interaction)
    assert (delivery.state, Notice.objects.get().code) == ("missed", "reply_undelivered")
    commands.retry_delivery(delivery, by=hanako)
    assert not Notice.objects.exists()
    assert tried(delivery, now).state == "sent"


def test_retrying_a_reply_that_was_taken_back_is_refused(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.entries[item.remote_id].is_closed = True
    delivery = tried(delivery_of(interaction), now)
    Interaction.objects.update(deleted_at=timezone.now())
    delivery = Delivery.objects.get(pk=delivery.pk)
    with pytest.raises(NotNow):
        commands.retry_delivery(delivery, by=hanako)


# --- Strays ---------------------------------------------------------------------------------------
def test_a_stray_reply_is_retracted_at_once_and_told(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.drops_parents = True
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.reason) == ("failed", reasons.STRAY_REPLY)
    assert talk.texts == ["こんにちは"]
    assert Notice.objects.get().key == "reply_undelivered stray_reply"
    assert Attempt.objects.get().outcome == "stray"


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_stray_whose_receipt_was_not_recorded_is_left_to_the_member(
    talk, item, hanako, now, is_lost
):
    """The answer was lost, or the worker died between it and the record."""
    delivery = delivery_of(answered(item, by=hanako))
    talk.drops_parents = True
    if is_lost:
        talk.fail("POST", "drop_after")
        tried(delivery, now)
    else:
        died_before_the_record(delivery, talk, now)
    now.advance(seconds=125)
    delivery = settled(tried(delivery, now), now)
    assert (delivery.state, delivery.due_at) == ("unconfirmed", None)
    assert delivery.reason == outcomes.NOT_SURE
    assert Notice.objects.get().key.startswith("reply_unconfirmed")
    assert talk.texts == ["こんにちは", "@taro@slate ありがとう"]


def died_before_the_record(delivery: Delivery, talk, now) -> None:
    held = claims.claim_delivery(delivery.pk, owner="dies", now=now())
    run = outcomes.DeliveryRun(held, now, LeasedHttp(attempt.outgoing_http(), held, now))
    with pytest.raises(StrayReply):
        publish_interaction(run, run.connector())


@pytest.mark.parametrize("parent", ["", "another"])
def test_the_member_s_own_words_there_are_not_deleted_as_a_stray(talk, item, hanako, now, parent):
    """The reply never arrived, and the member wrote the same words there by hand."""
    interaction = answered(item, by=hanako)
    talk.fail("POST", "500_before")
    delivery = tried(delivery_of(interaction), now)
    by_hand = talk.friends_post("@taro@slate ありがとう")
    talk.entries[by_hand].author, talk.entries[by_hand].parent = "", parent
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert not talk.entries[by_hand].is_deleted
    assert (delivery.state, delivery.due_at) == ("unconfirmed", None)
    assert (delivery.reason, delivery.remote_id) == (outcomes.NOT_SURE, "")


def test_the_same_words_to_two_posts_are_told_apart_by_what_they_answer(
    talk, link, item, hanako, now
):
    """Both answers were lost, one reply arrived; nobody is asked."""
    second = delivery_of(answered(pulled(link, talk), by=hanako))
    first = delivery_of(answered(item, by=hanako))
    talk.fail("POST", "drop_after")
    talk.fail("POST", "500_before")
    tried(second, now)
    tried(first, now)
    now.advance(seconds=61)
    assert tried(first, now).state == "waiting"
    assert tried(second, now).state == "sent"


def test_a_stray_that_cannot_be_retracted_now_is_deleted_later(talk, item, hanako, now):
    interaction = answered(item, by=hanako)
    talk.drops_parents = True
    talk.fail("DELETE", "500_before")
    publish = tried(delivery_of(interaction), now)
    assert (publish.state, publish.reason) == ("sent", reasons.STRAY_REPLY)
    assert Notice.objects.get().key == "reply_undelivered stray_reply"
    delete = delivery_of(interaction)
    assert (delete.operation, delete.state) == ("delete", "waiting")
    assert tried(delete, now).state == "sent"
    assert talk.texts == ["こんにちは"]


def test_a_post_with_the_text_of_a_lost_reply_is_not_retracted_as_a_stray(
    talk, link, item, hanako, now
):
    """Two answers were lost, and the one entry there may be either."""
    item.author_handle = ""
    item.save()
    talk.entries[item.remote_id].author = ""
    post, interaction = planned(link, "ありがとう"), answered(item, by=hanako)
    reply = delivery_of(interaction)
    talk.fail("POST", "drop_after")
    tried(post, now)
    talk.fail("POST", "500_before")
    tried(reply, now)
    Delivery.objects.filter(pk=reply.pk).update(sent_as={**reply.sent_as, **_as_sent(reply)})
    now.advance(seconds=61)
    tried(reply, now)
    assert [each for each in talk.requests if each.startswith("DELETE")] == []


def _as_sent(reply: Delivery) -> dict[str, object]:
    reply.refresh_from_db()
    target = {**reply.sent_as["reply_to"], "author": {"uid": "taro", "name": "", "handle": ""}}
    return {"reply_to": target}


# --- Boosts ---------------------------------------------------------------------------------------
@pytest.fixture
def boost(link, talk) -> FeedItem:
    """As it was pulled before `target_id` was known: by the boost's own id."""
    item = pulled(link, talk, attached=[["passed_on", "次郎"]])
    talk.entries[item.remote_id].shares = talk.friends_post()
    return item


def test_a_boost_from_before_is_neither_answered_nor_liked(talk, boost, hanako):
    """What it shows is not known by its id, so that a like could not be taken back."""
    for act in (answered, liked):
        with pytest.raises(NotNow) as no:
            act(boost, by=hanako)
        assert no.value.reason == NO_ANSWER_TO_THIS
    assert not Interaction.objects.exists()


def test_a_lost_reply_is_found_under_the_post_that_was_read(talk, boost, hanako, now):
    FeedItem.objects.update(target_id=boost.remote_id)
    boost.refresh_from_db()
    interaction = answered(boost, by=hanako)
    talk.fail("POST", "drop_after")
    delivery = tried(delivery_of(interaction), now)
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    [reply] = talk.replies_to(talk.entries[boost.remote_id].shares)
    assert (delivery.state, delivery.remote_id) == ("sent", reply.id)


# --- Likes ----------------------------------------------------------------------------------------
def test_a_like_goes_once_and_is_taken_back(talk, item, hanako, now):
    interaction = liked(item, hanako)
    assert liked(item, hanako) == interaction
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, talk.entries[item.remote_id].likes) == ("sent", {"me"})
    interactions.take_back(interaction, by=hanako)
    assert tried(delivery_of(interaction), now).state == "sent"
    assert talk.entries[item.remote_id].likes == set()


def test_a_like_of_unknown_outcome_is_repeated_and_never_looked_up(talk, item, hanako, now):
    talk.fail("POST", "drop_after")
    delivery = tried(delivery_of(liked(item, hanako)), now)
    assert (delivery.state, delivery.sent_as) == ("unconfirmed", {"kind": "like", "version": 1})
    now.advance(minutes=10)
    delivery = tried(delivery, now)
    assert (delivery.state, talk.likes_came) == ("sent", 2)
    assert "GET /posts" not in talk.requests


@pytest.mark.parametrize("fault", ["drop_after", "500_after"])
def test_a_like_that_may_be_there_is_taken_back_nonetheless(talk, item, hanako, now, fault):
    talk.fail("POST", fault)
    interaction = liked(item, hanako)
    tried(delivery_of(interaction), now)
    interactions.take_back(interaction, by=hanako)
    for _ in range(6):
        now.advance(minutes=10)
        attempt.drain_due(now=now)
    assert talk.entries[item.remote_id].likes == set()
    assert not interaction.deliveries.filter(due_at__isnull=False).exists()


def test_like_unlike_and_like_again_end_as_the_last_press_said(talk, item, hanako, now):
    interaction = liked(item, hanako)
    tried(delivery_of(interaction), now)
    interactions.take_back(interaction, by=hanako)
    assert liked(item, hanako) == interaction
    operations = interaction.deliveries.order_by("sequence").values_list("operation", flat=True)
    assert list(operations) == ["publish", "delete", "publish"]
    assert [each.operation for each in claimable.claimable(now())] == ["delete"]
    for _ in range(3):
        attempt.drain_due(now=now)
    assert talk.entries[item.remote_id].likes == {"me"}


def test_a_missing_right_to_like_parks_nothing(talk, link, item, hanako, now):
    interaction = liked(item, hanako)
    other = planned(link)
    talk.allows_likes = False
    delivery = tried(delivery_of(interaction), now)
    assert (delivery.state, delivery.reason) == ("failed", eligibility.LIKE_NOT_ALLOWED)
    link.refresh_from_db()
    assert link.state == LinkState.ACTIVE
    assert tried(other, now).state == "sent"


def test_a_link_whose_scopes_lack_likes_is_asked_nothing(talk, link, item, hanako):
    link.scopes = "write:statuses"
    link.save()
    item.link.refresh_from_db()
    with pytest.raises(NotNow) as no:
        liked(item, hanako)
    assert no.value.reason == eligibility.LIKE_NOT_ALLOWED
    assert not Interaction.objects.exists()


# --- Beside posts ---------------------------------------------------------------------------------
def test_a_reply_is_no_copy_of_a_post(talk, link, item, hanako, now):
    """Its friends' imports leave it what it is on the network."""
    taro = make_link(make_member("taro"), KEY, uid="taro")
    interaction = sent(item, hanako, now)
    seen = FeedItem.objects.create(
        link=taro, remote_id=delivery_of(interaction).remote_id, author_uid=link.uid,
        author_name="花子", text="@taro@slate ありがとう", written_at=timezone.now(),
    )  # fmt: skip
    feed_copies.mark_copies_of_link(taro, timezone.now())
    seen.refresh_from_db()
    assert (seen.copy, seen.writer) == (None, None)


def test_planning_a_post_knows_nothing_of_replies(talk, link, item, hanako):
    answered(item, by=hanako)
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    assert Delivery.objects.filter(post=post, link=link).count() == 1
