"""The rows of the operator's pages, which every `migrate` makes sure of."""

from __future__ import annotations

from typing import Any

from django.apps import apps as global_apps
from django.apps.config import AppConfig
from django.apps.registry import Apps
from django.conf import settings


def make_site_pages(
    sender: AppConfig, using: str, apps: Apps = global_apps, **_: Any
) -> None:  # `flush` sends no apps
    """Make the rows that are missing. Receives post_migrate of the last app."""
    try:
        page_model = apps.get_model("accounts", "SitePage")
    except LookupError:  # before its table exists
        return
    rows = [
        page_model(name=name, language=code)
        for name, _label in page_model._meta.get_field("name").choices or ()
        for code, _label in settings.LANGUAGES
    ]
    page_model._default_manager.using(using).bulk_create(rows, ignore_conflicts=True)
