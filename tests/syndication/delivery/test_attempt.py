"""Trying deliveries against the sandbox: what each answer, and no answer, makes of a row."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.public_urls import public_url
from syndication.actions import commands
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import OutgoingPost
from syndication.connectors.errors import Unauthorized
from syndication.delivery import attempt as attempting
from syndication.delivery import claims, credentials, eligibility, outcomes, reauthorization
from syndication.models import (
    AttemptOutcome,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    HostHealth,
    Link,
    LinkState,
    NetworkSwitch,
    Toggle,
)
from syndication.models.errors import NotNow
from tests.mailing import send_mails
from tests.making import make_member
from tests.noticing import the_notice
from tests.photographs import a_photo
from tests.scripted_server import answer, playing
from tests.syndication.delivering import Moving, grant, planned, remove, texts, tried
from tests.syndication.slate import BlindSlateConnector, on_slate

pytestmark = pytest.mark.django_db

VOICE = "POST /2/voice/statuses"


def a_status(text):
    return OutgoingPost(kind="status", text=text)


def test_a_post_arrives_once_and_has_the_address_of_its_copy(sandbox, link):
    delivery = tried(planned(link, "初投稿"))
    assert delivery.state == DeliveryState.SENT
    assert texts(sandbox) == ["初投稿"]
    assert delivery.remote_id.startswith("voice:")
    assert delivery.remote_url
    assert delivery.sent_at is not None
    assert delivery.sent_as == {}
    [attempt] = delivery.attempts.all()
    assert (attempt.doing, attempt.number, attempt.outcome) == ("publish", 1, "sent")
    assert attempt.http_status == 200


def test_a_second_attempt_does_nothing(sandbox, link):
    delivery = tried(planned(link), times=3)
    assert texts(sandbox) == ["おはよう"]
    assert delivery.attempts.count() == 1


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "bad_json"])
def test_a_lost_answer_is_read_back_and_not_sent_again(sandbox, link, now, kind):
    sandbox.faults.add("mixi", kind, match=VOICE)
    delivery = tried(planned(link, "一度だけ"), now)
    assert delivery.state == DeliveryState.UNCONFIRMED
    now.advance(seconds=59)
    assert tried(delivery, now).state == DeliveryState.UNCONFIRMED  # the quiet period
    now.advance(seconds=2)
    delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.SENT
    assert texts(sandbox) == ["一度だけ"]
    assert delivery.remote_id == f"voice:{sandbox.mixi.statuses[0].id}"
    assert [a.doing for a in delivery.attempts.all()] == ["publish", "look_up"]


def test_what_is_not_found_there_is_sent_again(sandbox, link, now):
    sandbox.faults.add("mixi", "500_before", match=VOICE)
    delivery = tried(planned(link), now)
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.WAITING
    assert texts(sandbox) == []
    now.advance(seconds=60)
    assert tried(delivery, now).state == DeliveryState.SENT
    assert texts(sandbox) == ["おはよう"]


def test_a_copy_behind_a_hundred_later_ones_is_found(sandbox, link, now):
    sandbox.mixi.state.settings.change({"rate_limit": 1000})
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery = tried(planned(link, "ずっと前"), now)
    connector = credentials.connector_for(link)
    for number in range(130):
        connector.publish(a_status(f"その後 {number}"), idempotency_key="")
    now.advance(seconds=61)
    assert tried(delivery, now).state == DeliveryState.SENT
    assert texts(sandbox).count("ずっと前") == 1


def test_two_equal_texts_are_two_posts(sandbox, link, now):
    """The first arrived, its answer was lost; the second is a post of its own."""
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    first = tried(planned(link, "同じ"), now)
    second = tried(planned(link, "同じ"), now)
    assert (first.state, second.state) == (DeliveryState.UNCONFIRMED, DeliveryState.SENT)
    now.advance(seconds=61)
    first = tried(first, now)
    assert first.state == DeliveryState.SENT
    assert first.remote_id != second.remote_id
    assert texts(sandbox) == ["同じ", "同じ"]


def test_an_equal_text_that_never_arrived_does_not_take_the_others_copy(sandbox, link, now):
    sandbox.faults.add("mixi", "500_before", match=VOICE)
    first = tried(planned(link, "同じ"), now)
    second = tried(planned(link, "同じ"), now)
    now.advance(seconds=61)
    first = tried(first, now)
    assert first.state == DeliveryState.WAITING
    now.advance(seconds=60)
    tried(first, now)
    assert second.state == DeliveryState.SENT
    assert texts(sandbox) == ["同じ", "同じ"]


def test_an_edit_while_in_doubt_does_not_hide_the_copy(sandbox, link, now):
    """What is looked for is what left, not what the post says by now."""
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery = tried(planned(link, "前"), now)
    delivery.post.text = "後"
    delivery.post.save()
    now.advance(seconds=61)
    assert tried(delivery, now).state == DeliveryState.SENT
    assert texts(sandbox) == ["前"]


def test_what_cannot_be_looked_for_by_a_fault_of_ours_holds_up_nothing_else(sandbox, link, now):
    """Words that another release of ours wrote down in another way, say."""
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery, other = tried(planned(link, "一"), now), planned(link, "二")
    Delivery.objects.filter(pk=delivery.pk).update(
        sent_as={"kind": "status", "terms": {"colour": 1}}
    )
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert (delivery.state, delivery.lease_until) == (DeliveryState.UNCONFIRMED, None)
    assert delivery.due_at > now()
    assert tried(other, now).state == DeliveryState.SENT


def test_a_note_whose_answer_was_lost_waits_for_its_member(sandbox, link, now):
    """Without r_updates nobody but the member can look."""
    sandbox.faults.add("mixi", "drop_after", match="/2/diary")
    delivery = tried(planned(link, "長い話", kind="note", title="日記"), now)
    now.advance(seconds=61)
    delivery = tried(delivery, now)
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)
    now.advance(days=20)
    assert tried(delivery, now).state == DeliveryState.UNCONFIRMED
    assert len(sandbox.mixi.diaries) == 1
    assert Notice.objects.get().key == reauthorization.UNCONFIRMED


def test_nobody_is_asked_to_look_while_it_may_still_arrive(sandbox, link, now):
    """A member who looks at once sees nothing, presses "send again", and then both are there."""
    sandbox.faults.add("mixi", "drop_after", match="/2/diary")
    delivery = tried(planned(link, "長い話", kind="note", title="日記"), now)
    assert (commands.available_commands(delivery), Notice.objects.count()) == ((), 0)
    with pytest.raises(NotNow):
        commands.resend_delivery(delivery, by=link.member)
    now.advance(seconds=61)
    assert commands.available_commands(tried(delivery, now)) == ("there", "again")


def test_what_was_taken_back_while_its_member_is_asked_is_not_offered_again(slate):
    """Two answers are left: it is there, so it is theirs to delete, or it is not, and all is done."""
    CONNECTORS["slate"] = BlindSlateConnector
    link, now = on_slate(make_member()), Moving(slate)
    for _ in range(2):
        slate.fail("POST", "drop_after")
    rows = [tried(planned(link), now) for _ in range(2)]
    for row in rows:
        remove(row.post)
    now.advance(seconds=61)
    there, not_there = [tried(row, now) for row in rows]
    assert (
        commands.available_commands(there)
        == commands.available_commands(not_there)
        == ("there", "dismiss")
    )
    commands.confirm_copy_exists(there, by=link.member)
    commands.dismiss_delivery(not_there, by=link.member)
    deletes = [tried(Delivery.objects.get(post=row.post, operation="delete"), now) for row in rows]
    assert [each.state for each in deletes] == [DeliveryState.FAILED, DeliveryState.CANCELLED]


def test_nothing_is_dismissed_while_it_may_still_be_found(sandbox, link, now):
    """By staff, say, who choose many rows at once: the delete behind it would find nothing to do."""
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    publish = tried(planned(link), now)
    remove(publish.post)
    with pytest.raises(NotNow):
        commands.dismiss_delivery(publish, by=link.member)
    now.advance(seconds=61)
    tried(publish, now)
    assert tried(Delivery.objects.get(operation="delete"), now).state == DeliveryState.SENT
    assert texts(sandbox) == []


def test_who_linked_again_while_the_old_access_was_refused_waits_for_nobody(sandbox, link, now):
    delivery = planned(link)
    held = claims.claim_delivery(delivery.pk, owner="me", now=now())
    run = attempting.DeliveryRun(
        held, now, attempting.LeasedHttp(attempting.outgoing_http(), held, now)
    )
    credentials.store_credentials(Link.objects.get(), grant(sandbox))
    reauthorization.resume_link(Link.objects.get())
    attempting.outcomes.record_error(run, Unauthorized("The access is over."))
    assert tried(delivery, now).state == DeliveryState.SENT
    assert not Notice.objects.exists()


def test_busy_is_waited_out_as_long_as_it_asks(sandbox, link, now):
    sandbox.faults.add("mixi", "429", match=VOICE, seconds=300)
    delivery = tried(planned(link), now)
    assert delivery.state == DeliveryState.WAITING
    assert timedelta(seconds=298) < delivery.due_at - now() <= timedelta(seconds=300)
    now.advance(seconds=301)
    assert tried(delivery, now).state == DeliveryState.SENT


def test_a_network_that_asks_for_time_uses_up_hours_and_not_tries(sandbox, link, now):
    sandbox.faults.add("mixi", "429", match=VOICE, seconds=60, times=12)
    delivery = planned(link)
    for _ in range(12):
        delivery = tried(delivery, now)
        assert delivery.state == DeliveryState.WAITING
        now.advance(seconds=(delivery.due_at - now()).total_seconds() + 1)
    assert tried(delivery, now).state == DeliveryState.SENT


def test_no_is_no_with_its_reason(sandbox, link, settings, tmp_path):
    """mixi takes JPEG alone, and this only says that it is one."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(b"GIF89a a picture")
    delivery = tried(planned(link, "猫", kind="photo", photo="a.jpg"))
    assert delivery.state == DeliveryState.FAILED
    assert delivery.reason
    assert delivery.due_at is None


