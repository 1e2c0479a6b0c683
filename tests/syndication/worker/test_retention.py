"""What goes by age, what a hold keeps, and that neither reads or locks more as tables grow."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from accounts.actions import batched_deletes, notices
from accounts.actions.notice_mail import claims as mail_claims
from accounts.models import (
    DeviceLogin,
    FriendRequest,
    Invitation,
    Member,
    Notice,
    NoticeMail,
    Phone,
    PhoneLogin,
)
from syndication.actions import drafts
from syndication.delivery import feed_imports
from syndication.models import (
    Attempt,
    Delivery,
    DeliveryState,
    FeedItem,
    KeptPhoto,
    RetentionHold,
    SavedDraft,
)
from syndication.worker import retention, sweep
from tests.filling import analysed, before, copies, vacuumed
from tests.making import make_link, make_member, make_post
from tests.noticing import make_notice
from tests.phone import log_in_phone
from tests.reading import reading
from tests.syndication.delivering import Moving, linked, planned, tried
from tests.syndication.feeds import add_copy, bring

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ROWS_OF_A_CALL = batched_deletes.ROWS * batched_deletes.BATCHES


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro() -> Member:
    return make_member("taro")


def ago(days: float) -> datetime:
    return timezone.now() - days * DAY


def make_attempt(delivery: Delivery, days: float) -> Attempt:
    """An attempt of that age, of a delivery that was settled then."""
    Delivery.objects.filter(pk=delivery.pk).update(changed_at=ago(days))
    return delivery.attempts.create(number=1, doing="publish", started_at=ago(days))


def make_session(member: Member, days: float) -> UserSession:
    return UserSession.objects.create(
        user=member,
        ip="192.0.2.1",
        session_key=secrets.token_hex(16),
        user_agent="w3m",
        created_at=ago(days),
    )


def make_login(member: Member, days: float, session_key: str = "s") -> PhoneLogin:
    return PhoneLogin.objects.create(
        member=member,
        code_hash=secrets.token_hex(20),
        typed_hash=secrets.token_hex(20),
        issuer_key=secrets.token_hex(20),
        used_at=ago(days),
        expires_at=ago(days),
        session_key=session_key,
    )


def make_phone(member: Member, days: float) -> Phone:
    key = secrets.token_hex(20)
    return Phone.objects.create(
        member=member, device="F-01J", bookmark_hash=key, pin_hash="x", ended_at=ago(days)
    )


def make_invitation(member: Member, days: float) -> Invitation:
    key = secrets.token_hex(20)
    return Invitation.objects.create(inviter=member, code_hash=key, expires_at=ago(days))


def make_request(member: Member, days: float) -> FriendRequest:
    asked = make_member(f"a{secrets.token_hex(4)}", email="")
    made = FriendRequest.objects.create(asker=member, asked=asked)
    FriendRequest.objects.filter(pk=made.pk).update(created_at=ago(days))
    return made


def make_draft(member: Member, days: float) -> SavedDraft:
    made = SavedDraft.objects.create(member=member, form_key=secrets.token_hex(16), text="x")
    SavedDraft.objects.filter(pk=made.pk).update(created_at=ago(days))
    return made


def make_kept_photo(member: Member, days: float) -> KeptPhoto:
    made = KeptPhoto.objects.create(member=member, key=secrets.token_hex(16), photo="kept/x.jpg")
    KeptPhoto.objects.filter(pk=made.pk).update(created_at=ago(days))
    return made


def make_mail(member: Member, days: float) -> NoticeMail:
    return NoticeMail.objects.create(
        member=member, key=secrets.token_hex(16), address="x@example.com", created_at=ago(days)
    )


def make_old_attempt(member: Member, days: float) -> Attempt:
    link = make_link(member, uid=secrets.token_hex(8))
    return make_attempt(add_copy(make_post(author=member), link), days)


def make_unread(member: Member, days: float) -> Notice:
    return make_notice(member, key=secrets.token_hex(8), created_at=ago(days))


KEPT = {
    make_old_attempt: 90,
    make_session: 30.5,  # a session lasts for half a day at the most
    make_login: 30,
    make_phone: 30,
    make_invitation: 90,
    make_request: 30,
    make_draft: 30,
    make_kept_photo: 0.5,
    make_mail: 90,
    make_unread: 90,
}


@pytest.mark.parametrize("make", KEPT, ids=lambda make: make.__name__)
def test_what_names_somebody_goes_by_age_unless_a_hold_keeps_it(make: Any, hanako, taro) -> None:
    RetentionHold.objects.create(member=taro, until=ago(-1))
    RetentionHold.objects.create(member=hanako, until=ago(1))  # ended
    young, old, held = (
        make(member, KEPT[make] + days)
        for member, days in ((hanako, -0.1), (hanako, 0.1), (taro, 9))
    )
    sweep.run_all_steps()
    rows = type(old)._default_manager.filter(pk__in=[young.pk, old.pk, held.pk])
    assert set(rows.values_list("pk", flat=True)) == {young.pk, held.pk}


def test_an_unused_code_for_a_phone_goes_after_a_day(hanako) -> None:
    young, old = make_login(hanako, 0.9, ""), make_login(hanako, 1.1, "")
    sweep.run_all_steps()
    assert list(PhoneLogin.objects.all()) == [young]
    assert old.pk != young.pk


def test_a_computer_s_request_of_nobody_goes_while_somebody_is_held(hanako, taro) -> None:
    """NULL is in no list, also where the list is not empty."""
    RetentionHold.objects.create(member=taro, until=ago(-1))
    DeviceLogin.objects.create(
        user_code_hash="x", device="Chrome", number="17", decoys="52 80", expires_at=ago(2)
    )
    sweep.run_all_steps()
    assert not DeviceLogin.objects.exists()


@pytest.mark.parametrize("state", [DeliveryState.PARKED, DeliveryState.UNCONFIRMED])
def test_attempts_of_what_is_still_open_stay(hanako, state) -> None:
    delivery = add_copy(make_post(author=hanako), make_link(hanako))
    make_attempt(delivery, 400)
    Delivery.objects.update(state=state, sent_at=None)
    sweep.run_all_steps()
    assert delivery.attempts.count() == 1


def test_attempts_stay_for_90_days_after_the_delivery_was_settled(hanako) -> None:
    """A delivery that was tried for long, and failed yesterday, is yesterday's trouble."""
    delivery = add_copy(make_post(author=hanako), make_link(hanako))
    make_attempt(delivery, 95)
    Delivery.objects.update(changed_at=ago(1))
    sweep.run_all_steps()
    assert delivery.attempts.count() == 1


