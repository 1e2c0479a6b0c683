"""Rotation drill: all three keys are changed while members write and the worker sends.

    python -m tests.drills.rotation --deliveries 100 --network mastodon

As a host does it (profilelink/deploy/hosting.md): the new TOKEN_KEYS key is known everywhere behind the old
one; it is put first where members are, then in the worker; `manage.py reseal` runs, and the old one is taken
out; SECRET_KEY and PIN_KEY change with their former values as fallbacks. Each step restarts the worker, as a power failure would. Counted at the
network as in tests.drills.chaos, and: no link may have lost its tokens.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import time
from typing import Any

from cryptography.fernet import Fernet

from tests.drills import chaos, processes
from tests.drills.stage import DEADLINE, STARTED_WITHIN, Drill, drill_network, drill_stage


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the whole drill; return what it found."""
    with drill_stage(options) as drill, drill_network(drill):
        try:
            told, said = _play(drill)
        finally:
            if drill.worker is not None:
                processes.stop_tree(drill.worker)
        time.sleep(2 * DEADLINE / options.hurry)
        found = chaos._result(drill, told)
        return {**found, "reseal": said, "linked_again": told["pressed"].get("linked_again", 0)}


def _play(drill: Drill) -> tuple[dict[str, Any], list[str]]:
    options, old = drill.options, drill.env["TOKEN_KEYS"]
    new = Fernet.generate_key().decode()
    drill.env["TOKEN_KEYS"] = f"{old},{new}"
    web = {
        **drill.env,
        "TOKEN_KEYS": f"{new},{old}",
    }  # was started anew first, and seals with the new one
    command = [
        "-m", "tests.drills.members", drill.network, "--deliveries", str(options.deliveries),
        "--links", str(options.links), "--network", options.network,
        "--over", str(options.over), "--within", str(options.within), "--seed", str(options.seed),
    ]  # fmt: skip
    ledger, log = drill.folder / "members.json", drill.folder / "members.log"
    with ledger.open("wb") as out, log.open("wb") as err:
        members = subprocess.Popen(
            [sys.executable, *command], cwd=processes.ROOT, env=web, stdout=out, stderr=err
        )
    try:
        processes.logs_within(log, "READY", STARTED_WITHIN)
        drill.start_worker()
        said = _rotate(drill, old, new)
        members.wait(timeout=options.within + 60)
    finally:
        if members.poll() is None:
            members.kill()
            members.wait()
    if members.returncode:
        raise RuntimeError(log.read_text(errors="replace")[-3000:])
    return json.loads(ledger.read_text()), said


def _rotate(drill: Drill, old: str, new: str) -> list[str]:
    """The steps, spread over the time in which members write. Return what `reseal` said."""
    pause, former = drill.options.over / 4, dict(drill.env)
    time.sleep(pause)
    _restart(drill, TOKEN_KEYS=f"{new},{old}")
    time.sleep(pause)
    said = processes.run_to_end(["manage.py", "reseal"], drill.env)
    _restart(drill, TOKEN_KEYS=new)
    time.sleep(pause)
    for name in ("SECRET_KEY", "PIN_KEY"):
        drill.env |= {name: secrets.token_hex(20), f"{name}_FALLBACKS": former[name]}
    _restart(drill)
    return said.splitlines()


def _restart(drill: Drill, **changed: str) -> None:
    drill.env |= changed
    drill.kill_worker()
    drill.start_worker()


def has_fault(found: dict[str, Any]) -> bool:
    """Whether a copy is wrong, a link lost its tokens, or the drill was given up."""
    is_lost = "All done" not in found["reseal"][-1]
    return any(found[name] for name in chaos.FAULT_COUNTS) or is_lost or not found["is_over"]


def parse_arguments() -> argparse.Namespace:
    """The options of the chaos drill, and how long is written."""
    own = argparse.ArgumentParser(prog="tests.drills.rotation", add_help=False)
    own.add_argument("--over", type=float, default=40.0, help="seconds in which members write")
    mine, others = own.parse_known_args()
    return argparse.Namespace(**{**vars(chaos.parse_arguments(others)), **vars(mine)})


def main() -> None:
    found = run(parse_arguments())
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    raise SystemExit(int(has_fault(found)))


if __name__ == "__main__":
    main()