def test_tries_run_out(sandbox, link, now):
    delivery = planned(link)
    Delivery.objects.filter(pk=delivery.pk).update(tries=8)
    sandbox.faults.add("mixi", "refuse", match=VOICE, times=20)
    delivery = tried(delivery, now)
    assert delivery.tries == 9
    now.advance(seconds=3600)
    while delivery.state == DeliveryState.UNCONFIRMED:
        delivery = tried(delivery, now)
        now.advance(hours=1)
    assert delivery.state == DeliveryState.FAILED


def test_an_expired_token_is_renewed_once_and_the_post_goes(sandbox, link):
    sandbox.faults.add("mixi", "expired", match=VOICE)
    before = link.credentials_version
    delivery = tried(planned(link))
    assert delivery.state == DeliveryState.SENT
    assert texts(sandbox) == ["おはよう"]
    link.refresh_from_db()
    assert link.credentials_version == before + 1


def test_a_revoked_access_parks_the_link_with_all_that_waits(sandbox, link, mailoutbox):
    first, second = planned(link, "一"), planned(link, "二")
    sandbox.mixi.revoke("hanako")
    assert tried(first).state == DeliveryState.PARKED
    second.refresh_from_db()
    link.refresh_from_db()
    assert (second.state, link.state) == (DeliveryState.PARKED, LinkState.PARKED)
    notice = the_notice()
    assert "Link the account again" in notice.in_words
    assert tried(second).state == DeliveryState.PARKED
    assert Notice.objects.count() == 1


