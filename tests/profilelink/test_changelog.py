"""The form of CHANGELOG.md (Keep a Changelog) and the version in pyproject.toml."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_the_newest_version_of_the_changelog_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.findall(r"^## \[(.+)\] - \d{4}-\d\d-\d\d$", CHANGELOG, re.M)[0]
    assert (project["version"], settings.VERSION) == (newest, newest)


def test_what_is_not_released_stands_above_every_version():
    assert re.findall(r"^## (.*)$", CHANGELOG, re.M)[0] == "[Unreleased]"


def test_every_line_of_the_changelog_stands_under_one_of_the_six_kinds():
    kind, lost = "", []
    for line in CHANGELOG.splitlines():
        if line.startswith("#"):
            kind = line.removeprefix("### ")
        elif line.startswith("- ") and kind not in KINDS:
            lost.append(line)
    assert lost == []
