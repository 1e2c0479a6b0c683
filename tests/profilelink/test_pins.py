"""Versions do not move by themselves: the table in pyproject.toml, the exported file, and what is installed.

`.ci/newest` installs newer versions on purpose and sets VERSIONS=newest; this file then has nothing to say.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.skipif(
    os.environ.get("VERSIONS") == "newest", reason="VERSIONS=newest: on other versions, on purpose"
)

ROOT = Path(settings.BASE_DIR)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXPORT = (ROOT / "profilelink/deploy/requirements.txt").read_text(encoding="utf-8")
INSTALLERS = {"pip", "setuptools", "uv", "wheel"}  # what makes an environment, not what is in it
RENEW = "`.ci/pin` writes table and export anew; `uv sync` installs them"


def pins(lines: Iterable[str]) -> dict[str, Requirement]:
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert len({each.name for each in found}) == len(found), "a package stands there twice"
    return {each.name: each for each in found}


def versions(found: dict[str, Requirement]) -> dict[str, str]:
    """The exact version of each package that this Python on this system takes."""
    return {
        name: str(each.specifier).removeprefix("==")
        for name, each in found.items()
        if each.marker is None or each.marker.evaluate()
    }


def brought_along(wanted: Iterable[str]) -> set[str]:
    """The packages that these requirements install here, theirs included."""
    names: set[str] = set()
    todo = [(Requirement(each), "") for each in wanted]
    seen = set()
    while todo:
        each, extra = todo.pop()
        if each.marker and not each.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(each.name)
        names.add(name)
        for part in {"", *each.extras} - {part for known, part in seen if known == name}:
            seen.add((name, part))
            todo += [(Requirement(line), part) for line in distribution(name).requires or []]
    return names


TABLE = pins(PYPROJECT["tool"]["uv"]["constraint-dependencies"])
EXPORTED = pins(EXPORT.splitlines())


def test_what_is_installed_is_what_the_table_says():
    installed = {canonicalize_name(each.name): each.version for each in distributions()}
    for name in INSTALLERS:
        installed.pop(name, None)
    assert installed == versions(TABLE), RENEW


def test_the_exported_file_is_the_table_s_part_that_runs_need():
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    needed = brought_along(project["dependencies"] + extras["scale"] + extras["metrics"])
    assert set(versions(EXPORTED)) == needed, RENEW
    table = versions(TABLE)
    assert versions(EXPORTED) == {name: table[name] for name in needed}, RENEW
    elsewhere = {name: str(each.specifier) for name, each in EXPORTED.items()}
    assert elsewhere == {name: str(TABLE[name].specifier) for name in EXPORTED}, RENEW


def test_every_range_in_pyproject_holds_its_pin():
    groups = [PYPROJECT["project"]["dependencies"], PYPROJECT["dependency-groups"]["dev"]]
    groups += PYPROJECT["project"]["optional-dependencies"].values()
    for line in (line for group in groups for line in group):
        wanted = Requirement(line)
        [pin] = TABLE[canonicalize_name(wanted.name)].specifier
        assert pin.operator == "=="
        assert pin.version in wanted.specifier, f"{line}: pinned at {pin.version}"


def test_one_version_of_uv_is_named_wherever_one_is_installed():
    files = [ROOT / "README.md", *(ROOT / ".ci").iterdir(), *(ROOT / ".github").rglob("*.y*ml")]
    files += [path for path in (ROOT / "profilelink/deploy").iterdir() if path.is_file()]
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    named = {found for text in texts.values() for found in re.findall(r"\buv==([\d.]+)", text)}
    assert len(named) == 1
    for name, text in texts.items():
        assert not re.findall(r"pip install(?: -\S+)* uv(?!==)", text), (
            f"{name}: uv without version"
        )


@pytest.mark.parametrize(
    ("tool", "where"), [("pip-audit", ".ci/lib"), ("atheris", "tests/fuzz/__init__.py")]
)
def test_a_tool_that_is_not_installed_with_the_project_has_its_version(tool: str, where: str):
    text = (ROOT / where).read_text(encoding="utf-8")
    assert re.search(rf"\b{tool}==\d[\d.]*", text)
    renewed = re.search(r"for tool in ([^;]+);", (ROOT / ".ci/pin").read_text(encoding="utf-8"))
    assert renewed
    assert {"uv", tool} <= set(renewed[1].split())


def test_no_index_is_named_where_versions_are():
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "://" not in EXPORT
    modules = (ROOT / "tests/pds/package-lock.json").read_text(encoding="utf-8")
    assert "://" not in modules
    assert '"resolved"' not in modules
    assert not {"index", "index-url", "extra-index-url", "find-links"} & set(
        PYPROJECT["tool"]["uv"]
    )