def test_the_notice_is_mailed_once(sandbox, link, mailoutbox):
    sandbox.mixi.revoke("hanako")
    rows = [planned(link, "一"), planned(link, "二")]
    tried(rows[0])
    tried(rows[1])
    assert [send_mails(minutes=20 * turn) for turn in range(2)] == [1, 0]
    [mail] = mailoutbox
    assert mail.to == ["hanako@example.com"]
    assert "http://testserver/links/mixi/" in mail.body
    assert "/s/" not in mail.body


def test_linking_again_resumes_what_was_parked_and_misses_what_is_old(sandbox, link, now):
    fresh, old = planned(link, "新"), planned(link, "古")
    sandbox.mixi.revoke("hanako")
    tried(fresh, now)
    Delivery.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(hours=49))
    credentials.store_credentials(link, grant(sandbox))
    reauthorization.resume_link(link)
    assert tried(fresh, now).state == DeliveryState.SENT
    old.refresh_from_db()
    assert old.state == DeliveryState.EXPIRED
    assert texts(sandbox) == ["新"]
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kind", ["500_before", "503", "429", "refuse", "huge"])
def test_trouble_of_the_network_never_parks_a_link(sandbox, link, kind):
    sandbox.faults.add("mixi", kind, match=VOICE)
    tried(planned(link))
    link.refresh_from_db()
    assert link.state == LinkState.ACTIVE
    assert not Notice.objects.exists()


