"""Changing the words of a post: what becomes of its copies, whatever else happens to them."""

from typing import ClassVar

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Audience
from syndication.actions import commands, posts
from syndication.connectors import CONNECTORS
from syndication.connectors.base import SubjectKind
from syndication.connectors.reasons import CANNOT_EDIT, COPY_GONE
from syndication.delivery import edits, planning, reauthorization
from syndication.models import Attempt, Delivery, DeliveryState, Link, LinkState, Post
from syndication.models.errors import NotNow, NotYours
from syndication.worker import queue
from tests.making import allow, make_member, make_post
from tests.noticing import the_notice
from tests.syndication.delivering import Moving, linked, narrow, planned, texts, tried
from tests.syndication.slate import (
    BlindSlateConnector,
    CarefulSlateConnector,
    MovingSlateConnector,
    SlateConnector,
    StubbornSlateConnector,
    on_slate,
)

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako, slate):
    return on_slate(hanako)


@pytest.fixture
def now(slate):
    return Moving(slate)


def change(post, text, **words):
    return posts.edit_post(post, {"text": text, **words}, by=post.author)


def states(post):
    return [(d.operation, d.state) for d in Delivery.objects.filter(post=post).order_by("sequence")]


def last(post):
    return Delivery.objects.filter(post=post).order_by("sequence").last()


def work(now=timezone.now, *, rounds=3):
    """What workers would do this moment: every row that is due, in turn."""
    for _ in range(rounds):
        for delivery in Delivery.objects.due(now()).order_by("sequence"):
            tried(delivery, now)


# --- a copy that is out -----------------------------------------------------------------------------
def test_a_copy_that_is_out_gets_the_new_words(slate, link):
    post = tried(planned(link, "before")).post
    [going] = change(post, "after")
    assert states(post) == [("publish", "sent"), ("edit", "waiting")]
    edit = tried(going)
    assert (edit.state, edit.version, edit.sent_as) == (S.SENT, 2, {})
    assert slate.texts == ["after"]
    assert [entry.said for entry in slate.entries.values()] == [["before", "after"]]
    assert [a.doing for a in edit.attempts.all()] == ["edit"]


def test_an_edit_that_changes_nothing_sends_nothing(slate, link):
    post = tried(planned(link, "the same")).post
    assert change(post, "the same") is None
    assert (post.version, post.edited_at) == (1, None)
    assert states(post) == [("publish", "sent")]


def test_an_edit_that_waits_is_replaced_by_a_newer_one(slate, link):
    post = tried(planned(link, "one")).post
    change(post, "two")
    change(post, "three")
    assert states(post) == [("publish", "sent"), ("edit", "cancelled"), ("edit", "waiting")]
    assert Delivery.objects.get(sequence=2).reason == edits.REPLACED
    work()
    assert slate.requests == ["POST /posts", "PUT /posts/1"]
    assert slate.texts == ["three"]


def test_what_takes_the_place_of_an_edit_that_was_put_off_asks_no_sooner(slate, link, now):
    post = tried(planned(link, "one"), now).post
    change(post, "two")
    slate.fail("PUT", "429", seconds=600)
    put_off = tried(last(post), now)
    assert put_off.state == S.WAITING
    change(post, "three")
    assert last(post).due_at == put_off.due_at


def test_words_that_are_changed_back_are_an_edit_too(slate, link):
    post = tried(planned(link, "one")).post
    change(post, "two")
    work()
    change(post, "one")
    work()
    assert slate.texts == ["one"]


def test_a_waiting_publish_takes_the_new_words_along(slate, link):
    publish = planned(link, "before")
    assert change(publish.post, "after") == []
    assert states(publish.post) == [("publish", "waiting")]
    publish = tried(publish)
    assert (publish.state, publish.version) == (S.SENT, 2)
    assert slate.requests == ["POST /posts"]
    assert slate.texts == ["after"]


@pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED, S.CANCELLED, S.SKIPPED])
def test_what_is_not_there_needs_no_edit(slate, link, state):
    post = planned(link, "before").post
    Delivery.objects.update(state=state, due_at=None)
    assert change(post, "after") == []
    assert states(post) == [("publish", state)]


def test_a_failed_publish_that_is_tried_again_has_the_new_words(slate, link, hanako):
    publish = planned(link, "before")
    Delivery.objects.update(state=S.FAILED, due_at=None)
    change(publish.post, "after")
    publish.refresh_from_db()
    commands.retry_delivery(publish, by=hanako)
    tried(publish)
    assert slate.texts == ["after"]


