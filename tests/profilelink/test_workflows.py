"""The workflows call .ci/ and nothing else, with the least rights, and with actions that cannot change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

GITHUB = Path(settings.BASE_DIR) / ".github"
WORKFLOWS = {
    path.stem: path.read_text(encoding="utf-8") for path in GITHUB.rglob("workflows/*.yml")
}


def test_each_push_runs_the_checks_and_each_week_tries_the_newest_versions():
    assert set(WORKFLOWS) == {"run", "newest"}
    assert re.search(r"^ +- run: \.ci/run$", WORKFLOWS["run"], re.M)
    assert "  push:\n" in WORKFLOWS["run"]
    assert re.search(r"^ +- run: \.ci/newest$", WORKFLOWS["newest"], re.M)
    assert "  schedule:\n" in WORKFLOWS["newest"]


def test_each_week_known_vulnerabilities_of_the_pins_are_looked_up_and_told():
    weekly = (GITHUB.parent / ".ci/newest").read_text(encoding="utf-8")
    assert '.ci/audit >"$REPORT/audit" 2>&1 || echo .ci/audit >>"$REPORT/commands"' in weekly
    assert 'cat "$REPORT/audit"' in weekly
    audit = (GITHUB.parent / ".ci/audit").read_text(encoding="utf-8")
    assert "--strict" in audit  # else an index without advisories passes
    assert "profilelink/deploy/requirements.txt" in audit


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_actions_are_pinned_and_rights_are_named_job_by_job(name):
    text = WORKFLOWS[name]
    for action in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", action)
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert "\npermissions: {}\n" in text
    rights = re.findall(r"^ +(\w[\w-]*): write$", text, re.M)
    assert rights == (["issues"] if name == "newest" else [])


def test_dependabot_renews_the_actions_alone():
    text = (GITHUB / "dependabot.yml").read_text(encoding="utf-8")
    assert re.findall(r"package-ecosystem: (.+)", text) == ["github-actions"]
