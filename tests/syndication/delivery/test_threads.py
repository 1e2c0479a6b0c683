"""Threads stay for a moment, and what comes within it has the connection of what came before."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from syndication.delivery.threads import LingeringThreads


def comes_to(threads: LingeringThreads, waiting: int) -> bool:
    """Whether so many threads wait for work within half a minute."""
    end = time.monotonic() + 30
    while threads._waiting != waiting and time.monotonic() < end:
        time.sleep(0.01)
    return threads._waiting == waiting


@pytest.fixture
def run() -> Any:
    """Run a function in one of the threads; return what it gives, once its thread waits again."""
    threads = LingeringThreads(linger=30)

    def run_now(act: Any) -> Any:
        given, has_ended = [], threading.Event()

        def of_thread() -> None:
            try:
                given.append(act())
            finally:
                has_ended.set()

        threads.start(of_thread)
        assert has_ended.wait(30)
        assert comes_to(threads, 1)  # it has put its connection in order
        return given[0] if given else None

    return run_now


def database() -> Any:
    connection.ensure_connection()
    return threading.get_ident(), connection.connection


@pytest.mark.django_db(transaction=True)
def test_what_comes_next_has_the_same_thread_and_connection(run):
    assert run(database) == run(database)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_threads_of_their_own():
    threads, both = LingeringThreads(linger=0.1), threading.Barrier(2, timeout=30)
    for _ in range(2):
        threads.start(both.wait)  # neither goes on before the other runs
    assert comes_to(threads, 2)
    assert comes_to(threads, 0)  # both end


@pytest.mark.django_db(transaction=True)
def test_an_error_is_logged_and_the_thread_goes_on(run, caplog):
    assert run(lambda: 1 // 0) is None
    assert "a thread of the worker" in caplog.text
    assert run(lambda: 2) == 2