def test_the_copy_is_found_where_the_edit_put_it(slate, link):
    CONNECTORS["slate"] = MovingSlateConnector
    post = tried(planned(link, "before")).post
    change(post, "after")
    work()
    publish, edit = Delivery.objects.order_by("sequence")
    assert publish.remote_url == edit.remote_url == "http://slate.example/1/edited"
    posts.delete_post(post, by=post.author)
    work()
    assert slate.texts == []


# --- networks that cannot, and copies that are out of reach -----------------------------------------
def test_a_network_that_cannot_change_a_copy_says_so_once(sandbox):
    link = linked(sandbox)
    post = tried(planned(link, "before")).post
    assert change(post, "after") == []
    change(post, "and again")
    assert states(post) == [("publish", "sent"), ("edit", "skipped")]
    assert last(post).reason == CANNOT_EDIT
    assert texts(sandbox) == ["before"]


def test_a_parked_link_changes_the_copy_when_it_is_linked_again(slate, link, now):
    post = tried(planned(link, "before"), now).post
    reauthorization.require_reauthorization(Link.objects.get(), "over")
    [going] = change(post, "after")
    assert going.state == S.PARKED
    change(post, "long after")
    now.advance(days=20)  # a copy is put right late rather than never
    reauthorization.resume_link(link)
    work(now)
    assert slate.texts == ["long after"]
    assert slate.requests.count("PUT /posts/1") == 1


def test_an_ended_link_keeps_its_copies_as_they_are(slate, link):
    post = tried(planned(link, "before")).post
    Link.objects.update(state=LinkState.ENDED)
    assert change(post, "after") == []
    assert states(post) == [("publish", "sent"), ("edit", "skipped")]


def test_a_waiting_edit_ends_with_its_link(slate, link):
    post = tried(planned(link, "before")).post
    change(post, "after")
    planning.cancel_link_deliveries(link)
    assert states(post) == [("publish", "sent"), ("edit", "cancelled")]


def test_a_copy_that_was_deleted_there_is_told_and_not_tried_for_ever(slate, link, now):
    post = tried(planned(link, "before"), now).post
    slate.entries["1"].is_deleted = True
    change(post, "after")
    edit = tried(last(post), now)
    assert (edit.state, edit.reason, edit.due_at) == (S.CANCELLED, COPY_GONE, None)
    assert "no longer on Slate" in the_notice().in_words
    change(post, "once more")  # nothing is there to change
    posts.delete_post(post, by=post.author)  # nor to delete
    assert states(post) == [("publish", "sent"), ("edit", "cancelled")]


def test_a_copy_that_was_deleted_there_can_be_sent_anew(slate, link, hanako):
    post = tried(planned(link, "before")).post
    slate.entries["1"].is_deleted = True
    change(post, "after")
    work()
    assert planning.sendable_links(post, by=hanako) == [link]
    tried(planning.send_copy(post, link, by=hanako))
    assert slate.texts == ["after"]
    change(post, "and that one changes")
    work()
    assert slate.texts == ["and that one changes"]


def test_a_copy_whose_name_we_never_learned_is_the_members_to_change(slate, link, hanako):
    publish = tried(planned(link, "before"))
    Delivery.objects.update(remote_id="")
    change(publish.post, "after")
    edit = tried(last(publish.post))
    assert (edit.state, edit.reason) == (S.FAILED, edits.NO_NAME_TO_CHANGE)


# --- audiences --------------------------------------------------------------------------------------
def test_an_edit_stays_with_the_readers_of_its_copy(slate, link):
    """The post is for Everyone by now; the copy was made for friends and stays theirs."""
    allow(link, "status", Audience.FRIENDS)
    post = tried(planned(link, "for friends", audience=Audience.FRIENDS)).post
    narrow(post, Audience.EVERYONE)
    change(post, "changed")
    assert last(post).audience == Audience.FRIENDS
    work()
    [entry] = slate.entries.values()
    assert (entry.text, entry.audience) == ("changed", "friends")


def test_narrowing_deletes_and_edits_nothing(slate, link):
    post = tried(planned(link, "before")).post
    change(post, "secret")
    narrow(post)
    change(post, "more secret")
    assert states(post) == [("publish", "sent"), ("edit", "cancelled"), ("delete", "waiting")]
    work()
    assert [entry.said for entry in slate.entries.values()] == [["before"]]
    assert slate.texts == []


