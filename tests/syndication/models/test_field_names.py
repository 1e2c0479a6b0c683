"""Fields that got another name keep their column."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

# SQLite makes SQL for tables outside of a transaction alone.
pytestmark = pytest.mark.django_db(transaction=True)


def test_renaming_fields_touches_no_table() -> None:
    said = StringIO()
    call_command("sqlmigrate", "syndication", "0026_field_names", stdout=said, no_color=True)
    lines = [line for line in said.getvalue().splitlines() if line and not line.startswith("--")]
    assert lines == ["BEGIN;", "COMMIT;"]
