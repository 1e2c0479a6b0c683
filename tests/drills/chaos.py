"""Chaos drill: count lost, doubled, left-behind and stale copies at the network, not in our tables.

    python -m tests.drills.chaos --deliveries 1000 --kills 10 --bad 0.2 --network mastodon

Real processes: `manage.py work`, a network that answers badly (tests.drills.network) and members
who write, edit, delete and press (tests.drills.members), on a database of their own: a file, or one
made on the server of DATABASE_URL; hints by QUEUE_URL where it is set (its `profilelink` queue is
emptied). `--engine` chooses among what these variables offer. The worker's whole tree is killed by
SIGKILL again and again, every second time in the middle of a request; the network also refuses
connections for a while.

`--hurry 10` divides every wait of the engine by ten (tests.drills.figures says which): its figures
are made for two days of tries. `--guard off` takes out what the drill is about, `unread` (nothing is read
back) and `late` (`sending` is marked after the request) one half of it each; then it must show losses
or doubles.

One line of JSON at the end: `bad_answers` counts what struck, `at_writes` how much of it struck where
a post came in, `outcomes` how the tries ended. The exit status is 1 where a count of losses or doubles
is not 0, where the drill was given up, or where a kind of bad answer never struck in a drill of 200
deliveries or more.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.drills import processes
from tests.drills.answers import count_misplaced, likes_received
from tests.drills.counting import Written, copies_received, count_faults, count_photo_faults
from tests.drills.grants import GRANTS
from tests.drills.stage import (
    DEADLINE,
    ENGINES,
    STARTED_WITHIN,
    Drill,
    default_engine,
    drill_network,
    drill_stage,
)

LARGE = 200  # deliveries; as many meet every bad answer
FAULT_COUNTS = ("missing", "doubled", "left_behind", "stale", "misplaced", "wider", "strayed")
BAD_ANSWERS = (
    "500_before", "500_after", "drop_after", "slow_before", "429", "429_date", "expired", "bad_json",
    "page", "page_after", "refused",
)  # fmt: skip


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the whole drill; return what it found."""
    started_at = time.monotonic()
    with drill_stage(options) as drill, drill_network(drill):
        try:
            told = _play(drill)
        finally:
            if drill.worker is not None:
                processes.stop_tree(drill.worker)
        time.sleep(2 * DEADLINE / options.hurry)  # a dead worker's request may still be processed
        found = {**_result(drill, told), "seconds": round(time.monotonic() - started_at)}
        if options.keep or has_fault(found):
            _keep(drill, told)
        return found


def has_fault(found: dict[str, Any]) -> bool:
    """Whether the run shows a fault, or shows too little: a large one meets every bad answer. A small
    one is over so soon that an outage of seconds may pass between two of its requests."""
    shows_all = found["deliveries"] < LARGE or not found["never_struck"]
    return any(found[name] for name in FAULT_COUNTS) or not shows_all or not found["is_over"]


def _play(drill: Drill) -> dict[str, Any]:
    """Run members and kills side by side; return the members' final report."""
    options = drill.options
    pause = options.pause
    over = max(options.kills * (pause + 4.0), 5.0)
    command = [
        "-m", "tests.drills.members", drill.network,
        "--deliveries", str(options.deliveries), "--links", str(options.links),
        "--network", options.network, "--over", str(over), "--within", str(options.within), "--seed", str(options.seed),
    ]  # fmt: skip
    ledger = drill.folder / "members.json"
    log = drill.folder / "members.log"
    with ledger.open("wb") as out, log.open("wb") as err:
        members = subprocess.Popen(
            [sys.executable, *command], cwd=processes.ROOT, env=drill.env, stdout=out, stderr=err
        )
    try:
        processes.logs_within(log, "READY", STARTED_WITHIN)
        drill.start_worker()
        drill.kill_all_through(pause)
        members.wait(timeout=options.within + 60)
    finally:
        if members.poll() is None:
            members.kill()
            members.wait()
    if members.returncode:
        raise RuntimeError(log.read_text(errors="replace")[-3000:])
    return json.loads(ledger.read_text())  # type: ignore[no-any-return]


