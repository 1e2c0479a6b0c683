"""Correct and send anew: the delete first, the publish behind it, and never two copies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.actions import commands, posts
from syndication.delivery import attempt, corrections, planning, reauthorization, wakeups
from syndication.models import Delivery, DeliveryOperation, Link, Post, Toggle
from syndication.models.errors import NotNow, NotYours
from tests.making import allow, make_member
from tests.noticing import the_notice
from tests.phone import log_in_phone
from tests.photographs import a_photo
from tests.syndication.delivering import (
    Moving,
    linked,
    narrow,
    planned,
    remove,
    texts,
    tried,
)
from tests.syndication.slate import on_slate

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(link: Link) -> Post:
    """On mixi with a mistake in it, which is corrected here."""
    post = tried(planned(link, "おはゆう")).post
    posts.edit_post(post, {"text": "おはよう"}, by=link.member)
    return post


def rows(post: Post) -> list[tuple[str, str]]:
    found = post.deliveries.exclude(operation=DeliveryOperation.EDIT).order_by("sequence")
    return list(found.values_list("operation", "state"))


def last(post: Post, operation: str) -> Delivery:
    return post.deliveries.filter(operation=operation).order_by("-sequence")[0]


def test_the_copy_is_deleted_and_then_sent_anew(sandbox, link, post, now):
    publish = corrections.send_corrected(post, link, by=link.member)
    assert rows(post) == [("publish", "sent"), ("delete", "waiting"), ("publish", "waiting")]
    assert not attempt.attempt_delivery(publish.pk)  # not before the delete ended
    assert texts(sandbox) == ["おはゆう"]
    tried(last(post, "delete"), now)
    assert texts(sandbox) == []
    now.advance(seconds=2)
    assert tried(publish, now).state == "sent"
    assert texts(sandbox) == ["おはよう"]
    assert corrections.preview_corrections(post, by=link.member) == []


def test_the_worker_does_both_in_their_order(sandbox, link, post, now):
    corrections.send_corrected(post, link, by=link.member)
    for _ in range(4):
        attempt.drain_due(now=now, seconds=5)
        now.advance(seconds=5)
    assert texts(sandbox) == ["おはよう"]


def test_a_lost_answer_to_the_delete_neither_loses_nor_doubles(sandbox, link, post, now):
    publish = corrections.send_corrected(post, link, by=link.member)
    sandbox.faults.add("mixi", "drop_after", match="/2/voice")
    delete = tried(last(post, "delete"), now)
    assert delete.state == "waiting"
    assert not attempt.attempt_delivery(publish.pk, now=now)
    for _ in range(8):
        now.advance(minutes=10)
        attempt.drain_due(now=now, seconds=5)
    assert texts(sandbox) == ["おはよう"]


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_delete_that_ended_badly_sends_no_second_copy_and_says_so(
    sandbox, link, post, now, state
):
    publish = corrections.send_corrected(post, link, by=link.member)
    Delivery.objects.filter(pk=last(post, "delete").pk).update(state=state, due_at=None)
    publish = tried(publish, now)
    assert (publish.state, publish.reason) == ("failed", corrections.OLD_COPY_STAYS)
    assert texts(sandbox) == ["おはゆう"]
    phone = log_in_phone(link.member)
    page = phone.get(reverse("post_deliveries", args=[post.pk]))
    assert "The old copy could not be deleted, so the new one was not sent." in page


def test_a_second_press_changes_nothing(link, post):
    corrections.send_corrected(post, link, by=link.member)
    with pytest.raises(NotNow):
        corrections.send_corrected(post, link, by=link.member)
    assert len(rows(post)) == 3


def test_never_for_more_readers(sandbox, link, post):
    """A copy for friends stays one for friends, whatever the post is by now."""
    allow(link, "photo", Audience.FRIENDS)
    Delivery.objects.filter(post=post, operation="publish").update(audience=Audience.FRIENDS)
    with pytest.raises(NotNow):  # mixi's Voice holds no audience
        corrections.send_corrected(post, link, by=link.member)
    Delivery.objects.filter(post=post, operation="publish").update(audience=Audience.EVERYONE)
    narrow(post)
    with pytest.raises(NotNow):  # the wide copy is being deleted
        corrections.send_corrected(post, link, by=link.member)


def test_a_post_narrowed_or_deleted_in_between_is_not_sent(sandbox, link, post, now):
    publish = corrections.send_corrected(post, link, by=link.member)
    remove(post)
    assert tried(publish, now).state == "cancelled"
    tried(last(post, "delete"), now)
    assert texts(sandbox) == []


def test_what_the_link_no_longer_sends_is_not_deleted(sandbox, link, post):
    Toggle.objects.filter(link=link, kind="status").update(is_on=False)
    with pytest.raises(NotNow):
        corrections.send_corrected(post, link, by=link.member)
    [one] = corrections.preview_corrections(post, by=link.member)
    assert one.reason == "turned_off"
    assert texts(sandbox) == ["おはゆう"]


def test_others_and_other_links_are_refused(sandbox, link, post):
    taro = make_member("taro")
    with pytest.raises(NotYours):
        corrections.send_corrected(post, link, by=taro)
    assert corrections.preview_corrections(post, by=taro) == []
    phone = log_in_phone(taro)
    assert phone.get(reverse("post_correct", args=[post.pk])).status == 404


def test_a_network_that_edits_and_a_diary_are_not_offered(sandbox, slate):
    hanako: Member = make_member("hanako")
    mixi, other = linked(sandbox, hanako), on_slate(hanako)
    assert not corrections.takes_corrections(other.network, "status")
    assert not corrections.takes_corrections("mixi", "note")
    diary = tried(planned(mixi, "text", kind="note", title="t")).post
    posts.edit_post(diary, {"text": "other"}, by=hanako)
    assert corrections.preview_corrections(diary, by=hanako) == []


# --- After a correction that failed -----------------------------------------------------------------
def failed(post: Post, link: Link, now: Moving) -> Delivery:
    """The publish of a correction whose delete the network refused."""
    publish = corrections.send_corrected(post, link, by=link.member)
    delete = last(post, "delete")
    Delivery.objects.filter(pk=delete.pk).update(state="failed", due_at=None, is_notified=True)
    publish = tried(publish, now)
    assert publish.reason == corrections.OLD_COPY_STAYS
    return publish


@pytest.mark.parametrize("is_dismissed", [True, False])
def test_a_post_deleted_after_it_takes_its_copy_along(sandbox, link, post, now, is_dismissed):
    failed(post, link, now)
    if is_dismissed:
        commands.dismiss_delivery(last(post, "delete"), by=link.member)
    remove(post)
    assert tried(last(post, "delete"), now).state == "sent"
    assert texts(sandbox) == []


def test_it_can_be_done_again_and_an_old_row_makes_no_second_copy(sandbox, link, post, now):
    old = failed(post, link, now)
    old_delete = last(post, "delete")
    publish = corrections.send_corrected(post, link, by=link.member)
    assert tried(last(post, "delete"), now).state == "sent"
    now.advance(seconds=2)
    assert tried(publish, now).state == "sent"
    for row in (old_delete, old):  # pressed late, on a page that was left open
        commands.retry_delivery(row, by=link.member)
        tried(row, now)
    old.refresh_from_db()
    assert (old.state, old.reason) == ("failed", corrections.OLD_COPY_STAYS)
    assert texts(sandbox) == ["おはよう"]
    remove(post)
    now.advance(seconds=2)
    assert tried(last(post, "delete"), now).state == "sent"
    assert texts(sandbox) == []


@pytest.mark.parametrize("is_delete_dismissed", [True, False])
def test_the_copy_that_stays_forbids_another(sandbox, link, post, now, is_delete_dismissed):
    publish = failed(post, link, now)
    commands.dismiss_delivery(publish, by=link.member)
    if is_delete_dismissed:
        commands.dismiss_delivery(last(post, "delete"), by=link.member)
    assert planning.sendable_links(post, by=link.member) == []
    with pytest.raises(NotNow, match=planning.COPY_THERE):
        planning.send_copy(post, link, by=link.member)


def test_a_copy_asked_for_behind_a_delete_waits_for_its_end(sandbox, link, post, now):
    """Narrowed, wide again, and sent by a press: the delete fails, and no second copy goes."""
    narrow(post)
    narrow(post, Audience.EVERYONE)
    copy = planning.send_copy(post, link, by=link.member)
    Delivery.objects.filter(pk=last(post, "delete").pk).update(state="failed", due_at=None)
    copy = tried(copy, now)
    assert (copy.state, copy.reason) == ("failed", corrections.OLD_COPY_STAYS)
    assert texts(sandbox) == ["おはゆう"]


@pytest.fixture
def twice(sandbox, link, settings, tmp_path) -> Post:
    """On mixi twice: the copy for everyone could not be deleted, and friends got another one. Then the
    post was for everyone again, and was edited."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(a_photo())
    allow(link, "photo", Audience.FRIENDS)
    post = tried(planned(link, "猫", kind="photo", photo="a.jpg")).post
    narrow(post)
    stays = last(post, "delete")
    Delivery.objects.filter(pk=stays.pk).update(state="failed", due_at=None, is_notified=True)
    stays.refresh_from_db()
    commands.dismiss_delivery(stays, by=link.member)
    assert tried(planning.send_copy(post, link, by=link.member)).state == "sent"
    narrow(post, Audience.EVERYONE)
    posts.edit_post(post, {"text": "犬"}, by=link.member)
    assert pictures(sandbox) == ["猫", "猫"]
    return post


