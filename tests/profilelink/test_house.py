"""The house rules that a machine can check: one word for a network, every setting written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.socialaccount.providers import registry
from django.conf import settings

from syndication.connectors import CONNECTORS
from syndication.sandbox.networks import NETWORKS

ROOT = Path(settings.BASE_DIR)
CAPS = {".py": 300, ".html": 150}  # lines; what grows past it wants to be two things


def test_a_network_has_one_word_everywhere() -> None:
    keys = set(settings.NETWORKS)
    assert {cls.id for cls in registry.get_class_list()} == keys
    assert set(CONNECTORS) == keys
    assert {network.key for network in NETWORKS} == keys
    for key in keys:
        assert (ROOT / "tests/syndication/connectors" / f"test_{key}.py").exists() or list(
            (ROOT / "tests/syndication/connectors").glob(f"test_{key}*.py")
        )
        assert (ROOT / "accounts/providers" / key / "provider.py").exists()


def test_nothing_lists_the_networks_but_the_settings() -> None:
    """And the drills, which know how each grants an access and how it fails."""
    listing = {
        str(path.relative_to(ROOT))
        for folder in ("profilelink", "accounts", "syndication", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if all(f'"{key}"' in path.read_text() for key in settings.NETWORK_KEYS)
    }
    assert {name for name in listing if not name.startswith("tests/drills/")} == {
        "profilelink/settings.py"
    }


def test_every_variable_that_is_read_is_written_down_and_the_reverse() -> None:
    read = set()
    for path in ("profilelink/settings.py", "profilelink/deploy/gunicorn.py"):
        text = (ROOT / path).read_text()
        read |= set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', text))
        read |= set(re.findall(r'\bread_\w+\(env, "([A-Z_]+)"', text))
        read |= set(re.findall(r'environ\.get\("([A-Z_]+)"', text))
    for key, variables in settings.NETWORKS.items():
        read |= {f"{key}_{name}".upper() for name in variables}
    written = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert read == written


def test_the_top_level_holds_what_was_given_and_nothing_else() -> None:
    allowed = {
        "manage.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md",
        "profilelink", "accounts", "syndication", "templates", "static", "tests",
        "var", "build", "uv.lock",
    }  # fmt: skip
    assert {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} <= allowed


@pytest.mark.parametrize("folder", ["profilelink", "accounts", "syndication", "templates"])
def test_files_stay_small(folder: str) -> None:
    for suffix, cap in CAPS.items():
        for path in (ROOT / folder).rglob(f"*{suffix}"):
            lines = path.read_text().count("\n")
            assert lines <= cap or "migrations" in path.parts, f"{path}: {lines} lines"


@pytest.mark.parametrize(("folder", "mark"), [("journey", "journey"), ("drills", "drill")])
def test_what_starts_the_whole_product_is_marked(folder: str, mark: str) -> None:
    """`pytest -m 'not journey and not drill and not browser'` leaves the slow ones out."""
    for path in (ROOT / "tests" / folder).glob("test_*.py"):
        text = path.read_text()
        if "world: World" in text or "worker" in text or "subprocess" in text:
            assert f"pytest.mark.{mark}" in text, path


def test_no_machine_s_path_and_no_registry_stands_in_the_project() -> None:
    for path in [
        *ROOT.glob("*.*"),
        *(ROOT / "profilelink").rglob("*.py"),
        *(ROOT / ".ci").iterdir(),
    ]:
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ""}:
            text = path.read_text(errors="ignore")
            assert str(ROOT.parent) + "/" not in text or len(str(ROOT.parent)) < 4, path
