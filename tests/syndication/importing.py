"""One import, now, as the worker runs it when its turn comes."""

from __future__ import annotations

from django.utils import timezone

from syndication.delivery import import_schedule, imports
from syndication.models import ImportKind


def import_friends(link_pk: int) -> None:
    _import_now(link_pk, ImportKind.FRIENDS)


def import_feed(link_pk: int) -> None:
    _import_now(link_pk, ImportKind.FEED)


def import_replies(link_pk: int) -> None:
    _import_now(link_pk, ImportKind.REPLIES)


def _import_now(link_pk: int, kind: ImportKind) -> None:
    now = timezone.now()
    link = import_schedule.askable_links(now).filter(pk=link_pk).first()
    if link is None or import_schedule.are_imports_off():
        return
    link_import = import_schedule.get_or_create_link_import(link, kind)
    if import_schedule.lease_link_import(link_import, now, "a test"):
        imports.run_link_import(link_import)
