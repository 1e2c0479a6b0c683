"""The image's steps, run as the Dockerfile runs them, and what `check --deploy` says of production."""

from __future__ import annotations

import getpass
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import django
from django.conf import settings

from tests.profilelink.production import production_environment

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "profilelink/deploy"
COPIED = ["accounts", "profilelink", "syndication", "static", "templates", "manage.py"]


def test_check_deploy_has_nothing_to_say(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        env=production_environment(tmp_path), cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "no issues" in said.stdout


def test_the_steps_of_the_image_collect_files_and_leave_the_code_alone(tmp_path: Path) -> None:
    """With this Python's packages, which the step after the install compares with the pins."""
    source, media = tmp_path / "source", tmp_path / "media"
    source.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    (source / ".venv/bin").mkdir(parents=True)
    python = source / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    subprocess.run(
        ["profilelink/deploy/build_image"],
        env={
            "PATH": os.environ["PATH"],
            "PROFILELINK_USER": getpass.getuser(),
            "MEDIA_ROOT": str(media),
        },
        cwd=source,
        check=True,
    )
    assert (source / "var/static/admin/css/base.css").exists()
    assert media.is_dir()
    assert not list(source.glob("var/*.sqlite3"))


def test_the_packages_of_the_image_are_the_pinned_ones() -> None:
    differing = runpy.run_path(str(DEPLOY / "check_packages.py"))["differing_packages"]
    pins = (DEPLOY / "requirements.txt").read_text().splitlines()
    assert differing(pins) == []
    assert differing(["django==1.0"]) == [f"django: 1.0 is pinned, {django.__version__} is here"]


def test_the_image_runs_unprivileged_and_installs_nothing_at_a_start() -> None:
    steps = (DEPLOY / "Dockerfile").read_text()
    assert re.search(r"^RUN profilelink/deploy/build_image$", steps, re.M)
    user, start = steps.index("\nUSER profilelink"), steps.index("\nCMD ")
    assert steps.index("\nRUN ") < user < start
    started = (DEPLOY / "compose.yaml").read_text()
    for wrong in ("pip install", "python:3", "../..:/app"):
        assert wrong not in started
