"""The tables of the export about reports: one's own, and what staff decided about the member.

What a report says is sealed, for staff alone, so its words are not in the file.
"""

from __future__ import annotations

from django.db.models import Q

from accounts.models import AccessRecovery
from syndication.export.tables import ExportTable
from syndication.models import Objection, Report, StaffDecision
from syndication.models.staff_decision import TOLD_KINDS

STAFF_FILES: dict[str, dict[str, ExportTable]] = {
    "staff.json": {
        "reports": ExportTable(
            Report,
            "reporter",
            ("case", "reason", "created_at", "settled_at"),
            {"kind": "case__kind"},
        ),
        "decisions": ExportTable(
            StaffDecision,
            "member",
            ("id", "kind", "reason", "created_at"),
            only=Q(kind__in=TOLD_KINDS),
        ),
        "recoveries": ExportTable(
            AccessRecovery,
            "member",
            ("kind", "asked_at", "agreed_at", "mailed_at", "ended_at", "end_reason"),
        ),
        "objections": ExportTable(
            Objection, "decision__member", ("decision", "text", "created_at", "answered_at")
        ),
    },
}
