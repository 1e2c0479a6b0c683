"""Counts of what waits for a member, for their home page, by one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import Announcement, HomeMailNote, MailSettings, Member, Notice
from accounts.models.compiled_query import CompiledQuery
from accounts.models.site_page import column_of_language
from syndication.models import SavedDraft
from syndication.queries.first_steps import done_steps

MOST = 100  # new notices are counted up to here
_SAID = "said: "  # before an announcement, among the words of the other rows


@dataclass(frozen=True)
class Waiting:
    """New notices, as text ("" for none), mails that wait as drafts, and what to say of mails; where
    they were asked for, the first steps that are done."""

    notices: str
    mails: int
    mail_note: str
    done: Container[str]
    announcement: str


def count_waiting(member: Member, *, with_steps: bool = False) -> Waiting:
    seen_at = member.notices_seen_at
    values = {"seen_at": seen_at} if seen_at else {}
    rows = _WAITING.rows(with_steps, member=member, **values)
    count = Counter(what for (what,) in rows)
    note = next(
        (str(HomeMailNote(what).label) for what in count if what in HomeMailNote.values), ""
    )
    notices = f"{MOST - 1}+" if count["notice"] == MOST else str(count["notice"] or "")
    said = [what.removeprefix(_SAID) for what in count if what.startswith(_SAID)]
    return Waiting(notices, count["mail"], note, count, said[0] if said else "")


def _waiting(
    with_steps: bool, *, member: Member, seen_at: datetime | None = None
) -> QuerySet[Any, tuple[str]]:
    visible = Notice.objects.visible_to(member)
    newest = (visible.later_than(seen_at) if seen_at else visible).newest_first()[:MOST]
    if not connection.features.supports_slicing_ordering_in_compound:  # SQLite
        # (On PostgreSQL this could read the whole table, to join it with these few.)
        newest = Notice.objects.filter(pk__in=newest.values("pk"))
    found = newest.values_list(Value("notice"))
    mails = SavedDraft.objects.of(member).mailed().order_by().values_list(Value("mail"))
    notes = MailSettings.objects.filter(member=member).exclude(home_note="")
    said = Announcement.objects.current().annotate(
        what=Concat(Value(_SAID), column_of_language(), output_field=CharField())
    )
    done = done_steps(member) if with_steps else []
    return found.union(
        mails, notes.values_list("home_note"), said.values_list("what"), *done, all=True
    )


_WAITING = CompiledQuery(_waiting)
