"""How a run is spread over the machine's cores: by pytest-xdist, unless it is a small one.

`pytest` and `pytest tests/syndication` start a worker for each core, and two more. One file or one test
stays in this process, and so does whatever must reach the terminal (`-s`, `--pdb`, `--collect-only`): a
second process would cost more than it saves. `-n 0` and `-p no:xdist` switch it off, `-n 3` and `--dist`
are obeyed. This stands here and not in `addopts`, since `-n` there would be an error under
`-p no:xdist`.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
MAX_WORKERS = 8  # each migrates a database of its own
# Files and folders whose tests share something costly (a fixture of this name). All of one name go to one
# worker, so that it is made once; the largest first. Not xdist's --dist=loadgroup: its version 3.8 writes
# the group into the id of a test, which pytest 9.2 does not let it.
SHARED = {
    "tests/journey/": "world",
    "tests/pds/": "running_pds",
    "tests/drills/test_mails.py": "migrated",
    "tests/drills/test_slow_servers.py": "migrated",
    "tests/drills/test_supervision.py": "migrated",
    "tests/profilelink/test_layout.py": "albums",
    "tests/profilelink/test_accessibility.py": "albums",
    "tests/profilelink/test_accessibility_hands.py": "albums",
    "tests/profilelink/test_accessibility_words.py": "albums",
    "tests/profilelink/test_pages_keys.py": "albums",
    "tests/profilelink/test_pages_notices.py": "albums",
    "tests/profilelink/test_screenshots.py": "albums",
    "tests/profilelink/test_text_browser.py": "albums",
    "tests/profilelink/test_weights.py": "albums",
}
_IS_OURS = pytest.StashKey[bool]()


def shared_by(nodeid: str) -> str:
    """What the test with this id shares with others; "" where it stands alone."""
    return next((name for path, name in SHARED.items() if nodeid.startswith(path)), "")


class SharedScheduling(LoadScopeScheduling):
    """One test at a time to whoever is free, but for those that share something."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid) or nodeid


@pytest.hookimpl(tryfirst=True)  # before xdist reads what it was asked for
def pytest_cmdline_main(config: pytest.Config) -> None:
    option = config.option
    is_worker = hasattr(config, "workerinput")
    if is_worker or not config.pluginmanager.hasplugin("xdist"):
        return
    if option.numprocesses is None and not option.tx and _is_large(config):
        # Two more than there are cores: journeys and drills wait for other processes half of the time.
        option.numprocesses = min(len(os.sched_getaffinity(0)) + 2, MAX_WORKERS)
    config.stash[_IS_OURS] = option.dist == "no"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedScheduling | None:
    return SharedScheduling(config, log) if config.stash[_IS_OURS] else None


def pytest_configure() -> None:
    """Tests start some eighty Python processes: where no bytecode may stand beside the sources (in many
    containers), each would compile the product and its parts anew. It is kept in var/ then."""
    if sys.dont_write_bytecode:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "pycache"))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _is_large(config: pytest.Config) -> bool:
    """Whether whole folders were asked for, with nothing that needs this process's terminal."""
    option = config.option
    if option.capture == "no" or option.usepdb or option.collectonly:
        return False
    return any(Path(argument.partition("::")[0]).is_dir() for argument in config.args)
