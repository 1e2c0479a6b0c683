"""A worker process beside its supervisor: the heartbeats that it writes."""

from __future__ import annotations

import os
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from syndication.delivery import heartbeats
from syndication.worker import import_worker, queue
from syndication.worker.process import WorkerProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipe(monkeypatch):
    """The reading end of the pipe to the supervisor."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    monkeypatch.setattr(heartbeats, "_pipes", [])
    heartbeats.beat_to(theirs)
    yield ours
    os.close(ours)
    os.close(theirs)


def beats(pipe: int) -> int:
    try:
        return len(os.read(pipe, 1000))
    except BlockingIOError:
        return 0


def turn(process: WorkerProcess) -> bool:
    """One turn of its main loop."""
    found = []
    queue.run_wakeups(lambda: not found and not found.append(process._turn()))
    return found[0]


def test_a_turning_main_loop_beats(pipe):
    assert turn(WorkerProcess(print, with_maintenance=False))
    assert beats(pipe) == 1


def test_a_request_under_way_beats_too(pipe):
    heartbeats.record_heartbeat()
    assert beats(pipe) == 1


def test_it_falls_silent_while_an_import_hangs(pipe):
    process = WorkerProcess(print, with_maintenance=True)
    process._imports._began[object()] = time.monotonic() - import_worker.LONGEST - 1
    turn(process)
    assert beats(pipe) == 0


def test_a_supervisor_that_does_not_read_holds_nobody_up(pipe):
    for _ in range(100_000):  # a pipe holds 64 kB
        heartbeats.beat()
    assert beats(pipe) == 1000


def test_it_waits_until_the_last_migration_is_applied():
    """In the middle of `migrate` its statements could deadlock with it."""
    said = []

    def say(line: str) -> None:
        said.append(line)
        process._stop(0, None)

    process = WorkerProcess(say, with_maintenance=True)
    assert process._wait_until_ready()
    rows = MigrationRecorder(connection).migration_qs
    rows.filter(app="syndication").order_by("name").last().delete()
    assert not process._wait_until_ready()
    assert said == ["work: waiting for manage.py migrate"]