def test_a_killed_worker_loses_and_doubles_nothing(sandbox, link, now):
    """The request arrived, the worker died before it could say so: the row still says `sending`."""
    delivery = planned(link, "命")
    held = claims.claim_delivery(delivery.pk, owner="dead", now=now())
    run = attempting.DeliveryRun(
        held, now, attempting.LeasedHttp(attempting.outgoing_http(), held, now)
    )
    attempting._publish(run, run.connector())
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENDING
    assert tried(delivery, now).state == DeliveryState.SENDING  # its lease still runs
    now.advance(seconds=121)
    delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.SENT
    assert texts(sandbox) == ["命"]


def test_a_worker_killed_before_the_request_loses_nothing(sandbox, link, now):
    delivery = planned(link)
    claims.claim_delivery(delivery.pk, owner="dead", now=now())
    now.advance(seconds=121)
    assert tried(delivery, now).state == DeliveryState.SENT
    assert texts(sandbox) == ["おはよう"]


def test_what_kills_its_worker_each_time_ends_after_its_tries(sandbox, link, now):
    delivery = planned(link)
    for number in range(9):
        assert claims.claim_delivery(delivery.pk, owner=str(number), now=now())
        now.advance(seconds=121)
    assert tried(delivery, now).state == DeliveryState.FAILED
    assert texts(sandbox) == []


def test_a_result_that_comes_after_the_lease_changes_nothing(sandbox, link, now):
    delivery = planned(link)
    late = claims.claim_delivery(delivery.pk, owner="slow", now=now())
    now.advance(seconds=121)
    assert tried(delivery, now).state == DeliveryState.SENT
    assert not claims.settle_claim(
        late, DeliveryState.FAILED, outcome=AttemptOutcome.REJECTED, now=now()
    )
    with pytest.raises(claims.LostLease):
        claims.renew_claim(late, now())
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


def test_what_is_taken_back_while_it_is_claimed_leaves_the_link_free(sandbox, link, now):
    """Narrowed between the claim and the request: nothing leaves, and the next one need not wait."""
    delivery, other = planned(link, "一"), planned(link, "二")
    held = claims.claim_delivery(delivery.pk, owner="me", now=now())
    run = attempting.DeliveryRun(
        held, now, attempting.LeasedHttp(attempting.outgoing_http(), held, now)
    )
    remove(delivery.post)
    with pytest.raises(claims.LostLease):
        claims.mark_sending(run.claim, now(), {})
    claims.release_claim(held, now())
    assert tried(other, now).state == DeliveryState.SENT
    assert texts(sandbox) == ["二"]


def test_what_kills_its_worker_while_it_is_looked_for_ends_with_the_member(sandbox, link, now):
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery = tried(planned(link), now)
    now.advance(seconds=61)
    for number in range(9):
        assert claims.claim_delivery(delivery.pk, owner=str(number), now=now())
        now.advance(seconds=121)
    delivery = tried(delivery, now)
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)


def test_after_a_long_outage_what_is_in_doubt_is_looked_for_within_the_hour(sandbox, link, now):
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery = tried(planned(link), now)
    sandbox.faults.add("mixi", "503", match="GET ", times=20)
    began = now()
    while delivery.state == DeliveryState.UNCONFIRMED:
        assert delivery.due_at - now() < timedelta(hours=1)
        now.advance(seconds=(delivery.due_at - now()).total_seconds() + 1)
        delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.SENT
    assert texts(sandbox) == ["おはよう"]
    assert now() - began > timedelta(hours=4)


def test_what_cannot_be_looked_for_in_two_days_is_asked_of_the_member(sandbox, link, now):
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    delivery = tried(planned(link), now)
    sandbox.faults.add("mixi", "503", match="GET ", times=500)
    began = now()
    while delivery.due_at is not None:
        now.advance(seconds=(delivery.due_at - now()).total_seconds() + 1)
        delivery = tried(delivery, now)
    assert delivery.state == DeliveryState.UNCONFIRMED
    assert timedelta(hours=47) < now() - began < timedelta(hours=48)


def test_what_is_two_days_old_is_missed_and_not_blasted(sandbox, link, now):
    delivery = planned(link)
    now.advance(hours=49)
    assert tried(delivery, now).state == DeliveryState.EXPIRED
    assert texts(sandbox) == []