def test_a_copy_for_more_than_the_post_is_now_is_not_changed_where_it_cannot_be_deleted(
    slate, link
):
    CONNECTORS["slate"] = StubbornSlateConnector
    post = tried(planned(link, "before")).post
    narrow(post)
    assert change(post, "secret") == []
    assert states(post) == [("publish", "sent"), ("delete", "skipped")]
    assert slate.texts == ["before"]


def test_a_copy_that_stayed_is_changed_once_it_is_for_no_more_than_the_post(slate, link):
    """It could not be deleted; by now the post is for Everyone again, and the copy is its copy."""
    CONNECTORS["slate"] = StubbornSlateConnector
    post = tried(planned(link, "before")).post
    narrow(post)
    narrow(post, Audience.EVERYONE)
    change(post, "after")
    work()
    assert slate.texts == ["after"]


def test_an_edit_goes_nowhere_that_the_member_has_turned_off_since(slate, link):
    post = tried(planned(link, "before")).post
    change(post, "after")
    allow(link, "status", Audience.EVERYONE, is_on=False)
    assert tried(last(post)).state == S.CANCELLED
    assert slate.texts == ["before"]


def test_an_edit_that_is_too_long_for_a_narrower_copy_is_said_and_not_sent(slate, link):
    allow(link, "status", Audience.FRIENDS)
    post = tried(planned(link, "short", audience=Audience.FRIENDS)).post
    [seen] = posts.preview_edit(post, {"text": "x" * 400}, by=post.author)
    change(post, "x" * 400)
    assert (seen.will, seen.reason) == ("stay", last(post).reason)
    assert last(post).state == S.SKIPPED


class WriteOnceSlateConnector(SlateConnector):
    """As if nothing could be edited there."""

    can_edit: ClassVar[frozenset[SubjectKind]] = frozenset()


def test_an_edit_that_no_longer_fits_is_confirmed_but_not_where_the_copy_stays(slate, link):
    post = tried(planned(link, "short")).post
    [fits] = posts.preview_edit(post, {"text": "shorter"}, by=post.author)
    [is_cut] = posts.preview_edit(post, {"text": "x" * 400}, by=post.author)
    CONNECTORS[link.network] = WriteOnceSlateConnector
    [stays] = posts.preview_edit(post, {"text": "x" * 400}, by=post.author)
    assert [each.needs_confirmation for each in (fits, is_cut, stays)] == [False, True, False]
    assert (stays.will, stays.reason) == ("stay", CANNOT_EDIT)


# --- deleting ---------------------------------------------------------------------------------------
def test_a_delete_cancels_the_edit_that_waits(slate, link):
    post = tried(planned(link, "before")).post
    change(post, "after")
    posts.delete_post(post, by=post.author)
    assert states(post) == [("publish", "sent"), ("edit", "cancelled"), ("delete", "waiting")]
    work()
    assert slate.requests == ["POST /posts", "DELETE /posts/1"]


def test_a_delete_waits_for_an_edit_without_an_answer_and_is_the_last_word(slate, link, now):
    """An edit that arrives late would find the copy gone, or on some networks bring it back."""
    post = tried(planned(link, "before"), now).post
    change(post, "after")
    slate.fail("PUT", "drop_after")
    tried(last(post), now)
    posts.delete_post(post, by=post.author)
    work(now)
    assert states(post) == [("publish", "sent"), ("edit", "unconfirmed"), ("delete", "waiting")]
    now.advance(seconds=61)
    work(now)
    assert states(post) == [("publish", "sent"), ("edit", "cancelled"), ("delete", "sent")]
    assert slate.requests.count("PUT /posts/1") == 1
    assert slate.texts == []


def test_what_is_being_taken_back_is_not_changed(slate, link):
    post = tried(planned(link, "before")).post
    narrow(post)
    narrow(post, Audience.EVERYONE)
    change(post, "after")
    assert states(post) == [("publish", "sent"), ("delete", "waiting")]


# --- lost answers -----------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["drop_after", "500_after", "500_before"])
def test_an_edit_without_an_answer_is_sent_again_after_a_quiet_time(slate, link, now, kind):
    post = tried(planned(link, "before"), now).post
    change(post, "after")
    slate.fail("PUT", kind)
    edit = tried(last(post), now)
    assert edit.state == S.UNCONFIRMED
    now.advance(seconds=30)
    assert tried(edit, now).attempts.count() == 1
    now.advance(seconds=40)
    edit = tried(edit, now)
    assert (edit.state, edit.tries) == (S.SENT, 2)
    assert slate.texts == ["after"]
    assert "GET /posts" not in slate.requests  # twice is once: nobody has to look


