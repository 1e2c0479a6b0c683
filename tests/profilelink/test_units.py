"""The systemd units of profilelink/deploy: each runs a command that is there, with the settings of the others."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import load_command_class

DEPLOY = Path(settings.BASE_DIR) / "profilelink/deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
MANAGE = "/srv/profilelink/.venv/bin/python manage.py "


def unit(path: Path) -> ConfigParser:
    found = ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read(path)
    return found


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_every_service_has_the_same_user_folder_and_settings(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "profilelink"
    assert service["WorkingDirectory"] == "/srv/profilelink"
    assert service["EnvironmentFile"] == "/etc/profilelink.env"


def test_a_backup_is_taken_each_night_and_fourteen_are_kept() -> None:
    timer = unit(DEPLOY / "profilelink-backup.timer")["Timer"]
    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 03:00:00", "true")
    line = unit(DEPLOY / "profilelink-backup.service")["Service"]["ExecStart"]
    assert line.startswith(MANAGE)
    name, *arguments = line.removeprefix(MANAGE).split()
    parser = load_command_class("profilelink", name).create_parser("manage.py", name)
    given = parser.parse_args(arguments)
    assert (str(given.folder), given.keep) == ("/srv/backups", 14)


def test_the_guide_names_every_unit() -> None:
    guide = (DEPLOY / "hosting.md").read_text(encoding="utf-8")
    for path in (*SERVICES, *DEPLOY.glob("*.timer")):
        assert path.name in guide or path.stem in guide, path.name
