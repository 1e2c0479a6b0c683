"""index.html of the export: what its member wrote and showed, for a person with a browser.

Made from the same tables as the JSON (export.parts), row by row, so that it may be as long as it likes. It
holds no script and loads nothing but the photos beside it; all words are escaped, being anybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Audience, Birthday, Member
from accounts.urlsession.api import safe_outbound_url
from syndication.connectors import CONNECTORS
from syndication.connectors.content import PHOTO_ALTS
from syndication.export.parts import FILES, MEMBER
from syndication.export.reading import row_chunks
from syndication.export.tables import ExportTable, Row
from syndication.models import DeliveryOperation, DeliveryState, PostKind

FILE_NAME = "index.html"
_FOLDER = "syndication/export"


@dataclass(frozen=True)
class Section:
    """Rows under one heading, each by the template `name`. A section without rows is left out."""

    name: str
    heading: str | Promise
    table: ExportTable
    finish: Callable[[Row], None] = lambda row: None


def _finish_member(row: Row) -> None:
    birthday = Birthday.parse(row["birthday"])
    shown = {
        _("Name"): ("display_name", row["display_name"]),
        _("About you"): ("about", row["about"]),
        _("Birthday"): ("birthday", birthday.in_words() if birthday else ""),
        _("Town"): ("town", row["town"]),
    }
    row["fields"] = [
        (label, text, _audience(row[f"{field}_audience"]))
        for label, (field, text) in shown.items()
        if text
    ]
    row["websites"] = [safe_outbound_url(line) for line in row["websites"].splitlines()]
    row["picture_readers"] = _audience(row["picture_audience"])
    row["websites_readers"] = _audience(row["websites_audience"])


def _finish_post(row: Row) -> None:
    row["kind"] = PostKind(row["kind"]).label
    row["readers"] = _audience(row["audience"])
    row["away"] = safe_outbound_url(row["url"])
    files = {1: row["photo"], **{more["place"]: more["photo"] for more in row["more_photos"]}}
    row["photos"] = [(file, row[PHOTO_ALTS[place - 1]]) for place, file in sorted(files.items())]
    for delivery in row["deliveries"]:
        _finish_delivery(delivery)


def _finish_delivery(row: Row) -> None:
    row["network"] = CONNECTORS[row["network"]].name
    is_publish = row["kind"] == DeliveryOperation.PUBLISH
    row["doing"] = "" if is_publish else DeliveryOperation(row["kind"]).label
    row["state"] = DeliveryState(row["state"]).label
    row["copy"] = safe_outbound_url(row["copy_address"])


def _finish_draft(row: Row) -> None:
    row["kind"] = PostKind(row["kept_kind"]).label if row["kept_kind"] else ""
    kept = sorted(row["kept_photos"], key=lambda photo: (photo["place"], photo["id"]))
    files = [file for file in (row["photo"], *(photo["photo"] for photo in kept)) if file]
    row["photos"] = [(file, row[alt]) for file, alt in zip(files, PHOTO_ALTS, strict=False)]


def _finish_link(row: Row) -> None:
    row["network"] = CONNECTORS[row["network"]].name
    row["away"] = safe_outbound_url(row["profile_url"])


def _audience(code: str) -> str:
    return str(Audience(code).label) if code else ""


def _of_posts() -> ExportTable:
    """Posts with their photos and deliveries, without each attempt of these."""
    posts = FILES["posts.json"]["posts"]
    deliveries = replace(posts.within["deliveries"], within={})
    photos = posts.within["more_photos"]
    return replace(posts, within={"more_photos": photos, "deliveries": deliveries})


def _of_drafts() -> ExportTable:
    """Drafts with the photos that the form kept; the first photo of a mail stands in the draft's row."""
    kept = replace(FILES["mail.json"]["draft_photos"], owner="draft")
    return replace(FILES["mail.json"]["drafts"], within={"kept_photos": kept})


SECTIONS = (
    Section("member", _("Profile"), replace(MEMBER, within={}), _finish_member),
    Section("post", _("Posts"), _of_posts(), _finish_post),
    Section("draft", _("Drafts"), _of_drafts(), _finish_draft),
    Section("comment", _("Comments"), FILES["comments.json"]["comments"]),
    Section("friend", _("Friends"), FILES["friends.json"]["friends"]),
    Section("group", _("Groups"), FILES["groups.json"]["groups"]),
    Section("link", _("Links"), replace(FILES["links.json"]["links"], within={}), _finish_link),
)


def stream_page(member: Member, context: Mapping[str, Any], *, language: str) -> Iterator[bytes]:
    """The page in pieces, one for each chunk of rows, in `language`. `context`: of its head."""
    yield _rendered("page_head", {**context, "language": language}, language)
    for section in SECTIONS:
        is_first = True
        for text in _texts(section, member, language):
            if is_first:
                yield _rendered("page_section", {"heading": section.heading}, language)
                is_first = False
            yield text
    yield _rendered("page_foot", {}, language)


def _texts(section: Section, member: Member, language: str) -> Iterator[bytes]:
    read = row_chunks(section.table, member.pk)
    while True:
        with override(language):  # never over a yield
            rows = next(read, None)
            if rows is None:
                return
            text = "".join(_row(section, row) for row in rows)
        yield text.encode()


def _row(section: Section, row: Row) -> str:
    section.finish(row)
    return render_to_string(f"{_FOLDER}/page_{section.name}.html", {section.name: row})


def _rendered(name: str, context: Mapping[str, Any], language: str) -> bytes:
    with override(language):
        return render_to_string(f"{_FOLDER}/{name}.html", dict(context)).encode()