def test_an_edit_without_an_answer_is_repeated_with_the_newest_words_once(slate, link, now):
    post = tried(planned(link, "one"), now).post
    change(post, "two")
    slate.fail("PUT", "drop_after")
    tried(last(post), now)
    change(post, "three")
    assert states(post)[1:] == [("edit", "unconfirmed"), ("edit", "waiting")]
    now.advance(seconds=61)
    work(now)
    assert states(post)[1:] == [("edit", "sent"), ("edit", "cancelled")]
    assert last(post).reason == edits.ALREADY_THERE
    assert [entry.said for entry in slate.entries.values()] == [["one", "two", "three"]]


def test_an_edit_that_never_gets_an_answer_runs_out_of_tries(slate, link, now):
    post = tried(planned(link, "before"), now).post
    change(post, "after")
    edit = last(post)
    for _ in range(12):
        slate.fail("PUT", "500_before")
        edit = tried(edit, now)
        now.advance(days=1.6)
    assert edit.state == S.FAILED
    assert slate.requests.count("PUT /posts/1") == 9


def test_where_an_edit_said_twice_is_two_the_timeline_is_read_first(slate, link, now):
    CONNECTORS["slate"] = CarefulSlateConnector
    post = tried(planned(link, "before"), now).post
    change(post, "after")
    slate.fail("PUT", "drop_after")
    edit = tried(last(post), now)
    now.advance(seconds=61)
    edit = tried(edit, now)
    assert (edit.state, edit.version) == (S.SENT, 2)
    assert slate.requests.count("PUT /posts/1") == 1


def test_an_equal_text_elsewhere_is_not_taken_for_the_edit(slate, link, now):
    CONNECTORS["slate"] = CarefulSlateConnector
    post = tried(planned(link, "before"), now).post
    tried(planned(link, "after"), now)
    change(post, "after")
    slate.fail("PUT", "500_before")
    edit = tried(last(post), now)
    now.advance(seconds=61)
    assert tried(edit, now).state == S.WAITING  # looked, not found
    now.advance(seconds=61)
    assert tried(edit, now).state == S.SENT
    assert slate.texts == ["after", "after"]


def test_an_edit_that_only_the_member_can_look_after_holds_up_no_delete(slate, link, now):
    CONNECTORS["slate"] = BlindSlateConnector
    post = tried(planned(link, "before"), now).post
    change(post, "after")
    slate.fail("PUT", "drop_after")
    edit = tried(last(post), now)
    now.advance(seconds=61)
    edit = tried(edit, now)
    assert (edit.state, edit.due_at) == (S.UNCONFIRMED, None)
    assert commands.available_commands(edit) == ("there", "again")
    posts.delete_post(post, by=post.author)
    work(now)
    assert slate.texts == []


# --- an edit while the publish has no verdict -------------------------------------------------------
def test_an_edit_while_unconfirmed_waits_and_then_changes_the_copy(slate, link, now):
    """It had arrived: what is looked for are the words that left, not those of now."""
    slate.fail("POST", "drop_after")
    publish = tried(planned(link, "before"), now)
    change(publish.post, "after")
    work(now)
    assert states(publish.post) == [("publish", "unconfirmed"), ("edit", "waiting")]
    now.advance(seconds=61)
    work(now)
    assert states(publish.post) == [("publish", "sent"), ("edit", "sent")]
    assert [entry.said for entry in slate.entries.values()] == [["before", "after"]]


def test_an_edit_does_not_wait_for_the_sweeper_once_the_publish_is_through(
    slate, link, now, django_capture_on_commit_callbacks
):
    slate.fail("POST", "drop_after")
    publish = tried(planned(link, "before"), now)
    change(publish.post, "after")
    now.advance(seconds=61)
    before = queue.queue_depth()
    with django_capture_on_commit_callbacks(execute=True):
        tried(publish, now)
    assert queue.queue_depth() == before + 1


def test_what_had_not_arrived_is_sent_with_the_new_words(slate, link, now):
    slate.fail("POST", "500_before")
    publish = tried(planned(link, "before"), now)
    change(publish.post, "after")
    now.advance(seconds=61)
    work(now)
    now.advance(seconds=61)
    work(now)
    assert [a.version for a in Attempt.objects.filter(doing="publish").order_by("pk")] == [1, 2]
    assert slate.texts == ["after"]
    # Said once more to be sure: a network may have answered the second try by the first one's copy.
    assert states(publish.post) == [("publish", "sent"), ("edit", "sent")]