def test_the_page_of_a_delivery_says_that_its_log_is_gone(sandbox, hanako) -> None:
    clock = Moving(sandbox)
    delivery = tried(planned(linked(sandbox, hanako)), clock)
    page = log_in_phone(hanako).get(reverse("delivery_log", args=[delivery.pk]))
    assert "is kept for 90 days" not in page
    assert delivery.attempts.count() == 1
    sweep.run_all_steps(timezone.now() + 91 * DAY)
    page = log_in_phone(hanako).get(reverse("delivery_log", args=[delivery.pk]))
    assert "The delivery history is kept for 90 days." in page
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


def test_seen_notices_go_after_30_days_and_unseen_ones_do_not(hanako) -> None:
    seen, unseen = make_unread(hanako, 31), make_unread(hanako, 30.5)
    Member.objects.filter(pk=hanako.pk).update(notices_seen_at=seen.created_at)
    sweep.run_all_steps()
    assert list(Notice.objects.all()) == [unseen]


def test_friends_posts_go_by_age_where_the_network_gives_no_new_ones(hanako) -> None:
    """Imports delete what is old of their own link, and these fail."""
    link = make_link(hanako)
    items = {}
    for days in (29, 31):
        items[days] = bring(link, "jiro", f"{days}")
        FeedItem.objects.filter(pk=items[days].pk).update(written_at=ago(days))
    assert timedelta(days=30) == feed_imports.FEED_KEPT
    sweep.run_all_steps()
    assert list(FeedItem.objects.all()) == [items[29]]


# --- Many rows ------------------------------------------------------------------------------------


