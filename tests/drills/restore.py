"""Restore drill: a backup taken in the middle of it, restored elsewhere, finishes what was begun.

    python -m tests.drills.restore --deliveries 100 --network mastodon

Members write, edit and delete, the worker sends and is killed, the network answers badly, as in
tests.drills.chaos; meanwhile `manage.py backup` runs. All goes on for a while, then the site is lost: its
processes are killed. The backup is restored into another database, and a worker and the members go on
there, against the same network. Counted there, of the posts that the backup holds:

- `doubled`: copies above one, ever; `returned`: copies and rows of posts that were deleted on the lost site;
- `missing`: posts that are to have a copy and have none.

Of posts that were written after the backup nothing is known here; their copies may not be more than one
either. Posts that were edited are known by their mark all the same. One line of JSON at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from tests.drills import chaos, processes
from tests.drills.counting import copies_received
from tests.drills.stage import DEADLINE, STARTED_WITHIN, Drill, drill_network, drill_stage
from tests.migrated import own_database


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the whole drill; return what it found."""
    with drill_stage(options) as drill, drill_network(drill), ExitStack() as stack:
        drill.env["DRILL_SHARED"] = "0"  # equal posts cannot be told apart without their rows
        drill.env["DELETION_LOG"] = str(drill.folder / "backups" / "deletions.log")
        try:
            lost = _lose(drill)
            other = drill.folder / "other"
            other.mkdir()
            database = stack.enter_context(own_database(other))
            env = {**drill.env, "DATABASE_URL": database, "MEDIA_ROOT": str(other / "media")}
            [backup] = (drill.folder / "backups").glob("20*")
            said = processes.run_to_end(["manage.py", "restore", str(backup)], env)
            drill.env = env
            drill.start_worker()
            told = _people(drill, "--within", str(options.within))
        finally:
            if drill.worker is not None:
                processes.stop_tree(drill.worker)
        time.sleep(2 * DEADLINE / options.hurry)
        return {**_count(drill, lost["posts"], told["posts"]), **_around(drill, told, said)}


def _lose(drill: Drill) -> dict[str, Any]:
    """Play until the site is lost; return the posts that stood there."""
    options = drill.options
    command = [
        "-m", "tests.drills.members", drill.network, "--deliveries", str(options.deliveries),
        "--links", str(options.links), "--network", options.network, "--over", str(options.over),
        "--within", str(options.within), "--seed", str(options.seed),
    ]  # fmt: skip
    log = drill.folder / "members.log"
    with processes.running_process(command, log, drill.env) as members:
        processes.logs_within(log, "READY", STARTED_WITHIN)
        drill.start_worker()
        time.sleep(options.over * 0.4)
        for _ in range(options.kills):
            drill.kill_worker()
            drill.start_worker()
        drill.seen["backup"] = processes.run_to_end(
            ["manage.py", "backup", str(drill.folder / "backups")], drill.env
        )
        time.sleep(options.over * 0.6)
        processes.kill_tree(members)
    time.sleep(options.after)  # the worker sends on, and writes the deletion log
    drill.kill_worker()
    return _people(drill, "--list")


def _people(drill: Drill, *more: str) -> dict[str, Any]:
    command = [
        "-m",
        "tests.drills.restored_members",
        drill.network,
        "--network",
        drill.options.network,
    ]
    done = subprocess.run(
        [sys.executable, *command, *more], cwd=processes.ROOT, env=drill.env,
        capture_output=True, text=True, timeout=drill.options.within + 60,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _count(drill: Drill, lost: list[dict[str, Any]], here: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare the network's own list with the posts of both sites."""
    received = copies_received(drill.look(f"/{drill.options.network}/_received"))
    ever = Counter(each.key for each in received)
    standing = Counter(each.key for each in received if not each.is_deleted)
    deleted = {_key(each) for each in lost if each["is_deleted"]}
    restored = {_key(each): each for each in here}
    told = {_key(each) for each in here if each["is_told"]}
    wanted = {key for key, each in restored.items() if not each["is_deleted"]}
    drawn = {key for key, each in restored.items() if "cancelled" in each["states"]}
    return {
        "doubled": sum(count - 1 for count in ever.values() if count > 1),
        "returned": sum(1 for key in deleted & set(restored) if standing[key] and key not in told)
        + sum(1 for key in deleted & wanted),
        "missing": len(wanted - set(standing) - drawn),
        "deleted": len(deleted & set(restored)),
        "posts_in_backup": len(here),
        "posts_lost": len(lost) - len(here),
        "copies": len(received),
    }


def _around(drill: Drill, told: dict[str, Any], said: str) -> dict[str, Any]:
    return {
        "is_over": told["is_over"],
        "pressed": told["pressed"],
        "network": drill.options.network,
        "engine": drill.options.engine,
        "seed": drill.options.seed,
        "backup": drill.seen["backup"].splitlines()[0].rpartition("/")[2],
        "restore": [line for line in said.splitlines() if "deliveries" in line or "log:" in line],
    }


def _key(post: dict[str, Any]) -> tuple[str, str]:
    return (post["user"], post["words"])


def has_fault(found: dict[str, Any]) -> bool:
    """Whether anything stands twice, came back or is missing, or the drill was given up."""
    return any(found[name] for name in ("doubled", "returned", "missing")) or not found["is_over"]


def parse_arguments() -> argparse.Namespace:
    """The options of the chaos drill, and how long is written and waited."""
    own = argparse.ArgumentParser(prog="tests.drills.restore", add_help=False)
    own.add_argument("--over", type=float, default=30.0, help="seconds in which members write")
    own.add_argument("--after", type=float, default=6.0, help="seconds until the worker is lost")
    mine, others = own.parse_known_args()
    return argparse.Namespace(**{**vars(chaos.parse_arguments(others)), **vars(mine)})


def main() -> None:
    found = run(parse_arguments())
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    raise SystemExit(int(has_fault(found)))


if __name__ == "__main__":
    main()
