"""Whatever ends without arriving is told once, on the page and by mail, in every way there is."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Notice, NoticeMail
from syndication.actions import commands, links, posts
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Credentials, OutgoingPost, Preview
from syndication.connectors.errors import Unsupported
from syndication.delivery import credentials, planning, reauthorization, undelivered
from syndication.models import (
    AT_REST,
    CHANGES,
    OPEN_STATES,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Link,
)
from syndication.worker import sweep
from tests.mailing import send_mails
from tests.making import allow, make_member, make_post
from tests.noticing import the_notice
from tests.phone import log_in_phone
from tests.syndication.delivering import Moving, planned, remove, tried
from tests.syndication.models.test_reason_texts import codes_in_the_code
from tests.syndication.slate import KEY, BlindSlateConnector, SlateConnector, on_slate

pytestmark = pytest.mark.django_db

S = DeliveryState
LONG_AGO = timedelta(hours=49)


class PickySlateConnector(SlateConnector):
    """As if nothing could be said there any more."""

    @classmethod
    def preview(cls, post: OutgoingPost) -> Preview:
        raise Unsupported(reasons.NAMES_SOMEBODY)


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako, slate):
    return on_slate(hanako)


@pytest.fixture
def now(slate):
    return Moving(slate)


def swept(now: Any = timezone.now) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        for name in ("expired", "closed links", "late deletes", "ends"):
            sweep.STEPS[name](now())


def edited(link: Link) -> Delivery:
    """The edit behind a copy that is out."""
    post = tried(planned(link)).post
    [edit] = posts.edit_post(post, {"text": "other words"}, by=post.author) or ()
    return edit


# --- Each way in which the product ends a delivery ------------------------------------------------
def refused(link, slate, now):
    slate.fail("POST", "422")
    tried(planned(link), now)


def tried_enough(link, slate, now):
    delivery = planned(link)
    Delivery.objects.update(tries=8)
    slate.fail("POST", "500_before")
    tried(delivery, now)
    now.advance(seconds=61)
    assert tried(delivery, now).state == S.FAILED


def killed_each_worker(link, slate, now):
    delivery = planned(link)
    Delivery.objects.update(tries=9)
    delivery.attempts.model.objects.bulk_create(
        delivery.attempts.model(delivery=delivery, number=n, doing="publish", started_at=now())
        for n in range(9)
    )
    assert tried(delivery, now).state == S.FAILED


def expired_while_it_waited(link, slate, now):
    planned(link)
    Delivery.objects.update(asked_at=now() - LONG_AGO)


def expired_when_its_turn_came(link, slate, now):
    delivery = planned(link)
    Delivery.objects.update(asked_at=now() - LONG_AGO)
    assert tried(delivery, now).state == S.EXPIRED


def expired_before_the_link_was_back(link, slate, now):
    planned(link)
    Delivery.objects.update(state=S.PARKED, asked_at=now() - LONG_AGO)
    reauthorization.resume_link(link)


def the_last_look_said_no(link, slate, now):
    delivery = planned(link)
    CONNECTORS[KEY] = PickySlateConnector
    assert tried(delivery, now).state == S.CANCELLED


def dismissed_by_staff(link, slate, now):
    staff = make_member("staff")
    staff.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    commands.dismiss_delivery(planned(link), by=staff)


def account_removed_by_staff(link, slate, now):
    planned(link)
    link.account.delete()


def skipped_although_the_page_said_that_it_goes(link, slate, now):
    CONNECTORS[KEY] = PickySlateConnector
    draft = posts.NewPost(kind="status", audience="everyone", form_key="0" * 32, text="hello")
    posts.create_post(draft, by=link.member)


def edit_refused(link, slate, now):
    edit = edited(link)
    slate.fail("PUT", "422")
    assert tried(edit, now).state == S.FAILED


def edit_that_the_last_look_refused(link, slate, now):
    edit = edited(link)
    CONNECTORS[KEY] = PickySlateConnector
    assert tried(edit, now).state == S.CANCELLED


def edit_of_a_copy_that_is_gone(link, slate, now):
    edit = edited(link)
    slate.entries.clear()
    assert tried(edit, now).state == S.CANCELLED


def delete_refused(link, slate, now):
    remove(tried(planned(link)).post)
    slate.fail("DELETE", "422")
    assert tried(Delivery.objects.get(operation="delete"), now).state == S.FAILED


def delete_after_thirty_days(link, slate, now):
    remove(tried(planned(link)).post)
    Delivery.objects.filter(operation="delete").update(state=S.PARKED)
    now.advance(days=31)


def delete_on_an_ended_link(link, slate, now):
    remove(tried(planned(link)).post)
    links.unlink(link, by=link.member)


def delete_that_cannot_be(link, slate, now):
    publish = tried(planned(link))
    links.unlink(link, by=link.member)
    remove(publish.post)


def nobody_can_look(link, slate, now):
    CONNECTORS[KEY] = BlindSlateConnector
    slate.fail("POST", "drop_after")
    delivery = tried(planned(link), now)
    now.advance(seconds=61)
    assert tried(delivery, now).due_at is None


def in_doubt_when_the_link_ended(link, slate, now):
    slate.fail("POST", "drop_after")
    assert tried(planned(link), now).state == S.UNCONFIRMED
    links.unlink(link, by=link.member)


WAYS = {
    refused: "undelivered refused",
    tried_enough: "undelivered gave_up",
    killed_each_worker: "undelivered gave_up",
    expired_while_it_waited: "undelivered too_old",
    expired_when_its_turn_came: "undelivered too_old",
    expired_before_the_link_was_back: "undelivered too_old",
    the_last_look_said_no: "undelivered names_somebody",
    dismissed_by_staff: "undelivered dismissed_by_staff",
    account_removed_by_staff: "undelivered account_removed",
    skipped_although_the_page_said_that_it_goes: "undelivered names_somebody",
    edit_refused: "not_changed refused",
    edit_that_the_last_look_refused: "not_changed names_somebody",
    edit_of_a_copy_that_is_gone: "gone",
    delete_refused: "still_out_there",
    delete_after_thirty_days: "still_out_there",
    delete_on_an_ended_link: "still_out_there",
    delete_that_cannot_be: "still_out_there",
    nobody_can_look: "unconfirmed",
    in_doubt_when_the_link_ended: "unconfirmed",
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_way_to_end_is_told_once(way, link, slate, now, mailoutbox):
    with TestCase.captureOnCommitCallbacks(execute=True):
        way(link, slate, now)
    for _ in range(2):
        swept(now)
        send_mails()
    notice = the_notice()
    assert notice.key.startswith(WAYS[way])
    [mail] = mailoutbox
    assert notice.in_words in mail.body
    assert "%(" not in notice.in_words
    assert notice.in_words[:45] in log_in_phone(link.member).get("/notices/").text
    notice.delete()
    swept(now)
    send_mails()
    assert (Notice.objects.count(), len(mailoutbox)) == (0, 1)


# --- Every way there could be ---------------------------------------------------------------------
def test_every_state_is_open_arrived_or_at_rest():
    assert set(CHANGES) == {*OPEN_STATES, S.SENT, *AT_REST}
    assert not {*OPEN_STATES, S.SENT} & {*AT_REST}


@pytest.mark.parametrize("operation", DeliveryOperation.values)
def test_every_change_to_an_end_is_told_whoever_makes_it(operation, link):
    """By nothing but the row: so a way that forgets to tell is told by the sweeper."""
    ways = [(old, new) for old, news in CHANGES.items() for new in news if new in AT_REST]
    assert len(ways) > 8
    for number, (old, new) in enumerate(ways):
        post = make_post(author=link.member)
        copy = planning.plan_deliveries(post) or Delivery.objects.get(post=post)
        row = copy
        if operation != DeliveryOperation.PUBLISH:
            Delivery.objects.filter(pk=copy.pk).update(state=S.SENT, sent_at=timezone.now())
            row = Delivery.objects.create(
                post=post, link=link, operation=operation, sequence=2, audience="everyone",
                due_at=timezone.now(), asked_at=timezone.now(), idempotency_key=str(number),
            )  # fmt: skip
        held = {"first_sent_at": timezone.now(), "lease_until": timezone.now(), "lease_owner": "x"}
        mine = Delivery.objects.filter(pk=row.pk)
        mine.update(state=old, **(held if old == S.SENDING else {}))
        assert mine.change(new, reason=reasons.REFUSED, due_at=None)
        assert undelivered.notify_pending_ends() == 1, (old, new)
        assert undelivered.notify_pending_ends() == 0
        assert Notice.objects.count() == 1, (old, new)
        Notice.objects.all().delete()


def test_every_reason_tells_unless_it_is_known(link):
    delivery = planned(link)
    delivery.state = S.CANCELLED
    for delivery.operation in (DeliveryOperation.PUBLISH, DeliveryOperation.EDIT):
        silent = set()
        for delivery.reason in codes_in_the_code():
            incident = undelivered._incident(delivery)
            assert len(incident) <= Notice._meta.get_field("key").max_length
            silent |= set() if incident else {delivery.reason}
        assert silent == {str(code) for code in undelivered.KNOWN_TO_MEMBER}


def test_an_end_of_an_older_version_is_not_told_after_the_update(link):
    planned(link)
    Delivery.objects.update(state=S.FAILED, due_at=None, reason="Of an older version.")
    waits = planned(link)
    as_it_was = MigrationLoader(None).project_state(("syndication", "0016_told_so_far")).apps
    importlib.import_module("syndication.migrations.0016_told_so_far").mark(as_it_was, None)
    swept()
    assert not Notice.objects.exists()
    assert not Delivery.objects.get(pk=waits.pk).is_notified


def test_the_sweeper_finds_them_by_an_index(link):
    asked = Delivery.objects.unnotified().order_by("pk")[:500]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "delivery_untold" in asked.explain()


# --- One notice for one incident ------------------------------------------------------------------
def test_many_of_one_reason_are_one_notice_and_one_mail_a_day(link, slate, now, mailoutbox):
    for number in range(28):
        slate.fail("POST", "422")
        with TestCase.captureOnCommitCallbacks(execute=True):
            tried(planned(link, str(number)), now)
    send_mails()
    send_mails(minutes=20)
    notice = the_notice()
    assert (notice.params["count"], len(mailoutbox)) == (28, 1)
    assert "28 of your posts did not arrive on Slate. The network refused this." in notice.in_words
    Notice.objects.update(created_at=timezone.now() - timedelta(hours=25))
    slate.fail("POST", "422")
    with TestCase.captureOnCommitCallbacks(execute=True):
        tried(planned(link), now)
    assert Notice.objects.get().params["count"] == 29
    NoticeMail.objects.update(created_at=timezone.now() - timedelta(hours=25))
    send_mails(minutes=40)
    assert len(mailoutbox) == 2


def test_what_expired_while_the_worker_was_away_is_gathered(link, mailoutbox):
    for number in range(3):
        planned(link, str(number))
    Delivery.objects.update(asked_at=timezone.now() - LONG_AGO)
    swept()
    assert Notice.objects.get().params["count"] == 3
    send_mails()
    assert len(mailoutbox) == 1


def test_a_press_answers_the_notice_and_starts_anew(link, slate, now):
    slate.fail("POST", "422")
    first = tried(planned(link, "one"), now)
    slate.fail("POST", "422")
    second = tried(planned(link, "two"), now)
    commands.retry_delivery(first, by=link.member)
    assert Notice.objects.exists()
    commands.dismiss_delivery(second, by=link.member)
    assert not Notice.objects.exists()
    slate.fail("POST", "422")
    assert tried(first, now).state == S.FAILED
    assert Notice.objects.get().params["count"] == 1


def test_what_was_in_doubt_and_is_refused_after_linking_again_is_told_too(link, slate, now):
    nobody_can_look(link, slate, now)
    Notice.objects.all().delete()
    CONNECTORS[KEY] = SlateConnector
    slate.entries.clear()
    Delivery.objects.update(tries=9)
    credentials.store_credentials(link, Credentials(access_token="a new token"))
    reauthorization.resume_link(link)
    now.advance(seconds=1)
    assert tried(Delivery.objects.get(), now).state == S.FAILED
    assert Notice.objects.get().key == "undelivered gave_up"


# --- What was said beforehand ---------------------------------------------------------------------
@pytest.mark.parametrize("is_foretold", [True, False])
def test_what_the_page_foretold_is_not_told_again(is_foretold, link, mailoutbox):
    allow(link, "status", Audience.FRIENDS)
    phone = log_in_phone(link.member)
    phone.get(reverse("post_new"))
    if is_foretold:
        CONNECTORS[KEY] = PickySlateConnector
    shown = phone.submit("Preview", text="hello", audience="friends")
    assert ("Not sent:" in shown) == is_foretold
    CONNECTORS[KEY] = PickySlateConnector
    if not is_foretold:
        assert "Not sent:" in phone.submit("Send")  # the preview comes again
    phone.submit("Send")
    assert Delivery.objects.get().state == S.SKIPPED
    swept()
    assert not Notice.objects.exists()