def pictures(sandbox) -> list[str]:
    return [each.title for each in sandbox.mixi.photos if not each.is_deleted]


def test_of_two_copies_both_are_deleted_before_one_is_sent(sandbox, link, twice, now):
    phone = log_in_phone(link.member)
    page = phone.get(reverse("post_correct", args=[twice.pk]))
    assert "2 copies are on mixi: all of them are deleted, and one is sent." in page
    phone.submit("Resend to mixi")
    assert rows(twice)[-3:] == [
        ("delete", "waiting"),
        ("delete", "waiting"),
        ("publish", "waiting"),
    ]
    publish = last(twice, "publish")
    assert publish.audience == Audience.FRIENDS  # as the newest one
    for _ in range(4):
        now.advance(seconds=5)
        attempt.drain_due(now=now, seconds=5)
    assert pictures(sandbox) == ["犬"]
    assert corrections.preview_corrections(twice, by=link.member) == []


def test_of_two_copies_one_that_stays_forbids_the_new_one(sandbox, link, twice, now):
    publish = corrections.send_corrected(twice, link, by=link.member)
    stays = last(twice, "delete")
    Delivery.objects.filter(pk=stays.pk).update(state="failed", due_at=None, is_notified=True)
    for _ in range(4):
        now.advance(seconds=5)
        attempt.drain_due(now=now, seconds=5)
    publish.refresh_from_db()
    assert (publish.state, publish.reason) == ("failed", corrections.OLD_COPY_STAYS)
    assert pictures(sandbox) == ["猫"]