@pytest.fixture
def no_dead_rows(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        vacuumed()


def fill(row: Model, count: int, **columns: str) -> None:
    copies(row, count, **columns)
    analysed(type(row))


def test_a_backlog_goes_a_thousand_rows_a_statement(hanako) -> None:
    count = 2 * batched_deletes.ROWS
    copies(make_session(hanako, 40), count, session_key="'s' || n")
    copies(make_invitation(hanako, 100), count, code_hash="'i' || n")
    make_old_attempt(hanako, 100)
    copies(Attempt.objects.get(), count)
    rows: list[int] = []

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("DELETE"):
            rows.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(counted):
        sweep.run_all_steps()
    assert not UserSession.objects.exists()
    assert not Invitation.objects.exists()
    assert not Attempt.objects.exists()
    assert max(rows) == batched_deletes.ROWS


def test_a_longer_backlog_goes_on_with_the_next_sweep_and_skips_nothing(hanako) -> None:
    """Rows that stay stand before those that go."""
    open_one = add_copy(make_post(author=hanako), make_link(hanako))
    copies(make_attempt(open_one, 400), ROWS_OF_A_CALL)
    Delivery.objects.update(state=DeliveryState.PARKED, sent_at=None)
    old = make_old_attempt(make_member("yuki"), 100)
    sweep.run_all_steps()
    assert Attempt.objects.filter(pk=old.pk).exists()  # not reached yet
    sweep.run_all_steps()
    assert not Attempt.objects.filter(pk=old.pk).exists()
    assert Attempt.objects.count() == ROWS_OF_A_CALL + 1


def test_a_sweep_reads_no_more_when_tables_are_large(hanako, no_dead_rows) -> None:
    """Of rows that are young, or are not seen."""
    many = 20_000 if connection.vendor == "postgresql" else 3_000
    now = timezone.now()
    fill(make_login(hanako, 1), many, code_hash="'c' || n", typed_hash="'t' || n", issuer_key="'i' || n",
         expires_at=before(now, "n"))  # fmt: skip
    fill(make_phone(hanako, 1), many, bookmark_hash="'b' || n", ended_at="NULL")
    fill(make_invitation(hanako, 1), many, code_hash="'c' || n", expires_at=before(now, "n"))
    fill(make_mail(hanako, 1), many, key="'k' || n", created_at=before(now, "n"))
    people = copies(make_member("s", email=""), many, username="'m' || n", email="''")
    analysed(Member)
    unread = {"member_id": f"{people[0]} + n", "created_at": before(now, "40 * 86400 + n")}
    fill(make_unread(hanako, 40), many, **unread)
    fill(make_session(hanako, 1), many, session_key="'s' || n")
    fill(make_old_attempt(hanako, 1), many)
    item = bring(make_link(hanako, uid="x"), "jiro", "x")
    fill(item, many, remote_id="'r' || n")
    by_index = [
        retention.delete_by_age,
        notices.delete_old_notices,
        mail_claims.delete_old_mails,
        drafts.delete_old_drafts,
    ]
    walks = [
        retention.delete_old_attempts,
        retention.delete_ended_sessions,
        lambda now, held: retention.delete_old_feed_items(now),
        notices.delete_seen_notices,
    ]
    for step in by_index:
        with reading() as read:
            assert step(now, []) == 0
        assert read.rows < 100, step
    for step in walks:  # of each key a batch reads the row, and whose it is
        with reading() as read:
            assert step(now, []) == 0
        assert read.rows < 4 * ROWS_OF_A_CALL, step


def test_a_walk_rests_after_a_long_table_and_is_prompt_in_a_short_one(hanako) -> None:
    make_session(hanako, 40)
    for _ in range(2):
        sweep.run_all_steps()
        assert not UserSession.objects.exists()
        make_session(hanako, 40)
    UserSession.objects.all().delete()
    copies(make_session(hanako, 40), 2 * batched_deletes.ROWS, session_key="'s' || n")
    now, held = timezone.now(), [hanako.pk]
    with reading() as first:
        assert retention.delete_ended_sessions(now, held) == 0
    with reading() as second:
        assert retention.delete_ended_sessions(now, held) == 0
    assert first.rows > 2 * batched_deletes.ROWS
    assert second.rows < 100
