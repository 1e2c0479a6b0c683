"""Reports: a member, or an outsider, tells staff of something. Reports of one thing are one case.

The reported member never gets a reporter's words. What was reported is copied, sealed, at that moment: the
thing alone, as the reporter could read it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from accounts.actions import quotas
from accounts.crypto.encryption import encrypt, encrypt_json
from accounts.models import Audience, Member
from accounts.models.audience import narrowest_audience
from syndication.models import Report, ReportCase, ReportedKind, ReportSnapshot
from syndication.queries.cases import snapshot_content
from syndication.queries.reports import Reported

logger = logging.getLogger(__name__)

KEPT_AFTER_SETTLING = timedelta(days=365)
MAX_SNAPSHOTS = 20  # of one case: what is edited and reported again and again
# Anybody may write often by the contact page, the writer as well: that must leave room for what members
# report, each of them once.
MAX_SNAPSHOTS_FROM_OUTSIDE = 5
AT_ONCE = 200  # cases of one sweep


@dataclass(frozen=True)
class OutsideMessage:
    """What was typed on the contact page. `email` is where an answer goes, or ""."""

    reason: str
    words: str
    email: str


def find_report(reported: Reported, *, by: Member) -> Report | None:
    """The member's own report of this thing."""
    mine = Report.objects.filter(reporter=by).select_related("case")
    return mine.filter(case__kind=reported.kind, case__subject=reported.key).first()


@transaction.atomic
def report(reported: Reported, reason: str, words: str, *, by: Member) -> Report:
    """Report it, once: the same member's second report is the first. Raises quotas.QuotaUsedUp."""
    case = _lock_case(reported)
    before = Report.objects.filter(case=case, reporter=by).first()
    if before is not None:
        return before
    quotas.spend_member_quota(by, quotas.REPORTS)
    made = Report.objects.create(
        case=case, reporter=by, reason=reason, sealed_words=encrypt(words) if words else ""
    )
    _gather(case, reported, most=MAX_SNAPSHOTS)
    return made


@transaction.atomic
def report_from_outside(
    reported: Reported | None, message: OutsideMessage, *, address: str, by: Member | None
) -> Report:
    """A message by the contact page, from the client address `address`, logged in as `by` if at all: a
    report of what a page here shows, or else a case of its own. Raises quotas.QuotaUsedUp."""
    quotas.spend_contact(address, by=by)
    if reported is None:
        case = ReportCase.objects.create(kind=ReportedKind.OTHER, audience=Audience.EVERYONE)
    else:
        case = _lock_case(reported)
    made = Report.objects.create(
        case=case,
        reason=message.reason,
        sealed_words=encrypt(message.words),
        sealed_address=encrypt(message.email) if message.email else "",
    )
    _gather(case, reported, most=MAX_SNAPSHOTS_FROM_OUTSIDE)
    return made


def _lock_case(reported: Reported) -> ReportCase:
    """The case of this thing, locked until the transaction ends."""
    about = {"kind": reported.kind, "subject": reported.key}
    ReportCase.objects.get_or_create(
        **about, defaults={"owner": reported.owner, "audience": reported.audience}
    )
    return ReportCase.objects.select_for_update(no_key=True).get(**about)


def _gather(case: ReportCase, reported: Reported | None, *, most: int) -> None:
    """Count one more report of the case, which needs a decision from now on."""
    if reported is not None:
        case.audience = narrowest_audience([case.audience, reported.audience])
        case.owner = reported.owner  # a group may have been handed over
    case.report_count = F("report_count") + 1
    case.waiting_since = case.waiting_since or timezone.now()
    case.save(update_fields=["owner", "audience", "report_count", "waiting_since"])
    if reported is not None:
        _keep_snapshot(case, reported, most=most)


def _keep_snapshot(case: ReportCase, reported: Reported, *, most: int) -> None:
    """Keep what is reported, unless it stands in the last snapshot already, or the case has `most`."""
    photos = _contents(case, reported.photos)
    last = case.snapshots.order_by("-pk").first()
    if last is not None and _is_kept(last, reported, photos):
        return
    if case.snapshots.count() >= most:
        return
    made = case.snapshots.create(sealed_content=encrypt_json(reported.content))
    for content in photos:
        made.photos.create(photo=ContentFile(content, name="photo.jpg"))


def _is_kept(snapshot: ReportSnapshot, reported: Reported, photos: list[bytes]) -> bool:
    """Whether the snapshot has the same words and the same photos, byte by byte: a picture may be changed
    alone."""
    if snapshot_content(snapshot) != reported.content:
        return False
    kept = snapshot.photos.order_by("pk")
    return _contents(snapshot.case, [each.photo for each in kept]) == photos


def _contents(case: ReportCase, files: Iterable[FieldFile]) -> list[bytes]:
    """The photos that can be read: where a file is gone, what is written is kept all the same."""
    found = []
    for file in files:
        try:
            with file.open("rb") as opened:
                found.append(opened.read())
        except OSError:
            logger.exception("a photo of %s could not be read", case)
    return found


def delete_old_snapshots(now: datetime) -> int:
    """A year after a case was settled, delete what was kept of the thing, and reporters' words and
    addresses. Called by the sweeper. A member's hold keeps them."""
    old = ReportCase.objects.filter(
        settled_at__lt=now - KEPT_AFTER_SETTLING, waiting_since=None
    ).exclude(owner__holds__until__gt=now)
    kept = (
        Q(snapshots__isnull=False) | ~Q(reports__sealed_words="") | ~Q(reports__sealed_address="")
    )
    keys = list(old.filter(kept).values_list("pk", flat=True).distinct()[:AT_ONCE])
    Report.objects.filter(case__in=keys).update(sealed_words="", sealed_address="")
    return ReportSnapshot.objects.filter(case__in=keys).delete()[0]
