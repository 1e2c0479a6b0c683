import copy
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Member
from tests.making import make_member

PLAIN = """{% extends "base.html" %}{% block content %}{% if form %}<form method="post">
{% csrf_token %}{{ form }}<input type="hidden" name="next" value="{{ redirect_field_value }}">
<input type="submit" value="Send"></form>{% endif %}{% endblock %}"""


@pytest.fixture(autouse=True)
def no_mail_of_the_product(settings: Any) -> None:
    """The site of these tests has none of the pages that the mail names."""
    settings.URLSESSION_EXPOSED_HANDLER = ""


@pytest.fixture
def hanako(db: Any) -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(db: Any) -> Member:
    return make_member("taro")


@pytest.fixture
def plain_allauth(settings: Any, tmp_path: Path) -> None:
    """allauth's pages in templates that name no address of the product."""
    for name in ("login", "reauthenticate", "password_reset", "password_reset_done"):
        path = tmp_path / "account" / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PLAIN, encoding="utf-8")
    mine = copy.deepcopy(settings.TEMPLATES)
    mine[0]["DIRS"] = [tmp_path, *mine[0]["DIRS"]]
    settings.TEMPLATES = mine
