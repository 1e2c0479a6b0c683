"""The whole export: README, a page to read, JSON, photos, and last a list of what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Member
from syndication.export.archive import PIECE, ArchiveEntry, stream_zip
from syndication.export.page import FILE_NAME, stream_page
from syndication.export.parts import FILES, PHOTOS, photo_file_name
from syndication.export.reading import row_chunks, rows_with_photo, stream_json
from syndication.export.tables import ExportTable, Row

# The file is gone, or cannot be read, or the row names one that is not a photo of ours.
_UNREADABLE = (OSError, ValueError, SuspiciousFileOperation)


def stream_export(member: Member, *, language: str) -> Iterator[bytes]:
    """Stream the ZIP of the member's data."""
    return stream_zip(_entries(member, language), made_at=timezone.localtime())


def _entries(member: Member, language: str) -> Iterator[ArchiveEntry]:
    context: dict[str, Any] = {"member": member, "made_at": timezone.localtime()}
    yield _text("README.txt", "syndication/export/readme.txt", context, language)
    head = {**context, "site": settings.SITE_NAME, "url": settings.PUBLIC_URL}
    yield ArchiveEntry(FILE_NAME, stream_page(member, head, language=language))
    for name, parts in FILES.items():
        lists = {key: _rows(part, member, language) for key, part in parts.items()}
        yield ArchiveEntry(name, stream_json(lists))
    missing: list[str] = []
    yield from _photos(member, missing)
    if missing:
        context["missing"] = missing
        yield _text("MISSING.txt", "syndication/export/missing.txt", context, language)


def _text(name: str, template: str, context: dict[str, Any], language: str) -> ArchiveEntry:
    with override(language):
        text = render_to_string(
            template, {**context, "site": settings.SITE_NAME, "url": settings.PUBLIC_URL}
        )
    return ArchiveEntry(name, [text.strip().encode() + b"\n"])


def _rows(part: ExportTable, member: Member, language: str) -> Iterator[Row]:
    read = row_chunks(part, member.pk)
    while True:
        with override(language):  # devices are named in words; never over a yield
            rows = next(read, None)
        if rows is None:
            return
        yield from rows


def _photos(member: Member, missing: list[str]) -> Iterator[ArchiveEntry]:
    """The photos. Unreadable ones are listed in `missing` and do not stop the export."""
    for kind in PHOTOS:
        for row in rows_with_photo(kind, member.pk):
            name, photo = photo_file_name(kind, row.pk), getattr(row, kind.column)
            try:
                photo.open("rb")
            except _UNREADABLE:
                missing.append(name)
                continue
            with photo:
                yield ArchiveEntry(name, _content(photo, name, missing))


def _content(photo: FieldFile, name: str, missing: list[str]) -> Iterator[bytes]:
    try:
        yield from photo.chunks(PIECE)
    except OSError:
        missing.append(name)