def test_a_paused_network_gets_nothing_until_it_is_not(sandbox, link):
    NetworkSwitch.objects.create(network="mixi", is_paused=True)
    delivery = tried(planned(link))
    assert (delivery.state, delivery.tries) == (DeliveryState.WAITING, 0)
    NetworkSwitch.objects.update(is_paused=False)
    assert tried(delivery).state == DeliveryState.SENT


def test_five_failures_open_the_breaker_and_one_probe_closes_it(sandbox, link, settings, now):
    rows = [planned(link, str(number)) for number in range(8)]
    working = settings.NETWORKS["mixi"]["api_url"]
    dead = "http://127.0.0.1:9/2"
    settings.NETWORKS = {"mixi": settings.NETWORKS["mixi"] | {"api_url": dead}}
    settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, "127.0.0.1:9"]
    for row in rows[:5]:
        assert tried(row, now).tries == 1
    assert tried(rows[5], now).tries == 0  # nobody asks that host now
    assert HostHealth.objects.get().open_until > now()
    now.advance(seconds=61)
    assert tried(rows[5], now).tries == 1  # the probe, which fails: two minutes more
    now.advance(seconds=61)
    assert tried(rows[6], now).tries == 0
    settings.NETWORKS = {"mixi": settings.NETWORKS["mixi"] | {"api_url": working}}
    assert tried(rows[6], now).state == DeliveryState.SENT  # another host does not notice


def test_one_request_in_flight_for_a_link(sandbox, link, now):
    first, second = planned(link, "一"), planned(link, "二")
    claims.claim_delivery(first.pk, owner="one", now=now())
    assert claims.claim_delivery(second.pk, owner="two", now=now()) is None
    now.advance(seconds=121)
    assert tried(second, now).state == DeliveryState.SENT


def test_a_post_that_waits_holds_back_only_itself(sandbox, link, now):
    sandbox.faults.add("mixi", "429", match=VOICE, seconds=600)
    first = tried(planned(link, "一"), now)
    second = tried(planned(link, "二"), now)
    assert (first.state, second.state) == (DeliveryState.WAITING, DeliveryState.SENT)


def test_a_delete_waits_for_its_publish_and_follows_it(sandbox, link, now):
    sandbox.faults.add("mixi", "drop_after", match=VOICE)
    publish = tried(planned(link), now)
    remove(publish.post)
    delete = Delivery.objects.get(operation=DeliveryOperation.DELETE)
    assert tried(delete, now).tries == 0
    now.advance(seconds=61)
    assert tried(publish, now).state == DeliveryState.SENT
    assert tried(delete, now).state == DeliveryState.SENT
    assert texts(sandbox) == []


def test_a_withdrawn_publish_that_never_arrived_is_not_sent_again(sandbox, link, now):
    sandbox.faults.add("mixi", "500_before", match=VOICE)
    publish = tried(planned(link), now)
    remove(publish.post)
    now.advance(seconds=61)
    publish = tried(publish, now)
    assert (publish.state, publish.reason) == (DeliveryState.CANCELLED, eligibility.TAKEN_BACK)
    assert tried(Delivery.objects.get(operation="delete"), now).state == DeliveryState.CANCELLED
    assert texts(sandbox) == []


def test_a_delete_is_repeated_after_a_lost_answer(sandbox, link, now):
    publish = tried(planned(link), now)
    remove(publish.post)
    sandbox.faults.add("mixi", "drop_after", match="destroy")
    delete = tried(Delivery.objects.get(operation="delete"), now)
    assert delete.state == DeliveryState.WAITING
    assert delete.reason == outcomes.AGAIN_SOON
    now.advance(seconds=60)
    assert tried(delete, now).state == DeliveryState.SENT
    assert texts(sandbox) == []


def test_deletes_go_on_for_thirty_days_and_then_the_member_is_told(sandbox, link, now):
    publish = tried(planned(link), now)
    remove(publish.post)
    sandbox.faults.add("mixi", "503", match="destroy", times=1000)
    delete = tried(Delivery.objects.get(operation="delete"), now)
    days = 0
    while delete.state == DeliveryState.WAITING:
        now.advance(seconds=(delete.due_at - now()).total_seconds() + 1)
        days = (now() - delete.asked_at).days
        delete = tried(delete, now)
    assert delete.state == DeliveryState.FAILED
    assert days >= 28
    assert delete.tries >= 25
    assert "still on mixi" in the_notice().in_words


