"""Help for members who lost a phone, the second step of their log-in, or their email address.

The member's own press ("Lost phone") and staff's end the same things. What staff do stands in the trail with
its reason; the rules of what waits are those of accounts.actions.recoveries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.actions import recoveries, ways_in
from accounts.actions.ways_in import WaysIn
from accounts.models import AccessRecovery, Member, RecoveryEnd
from syndication.actions import moderation, post_addresses, reply_addresses
from syndication.models import DecisionKind, PostAddress, ReplyAddress
from syndication.models.errors import NotYours


@dataclass(frozen=True)
class LostPhone:
    """What the press "Lost phone" would end."""

    ways_in: WaysIn
    has_post_address: bool
    reply_addresses: int


def describe_lost_phone(member: Member, *, kept_key: str | None = None) -> LostPhone:
    """Count what the press would end, for the page before it."""
    replies = ReplyAddress.objects.filter(member=OuterRef("pk"), used_at=None).values("member")
    counted = Subquery(replies.annotate(n=Count("pk")).values("n"))
    live = PostAddress.objects.live().filter(member=OuterRef("pk"))
    has_post_address, reply_addresses = (
        Member.objects.filter(pk=member.pk).values_list(Exists(live), Coalesce(counted, 0)).get()
    )
    return LostPhone(
        ways_in=ways_in.count_ways_in(member, kept_key=kept_key),
        has_post_address=has_post_address,
        reply_addresses=reply_addresses,
    )


@transaction.atomic
def report_lost_phone(*, by: Member, kept_key: str | None, pauses_mails: bool) -> None:
    """The member's own press, from a session that stays (`kept_key`)."""
    _end_all(by, kept_key=kept_key, paused=_mailed_to(by) if pauses_mails else "")


@transaction.atomic
def help_with_lost_phone(member: Member, reason: str, *, by: Member, held: str = "") -> None:
    """Staff's press. `held` is a confirmed address that the member says they still hold: a link for a
    new password goes there, and mails go on; else they are paused.

    Raises NotYours, ways_in.AddressNotHeld and guesses.TooManyGuesses; then nothing has ended.
    """
    _must_help(by, member)
    mailed_to = _mailed_to(member)
    _end_all(member, kept_key=None, paused="" if held == mailed_to else mailed_to)
    moderation.record(DecisionKind.LOST_PHONE, by=by, member=member, reason=reason)
    if held:
        ways_in.mail_way_in(member, held)
        moderation.record(DecisionKind.WAY_IN, by=by, member=member, reason=reason)


@transaction.atomic
def help_with_lost_factor(member: Member, reason: str, *, by: Member) -> None:
    """Ask that the second step is taken off; it waits. Raises recoveries.RecoveryRefused."""
    recoveries.ask_to_remove_factor(member, by=by)
    moderation.record(DecisionKind.ASKED, by=by, member=member, reason=reason)


@transaction.atomic
def help_with_lost_address(member: Member, address: str, reason: str, *, by: Member) -> None:
    """Ask for another address; it waits. Raises recoveries.RecoveryRefused."""
    recoveries.ask_for_address(member, address, by=by)
    moderation.record(DecisionKind.ASKED, by=by, member=member, reason=reason)


@transaction.atomic
def agree(recovery: AccessRecovery, *, by: Member) -> None:
    """The second person's yes. Raises recoveries.RecoveryRefused."""
    recoveries.agree_to_recovery(recovery, by=by)
    moderation.record(DecisionKind.AGREED, by=by, member=recovery.member)


@transaction.atomic
def stop(recovery: AccessRecovery, *, by: Member) -> None:
    """Staff stop what waits. Raises NotYours."""
    if not by.has_perm(recoveries.MAY_HELP):
        raise NotYours(recovery)
    if recoveries.stop_recovery(recovery.member, RecoveryEnd.STAFF):
        moderation.record(DecisionKind.STOPPED, by=by, member=recovery.member)


def carry_out_recoveries(now: datetime) -> int:
    """Do what has waited long enough. Called by the sweeper."""
    due = recoveries.due_recoveries(now)
    done = sum(recoveries.carry_out_recovery(one, now) for one in due)
    return done + recoveries.end_unconfirmed(now) + recoveries.delete_old_recoveries(now)


def _mailed_to(member: Member) -> str:
    return ways_in.count_ways_in(member).address


def _end_all(member: Member, *, kept_key: str | None, paused: str) -> None:
    post_addresses.disable_post_by_mail(by=member)
    reply_addresses.end_reply_addresses(member)
    ways_in.end_ways_in(member, kept_key=kept_key)
    if paused:
        ways_in.pause_mails(member, paused)


def _must_help(by: Member, member: Member) -> None:
    """Staff are helped by nobody here: who holds the desk would hold every account of theirs."""
    if not by.has_perm(recoveries.MAY_HELP) or member.is_staff or not member.is_active:
        raise NotYours(member)
