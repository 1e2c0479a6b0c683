"""Token upkeep: choose the revocations and refreshes of tokens that are due now.

Run by the import worker, not by those that deliver, where a slow host would hold a thread for up to 20 s a
request. Revocations and refreshes have threads of their own, so that neither waits for the other or for imports. A host that members named has one task
under way, and slow hosts together leave a thread to the others.

A refresh that a delivery or an import needs at once is made there (credentials.fresh_credentials).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from syndication.delivery import circuit_breaker, token_refresh, token_revocation

THREADS = 2  # for each kind of task

Due = Callable[[datetime, Collection[str]], list[tuple[int, str]]]


@dataclass(frozen=True)
class TokenTask:
    """One task on one row. `host` is empty on networks of one server, which take several at once."""

    run: Callable[[int], None]
    pk: int
    host: str

    def carry_out(self) -> None:
        """Run the task. Safe to call twice, also concurrently: the rows decide."""
        self.run(self.pk)


TASK_KINDS: tuple[tuple[Due, Callable[[int], None]], ...] = (
    (token_refresh.due_token_refreshes, token_refresh.refresh_idle_link),
    (token_revocation.due_revocations, token_revocation.attempt_revocation),
)


def next_token_tasks(now: datetime, running: Collection[TokenTask]) -> list[TokenTask]:
    """Choose the tasks to start beside those `running` in this process."""
    chosen: list[TokenTask] = []
    for due, run in TASK_KINDS:
        chosen += _of_kind(due, run, now, [*running, *chosen])
    return chosen


def _of_kind(
    due: Due, run: Callable[[int], None], now: datetime, running: Collection[TokenTask]
) -> list[TokenTask]:
    mine = [task for task in running if task.run == run]
    busy = {task.host for task in running if task.host}
    if len(mine) >= THREADS or not due(now, busy):
        return []
    slow = circuit_breaker.slow_hosts(now)
    pks = {task.pk for task in mine}
    chosen: list[TokenTask] = []
    while len(mine) + len(chosen) < THREADS:
        is_slow_one_running = any(task.host in slow for task in [*mine, *chosen])
        rows = due(now, busy | slow if is_slow_one_running else busy)
        row = next((row for row in rows if row[0] not in pks), None)
        if row is None:
            break
        chosen.append(TokenTask(run, *row))
        pks.add(row[0])
        busy |= {row[1]} - {""}
    return chosen
