"""`manage.py work` as a real process, killed, hung and stopped; the network counts the copies.

`python -m tests.drills.supervision` runs these with a line for each.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from tests.drills.forwarder import forwarding_port
from tests.drills.processes import is_running
from tests.drills.worker import Worker, environment_of, until
from tests.ports import free_row
from tests.syndication.delivering import texts

VOICE = "POST /2/voice/statuses"
# The watchdog's patience in seconds; its own 75 where nobody is in a hurry.
SILENT_AFTER = os.environ.get("DRILL_SILENT_AFTER", "12")
A_DAY_AND_A_HALF = 36 * 3600  # above every pause between two tries
POISON = "毒"

pytestmark = pytest.mark.drill
Note = Callable[[str, object], None]


def test_killed_in_the_middle_of_a_request_it_loses_and_doubles_nothing(sandbox, worker):
    sandbox.faults.add("mixi", "slow", match=VOICE, seconds=15)
    worker.seed("真ん中", "後から")
    worker.start()
    assert until(lambda: texts(sandbox)), worker.said()
    worker.kill()  # mixi has it, and nobody here knows
    assert "sending" in worker.rows("states").values()
    worker.rows("age", 300)
    worker.start()
    both = {"真ん中": "sent", "後から": "sent"}
    assert until(lambda: worker.rows("states") == both), (worker.rows("states"), worker.said())
    assert sorted(texts(sandbox)) == sorted(both)


def test_killed_by_sigkill_it_leaves_no_process_behind(sandbox, worker):
    """The cluster is in the middle of a request that takes longer than its parent's death."""
    sandbox.faults.add("mixi", "slow", match=VOICE, seconds=60)
    worker.seed("途中")
    worker.start()
    assert until(lambda: texts(sandbox)), worker.said()
    family = worker.tree()
    os.kill(family[0], signal.SIGKILL)
    worker.process.wait()
    assert until(lambda: not any(map(is_running, family))), worker.said()


def test_a_lost_hint_delays_a_post_by_seconds(sandbox, worker):
    worker.seed("ひとつめ")
    worker.rows("forget")
    worker.start()
    assert until(lambda: texts(sandbox) == ["ひとつめ"]), worker.said()
    worker.seed("ふたつめ")
    worker.rows("forget")
    # The sweep of each minute would do it too; the look of every two seconds is meant.
    assert until(lambda: len(texts(sandbox)) == 2, seconds=25), worker.said()


@pytest.mark.parametrize(
    ("number", "why"),
    [(signal.SIGKILL, "ended"), (signal.SIGSTOP, "does no work")],
    ids=["killed", "hung"],
)
def test_idle_processes_that_are(sandbox, worker, record_property, number, why):
    """… do not stop the deliveries: the supervisor starts others, and stays what it is."""
    worker.start("--silent-after", SILENT_AFTER)
    assert until(lambda: "task" in worker.rows("beats"))
    supervisor = worker.tree()[0]
    struck = worker.strike(number)
    struck_at = time.monotonic()
    backlog = [f"それでも届く {number}" for number in range(20)]
    worker.seed(*backlog)
    assert until(lambda: len(texts(sandbox)) == len(backlog), seconds=120), worker.said()
    record_property("seconds until the backlog of 20 was delivered", _since(struck_at))
    assert f"a worker process {why}, starting another" in worker.said()
    assert len(struck) == 2
    assert until(lambda: not any(map(is_running, struck))), "nothing of them is left"
    assert supervisor in worker.tree()
    assert sorted(texts(sandbox)) == sorted(backlog)


def test_a_delivery_that_kills_its_worker_dies_and_the_others_go_on(
    sandbox, worker, record_property
):
    worker.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        "DRILL_POISON": POISON,
    }
    worker.seed(POISON)
    worker.seed("同じ人の次の投稿")
    worker.seed("ほかの人の投稿", name="taro")
    worker.start()
    if not until(lambda: "ほかの人の投稿" in texts(sandbox), seconds=15):
        worker.rows("age", 300)  # it was in another hand of the killed worker: that lease runs out
    assert until(lambda: "ほかの人の投稿" in texts(sandbox), seconds=150), worker.said()
    kills = 0
    while worker.rows("row", POISON)["state"] != "failed":
        before = worker.rows("row", POISON)
        worker.rows("age", A_DAY_AND_A_HALF)  # the dead worker's lease, the pause before a try
        assert until(lambda was=before: worker.rows("row", POISON) != was), (
            before,
            worker.said(),
        )
        kills += 1
        assert kills < 60
    dead = worker.rows("row", POISON)
    worker.seed("そのあとの投稿", name="taro")
    others = ["ほかの人の投稿", "同じ人の次の投稿", "そのあとの投稿"]
    assert until(lambda: sorted(texts(sandbox)) == sorted(others)), worker.said()
    record_property("tries", dead["tries"])
    record_property("reason", dead["reason"])
    assert dead["tries"] >= 9
    assert dead["reason"] == "gave_up"


def test_a_host_whose_clock_is_wrong_sends_nothing_until_it_is_right(sandbox, worker):
    """It would take what others are sending: to it, their leases have run out."""
    worker.environment |= {"DJANGO_SETTINGS_MODULE": "tests.drills.settings"}
    worker.environment["DRILL_CLOCK"] = "3600"
    worker.seed("時計")
    worker.start()
    assert until(lambda: "clock is +3600 seconds from" in worker.said()), worker.said()
    time.sleep(3)  # longer than it takes to see what is due
    assert worker.rows("states") == {"時計": "waiting"}
    assert worker.stop(within=30) < 20
    del worker.environment["DRILL_CLOCK"]
    worker.start()
    assert until(lambda: texts(sandbox) == ["時計"]), worker.said()


