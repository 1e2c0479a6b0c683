"""The operator's pages and announcements, and members' agreement to the terms."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Announcement, Member, PageName, SitePage

_GOES_ON = re.compile(r"\n +(?=\S)")
# Shown as they stand until the operator writes other words. Terms and contact are nobody's but theirs.
STARTERS_SHOWN = (PageName.ABOUT, PageName.PRIVACY)


def starter_text(name: str, language: str) -> str:
    """The text to begin with. "" where there is none. In its file a long line goes on below, indented."""
    if name == PageName.CONTACT:
        return ""
    context = {"operator": settings.SITE_OPERATOR, "site": settings.PUBLIC_URL}
    text = render_to_string(f"accounts/site_pages/{name}.{language}.txt", context)
    return _GOES_ON.sub(" ", text)


def page_text(name: str) -> tuple[str, str]:
    """The text that is shown of a page, and its language; ("", …) where the page is not shown."""
    wanted = get_language() or settings.LANGUAGE_CODE
    written = dict(
        SitePage.objects.filter(name=name).exclude(text="").values_list("language", "text")
    )
    if wanted in written:
        return written[wanted], wanted
    if name in STARTERS_SHOWN:
        return starter_text(name, wanted), wanted
    language = next(iter(written), wanted)
    return written.get(language, ""), language


def pages_to_show() -> list[PageName]:
    """The pages to link, besides contact: what is written, and what has a starter text."""
    written = set(SitePage.objects.exclude(text="").values_list("name", flat=True))
    shown = [name for name in PageName if name in STARTERS_SHOWN or name in written]
    return [name for name in shown if name != PageName.CONTACT]


def has_terms() -> bool:
    return SitePage.objects.filter(name=PageName.TERMS).exclude(text="").exists()


def is_to_agree(member: Member) -> bool:
    """Whether there are terms that the member has not agreed to, or not since they were to be asked again."""
    terms = SitePage.objects.filter(name=PageName.TERMS).exclude(text="")
    if member.terms_agreed_at is None:
        return terms.exists()
    return terms.filter(asked_since__gt=member.terms_agreed_at).exists()


def agree_to_terms(*, by: Member) -> None:
    by.terms_agreed_at = timezone.now()
    by.save(update_fields=["terms_agreed_at"])


def ask_for_terms_again(now: datetime) -> None:
    """Ask every member at their next log-in, also those who agreed."""
    SitePage.objects.filter(name=PageName.TERMS).update(asked_since=now)


@transaction.atomic
def end_other_announcements(shown: Announcement) -> int:
    """End those before it: home has room for one line. Return how many were shown."""
    now = timezone.now()
    others = Announcement.objects.filter(Q(until__gt=now) & ~Q(pk=shown.pk))
    return others.update(until=now)