def _result(drill: Drill, told: dict[str, Any]) -> dict[str, Any]:
    options = drill.options
    written = [Written(**each) for each in told["written"]]
    thrown = drill.look("/_thrown")
    struck = {**thrown["faults"], "refused": told["outcomes"].get("unreachable", 0)}
    received = _received(drill)
    likes = likes_received(received, {each.user for each in written})
    return {
        **count_faults(written, [*copies_received(received), *likes]),
        **count_photo_faults(written, copies_received(received)),
        **count_misplaced(received, drill.look("/_friends_posts")),
        "is_over": told["is_over"],
        "network": options.network,
        "engine": options.engine,
        "guard": options.guard,
        "deliveries": len(written),
        "deleted": sum(each.is_deleted for each in written),
        "replies": sum(each.kind == "reply" for each in written),
        "likes": sum(each.kind == "like" for each in written),
        "photos": sum(each.photos for each in written),
        "edited": sum(each.edits > 0 for each in written),
        "manners": thrown["manners"].get(options.network, {}),
        "not_read_back": told["not_read_back"],
        "kills": options.kills,
        "kills_in_request": drill.kills_in_request,
        "requests": thrown["requests"],
        "bad_answers": struck,
        "never_struck": [name for name in BAD_ANSWERS if not struck.get(name)],
        "at_writes": thrown["at_writes"],
        "outcomes": told["outcomes"],
        "pressed": told["pressed"],
        "database_is_locked": sum(
            log.read_text(errors="replace").count("is locked") for log in drill.folder.glob("*.log")
        ),
        "hurry": options.hurry,
        "seed": options.seed,
    }


def _received(drill: Drill) -> Any:
    return drill.look(f"/{drill.options.network}/_received")


def _keep(drill: Drill, told: dict[str, Any]) -> None:
    """Keep the files of a run that found a fault."""
    kept = Path(tempfile.mkdtemp(prefix="profilelink-drill-kept-"))
    (kept / "received.json").write_text(json.dumps(_received(drill), indent=1, ensure_ascii=False))
    (kept / "told.json").write_text(json.dumps(told, indent=1, ensure_ascii=False))
    for path in [*drill.folder.glob("*.log"), *drill.folder.glob("*.sqlite3*")]:
        shutil.copy(path, kept)
    sys.stderr.write(f"kept in {kept}\n")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.chaos")
    parser.add_argument("--deliveries", type=int, default=100, help="posts that are written")
    parser.add_argument("--kills", type=int, default=5, help="times that the worker is killed")
    parser.add_argument("--bad", type=float, default=0.2, help="share of requests answered badly")
    parser.add_argument("--links", type=int, default=10, help="accounts that they go to")
    parser.add_argument("--engine", choices=ENGINES, default=default_engine())
    parser.add_argument("--network", choices=sorted(GRANTS), default="mixi")
    parser.add_argument(
        "--guard",
        choices=("on", "off", "unread", "late"),
        default="on",
        help="off: without what keeps copies single; unread: without reading back; "
        "late: `sending` is marked after the request",
    )
    parser.add_argument(
        "--hurry", type=float, default=10.0, help="divides every wait of the engine"
    )
    parser.add_argument("--pause", type=float, default=8.0, help="seconds between kills, about")
    parser.add_argument("--away", type=float, default=20.0, help="seconds without connections")
    parser.add_argument("--within", type=float, default=1800.0, help="seconds, then it is given up")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--keep", action="store_true", help="keep logs and rows to look at")
    return parser.parse_args(arguments)


def main() -> None:
    found = run(parse_arguments())
    sys.stdout.write(json.dumps(found) + "\n")
    raise SystemExit(int(has_fault(found)))


if __name__ == "__main__":
    main()
