"""Many at once: threads that start together, each with a database connection of its own.

Ask for `transactional_db` in the test: other threads do not see what a test transaction holds.
"""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(count: int, function: Callable[[int], T]) -> list[T]:
    """Calls function(0) … function(count - 1) at the same moment; their results in that order.

    An exception in one of them is raised here, when all have ended.
    """
    results: dict[int, T] = {}
    errors: list[BaseException] = []
    barrier = Barrier(count)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=30)
            results[number] = function(number)
        except BaseException as error:  # handed on to the caller
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return [results[number] for number in range(count)]
