"""How far this machine's clock is from the database's."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from syndication.delivery import heartbeats

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=1)


@pytest.fixture
def tell() -> Iterator[Callable[..., None]]:
    """`tell(seconds, after=…)`: the database's clock is so far ahead, and reads it so much later."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's clock is its machine's")
    true = sqlite3.connect(":memory:", check_same_thread=False)
    given = [0.0, 0.0]

    def strftime(form: str, moment: str) -> str:
        time.sleep(given[1])
        shifted = (form, moment, f"{given[0]} seconds")
        return str(true.execute("SELECT strftime(?, ?, ?)", shifted).fetchone()[0])

    def change(seconds: float, *, after: float = 0.0) -> None:
        given[:] = seconds, after

    connection.ensure_connection()
    connection.connection.create_function("strftime", 2, strftime)
    yield change
    change(0)


@pytest.mark.parametrize("seconds", [-60, 0, 60])
def test_the_clock_is_held_against_the_database_s(
    tell: Callable[..., None], seconds: float
) -> None:
    tell(-seconds)
    assert abs(heartbeats.clock_skew() - timedelta(seconds=seconds)) < SOON


def test_a_slow_query_is_no_wrong_clock(tell: Callable[..., None]) -> None:
    tell(0, after=0.2)
    assert heartbeats.clock_skew() == timedelta()