def test_the_last_look_sees_what_was_narrowed_behind_the_engines_back(sandbox, link):
    """Rows changed without any action: the request does not leave all the same."""
    delivery = planned(link)
    type(delivery.post).objects.update(audience="friends")
    assert tried(delivery).state == DeliveryState.CANCELLED
    assert texts(sandbox) == []


def test_the_last_look_sees_a_toggle_turned_off(sandbox, link):
    delivery = planned(link)
    link.toggles.update(is_on=False)
    assert tried(delivery).state == DeliveryState.CANCELLED
    assert texts(sandbox) == []


def test_the_last_look_sees_a_link_that_ended(sandbox, link):
    delivery = planned(link)
    Link.objects.update(state=LinkState.ENDED)
    assert tried(delivery).tries == 0
    assert texts(sandbox) == []


def test_no_token_stands_in_the_log_of_attempts(sandbox, link, settings):
    """A server that throws what it was sent back at us, header and all."""
    token = credentials.credentials_of_link(link).access_token

    def echo(connection):
        connection.sendall(answer(f"bad header: OAuth {token}", "400 Bad Request"))

    with playing(echo) as server:
        api = settings.NETWORKS["mixi"] | {"api_url": f"{server.url}/2"}
        settings.NETWORKS = {"mixi": api}
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        delivery = tried(planned(link))
    [attempt] = delivery.attempts.all()
    assert "bad header: OAuth" in attempt.excerpt
    assert token not in attempt.excerpt
    assert token not in delivery.reason


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
@pytest.mark.parametrize("rest", [', "expires_in": 900}', ', "expires', ', "token_type": "odd"}'])
def test_new_tokens_in_an_answer_without_sense_are_not_logged(
    sandbox, link, now, settings, status, rest
):
    """Nobody knew them before, so nobody could strike them out by what they are."""
    said = '{"access_token":"fresh-access-token","refresh_token": "fresh-refresh-token"' + rest
    now.advance(minutes=16)
    with playing(*[lambda to: to.sendall(answer(said, status))] * 3) as server:
        odd = settings.NETWORKS["mixi"] | {"token_url": f"{server.url}/token"}
        settings.NETWORKS = {**settings.NETWORKS, "mixi": odd}
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        delivery = tried(planned(link), now)
    for attempt in delivery.attempts.all():
        assert "fresh-" not in attempt.excerpt


def test_one_hint_drains_everything_that_is_due(sandbox, link):
    for number in range(7):
        planned(link, str(number), kind="note", title="題")
    assert attempting.drain_due() == 7
    assert sorted(each.body for each in sandbox.mixi.diaries) == [str(n) for n in range(7)]


def test_a_photo_goes_with_its_bytes(sandbox, link, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(a_photo())
    delivery = tried(planned(link, "猫", kind="photo", photo="a.jpg"))
    assert (delivery.state, delivery.reason) == (DeliveryState.SENT, "")
    assert [each.title for each in sandbox.mixi.photos] == ["猫"]


def test_words_go_without_a_photo_that_nobody_can_read(sandbox, link, settings, tmp_path):
    """And say where it is; "Where it went" says that it did not go along."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(a_photo()[:300])
    delivery = tried(planned(link, "本文", title="題", kind="note", photo="a.jpg"))
    assert (delivery.state, delivery.reason) == (DeliveryState.SENT, reasons.PHOTO_DOES_NOT_FIT)
    [diary] = sandbox.mixi.received()["diaries"]
    assert diary["body"] == f"本文\n\n{public_url('post_detail', delivery.post_id)}"
    assert diary["photos"] == []


def test_for_fewer_readers_words_do_not_go_without_the_photo(sandbox, link, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.jpg").write_bytes(a_photo()[:300])
    Toggle.objects.create(link=link, kind="note", audience="friends", is_on=True)
    note = {"title": "題", "kind": "note", "photo": "a.jpg", "audience": "friends"}
    delivery = tried(planned(link, "本文", **note))
    assert (delivery.state, delivery.reason) == (DeliveryState.FAILED, reasons.PHOTO_FITS_NOWHERE)
    assert sandbox.mixi.received()["diaries"] == []
