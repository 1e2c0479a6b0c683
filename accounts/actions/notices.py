"""Notices: notify members of an event once; see and clear them. actions.notice_mail mails them.

The row of a notice prevents a second one of the same event. The sweeper makes a notice new whose event
happened again too soon.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone, translation

from accounts.actions.batched_deletes import delete_oldest, walk
from accounts.models import NOTICE_KINDS, MailClass, Member, Notice, NoticeQuerySet, NoticeStop
from accounts.models.notice_kinds import codes_of_mail_classes

SEEN_KEPT = timedelta(days=30)
UNSEEN_KEPT = timedelta(days=90)
MAX_NOTICES = 1000  # of one member
MAX_STOPS = 1000  # of one member
AT_ONCE = 1000  # rows of one statement


class NoticeNotStoppable(Exception):
    """The notice is somebody else's, or of a kind that always is told."""


@dataclass(frozen=True)
class NoticeEvent:
    """What happened (see Notice). Another event of the same `key` and `subject` is the same again.

    A notice of it is then made new, but only once in `again_after`; None: never. `keeps_first`: until its
    member has seen the notice, `detail` stays that of the first event, where reading starts.
    """

    code: str
    subject: int = 0
    detail: int = 0
    actor: Member | None = None
    key: str = ""  # the code, unless given
    params: Mapping[str, Any] = field(default_factory=dict)
    again_after: timedelta | None = None
    keeps_first: bool = False


@transaction.atomic
def notify(members: Collection[int], event: NoticeEvent) -> int:
    """Notify `members` (keys) of `event`. Return how many got a notice, or theirs made new."""
    now, key = timezone.now(), event.key or event.code
    if NOTICE_KINDS[event.code].can_be_stopped:
        members = _without_stopped(members, event)
    if not members:
        return 0
    same = Notice.objects.filter(member__in=members, key=key, subject=event.subject)
    # In one order, so that two events at once never wait for each other.
    before = {
        pk for pk, _row in same.select_for_update().order_by("pk").values_list("member", "pk")
    }
    content: dict[str, Any] = {
        "detail": event.detail,
        "actor": event.actor,
        "params": dict(event.params),
    }
    renewed = _repeat(same, event, now, content) if before else 0
    fresh = sorted(set(members) - before)
    due = mail_due_at(event.code, now)
    Notice.objects.bulk_create(
        [
            Notice(
                member_id=pk, code=event.code, key=key, subject=event.subject,
                created_at=now, mail_due_at=due, **content,
            )
            for pk in fresh
        ],
        ignore_conflicts=True,  # of two workers at once, one notifies
    )  # fmt: skip
    return len(fresh) + renewed


def _without_stopped(members: Collection[int], event: NoticeEvent) -> list[int]:
    stops = NoticeStop.objects.filter(code=event.code, subject=event.subject, member__in=members)
    stopped = set(stops.values_list("member", flat=True))
    return [pk for pk in members if pk not in stopped]


def _repeat(
    same: NoticeQuerySet, event: NoticeEvent, now: datetime, content: Mapping[str, Any]
) -> int:
    """The event happened again: make its notices new, now or `again_after` the last time."""
    again_after = event.again_after
    if again_after is None:
        return 0
    if event.keeps_first:
        content = {**content, "detail": _first_unseen(event.detail)}
    recent = same.filter(created_at__gt=now - again_after)
    recent.update(again_at=F("created_at") + again_after, **content)
    return renew(same.filter(created_at__lte=now - again_after), now, **content)


def _first_unseen(detail: int) -> Case:
    """The detail that a notice has, while it holds something unseen; else the new one."""
    seen = Exists(
        Member.objects.filter(pk=OuterRef("member"), notices_seen_at__gte=OuterRef("created_at"))
    )
    fresh = Value(detail, output_field=Notice._meta.get_field("detail"))
    return Case(When(seen & Q(again_at=None), then=fresh), default=F("detail"))


def renew(notices: NoticeQuerySet, now: datetime, **content: Any) -> int:
    """Make the notices new: as if they had been made `now`, also for mails. Return how many."""
    mailed = When(code__in=codes_of_mail_classes(MailClass), then=Value(now))
    return notices.update(
        created_at=now,
        again_at=None,
        mail=None,
        mailed_at=None,
        mail_due_at=Case(mailed),
        **content,
    )


