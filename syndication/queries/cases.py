"""The case page of staff: what was reported, by how many and why, and the available commands."""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.crypto.encryption import DecryptionFailed, decrypt, decrypt_json
from accounts.models import Member
from syndication.models import (
    Comment,
    Objection,
    Post,
    PostKind,
    Report,
    ReportCase,
    ReportedKind,
    ReportPhoto,
    ReportReason,
    ReportSnapshot,
)
from syndication.queries.copies import Copy, active_copies

MAY_SETTLE = "syndication.settle_reportcase"
MAY_REMOVE = "syndication.remove_reportcase"
MAY_SUSPEND = "syndication.suspend_reportcase"
HIDEABLE: dict[str, type[Post] | type[Comment]] = {
    ReportedKind.POST: Post,
    ReportedKind.COMMENT: Comment,
}
SHOWN_WORDS = 20  # of the newest reports by members, and by outsiders
FIELD_LABELS: dict[str, Any] = {
    "kind": _("kind"),
    "title": _("title"),
    "text": _("text"),
    "url": _("address"),
    "url_title": _("title of the address"),
    "photo_alt": _("what the photo shows"),
    "photo_alt_2": _("what photo 2 shows"),
    "photo_alt_3": _("what photo 3 shows"),
    "photo_alt_4": _("what photo 4 shows"),
    "warning": _("content warning"),
    "language": _("language"),
    "name": _("name"),
    "username": _("Username"),
    "about": _("about"),
    "town": _("town"),
    "websites": _("websites"),
}
COMMAND_LABELS: dict[str, Any] = {
    "hide": pgettext_lazy("staff", "Hide"),
    "show": pgettext_lazy("staff", "Show again"),
    "remove": pgettext_lazy("staff", "Remove"),
    "warn": pgettext_lazy("staff", "Warn the member"),
    "suspend": pgettext_lazy("staff", "Suspend the member"),
    "restore": pgettext_lazy("staff", "End the suspension"),
    "uphold": pgettext_lazy("staff", "Uphold the decision"),
    "nothing": pgettext_lazy("staff", "Nothing to do"),
}


def case_page(case: ReportCase, *, by: Member, is_open: bool) -> dict[str, Any]:
    """The context of the page. `is_open`: what was reported may be shown."""
    subject = find_subject(case)
    reasons = Report.objects.filter(case=case).values_list("reason").annotate(n=Count("pk"))
    commands = case_commands(case, subject, by=by)
    return {
        "case": case,
        "is_open": is_open,
        "is_hidden": subject is not None and subject.hidden_at is not None,
        "is_gone": subject is None and case.kind in HIDEABLE,
        "snapshots": [
            _shown(one) for one in case.snapshots.prefetch_related("photos").order_by("-pk")
        ]
        if is_open
        else [],
        "reasons": [(ReportReason(reason).label, n) for reason, n in reasons.order_by("-n")],
        "words": [
            (unsealed(one.sealed_words), unsealed(one.sealed_address) if one.sealed_address else "")
            for one in _with_words(case)
        ]
        if is_open
        else [],
        "copies": copies_left(case) if is_open else [],
        "decisions": case.decisions.select_related("by", "objection").order_by("-pk"),
        "commands": [(name, COMMAND_LABELS[name]) for name in commands],
        "can_remove": "remove" in commands,
    }


def is_about(case: ReportCase, member: Member) -> bool:
    """Whether the case is about `member` of staff, who then neither reads nor decides it: it holds what
    others wrote about them. Superusers do, since there may be nobody else."""
    return case.owner_id == member.pk and not member.is_superuser


def _with_words(case: ReportCase) -> list[Report]:
    """The newest reports with words, members' first: messages from outside must not bury these."""
    found = Report.objects.filter(case=case).exclude(sealed_words="").order_by("-pk")
    by_members, by_outsiders = found.exclude(reporter=None), found.filter(reporter=None)
    return [*by_members[:SHOWN_WORDS], *by_outsiders[:SHOWN_WORDS]]


def find_subject(case: ReportCase) -> Post | Comment | None:
    """The post or comment itself; None where it is deleted, or is neither."""
    model = HIDEABLE.get(case.kind)
    row = model.objects.filter(pk=case.subject).first() if model else None
    return None if isinstance(row, Post) and row.deleted_at is not None else row


def snapshot_content(snapshot: ReportSnapshot) -> dict[str, str] | None:
    """The content of the snapshot; None where its key is gone."""
    try:
        content: dict[str, str] = decrypt_json(snapshot.sealed_content)
    except DecryptionFailed:
        return None
    return content


def case_commands(case: ReportCase, subject: Post | Comment | None, *, by: Member) -> list[str]:
    """The commands that make sense now, and that `by` has the right to."""
    if not by.has_perm(MAY_SETTLE):
        return []
    is_there = subject is not None or case.kind in (ReportedKind.PROFILE, ReportedKind.GROUP)
    owner = case.owner
    offered = {
        "hide": subject is not None and subject.hidden_at is None,
        "show": subject is not None and subject.hidden_at is not None,
        "remove": is_there and by.has_perm(MAY_REMOVE),
        "warn": owner is not None,
        "suspend": owner is not None and owner.suspended_at is None and by.has_perm(MAY_SUSPEND),
        "restore": owner is not None
        and owner.suspended_at is not None
        and by.has_perm(MAY_SUSPEND),
        "uphold": open_objections(case).exists(),
        "nothing": True,
    }
    return [name for name, is_offered in offered.items() if is_offered]


def open_objections(case: ReportCase) -> QuerySet[Objection]:
    """Objections to decisions of the case that staff have not answered."""
    return Objection.objects.filter(decision__case=case, answered_at=None)


def copies_left(case: ReportCase) -> list[Copy]:
    """The copies of a post on networks that are out, or not yet deleted there."""
    post = Post.objects.filter(pk=case.subject).first() if case.kind == ReportedKind.POST else None
    return active_copies(post) if post is not None else []


def _shown(snapshot: ReportSnapshot) -> dict[str, Any]:
    content = snapshot_content(snapshot) or {}
    if content.get("kind") in PostKind.values:
        content["kind"] = str(PostKind(content["kind"]).label)
    return {
        "made_at": snapshot.made_at,
        "fields": [(FIELD_LABELS.get(name, name), text) for name, text in content.items() if text],
        "photos": [_as_data(each) for each in snapshot.photos.all()],
    }


def _as_data(copy: ReportPhoto) -> str:
    """The photo inside the page: it has no address that could be opened without being recorded."""
    try:
        with copy.photo.open("rb") as file:
            return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
    except OSError:
        return ""


def unsealed(sealed: str) -> str:
    """A sealed text; "" where there is none, or its key is gone."""
    try:
        return decrypt(sealed)
    except DecryptionFailed:
        return ""
