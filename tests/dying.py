"""A process that dies at one of its statements, as by SIGKILL: what was not committed is gone.

for at in range(1, MAX_STATEMENTS):
    if not is_killed(lambda: posts.create_post(draft, by=hanako), at=at):
        break  # it came to its end
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

MAX_STATEMENTS = 60


class Killed(BaseException):
    """Nothing of ours catches it."""


def is_killed(act: Callable[[], object], *, at: int) -> bool:
    """Whether `act` came to its statement number `at`, and died there. The connection dies with it
    where no test's transaction holds it."""
    said = 0

    def kill(execute: Any, *statement: Any) -> Any:
        nonlocal said
        said += 1
        if said == at:
            raise Killed
        return execute(*statement)

    try:
        with connection.execute_wrapper(kill):
            act()
    except Killed:
        connection.close()
        return True
    return False