def test_a_new_secret_key_with_hints_in_the_queue_loses_nothing(sandbox, worker, record_property):
    """django-q2 cannot read its own queue any more and drops it; the rows are woken all the same."""
    worker.seed("古い鍵で", "書いた")
    record_property("hints in the queue", worker.rows("hints"))
    worker.environment["SECRET_KEY"] = "another-one-of-enough-characters-"
    worker.start()
    assert until(lambda: sorted(texts(sandbox)) == ["古い鍵で", "書いた"]), worker.said()


def test_sigterm_in_the_middle_of_a_slow_request_stops_everything_within_thirty_seconds(
    sandbox, worker, record_property
):
    sandbox.faults.add("mixi", "slow", match=VOICE, seconds=8)
    worker.seed("最後の一つ")
    worker.start()
    assert until(lambda: texts(sandbox)), worker.said()
    pids = worker.tree()
    record_property("seconds", round(worker.stop(within=30), 1))
    assert "work: stopped" in worker.said()
    assert until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], seconds=5)
    # It was let finish: the answer is written down, nothing is left in doubt.
    assert worker.rows("states") == {"最後の一つ": "sent"}


def test_sigterm_in_the_middle_of_a_refresh_keeps_the_new_token(sandbox, worker, record_property):
    """mixi has given it already, and the old one may be dead."""
    sandbox.faults.add("mixi", "slow", match="/2/token", seconds=6)
    worker.seed()
    worker.rows("idle")
    worker.start()
    assert until(lambda: worker.rows("token")[1]), worker.said()
    version, _ = worker.rows("token")
    record_property("seconds", round(worker.stop(within=30), 1))
    assert worker.rows("token") == [version + 1, False]


def test_it_waits_for_tables_that_are_not_there_yet(sandbox, worker_without_tables):
    worker = worker_without_tables
    worker.start()
    assert until(lambda: "waiting for manage.py migrate" in worker.said()), worker.said()
    worker.migrate()
    assert until(lambda: "work: running" in worker.said()), worker.said()
    worker.seed("待った甲斐")
    assert until(lambda: texts(sandbox) == ["待った甲斐"]), worker.said()


def test_it_waits_for_a_database_that_comes_up_later_and_goes_away_in_between(
    sandbox, worker, migrated
):
    where = urlsplit(migrated)
    if not where.hostname:
        pytest.skip("needs a database server: DATABASE_URL=postgres://…")
    port = free_row()
    through = where._replace(netloc=f"{where.username}@127.0.0.1:{port}")
    worker.environment = {**worker.environment, "DATABASE_URL": urlunsplit(through)}
    target = (where.hostname, where.port or 5432)
    worker.start()
    assert until(lambda: "waiting for the database" in worker.said()), worker.said()
    with forwarding_port(port, target):
        worker.seed("起きるのを待った")
        assert until(lambda: texts(sandbox) == ["起きるのを待った"]), worker.said()
        # A delivery whose answer could not be recorded keeps its link busy until its lease ends.
        assert until(lambda: worker.rows("row", "起きるのを待った")["state"] == "sent")
    worker.seed("留守の間に書いた")
    assert until(lambda: "work: wake" in worker.said()), worker.said()
    with forwarding_port(port, target):
        assert until(lambda: len(texts(sandbox)) == 2, seconds=120), worker.said()


def test_a_worker_that_is_silent_is_seen_at_readyz(worker):
    assert worker.rows("readyz") == [503, "worker: silent"]
    worker.start()
    assert until(lambda: worker.rows("readyz") == [200, "ok"]), worker.said()
    worker.kill()
    assert worker.rows("readyz") == [200, "ok"]
    worker.rows("age_beats", 121)
    assert worker.rows("readyz") == [503, "worker: silent"]
    worker.start()
    assert until(lambda: worker.rows("readyz") == [200, "ok"]), worker.said()


def test_a_flushed_redis_loses_no_post(sandbox, migrated, tmp_path, record_property):
    url = _empty_redis()
    environment = environment_of(sandbox, migrated, QUEUE_URL=url)
    worker = Worker(sandbox, environment, tmp_path)
    with worker.ended_at_last(), redis.Redis.from_url(url) as server:
        worker.rows("clear")
        worker.seed("消える前に", "書いた")
        record_property("hints in the queue", worker.rows("hints"))
        assert worker.rows("hints") == 2
        server.flushdb()
        worker.start()
        assert until(lambda: sorted(texts(sandbox)) == ["書いた", "消える前に"]), worker.said()
        worker.stop(within=30)
        server.flushdb()


def _empty_redis() -> str:
    """A database that nobody uses, on the server of QUEUE_URL."""
    url = os.environ.get("QUEUE_URL", "")
    if not url:
        pytest.skip("needs Redis: QUEUE_URL=redis://…")
    for number in range(15, 8, -1):
        own = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
        with redis.Redis.from_url(own) as server:
            if not server.dbsize():
                return own
    pytest.skip("no Redis database is empty")
    return ""


def _since(moment: float) -> int:
    return round(time.monotonic() - moment)