def test_words_of_a_try_before_the_last_are_looked_for_too(slate, link, now):
    """The first arrives late, after it was looked for; the second, with other words, not at all."""
    slate.fail("POST", "drop_after")
    publish = tried(planned(link, "before"), now)
    late = slate.entries.pop("1")
    change(publish.post, "after")
    now.advance(seconds=61)
    assert tried(publish, now).state == S.WAITING  # not found
    now.advance(seconds=61)
    slate.fail("POST", "500_before")
    assert tried(publish, now).state == S.UNCONFIRMED
    slate.entries["1"] = late
    now.advance(seconds=61)
    publish = tried(publish, now)
    assert (publish.state, publish.version) == (S.SENT, 1)
    work(now)
    assert slate.texts == ["after"]


@pytest.mark.parametrize("when", ["before the look", "after the look"])
def test_a_network_that_knows_a_repeat_by_its_key_keeps_no_old_words(slate, link, now, when):
    """It answers the second try, with other words, by the first one's copy."""
    slate.knows_keys = True
    slate.fail("POST", "drop_after")
    publish = tried(planned(link, "before"), now)
    hidden = slate.entries.pop("1")
    if when == "before the look":
        change(publish.post, "after")
    now.advance(seconds=61)
    assert tried(publish, now).state == S.WAITING
    if when == "after the look":
        change(publish.post, "after")
    slate.entries["1"] = hidden
    now.advance(seconds=61)
    work(now)
    assert slate.texts == ["after"]


def test_the_member_says_it_is_there_and_its_words_are_known(slate, link, hanako, now):
    slate.fail("POST", "drop_after")
    publish = tried(planned(link, "before"), now)
    Delivery.objects.update(due_at=None)
    publish.refresh_from_db()
    commands.confirm_copy_exists(publish, by=hanako)
    assert publish.version == 1


# --- presses ----------------------------------------------------------------------------------------
def test_an_edit_does_not_stand_for_the_copy_when_another_is_asked_for(slate, link, hanako):
    """However the edit ended, the copy is there: a second is refused."""
    post = tried(planned(link, "before")).post
    change(post, "after")
    commands.dismiss_delivery(last(post), by=hanako)
    assert planning.sendable_links(post, by=hanako) == []
    with pytest.raises(NotNow):
        planning.send_copy(post, link, by=hanako)


def test_a_failed_edit_is_tried_again_by_a_press(slate, link, hanako):
    post = tried(planned(link, "before")).post
    change(post, "after")
    Delivery.objects.filter(operation="edit").update(state=S.FAILED, due_at=None)
    commands.retry_delivery(last(post), by=hanako)
    work()
    assert slate.texts == ["after"]


# --- the rows ---------------------------------------------------------------------------------------
def test_nobody_changes_the_words_of_somebody_else(slate, link):
    post = make_post(author=make_member("taro"), text="mine")
    with pytest.raises(NotYours):
        posts.edit_post(post, {"text": "yours"}, by=link.member)
    assert Post.objects.get().text == "mine"


def test_a_deleted_post_is_not_changed(link, hanako):
    post = make_post(author=hanako, text="gone")
    posts.delete_post(post, by=hanako)
    with pytest.raises(NotNow):
        posts.edit_post(post, {"text": "back"}, by=hanako)


def test_who_saves_second_is_told_what_stands(hanako):
    post = make_post(author=hanako, text="one")
    posts.edit_post(post, {"text": "two"}, by=hanako, version=1)
    with pytest.raises(posts.EditedMeanwhile) as met:
        posts.edit_post(post, {"text": "zwei"}, by=hanako, version=1)
    assert (met.value.post.text, met.value.post.version) == ("two", 2)
    assert (
        posts.edit_post(post, {"text": "two"}, by=hanako, version=1) is None
    )  # the same form, twice


@pytest.mark.parametrize(
    "broken",
    [
        {"operation": "edit", "sequence": 1},
        {"remote_deleted_at": timezone.now()},
        {"operation": "change"},
    ],
)
def test_the_database_refuses_what_an_edit_must_never_be(slate, link, broken):
    publish = planned(link)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=publish.pk).update(**broken)


def test_an_edited_post_has_the_time_of_it(hanako):
    post = make_post(author=hanako)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(version=2)
