"""How a run is spread over the machine's cores: by pytest-xdist, unless it is a small one.

`pytest` and `pytest tests/syndication` start a worker for each core, and one more. One file or one test stays in
this process, and so does whatever must reach the terminal (`-s`, `--pdb`, `--collect-only`): a second
process would cost more than it saves. `-n 0` and `-p no:xdist` switch it off, `-n 3` and `--dist`
are obeyed. This stands here and not in `addopts`, since `-n` there would be an error under
`-p no:xdist`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Costly things that are made once for a session or a module. The tests that ask for one go to one
# worker, so that it is made once; xdist starts the largest groups first.
SHARED = ("world", "albums", "migrated", "running_pds")
ROOT = Path(__file__).resolve().parents[1]
MOST_WORKERS = 8  # each migrates a database of its own


@pytest.hookimpl(tryfirst=True)  # before xdist reads what it was asked for
def pytest_cmdline_main(config: pytest.Config) -> None:
    option = config.option
    is_worker = hasattr(config, "workerinput")
    if is_worker or not config.pluginmanager.hasplugin("xdist"):
        return
    if option.numprocesses is None and not option.tx and _is_large(config):
        # One more than there are cores: journeys and drills wait for other processes half of the time.
        option.numprocesses = min(len(os.sched_getaffinity(0)) + 1, MOST_WORKERS)
    if option.numprocesses and option.dist == "no":
        option.dist = "loadgroup"


def pytest_configure() -> None:
    """Tests start some eighty Python processes: where no bytecode may stand beside the sources (in many
    containers), each would compile the product and its parts anew. It is kept in var/ then."""
    if sys.dont_write_bytecode:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "pycache"))


def _is_large(config: pytest.Config) -> bool:
    """Whether whole folders were asked for, with nothing that needs this process's terminal."""
    option = config.option
    if option.capture == "no" or option.usepdb or option.collectonly:
        return False
    return any(Path(argument.partition("::")[0]).is_dir() for argument in config.args)


@pytest.hookimpl(tryfirst=True)  # before xdist's own, which reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        for name in SHARED:
            if name in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(name))
