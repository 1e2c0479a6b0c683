"""What was still to be done on a link when it ended, at whatever moment that was."""

import pytest

from accounts.models import Notice
from syndication.actions import commands, links
from syndication.delivery import attempt, claims, planning
from syndication.delivery.leased_http import LeasedHttp
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link, LinkState
from syndication.worker import sweep
from tests.noticing import the_notice
from tests.syndication.delivering import planned, remove, texts, tried

pytestmark = pytest.mark.django_db

S = DeliveryState
VOICE = "POST /2/voice/statuses"


def unlink(link):
    links.unlink(Link.objects.get(pk=link.pk), by=link.member)


def under_way(delivery, now):
    """A worker has taken it and is about to ask."""
    held = claims.claim_delivery(delivery.pk, owner="me", now=now())
    return attempt.DeliveryRun(held, now, LeasedHttp(attempt.outgoing_http(), held, now))


def deleted(post):
    remove(post)
    return Delivery.objects.get(operation=DeliveryOperation.DELETE)


def test_what_was_on_its_way_and_not_taken_waits_for_nothing(sandbox, link, now):
    """It came back to a link that had ended in between."""
    delivery = planned(link)
    run = under_way(delivery, now)
    post = attempt._pre_send_check(run)
    unlink(link)
    sandbox.faults.add("mixi", "429", match=VOICE)
    with pytest.raises(attempt.TryLater) as later:
        run.connector().publish(post, idempotency_key="")
    attempt.outcomes.record_error(run, later.value)
    delivery.refresh_from_db()
    assert delivery.state == S.WAITING
    sweep.run_all_steps()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (S.CANCELLED, None)


def test_of_a_delete_that_waited_the_member_is_told(sandbox, link, now):
    publish = tried(planned(link), now)
    delete = deleted(publish.post)
    unlink(link)
    delete.refresh_from_db()
    assert (delete.state, delete.reason) == (S.CANCELLED, planning.NO_ACCESS_ANY_MORE)
    told = the_notice()
    assert "still on mixi" in told.in_words
    assert publish.remote_url in told.in_words


def test_of_a_delete_that_was_on_its_way_the_member_is_told(sandbox, link, now):
    delete = deleted(tried(planned(link), now).post)
    run = under_way(delete, now)
    connector = run.connector()
    unlink(link)
    sandbox.faults.add("mixi", "503", match="destroy")
    with pytest.raises(attempt.TryLater) as later:
        attempt._delete_copy(run, connector)
    attempt.outcomes.record_error(run, later.value)
    sweep.run_all_steps()
    delete.refresh_from_db()
    assert delete.state == S.CANCELLED
    assert "still on mixi" in the_notice().in_words
    assert len(texts(sandbox)) == 1


def test_of_a_delete_that_was_on_its_way_and_arrived_nobody_is_told(sandbox, link, now):
    delete = deleted(tried(planned(link), now).post)
    run = under_way(delete, now)
    connector = run.connector()
    unlink(link)
    attempt.outcomes.record_sent(
        run, attempt._delete_copy(run, connector), attempt.AttemptOutcome.SENT
    )
    sweep.run_all_steps()
    delete.refresh_from_db()
    assert (delete.state, Notice.objects.count()) == (S.SENT, 0)


def test_a_delete_of_what_never_arrived_is_nobodys_business(sandbox, link, now):
    sandbox.faults.add("mixi", "500_before", match=VOICE)
    publish = tried(planned(link), now)
    deleted(publish.post)
    now.advance(seconds=61)
    assert tried(publish, now).state == S.CANCELLED
    unlink(link)
    assert not Notice.objects.exists()


def test_what_a_killed_worker_left_is_the_members_to_tell(sandbox, link, now):
    delivery = planned(link)
    attempt._pre_send_check(under_way(delivery, now))
    unlink(link)
    now.advance(seconds=121)
    sweep.run_all_steps(now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (S.UNCONFIRMED, None)
    assert commands.available_commands(delivery) == ("there", "dismiss")


def test_what_lost_its_answer_after_the_link_had_ended_is_looked_for_by_nobody(sandbox, link, now):
    delivery = planned(link)
    run = under_way(delivery, now)
    attempt._pre_send_check(run)
    unlink(link)
    attempt.outcomes.record_error(run, attempt.OutcomeUnknown("nothing came"))
    sweep.run_all_steps(now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (S.UNCONFIRMED, None)


def test_of_a_delete_the_member_is_told_where_staff_removed_the_account(sandbox, link, now):
    delete = deleted(tried(planned(link), now).post)
    link.account.delete()
    sweep.run_all_steps(now())
    delete.refresh_from_db()
    assert delete.state == S.CANCELLED
    assert "still on mixi" in the_notice().in_words


def test_a_member_can_be_removed_while_a_delete_waits(sandbox, link, now):
    deleted(tried(planned(link), now).post)
    link.member.delete()
    assert not Link.objects.exists()
    assert not Notice.objects.exists()


def test_what_the_member_was_told_of_before_stands_after_the_link_ended(sandbox, link, now):
    publish = tried(planned(link), now)
    Delivery.objects.update(remote_id="")
    tried(deleted(publish.post), now)
    unlink(link)
    assert Notice.objects.get().key.startswith("still_out_there")
    assert Link.objects.get().state == LinkState.ENDED
