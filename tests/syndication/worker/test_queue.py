"""Wake-ups are run by django-q2's own functions in one thread, and each is taken when it can be run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django_q.brokers import get_broker
from django_q.models import OrmQ

from syndication.delivery import heartbeats
from syndication.models import Heartbeat
from syndication.worker import queue

pytestmark = pytest.mark.django_db(transaction=True)  # django-q2 closes connections


@pytest.fixture(autouse=True)
def _empty():
    get_broker().purge_queue()


def looks(count: int) -> Callable[[], bool]:
    """Wanted for so many looks at the broker."""
    left = iter([True] * count)
    return lambda: next(left, False)


def test_a_wakeup_is_run_and_acknowledged():
    queue.push_heartbeat()
    queue.run_wakeups(looks(1))
    assert Heartbeat.objects.filter(part=heartbeats.TASK).exists()
    assert queue.queue_depth() == 0
    assert not OrmQ.objects.exists()


def test_the_next_one_stays_for_other_processes_while_one_runs():
    queue.push_heartbeat()
    queue.push_heartbeat()
    queue.run_wakeups(looks(1))
    assert queue.queue_depth() == 1


def test_what_cannot_be_read_and_what_is_unknown_stop_nothing():
    get_broker().enqueue("not signed by us")
    queue._push("a_task_of_no_version")
    queue.push_heartbeat()
    queue.run_wakeups(looks(3))
    assert Heartbeat.objects.filter(part=heartbeats.TASK).exists()
    assert queue.queue_depth() == 0
