"""The sweeper: what nobody's hint did."""

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from accounts.models import LinkAttempt, Notice
from syndication.actions import commands
from syndication.delivery import circuit_breaker, planning, rate_limits, wakeups
from syndication.models import (
    Allowance,
    Delivery,
    DeliveryState,
    Heartbeat,
    HostHealth,
    Link,
    LinkState,
    Revocation,
)
from syndication.worker import queue, sweep, tasks
from tests.mailing import send_mails
from tests.making import make_link, make_member, make_post
from tests.noticing import make_notice
from tests.syndication.delivering import linked, planned, texts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def waiting(hanako):
    """A delivery that waits on a link without tokens."""
    post = make_post(author=hanako)
    make_link(hanako)
    planning.plan_deliveries(post)
    return Delivery.objects.get()


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.PARKED])
def test_what_is_older_than_two_days_is_missed(waiting, state):
    Delivery.objects.update(state=state, asked_at=timezone.now() - 2 * DAY)
    sweep.run_all_steps()
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.EXPIRED
    commands.retry_delivery(waiting, by=waiting.link.member)  # only by hand
    sweep.run_all_steps()
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.WAITING


def test_a_delete_is_never_missed(waiting):
    Delivery.objects.update(operation="delete", asked_at=timezone.now() - 20 * DAY)
    sweep.run_all_steps()
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.WAITING


@pytest.mark.parametrize("state", [DeliveryState.PARKED, DeliveryState.WAITING])
def test_a_delete_that_waited_thirty_days_for_its_member_is_told_once(waiting, state):
    """`waiting`: it was under way when something else found that the link needs its member."""
    Link.objects.update(state=LinkState.PARKED)
    Delivery.objects.update(operation="delete", state=state, asked_at=timezone.now() - 31 * DAY)
    told = []
    for _ in range(2):
        sweep.run_all_steps()
        told.append(Notice.objects.all().delete()[0])
    assert told == [1, 0]
    waiting.refresh_from_db()
    assert waiting.state == state  # it still goes once the link is back


def test_a_due_row_without_a_hint_gets_one(waiting, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep.wake_due_deliveries(timezone.now()) == 1
    assert queue.queue_depth() >= 1


def test_hints_do_not_pile_up(waiting, django_capture_on_commit_callbacks):
    for _ in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            sweep.wake_due_deliveries(timezone.now())
    assert queue.queue_depth() <= wakeups.worker_count()


def test_a_mail_that_failed_goes_later(hanako, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    make_notice(hanako, "mail_drafts_expire")
    assert send_mails() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert [send_mails(minutes=minutes) for minutes in (1, 3, 20)] == [0, 1, 0]
    assert len(mailoutbox) == 1


def test_a_mail_server_that_hangs_is_asked_once(hanako, settings):
    """It takes connections and says nothing: each mail costs the whole time-out."""
    assert settings.EMAIL_TIMEOUT <= 10
    for number in range(20):
        make_notice(hanako, "mail_drafts_expire", key=str(number))
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        settings.EMAIL_TIMEOUT = 0.3
        assert send_mails() == 0
        server.accept()[0].close()
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # it was asked once
            server.accept()
    assert not Notice.objects.exclude(mailed_at=None).exists()


def test_old_rows_are_forgotten(hanako):
    now = timezone.now()
    LinkAttempt.objects.create(
        state_hash="old",
        network="mixi",
        member=hanako,
        session_key="k",
        is_url_mode=True,
        expires_at=now - 2 * DAY,
    )
    Heartbeat.objects.create(part="task gone", beat_at=now - 2 * DAY)
    sweep.run_all_steps()
    assert not LinkAttempt.objects.exists()
    assert not Heartbeat.objects.exists()


def test_one_step_that_fails_does_not_stop_the_others(waiting, settings):
    """A network that the settings no longer know breaks the waking, and nothing else."""
    settings.NETWORKS = {"mixi": {}}
    Delivery.objects.update(asked_at=timezone.now() - 3 * DAY)
    sweep.run_all_steps()
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.EXPIRED


def test_the_command_says_what_it_did(capsys, waiting):
    Delivery.objects.update(asked_at=timezone.now() - 3 * DAY)
    call_command("sweep")
    assert "expired=1" in capsys.readouterr().out


def test_every_task_may_run_twice(sandbox):
    link = linked(sandbox)
    delivery = planned(link, "一度")
    for _ in range(2):
        tasks.deliver(delivery.pk)
        tasks.deliver_due()
        tasks.heartbeat()
        tasks.sweep()
    assert texts(sandbox) == ["一度"]


def test_a_task_raises_nothing(db):
    tasks.deliver(424242)


def test_what_is_known_of_hosts_and_budgets_goes_with_the_last_link(hanako):
    """Members name hosts, any number: each that answers late has a row."""
    kept, gone = (
        make_link(hanako, "mastodon", host=f"{name}.example", uid=f"{name}.example/1")
        for name in ("kept", "gone")
    )
    for link in (kept, gone):
        circuit_breaker.record_failure(link.host, timezone.now())
        rate_limits.pause_link(link, 60, timezone.now())
    circuit_breaker.record_failure("named-once.example", timezone.now())
    own = urlsplit(settings.NETWORKS["mixi"]["api_url"]).netloc
    circuit_breaker.record_failure(own, timezone.now())
    Revocation.objects.create(
        network="mastodon", host="revoked.example", due_at=timezone.now(), created_at=timezone.now()
    )
    circuit_breaker.record_failure("revoked.example", timezone.now())
    Link.objects.filter(pk=gone.pk).update(state=LinkState.ENDED)
    sweep.forget_unused_hosts(timezone.now())
    hosts = set(HostHealth.objects.values_list("host", flat=True))
    assert hosts == {"kept.example", "revoked.example", own}
    assert [row.link for row in Allowance.objects.all()] == [kept]


def test_a_host_whose_breaker_is_open_is_not_forgotten_before_it_closes():
    for _ in range(5):
        circuit_breaker.record_failure("away.example", timezone.now())
    sweep.forget_unused_hosts(timezone.now())
    assert HostHealth.objects.exists()
    cache.clear()  # a day later
    sweep.forget_unused_hosts(timezone.now() + DAY)
    assert not HostHealth.objects.exists()
