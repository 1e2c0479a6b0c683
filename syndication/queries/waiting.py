"""What waits for a member on their home page, counted by one query."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Value

from accounts.models import Member, Notice
from syndication.models import MailDraft

MOST = 100  # new notices are counted up to here


@dataclass(frozen=True)
class Waiting:
    """New notices, as text ("" for none), and mails that wait as drafts."""

    notices: str
    mails: int


def count_waiting(member: Member) -> Waiting:
    new = Notice.objects.visible_to(member).new_to(member).newest_first().values("pk")[:MOST]
    found = Notice.objects.filter(pk__in=new).values_list(Value("notice"))
    mails = MailDraft.objects.of(member).order_by().values_list(Value("mail"))
    count = Counter(what for (what,) in found.union(mails, all=True))
    notices = f"{MOST - 1}+" if count["notice"] == MOST else str(count["notice"] or "")
    return Waiting(notices, count["mail"])
