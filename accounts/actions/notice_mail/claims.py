"""Claims of mails: take the notices that are due for one mail, hold them by a lease, settle the mail.

A mail is claimed by inserting its row and binding its notices to it, those only that no other mail has.
Until the mail server is given the text, a worker that dies loses the row, and the notices are due again.
From then on the mail is never repeated: an answer that was lost might have been a yes, a second copy costs
a phone's owner money, and the notice stands on their page in any case. So no mail goes twice, and one is
lost only if the process dies between the commit of SENDING and the server's answer, which is asked for
after all else was agreed: some milliseconds. Such mails stand as UNKNOWN.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.actions import quotas
from accounts.actions.batched_deletes import delete_oldest
from accounts.actions.notice_mail import schedule
from accounts.actions.notice_mail.choices import confirmed_mail_address, mail_settings_of
from accounts.actions.notice_mail.schedule import RecentMails
from accounts.models import MailClass, MailState, Member, Notice, NoticeMail, NoticeQuerySet
from accounts.models.notice_kinds import codes_of_mail_classes

LEASE = timedelta(seconds=60)  # above what the mail server may take to answer four commands
SERVER_AGAIN_AFTER = timedelta(minutes=2)  # the mail server did not answer
MAIL_AGAIN_AFTER = timedelta(minutes=15)  # it could not take this mail then
MAX_GATHERED = 200  # notices of one look
KEPT_FOR = timedelta(days=90)
MAX_ROWS = 1000  # of one step


class LostMailClaim(Exception):
    """The lease is over, and the notices are due again: nothing may be sent."""


def due_notices(now: datetime) -> NoticeQuerySet:
    """Notices that no mail tells of, of whose mail something is to be decided."""
    return Notice.objects.filter(mail_due_at__lte=now, mailed_at=None, mail=None)


def due_members(now: datetime, most: int) -> list[int]:
    """Members with notices to mail, whose oldest is due for longest first."""
    rows = due_notices(now).order_by("mail_due_at", "pk").values_list("member", flat=True)
    return list(dict.fromkeys(rows[: 10 * most]))[:most]


@transaction.atomic
def claim_next_mail(member_pk: int, now: datetime) -> NoticeMail | None:
    """Claim the next mail for the member; None if there is none now.

    What is not to be mailed now is put off or taken out, so that it is not looked at again before.
    """
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_pk).first()
    if member is None:
        return None
    address, choices = confirmed_mail_address(member), mail_settings_of(member)
    recent, waiting = _recent_mails(member, now), due_notices(now).filter(member=member)
    never: list[int] = []
    claimed = None
    for notice in waiting.order_by("mail_due_at", "pk")[:MAX_GATHERED]:
        plan = schedule.plan_mail(notice, address, choices, recent, now)
        if plan.is_now:
            claimed = _claim_with_same(notice, address, now, is_daily=plan.is_daily)
            break
        if plan.later is None:
            never.append(notice.pk)
        else:
            Notice.objects.filter(pk=notice.pk).update(mail_due_at=plan.later)
    Notice.objects.filter(pk__in=never).update(mail_due_at=None)
    return claimed


def _claim_with_same(
    notice: Notice, address: str, now: datetime, *, is_daily: bool
) -> NoticeMail | None:
    """Claim a mail for the notice and all others that are due and belong into the same mail."""
    mine = due_notices(now).filter(member=notice.member_id)
    try:
        quotas.spend_quota(quotas.MAILS_TO_A_DOMAIN, address.rpartition("@")[2])
    except quotas.QuotaUsedUp:
        mine.update(mail_due_at=now + quotas.MAILS_TO_A_DOMAIN.window)
        return None
    mail_class = notice.kind.mail_class or ""
    mail = NoticeMail.objects.create(
        member_id=notice.member_id,
        key=secrets.token_hex(12),
        mail_class=mail_class,
        topic_key="" if is_daily else schedule.subject_key(notice),
        address=address,
        lease_until=now + LEASE,
        created_at=now,
    )
    if is_daily:
        same = mine.filter(code__in=codes_of_mail_classes([MailClass(mail_class)]))
    else:
        same = mine.filter(code=notice.code, subject=notice.subject)
    same.update(mail=mail)
    return mail


def begin_sending(mail: NoticeMail, now: datetime) -> None:
    """Commit that the mail server is given the text from now on. Raises LostMailClaim."""
    mine = NoticeMail.objects.filter(pk=mail.pk, state=MailState.CLAIMED, lease_until__gt=now)
    if not mine.update(state=MailState.SENDING, lease_until=now + LEASE):
        raise LostMailClaim(mail.pk)


@transaction.atomic
def settle_mail(mail: NoticeMail, state: MailState, now: datetime, **fields: Any) -> None:
    """Settle the mail: its notices are not mailed again."""
    NoticeMail.objects.filter(pk=mail.pk).update(
        state=state, lease_until=None, sent_at=now if state == MailState.SENT else None, **fields
    )
    Notice.objects.filter(mail=mail.pk).update(mailed_at=now)


@transaction.atomic
def release_mail(mail: NoticeMail, due_at: datetime | None) -> None:
    """Release the unsent mail; its notices are due again at the given time (None: never)."""
    Notice.objects.filter(mail=mail.pk).update(mail=None, mail_due_at=due_at)
    NoticeMail.objects.filter(pk=mail.pk).delete()


def recover_expired_claims(now: datetime) -> int:
    """Settle the mails of workers that died: what was not begun is due again, the rest is unknown."""
    expired = list(NoticeMail.objects.filter(lease_until__lte=now)[:MAX_ROWS])
    for mail in expired:
        if mail.state == MailState.SENDING:
            settle_mail(mail, MailState.UNKNOWN, now)
        else:
            release_mail(mail, now)
    return len(expired)


def has_work(now: datetime) -> bool:
    """Whether a worker is to be woken: something is due, and no worker sends at this moment."""
    leased = NoticeMail.objects.filter(lease_until__isnull=False)
    if leased.filter(lease_until__gt=now).exists():
        return False
    return due_notices(now).exists() or leased.exists()


def delete_old_mails(now: datetime, held: Collection[int] = ()) -> int:
    """Delete rows of mails after KEPT_FOR, but of `held` members. Called by the sweeper."""
    old = NoticeMail.objects.filter(created_at__lt=now - KEPT_FOR).exclude(member__in=held)
    return delete_oldest(old, "created_at")


def _recent_mails(member: Member, now: datetime) -> RecentMails:
    """The mails at once of the last 24 hours."""
    rows = NoticeMail.objects.filter(member=member, created_at__gt=now - timedelta(days=1))
    at_once = (
        rows.exclude(topic_key="").order_by("created_at").values_list("topic_key", "created_at")
    )
    return RecentMails(count=len(at_once), last_about=dict(at_once))
