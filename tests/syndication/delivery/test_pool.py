"""Several rows under way at a time: one at a time of each link, and nobody waits for another's host."""

import threading
import time
from collections import Counter

from syndication.delivery.pool import DeliveryPool

ENOUGH = 20.0  # seconds; only a fault takes so long
SLICE = 1.0


class Due:
    """Rows (link, number) that are due until they were tried."""

    def __init__(self, links, rows):
        self.left = {link: [(link, n) for n in range(rows)] for link in links}
        self.tries = Counter()
        self.under_way = Counter()
        self.most = 0
        self._lock = threading.Lock()

    def look(self):
        with self._lock:
            free = {link: rows for link, rows in self.left.items() if not self.under_way[link]}
            return [rows[:2] for rows in free.values() if rows]

    def take(self, row, do=lambda row: None):
        link, _ = row
        with self._lock:
            if row not in self.left[link]:
                return False
            self.under_way[link] += 1
            assert self.under_way[link] == 1, "two at a time of one link"
            self.most = max(self.most, self.under_way.total())
            self.tries[row] += 1
        do(row)
        with self._lock:
            self.left[link].remove(row)
            self.under_way[link] -= 1
        return True


def test_every_row_is_tried_once_and_never_two_of_a_link_at_a_time():
    due = Due("abcdef", 7)
    tried, is_more = DeliveryPool(due.look, due.take, most=4).work(ENOUGH)
    assert tried == 42
    assert set(due.tries.values()) == {1}
    assert not any(due.left.values())
    assert not is_more


def test_several_deliveries_are_under_way_at_the_same_time():
    together = threading.Barrier(3)
    due = Due("abc", 1)
    DeliveryPool(due.look, lambda row: due.take(row, lambda _: together.wait(ENOUGH)), most=3).work(
        ENOUGH
    )
    assert due.most == 3


def test_a_hand_that_waits_keeps_none_of_the_others():
    """A host is silent from before the end of the slice of time; everybody else's turn comes."""
    due = Due("abcd", 5)
    is_silent, others_done = threading.Event(), threading.Event()
    end = time.monotonic() + SLICE

    def answer(row):
        if row == ("a", 0):
            is_silent.set()
            assert others_done.wait(ENOUGH)
            return
        assert is_silent.wait(ENOUGH)
        while time.monotonic() <= end:
            threading.Event().wait(0.1)
        if sum(map(len, due.left.values())) == 6:  # the silent link's five, and this one
            others_done.set()

    DeliveryPool(due.look, lambda row: due.take(row, answer), most=2).work(SLICE)
    assert others_done.is_set()
    assert not any(due.left[link] for link in "bcd")
    assert len(due.left["a"]) >= 3, "nobody waits any more, so the slice is over"


def test_it_ends_where_everything_is_somebody_elses():
    asked = []
    tried, is_more = DeliveryPool(
        lambda: [[1], [2], [3]], lambda pk: bool(asked.append(pk)), most=2
    ).work(ENOUGH)
    assert (tried, is_more) == (0, False)
    assert sorted(asked) == [1, 2, 3]


def test_a_hand_that_breaks_down_ends_alone():
    due = Due("abcd", 3)

    def fail_aside(row):
        if threading.current_thread() is not threading.main_thread():
            raise OSError("the database is away")
        return due.take(row)

    tried, _ = DeliveryPool(due.look, fail_aside, most=3).work(ENOUGH)
    assert tried == sum(due.tries.values()) > 0


def test_the_slice_begins_after_the_look_and_one_row_is_tried_however_late_it_is():
    due = Due("ab", 1)
    tried, is_more = DeliveryPool(due.look, due.take, most=1).work(0)
    assert (tried, is_more) == (1, True)


def test_what_becomes_due_while_all_threads_wait_is_taken_by_the_reserve():
    """Rows of three hosts that drip took all threads of a worker, and a new post waited for them."""
    lists = [[[1], [2]], [[3]]]
    is_taken = threading.Event()
    in_time = []

    def take(pk: int) -> bool:
        if pk == 3:
            is_taken.set()
        else:
            in_time.append(is_taken.wait(30))
        return True

    pool = DeliveryPool(lambda: lists.pop(0) if lists else [], take, most=2)
    assert pool.work(0.1)[0] == 3
    assert in_time == [True, True]


def test_the_row_of_a_hint_comes_first_and_holds_up_no_other():
    is_taken = threading.Event()

    def take(pk: int) -> bool:
        return is_taken.wait(30) if pk == 1 else not is_taken.set()

    assert (
        DeliveryPool(lambda: [] if is_taken.is_set() else [[2]], take, most=2).work(0.1, 1)[0] == 2
    )