def test_of_two_copies_none_is_deleted_where_nothing_will_go_behind(sandbox, link, twice, now):
    corrections.send_corrected(twice, link, by=link.member)
    allow(link, "photo", Audience.FRIENDS, is_on=False)
    allow(link, "photo", Audience.EVERYONE, is_on=False)
    for _ in range(4):
        now.advance(seconds=5)
        attempt.drain_due(now=now, seconds=5)
    assert pictures(sandbox) == ["猫", "猫"]


def parked_too_long(link: Link, now: Moving) -> None:
    Link.objects.filter(pk=link.pk).update(state="parked")
    Delivery.objects.filter(link=link, state="waiting").update(
        state="parked", asked_at=timezone.now() - timedelta(hours=50)
    )
    reauthorization.resume_link(link)


def turned_off(link: Link, now: Moving) -> None:
    allow(link, "status", Audience.EVERYONE, is_on=False)


def waited_too_long(link: Link, now: Moving) -> None:
    Delivery.objects.filter(link=link).update(asked_at=timezone.now() - timedelta(hours=50))


@pytest.mark.parametrize("happens", [parked_too_long, turned_off, waited_too_long])
def test_a_publish_that_will_not_go_leaves_the_old_copy(sandbox, link, post, now, happens):
    publish = corrections.send_corrected(post, link, by=link.member)
    happens(link, now)
    delete = tried(last(post, "delete"), now)
    assert (delete.state, delete.reason) == ("cancelled", corrections.NOT_SENT_ANEW)
    assert "still has the old text" in the_notice().in_words
    tried(publish, now)
    assert texts(sandbox) == ["おはゆう"]


def test_a_narrowed_post_loses_its_copy_though_nothing_goes_behind(sandbox, link, post, now):
    corrections.send_corrected(post, link, by=link.member)
    parked_too_long(link, now)
    narrow(post)
    assert tried(last(post, "delete"), now).state == "sent"
    assert texts(sandbox) == []


def test_the_publish_is_woken_as_soon_as_the_copy_is_deleted(sandbox, link, post, now):
    publish = corrections.send_corrected(post, link, by=link.member)
    woken: list[tuple[str, tuple[int, ...]]] = []

    def note(sender: object, task: str, args: tuple[int, ...], **rest: object) -> None:
        woken.append((task, args))

    wakeups.wakeup_wanted.connect(note)
    try:
        tried(last(post, "delete"), now)
    finally:
        wakeups.wakeup_wanted.disconnect(note)
    assert ("deliver", (publish.pk,)) in woken


# --- Pages ------------------------------------------------------------------------------------------
def test_the_page_says_what_is_lost_and_one_press_does_it(sandbox, link, post, now):
    phone = log_in_phone(link.member)
    phone.get(reverse("post_deliveries", args=[post.pk]))
    page = phone.follow("Correct and resend")
    assert "The replies and likes on mixi, the copy's address and its time are lost." in page
    assert "おはよう" in page
    assert "everyone on mixi" in page
    page = phone.submit("Resend to mixi")
    assert "The copy on mixi is being deleted, and is sent again after that." in page
    assert "Correct and resend" not in page
    assert rows(post) == [("publish", "sent"), ("delete", "waiting"), ("publish", "waiting")]


def test_the_edit_page_says_that_it_can_be_done_afterwards(link):
    post = tried(planned(link, "おはゆう")).post
    phone = log_in_phone(link.member)
    page = phone.get(reverse("post_edit", args=[post.pk]))
    assert "Afterwards you can delete it and resend it under “Where it went”." in page


def test_a_copy_that_says_the_same_offers_nothing(link):
    post = tried(planned(link, "おはよう")).post
    phone = log_in_phone(link.member)
    assert "Correct and resend" not in phone.get(reverse("post_deliveries", args=[post.pk]))
    assert "has the same text" in phone.get(reverse("post_correct", args=[post.pk]))
