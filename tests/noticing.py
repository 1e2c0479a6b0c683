"""Notices for tests: made as rows, and read as their members read them."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone

from accounts.actions import notices
from accounts.models import Member, Notice
from syndication.models import Link
from tests.phone import PhoneClient, log_in_phone


def make_notice(
    member: Member, code: str = "parked", *, link: Link | None = None, **fields: Any
) -> Notice:
    """A notice as it stands in the table, due to be mailed as one of its kind is."""
    now = fields.pop("created_at", timezone.now())
    fields.setdefault("mail_due_at", notices.mail_due_at(code, now))
    fields.setdefault("key", code)
    if link is not None:
        fields["subject"] = link.pk
    return Notice.objects.create(member=member, code=code, created_at=now, **fields)


def the_notice(**filters: Any) -> Notice:
    """The only one (of `filters`), as its member may read it."""
    notice = Notice.objects.get(**filters)
    return Notice.objects.visible_to(notice.member).get(pk=notice.pk)


def texts_of(member: Member) -> list[str]:
    """What the page of notices says to the member, newest first."""
    page = log_in_phone(member).get("/notices/")
    return [
        link.text.partition(" ")[2] if link.accesskey else link.text
        for link in page.links
        if "?from=n" in link.href
    ]


def new_on_home(phone: PhoneClient) -> str:
    """How many notices home calls new; "" for none."""
    found = re.search(r"Notices: (\S+) new", phone.get("/").text)
    return found[1] if found else ""
