"""Tasks by their names: those that are queued now, and those that an older version has queued."""

from __future__ import annotations

import subprocess
import sys
from pydoc import locate

import pytest
from django_q.tasks import async_task

from syndication.delivery import wakeups
from syndication.models import Heartbeat
from syndication.worker import queue, tasks

NAMES = ("deliver", "deliver_due", "close_accounts", "heartbeat", "sweep")


@pytest.mark.parametrize("name", NAMES)
def test_a_wakeup_queued_under_its_old_name_is_still_understood(name):
    assert locate(f"syndication.tasks.{name}") is getattr(tasks, name)


@pytest.mark.django_db
@pytest.mark.parametrize("module", ["syndication.tasks", "syndication.worker.tasks"])
def test_a_heartbeat_under_either_name_is_run_by_django_q(module):
    async_task(f"{module}.heartbeat", sync=True)
    assert Heartbeat.objects.filter(part="task").exists()


def test_the_queue_listens_in_every_process_also_where_nobody_imports_it():
    listens = (
        "from syndication.delivery.wakeups import wakeup_wanted as w; assert w.has_listeners()"
    )
    subprocess.run([sys.executable, "-c", f"import django; django.setup(); {listens}"], check=True)


@pytest.mark.django_db
def test_what_the_engine_asks_for_is_queued(django_capture_on_commit_callbacks):
    before = queue.queue_depth()
    with django_capture_on_commit_callbacks(execute=True):
        wakeups.wake_for_due()
    assert queue.queue_depth() == before + 1