def renew_repeated(now: datetime) -> int:
    """Make the notices new whose event happened again. Called by the sweeper."""
    return renew(Notice.objects.filter(again_at__lte=now), now)


def mail_due_at(code: str, now: datetime) -> datetime | None:
    """When it is to be decided whether a notice of `code` is mailed; None: never. See notice_mail."""
    return now if NOTICE_KINDS[code].mail_class else None


def in_language_of(member: Member) -> translation.override:
    """Activate the member's language, or the site's if they chose none."""
    return translation.override(member.language or settings.LANGUAGE_CODE)


def mark_notices_seen(newest: Notice, *, by: Member) -> None:
    """The member was shown the first page, on which `newest` is the first: nothing up to it is new."""
    before = Member.objects.filter(pk=by.pk).exclude(notices_seen_at__gte=newest.created_at)
    before.update(notices_seen_at=newest.created_at)


def clear_seen_notices(*, by: Member) -> None:
    """Delete all notices but those that came after the first page was shown last."""
    if by.notices_seen_at is not None:
        Notice.objects.filter(member=by, created_at__lte=by.notices_seen_at).delete()


@transaction.atomic
def stop_notices(notice: Notice, *, by: Member) -> None:
    """Delete the notice, and make no other of its code about its subject. Raises NoticeNotStoppable."""
    if notice.member_id != by.pk or not notice.kind.can_be_stopped:
        raise NoticeNotStoppable
    NoticeStop.objects.get_or_create(member=by, code=notice.code, subject=notice.subject)
    Notice.objects.filter(member=by, code=notice.code, subject=notice.subject).delete()
    surplus = NoticeStop.objects.filter(member=by).order_by("-pk").values("pk")[MAX_STOPS:]
    NoticeStop.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()


def resume_notices(code: str, subject: int, *, by: Member) -> None:
    """Make notices again that `by` stopped."""
    NoticeStop.objects.filter(member=by, code=code, subject=subject).delete()


def delete_old_notices(now: datetime, held: Collection[int] = ()) -> int:
    """Delete notices after UNSEEN_KEPT, but of `held` members. Called by the sweeper."""
    old = Notice.objects.filter(created_at__lt=now - UNSEEN_KEPT).exclude(member__in=held)
    return delete_oldest(old, "created_at")


def delete_seen_notices(now: datetime, held: Collection[int] = ()) -> int:
    """Delete notices that their members have seen after SEEN_KEPT, but of `held` members. Called by the
    sweeper. No index finds them among the unseen ones."""
    old = Notice.objects.filter(created_at__lt=now - SEEN_KEPT).exclude(member__in=held)
    return walk("seen-notices", Notice.objects.all(), lambda keys: _delete_seen(old, keys))


def _delete_seen(old: NoticeQuerySet, keys: list[int]) -> int:
    """In two statements: joined, PostgreSQL reads all notices to find a thousand."""
    rows = list(old.filter(pk__in=keys).values_list("pk", "member", "created_at"))
    members = Member.objects.filter(pk__in={member for _pk, member, _at in rows})
    seen_at = dict(members.exclude(notices_seen_at=None).values_list("pk", "notices_seen_at"))
    seen = [pk for pk, member, at in rows if member in seen_at and at <= seen_at[member]]
    return int(old.filter(pk__in=seen).delete()[0])


def delete_surplus_notices() -> int:
    """Leave each member MAX_NOTICES; the oldest go first, so seen ones do. Called by the sweeper."""
    return walk("surplus-notices", Member.objects.all(), _delete_surplus)


def _delete_surplus(members: list[int]) -> int:
    """Of these members; AT_ONCE rows at most."""
    of_them = Notice.objects.filter(member__in=members).order_by().values("member")
    full = of_them.annotate(count=Count("pk")).filter(count__gt=MAX_NOTICES)
    surplus: list[int] = []
    for member in full.values_list("member", flat=True):
        rows = Notice.objects.filter(member=member).newest_first().values_list("pk", flat=True)
        surplus += rows[MAX_NOTICES : MAX_NOTICES + AT_ONCE - len(surplus)]
        if len(surplus) == AT_ONCE:
            break
    return int(Notice.objects.filter(pk__in=surplus).delete()[0])
